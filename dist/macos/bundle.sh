#!/usr/bin/env bash
# Puts Imago.app together.
#
#   bash dist/macos/bundle.sh [--sign] PROGRAM LICENCES FOLDER
#
# PROGRAM is the release build for macOS, LICENCES what third-party-licences.sh printed; Imago.app is made in FOLDER. With
# --sign (on macOS only) it is signed ad hoc: it then runs on the machine that made it and, on others, after "Open Anyway" in
# System Settings, Privacy & Security. Opening without that question needs an Apple developer's certificate and notarising.
set -euo pipefail

die() {
  echo "bundle.sh: $*" >&2
  exit 1
}

sign=
if [ "${1:-}" = --sign ]; then
  sign=yes
  shift
fi
[ $# -eq 3 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
program=$1
licences=$2
folder=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$here/../..
[ -f "$program" ] || die "$program is missing"
[ -f "$licences" ] || die "$licences is missing"
[ -z "$sign" ] || command -v codesign >/dev/null || die "there is no codesign here: signing needs macOS"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/Cargo.toml" | head -n 1)
app=$folder/Imago.app
[ ! -e "$app" ] || die "$app is there already"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
sed "s/@VERSION@/$version/" "$here/Info.plist" >"$app/Contents/Info.plist"
printf 'APPL????' >"$app/Contents/PkgInfo"
cp "$program" "$app/Contents/MacOS/imago"
chmod 755 "$app/Contents/MacOS/imago"
cp "$here/imago.icns" "$app/Contents/Resources/imago.icns"
cp "$licences" "$app/Contents/Resources/third-party-licences.txt"
cp "$top/LICENSE-MIT" "$top/LICENSE-APACHE" "$app/Contents/Resources/"
cp "$top/assets/fonts/OFL.txt" "$app/Contents/Resources/Inter-OFL.txt"
cp "$top/assets/fonts/OFL-Noto.txt" "$app/Contents/Resources/Noto-OFL.txt"

if [ -n "$sign" ]; then
  plutil -lint "$app/Contents/Info.plist"
  codesign --force --sign - --timestamp=none "$app"
  codesign --verify --strict "$app"
fi
echo "$app"
