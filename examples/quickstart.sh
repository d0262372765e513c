#!/usr/bin/env bash
# From a fresh clone to a characterised cell: installs what is missing, builds dyniv, and turns the recording in
# data/demo into models, scores and figures under results/. Takes no options; works from any folder.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

step "Packages"
bash cmake/install_packages.sh build
echo "All there."

step "Build (a few minutes the first time; later runs build only what changed)"
mkdir -p build
log="build/quickstart.log"
cmake --preset release -DDYNIV_BUILD_TESTS=OFF >"$log" 2>&1 ||
  { cat "$log" >&2; fail "the configuration failed; the reason is above"; }
cmake --build --preset release --target dyniv

dyniv="build/release/tools/dyniv/dyniv"
for file in electrode training test; do
  [[ -f "data/demo/$file.abf" ]] || fail "data/demo/$file.abf is missing; is this clone complete?"
done

step "Characterise the demonstration cell in data/demo"
"$dyniv" run --electrode data/demo/electrode.abf --training data/demo/training.abf --test data/demo/test.abf \
  --out results --force

step "Done"
cat <<TEXT
Numbers:  results/summary.json
Figures:  results/figures/

Your own cell: see what is in a file, then run the same on your recordings. Without a separate electrode
recording leave --electrode out; without a test recording leave --test out.

  "$PWD/$dyniv" inspect YOUR_FILE
  "$PWD/$dyniv" run --electrode ELECTRODE --training TRAINING --test TEST --out my_cell
TEXT
