#!/usr/bin/env bash
# Usage: tests/run.sh [--preset NAME] [--label REGEX] [--exclude-label REGEX] [--filter REGEX]
#                     [-- CMAKE_OPTION...]
#
# Installs what is missing, builds everything with a preset of CMakePresets.json (release without the option) and
# runs the tests on all processors. The exit status is that of ctest. Works from any folder.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,6s/^# \{0,1\}//p' tests/run.sh
}
wrong() {
  printf 'tests/run.sh: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

preset=release
selection=()
configure=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --preset | --label | --exclude-label | --filter)
      [[ $# -ge 2 ]] || wrong "$1 needs a value"
      case "$1" in
        --preset) preset="$2" ;;
        --label) selection+=(--label-regex "$2") ;;
        --exclude-label) selection+=(--label-exclude "$2") ;;
        --filter) selection+=(--tests-regex "$2") ;;
      esac
      shift 2
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    --)
      shift
      configure=("$@")
      break
      ;;
    *) wrong "there is no option $1" ;;
  esac
done

bash cmake/install_packages.sh build test
jobs="$(nproc)"
cmake --preset "$preset" -DDYNIV_BUILD_TESTS=ON "${configure[@]}"
cmake --build --preset "$preset" --parallel "$jobs"
exec ctest --preset "$preset" --parallel "$jobs" "${selection[@]}"
