#!/usr/bin/env bash
# Makes the packages that this system can make, from a release build.
#
#   bash dist/package.sh [--no-build] [--fast] [--out DIR] [KIND...]
#
#   deb         a Debian package                                    Linux with dpkg
#   tar         an archive with a script that installs for one user Linux
#   app         Imago.app, signed ad hoc, as a .zip                 macOS
#   installer   a setup program for Windows                         Windows (Git Bash) with NSIS; elsewhere see dist/README.md
#
# Without KIND: deb and tar on Linux, app on macOS, installer on Windows. They are put into target/dist, beside a SHA256SUMS.
# --no-build packs the release build that is there; --fast compresses less, for trying. The same program packed twice gives the same bytes: file times are
# SOURCE_DATE_EPOCH or else the last commit's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C
umask 022

CARGO_DEB=3.8.0

die() {
  echo "package.sh: $*" >&2
  exit 1
}

build=yes
fast=
out=
kinds=()
while [ $# -gt 0 ]; do
  case $1 in
    --no-build) build= ;;
    --fast) fast=yes ;;
    --out) out=${2:?"--out needs a folder"}; shift ;;
    deb | tar | app | installer) kinds+=("$1") ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
  shift
done

case $(uname -s) in
  Linux) system=linux; default=(deb tar) ;;
  Darwin) system=macos; default=(app) ;;
  MINGW* | MSYS* | CYGWIN*) system=windows; default=(installer) ;;
  *) die "there are no packages for $(uname -s)" ;;
esac
[ "${#kinds[@]}" -gt 0 ] || kinds=("${default[@]}")

target=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
machine=$(uname -m)
out=${out:-$target/dist}
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  # Without a repository (a source archive): the day of the newest entry in the package's own changelog.
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null ||
    date -u -d "$(sed -n 's/^ -- .*>  //p' dist/linux/debian-changelog | head -n 1)" +%s)
fi
export SOURCE_DATE_EPOCH

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
made=()

# The release build. A second argument: for that target, built on another system.
program() {
  local folder=$target/${2:+$2/}release
  if [ -n "$build" ]; then cargo build --locked --release ${2:+--target "$2"} >&2; fi
  [ -f "$folder/$1" ] || die "$folder/$1 is missing: build it, or leave out --no-build"
  echo "$folder/$1"
}

third_party_licences() {
  [ -f "$work/third-party-licences.txt" ] || bash dist/linux/third-party-licences.sh >"$work/third-party-licences.txt"
}

make_deb() {
  local file
  command -v dpkg-shlibdeps >/dev/null || die "dpkg-shlibdeps is missing: apt-get install dpkg-dev"
  if ! command -v cargo-deb >/dev/null; then
    # Without its own xz, which would be built from C: the system's is used. Lightly optimised: it runs for seconds.
    cargo install --locked --no-default-features --config profile.release.opt-level=1 --config profile.release.lto=false \
      "cargo-deb@$CARGO_DEB"
  fi
  program imago >/dev/null
  third_party_licences
  gzip -9n <"$work/third-party-licences.txt" >"$target/release/third-party-licences.txt.gz"
  file=$(cargo deb --locked --no-build --compress-system ${fast:+--fast} --quiet --output "$work/deb/" | tail -n 1)
  [ -f "$file" ] || die "cargo deb named no package"
  mv "$file" "$out/"
  made+=("${file##*/}")
}

make_tar() {
  local name=imago-$version-linux-$machine folder program
  folder=$work/$name
  program=$(program imago)
  mkdir -p "$folder/bin" "$folder/share/doc/imago"
  strip --strip-unneeded -o "$folder/bin/imago" "$program"
  chmod 755 "$folder/bin/imago"
  install -Dm644 dist/linux/imago.desktop "$folder/share/applications/imago.desktop"
  install -Dm644 dist/linux/local.imago.imago.metainfo.xml -t "$folder/share/metainfo"
  install -Dm644 dist/linux/imago-mime.xml "$folder/share/mime/packages/imago.xml"
  install -Dm644 dist/linux/imago.1 "$folder/share/man/man1/imago.1"
  mkdir -p "$folder/share/icons"
  cp -r dist/linux/icons/hicolor "$folder/share/icons/"
  third_party_licences
  install -m644 "$work/third-party-licences.txt" LICENSE-MIT LICENSE-APACHE CHANGELOG.md "$folder/share/doc/imago/"
  install -m644 assets/fonts/OFL.txt "$folder/share/doc/imago/Inter-OFL.txt"
  install -m644 assets/fonts/OFL-Noto.txt "$folder/share/doc/imago/Noto-OFL.txt"
  install -m755 dist/linux/install-user.sh "$folder/"
  # The newest symbol version that the program asks the C library for.
  local glibc
  glibc=$(objdump -T "$folder/bin/imago" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
  sed -e "s/@VERSION@/$version/" -e "s/@GLIBC@/${glibc#GLIBC_}/" -e "s/@MACHINE@/$machine/" dist/linux/README.txt \
    >"$folder/README.txt"
  chmod -R u=rwX,go=rX "$folder"
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -cf - "$name" |
    gzip "-$([ -n "$fast" ] && echo 1 || echo 9)n" >"$out/$name.tar.gz"
  made+=("$name.tar.gz")
}

make_app() {
  [ "$system" = macos ] || die "Imago.app is signed by macOS's codesign; dist/macos/bundle.sh alone can put it together elsewhere"
  local name=imago-$version-macos-$machine.zip
  third_party_licences
  bash dist/macos/bundle.sh --sign "$(program imago)" "$work/third-party-licences.txt" "$work"
  rm -f "$out/$name"
  ditto -c -k --keepParent "$work/Imago.app" "$out/$name"
  made+=("$name")
}

make_installer() {
  local makensis name=imago-$version-windows-x86_64-setup.exe cross= program
  makensis=$(command -v makensis || true)
  [ -n "$makensis" ] || [ ! -x "/c/Program Files (x86)/NSIS/makensis.exe" ] || makensis="/c/Program Files (x86)/NSIS/makensis.exe"
  [ -n "$makensis" ] || die "makensis is missing: NSIS (https://nsis.sourceforge.io, Debian: nsis) makes the installer"
  [ "$system" = windows ] || cross=x86_64-pc-windows-gnu
  program=$(program imago.exe $cross)
  cp "$program" "$work/imago.exe"
  third_party_licences
  cp LICENSE-MIT LICENSE-APACHE CHANGELOG.md assets/imago.ico "$work/"
  cp assets/fonts/OFL.txt "$work/Inter-OFL.txt"
  cp assets/fonts/OFL-Noto.txt "$work/Noto-OFL.txt"
  # From the folder with all that goes in, so that the script needs no paths in the system's own spelling.
  cp dist/windows/imago.nsi "$work/"
  (cd "$work" && "$makensis" -V2 "-DVERSION=$version" "-DOUTFILE=imago-setup.exe" imago.nsi)
  mv "$work/imago-setup.exe" "$out/$name"
  made+=("$name")
}

for kind in "${kinds[@]}"; do
  "make_$kind"
  # Built once is enough.
  build=
done

# Over all that lies there, this run's packages among it.
cd "$out"
sums=$(command -v sha256sum >/dev/null && echo sha256sum || echo 'shasum -a 256')
: >SHA256SUMS.new
for file in imago*; do
  [ ! -f "$file" ] || $sums "$file" >>SHA256SUMS.new
done
mv -f SHA256SUMS.new SHA256SUMS
for file in "${made[@]}"; do
  echo "$out/$file ($(($(wc -c <"$file") / 1000)) kB)"
done
