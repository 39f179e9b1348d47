#!/usr/bin/env bash
# The licences of every Rust library inside the program, to be given along with it: a list, then each text once.
#
#   bash dist/linux/third-party-licences.sh >FILE
#
# Reads what Cargo.lock names from Cargo's own copy of the sources, so it needs no network after a build. The same lock file
# gives the same text.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export LC_ALL=C

sources=${CARGO_HOME:-$HOME/.cargo}/registry/src
[ -d "$sources" ] || {
  echo "third-party-licences.sh: $sources is missing: please build Imago first" >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# name, version and licence of what is linked in (`-e normal`: not what only builds or tests need).
cargo tree --locked -e normal --prefix none --format '{p}|{l}' |
  sed -n 's/^\([^ ]*\) v\([^ |]*\)[^|]*|\([^(]*\).*$/\1 \2 \3/p' | sed 's/ *$//' | sort -u | grep -v '^imago ' >"$work/list"
[ "$(wc -l <"$work/list")" -gt 100 ] || {
  echo "third-party-licences.sh: cargo tree names only $(wc -l <"$work/list") libraries" >&2
  exit 1
}

mkdir "$work/texts" "$work/users"
while read -r name version _; do
  for folder in "$sources"/*/"$name-$version"; do
    for file in "$folder"/{LICEN[CS]E,COPYING,COPYRIGHT,NOTICE,UNLICENSE,licen[cs]e,Licen[cs]e}*; do
      [ -f "$file" ] || continue
      # The same text with other line ends or blanks at the ends of lines is the same.
      text=$(sed 's/[[:space:]]*$//' "$file" | sha256sum)
      text=${text%% *}
      [ -f "$work/texts/$text" ] || sed 's/[[:space:]]*$//' "$file" >"$work/texts/$text"
      echo "$name $version" >>"$work/users/$text"
    done
  done
done <"$work/list"

echo "Imago contains these Rust libraries, each under the licence behind its name; the texts follow."
echo
while read -r name version licence; do
  echo "  $name $version: ${licence:-see its text below}"
done <"$work/list"
# In the order of the first library that uses each text.
for text in "$work"/users/*; do
  printf '%s\t%s\n' "$(sort -u "$text" | head -n 1)" "${text##*/}"
done | sort | while IFS=$'\t' read -r _ text; do
  printf '\n%s\n\n' "--------------------------------------------------------------------------------"
  sort -u "$work/users/$text" | paste -sd ',' | sed 's/,/, /g' | fold -s -w 100
  echo
  cat "$work/texts/$text"
done
