#!/usr/bin/env bash
# Runs dyniv on the five real cells and makes the tables and figures of real-cells.md anew.
#
#   docs/validation/real-cells.sh [FOLDER]
#
# FOLDER receives the full results of every cell [results/real-cells]. DYNIV_RECORDINGS names the recordings
# [../shared/recordings], DYNIV the program [build/release/tools/dyniv/dyniv]. Needs jq.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
recordings=${DYNIV_RECORDINGS:-$root/../shared/recordings}
dyniv=${DYNIV:-$root/build/release/tools/dyniv/dyniv}
out=${1:-$root/results/real-cells}

[ -d "$recordings" ] || { echo "real-cells.sh: no recordings in $recordings; set DYNIV_RECORDINGS" >&2; exit 1; }
[ -x "$dyniv" ] || { echo "real-cells.sh: $dyniv is missing; run examples/quickstart.sh first or set DYNIV" >&2; exit 1; }
command -v jq > /dev/null || { echo "real-cells.sh: jq is missing; apt-get install jq" >&2; exit 1; }
mkdir -p "$out" "$here/figures"

cells=()
for folder in "$recordings"/drn/*/; do
  cell=$(basename "$folder"); cell=${cell%%_*}
  echo "$cell"
  # The authors subtract 5 pA from the currents of all three files alike (uncalibrated monitor), which moves E
  # only; as they are, the quiet parts of training and test agree.
  "$dyniv" run --electrode "$folder"*_aec.abf --training "$folder"*_training.abf --test "$folder"*_test.abf \
    --out "$out/$cell" --force --quiet > "$out/$cell.txt"
  cells+=("$cell")
done

igor=$recordings/igor
echo "L5"
"$dyniv" run --electrode "$igor"/*Elec_ch2*.ibw "$igor"/*Elec_ch3*.ibw \
  --training "$igor"/*Test_ch2*.ibw "$igor"/*Test_ch3*.ibw --training-to 12 \
  --test "$igor"/*Test_ch2*.ibw "$igor"/*Test_ch3*.ibw --test-from 12 --out "$out/L5" --force --quiet > "$out/L5.txt"
cells+=("L5")

# One row per cell: [value, interval] as "v [l, h]" with the given number of decimals.
row() {
  jq -r --arg cell "$1" '
    def f(n): if . == null then "" else (. * pow(10; n) | round / pow(10; n) | tostring) end;
    def e(v; c; n): if v == null then "" else (v | f(n)) + (if c == null then "" else " [" + (c[0] | f(n)) + ", " + (c[1] | f(n)) + "]" end) end;
    def est(x; n): if x == null then "" else e(x.value; x.ci95; n) end;
    '"$2" "$out/$1/summary.json"
}

table=$here/real-cells-table.md
{
  echo "<!-- made by docs/validation/real-cells.sh; do not edit -->"
  echo "# Real cells: the tables"
  echo
  echo "Values with 95 % intervals. The text is in [real-cells.md](real-cells.md)."
  echo
  echo "## Electrode and capacitance"
  echo
  echo "| cell | R_e (MOhm) | below 1 ms | C used (pF) | method | plateau | electrode sweep | variance | regression | impedance |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for cell in "${cells[@]}"; do
    row "$cell" '.capacitance_pF as $c | .electrode as $e | "| \($cell) | \(e($e.resistance_MOhm; $e.resistance_ci95_MOhm; 1)) | \($e.resistance_below_1ms_MOhm | f(1)) | \(e($c.value; $c.ci95; 1)) | \($c.method) | \(est($c.all.plateau; 1)) | \(est($c.all.kernel; 1)) | \(est($c.all.variance; 1)) | \(est($c.all.regression; 1)) | \(est($c.all.impedance; 1)) |"'
  done
  echo
  echo "## EIF"
  echo
  echo "| cell | status | g (nS) | tau (ms) | E (mV) | V_T (mV) | Delta_T (mV) | Delta_T over fit limits | V_reset (mV) | t_ref (ms) | chi2 / dof |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for cell in "${cells[@]}"; do
    row "$cell" '.models.eif as $m | $m.parameters as $p | ($m.ci95 // {}) as $i | ($m.range_over_fit_limits.Delta_T_mV) as $r | "| \($cell) | \($m.status) | \(e($p.g_nS; $i.g_nS; 2)) | \(($p.C_pF / $p.g_nS) | f(1)) | \(e($p.E_mV; $i.E_mV; 1)) | \(e($p.V_T_mV; $i.V_T_mV; 1)) | \(e($p.Delta_T_mV; $i.Delta_T_mV; 2)) | \(if $r then ($r[0] | f(2)) + " to " + ($r[1] | f(2)) else "" end) | \(e($p.V_reset_mV; $i.V_reset_mV; 1)) | \($p.t_ref_ms | f(1)) | \($m.fit.chi_square | f(0)) / \($m.fit.degrees_of_freedom) |"'
  done
  echo
  echo "## QIF"
  echo
  echo "| cell | a (nS/mV) | V_rest (mV) | V_c (mV) | chi2 / dof |"
  echo "| --- | --- | --- | --- | --- |"
  for cell in "${cells[@]}"; do
    row "$cell" '.models.qif as $m | $m.parameters as $p | ($m.ci95 // {}) as $i | "| \($cell) | \(e($p.a_nS_per_mV; $i.a_nS_per_mV; 4)) | \(e($p.V_rest_mV; $i.V_rest_mV; 1)) | \(e($p.V_c_mV; $i.V_c_mV; 1)) | \($m.fit.chi_square | f(0)) / \($m.fit.degrees_of_freedom) |"'
  done
  echo
  echo "## Scores on test sweeps (4 ms window)"
  echo
  echo "| cell | model | Md* | Gamma | Gamma of the cell | explained variance 10 ms | voltage | its ceiling | rate (Hz) | rate of the cell (Hz) |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for cell in "${cells[@]}"; do
    row "$cell" '.reliability as $r | .best_model as $best | .models | to_entries[] | select(.value.test and .key != "passive") | .key as $k | .value.test as $t | "| \($cell) | \($k)\(if $k == $best then " (best on training)" else "" end) | \(e($t.md_star; $t.md_star_ci95; 2)) | \(e($t.gamma; $t.gamma_ci95; 2)) | \($r.gamma | f(2)) | \(e($t.explained_variance_10ms; $t.explained_variance_10ms_ci95; 2)) | \(e($t.voltage_variance_explained; $t.voltage_variance_explained_ci95; 2)) | \($t.voltage_ceiling | f(3)) | \($t.rate_Hz | f(1)) | \($r.rate_Hz | f(1)) |"'
  done
  echo
  echo "## Differences in Md*, paired"
  echo
  echo "First minus second, by \`dyniv compare\`; the mean over cells with Student's t."
  echo
  folders=()
  for cell in "${cells[@]}"; do folders+=("$out/$cell"); done
  "$dyniv" compare "${folders[@]}" --all-models --out "$out/comparison" --force --quiet > "$out/comparison.txt"
  echo "| first | second | ${cells[*]/%/ |} mean |" | sed 's/| |/|/g'
  echo "| --- | --- |$(printf ' --- |%.0s' "${cells[@]}") --- |"
  for pair in eif:qif lif:eif adex:eif refractory_eif:eif eif_tuned:eif refractory_eif_tuned:eif gif:eif igif2:eif \
    history_gif:eif history_gif:igif2; do
    jq -r --arg first "${pair%:*}" --arg second "${pair#*:}" '
      def f: . * 100 | round / 100 | tostring;
      def e(v; c): if v == null then "" else (v | f) + (if c == null then "" else " [" + (c[0] | f) + ", " + (c[1] | f) + "]" end) end;
      def turned(v; c): e(if v == null then null else -v end; if c == null then null else [-c[1], -c[0]] end);
      def of(list; v; c): first(list[] | if .first == $first and .second == $second then e(v; c)
        elif .first == $second and .second == $first then turned(v; c) else empty end) // "";
      "| \($first) | \($second) |" + ([.cells[] | " " + of(.differences; .md_star; .md_star_ci95) + " |"] | join(""))
      + " " + of(.mean_differences; .md_star.mean; .md_star.mean_ci95) + " |"' "$out/comparison/comparison.json"
  done
  echo
  # Sentences are wrapped for the terminal; a line that continues one begins with blanks.
  awk 'sentence != "" && /^ +/ { sub(/^ +/, " "); sentence = sentence $0; next }
       sentence != "" { print "- " sentence; sentence = "" }
       / (beats|cannot be told apart)/ { sentence = $0 }' "$out/comparison.txt"
} > "$table.part"
mv "$table.part" "$table"
cp "$out/comparison/figures/md_star.png" "$here/figures/comparison-md_star.png"
cp "$out/comparison/figures/differences.png" "$here/figures/comparison-differences.png"

for cell in "${cells[@]}"; do
  for figure in dynamic_iv capacitance scores threshold drift; do
    cp "$out/$cell/figures/$figure.png" "$here/figures/$cell-$figure.png"
  done
done
echo "wrote $table and docs/validation/figures/; the full results are in $out/"
