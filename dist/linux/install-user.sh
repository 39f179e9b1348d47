#!/bin/sh
# Installs Imago for one user, without root, from the folder that this script lies in; or removes it again.
#
#   sh install-user.sh               installs, or brings an older one up to date
#   sh install-user.sh --uninstall   removes what was installed; pictures, labels, runs and settings stay
#
# The program goes into ~/.local/bin, the rest below ${XDG_DATA_HOME:-~/.local/share}. What was put there is written down
# in share/doc/imago/installed-files; files that are there and not on that list are someone else's and are left alone.
set -eu

die() {
  echo "install-user.sh: $*" >&2
  exit 1
}

[ -n "${HOME:-}" ] || die "HOME is not set: there is no place to install to"
here=$(cd "$(dirname "$0")" && pwd)
bin=$HOME/.local/bin
data=${XDG_DATA_HOME:-$HOME/.local/share}
list=$data/doc/imago/installed-files

# Where a file of the archive goes to.
target() {
  case $1 in
    bin/*) echo "$bin/${1#bin/}" ;;
    share/*) echo "$data/${1#share/}" ;;
  esac
}

# The desktop's caches; a system without these tools has no use for them.
refresh() {
  update-mime-database "$data/mime" >/dev/null 2>&1 || true
  update-desktop-database "$data/applications" >/dev/null 2>&1 || true
  gtk-update-icon-cache -q -t "$data/icons/hicolor" >/dev/null 2>&1 || true
}

remove_listed() {
  while IFS= read -r file; do
    case $file in
      "$bin"/* | "$data"/*) rm -f -- "$file" ;;
    esac
  done <"$list"
  rm -f -- "$list"
  # Only if nothing else is in it.
  rmdir -- "$data/doc/imago" 2>/dev/null || true
}

# An argument of a desktop entry's Exec line: quoted, with everything escaped that it gives a meaning to.
exec_quoted() {
  printf '"%s"' "$(printf '%s' "$1" | sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g')"
}

install_all() {
  [ -x "$here/bin/imago" ] || die "$here/bin/imago is missing: please unpack the whole archive and start the script in it"
  # The first thing that can fail, before anything is written: is this the right program for this machine?
  "$here/bin/imago" --version >/dev/null ||
    die "this build of Imago doesn't run on this system (see above). It needs $(uname -m) Linux with a C library as new as the one named in README.txt"
  (cd "$here" && find bin share -type f | LC_ALL=C sort) | while IFS= read -r file; do
    to=$(target "$file")
    if [ -e "$to" ] && ! { [ -f "$list" ] && grep -Fxq -- "$to" "$list"; }; then
      die "$to exists and was not put there by this script: please move it away. Nothing was installed"
    fi
  done
  [ ! -f "$list" ] || remove_listed
  mkdir -p "$(dirname "$list")"
  (cd "$here" && find bin share -type f | LC_ALL=C sort) | while IFS= read -r file; do
    to=$(target "$file")
    # The list first: what is half installed can be removed too.
    printf '%s\n' "$to" >>"$list"
    mkdir -p "$(dirname "$to")"
    cp -- "$here/$file" "$to.new"
    chmod "$(if [ -x "$here/$file" ]; then echo 755; else echo 644; fi)" "$to.new"
    mv -f -- "$to.new" "$to"
  done
  # The desktop doesn't always look into ~/.local/bin: the entry names the whole path.
  entry=$data/applications/imago.desktop
  {
    while IFS= read -r line; do
      case $line in
        Exec=imago*) printf 'Exec=%s%s\n' "$(exec_quoted "$bin/imago")" "${line#Exec=imago}" ;;
        TryExec=*) printf 'TryExec=%s\n' "$(printf '%s' "$bin/imago" | sed 's/\\/\\\\/g')" ;;
        *) printf '%s\n' "$line" ;;
      esac
    done <"$entry"
  } >"$entry.new"
  mv -f -- "$entry.new" "$entry"
  refresh
  echo "Imago is installed: $bin/imago, and in the menu of the desktop."
  case :$PATH: in
    *:"$bin":*) ;;
    *) echo "For the command line, add $bin to PATH." ;;
  esac
}

case ${1:-} in
  '') install_all ;;
  --uninstall)
    [ -f "$list" ] || die "nothing to remove: there is no $list"
    remove_listed
    refresh
    echo "Imago is removed. Your labels, runs and settings are still in $data/imago and ${XDG_CONFIG_HOME:-$HOME/.config}/imago."
    ;;
  *) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 2 ;;
esac
