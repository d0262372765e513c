#!/usr/bin/env bash
# Usage: cmake/install_packages.sh [SECTION...]      sections of packages.txt; without one: build
#
# Installs the packages that are missing. Where nothing is missing it does nothing and needs no network; where it
# may not install, it prints the command to run and exits with 1.
set -euo pipefail

list="$(dirname -- "${BASH_SOURCE[0]}")/packages.txt"
sections=("${@:-build}")

is_installed() {
  [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# Prints the package to install for one line `a | b` of the list, or nothing if one of them is there.
missing_of() {
  local alternatives=() name
  IFS='| ' read -r -a alternatives <<<"$1"
  for name in "${alternatives[@]}"; do
    if is_installed "$name"; then return 0; fi
  done
  printf '%s\n' "${alternatives[0]}"
}

# Prints the lines of one section without comments; fails when the section does not exist.
lines_of() {
  awk -v wanted="[$1]" '
    { sub(/[ \t]*#.*/, "") }
    /^\[/ { inside = ($1 == wanted); found = found || inside; next }
    inside && NF
    END { exit !found }' "$list"
}

if ! command -v dpkg-query >/dev/null; then
  echo "No dpkg here, so packages are not checked; CMake will name what it does not find." >&2
  echo "The list, by Debian's names: $list" >&2
  exit 0
fi

missing=()
for section in "${sections[@]}"; do
  if ! lines="$(lines_of "$section")"; then
    echo "install_packages.sh: there is no section [$section] in $list" >&2
    exit 2
  fi
  while IFS= read -r line; do
    package="$(missing_of "$line")"
    if [[ -n "$package" ]]; then missing+=("$package"); fi
  done <<<"$lines"
done
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

root=()
if [[ "$(id -u)" -ne 0 ]]; then
  if command -v sudo >/dev/null && { [[ -t 0 && "${CI:-}" != true ]] || sudo -n true 2>/dev/null; }; then
    root=(sudo)
  else
    echo "Packages are missing and this account may not install them. Run as root, then start again:" >&2
    echo "  apt-get update && apt-get install --yes ${missing[*]}" >&2
    exit 1
  fi
fi

echo "Installing: ${missing[*]}" >&2
install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive
  apt-get install --yes --no-install-recommends "${missing[@]}")
# The package lists may be absent (a fresh container) or older than the archive: fetch them only then.
if ! "${install[@]}" </dev/null; then
  echo "Fetching the package lists, then trying once more." >&2
  if ! "${root[@]}" apt-get update </dev/null || ! "${install[@]}" </dev/null; then
    echo "The packages could not be installed; is there a network? Missing: ${missing[*]}" >&2
    exit 1
  fi
fi
