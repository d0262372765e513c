#!/usr/bin/env bash
# Usage: tests/fuzz/run.sh [--seconds N] [RUNS [TARGET...]]      1,000,000 runs of every target without an argument
#
# Builds the fuzzers (preset `fuzz`, Clang 14) and gives each target RUNS inputs, or as many as fit into N seconds,
# on all processors. An input that crashes, hangs for 5 s or takes 2 GB is kept in build/fuzz/found/TARGET, and the
# exit status is 1; run it again with build/fuzz/fuzzers/fuzz_TARGET FILE. What a target has found worth keeping
# stays in build/fuzz/corpus/TARGET, where the next run begins. Works from any folder.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

wrong() {
  sed -n '2,9s/^# \{0,1\}//p' tests/fuzz/run.sh >&2
  exit 2
}
limit=()
if [[ "${1:-}" == --seconds ]]; then
  [[ "${2:-}" =~ ^[0-9]+$ ]] || wrong
  limit=("-max_total_time=$2")
  shift 2
fi
runs="${1:-1000000}"
[[ "$runs" =~ ^[0-9]+$ ]] || wrong
shift || true

bash cmake/install_packages.sh build test fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel "$(nproc)"
cd build/fuzz
fuzzers/fuzz_seeds corpus
targets=("$@")
[[ $# -gt 0 ]] || mapfile -t targets < <(cd fuzzers && ls -d fuzz_* | sed 's/^fuzz_//' | grep -v '^seeds$')

# HDF5 copes with a malloc that is refused.
export ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
fuzz() {
  local target="$1"
  shift
  mkdir -p "found/$target" "corpus/$target"
  if "fuzzers/fuzz_$target" "corpus/$target" "-artifact_prefix=found/$target/" -max_len=65536 -timeout=5 \
    -rss_limit_mb=2048 -malloc_limit_mb=1024 "$@" >"found/$target.log" 2>&1; then
    printf '%-16s%s\n' "$target" "$(grep '^Done' "found/$target.log")"
  else
    printf '%-16sFAILED\n' "$target"
    tail -n 40 "found/$target.log"
    return 1
  fi
}
export -f fuzz
printf '%s\0' "${targets[@]}" |
  xargs -0 -I TARGET -P "$(nproc)" bash -c 'fuzz "$@"' fuzz TARGET "-runs=$runs" "${limit[@]}" || exit 1
