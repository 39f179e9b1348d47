#!/usr/bin/env bash
# Tries the Debian package where nothing but Debian's base system and the package is: as root, some minutes, some 700 MB.
#
#   bash dist/linux/fresh-debian.sh FILE.deb [RELEASE]
#
# Makes a fresh system by debootstrap in a temporary folder, installs the package there with what it depends on (without what it
# recommends), cuts the network off, and has it draw its sample, train an epoch and open the sample in a window on a virtual
# screen outside. A picture of that window is left in the current folder. Needs debootstrap, xvfb, xdotool and imagemagick.
set -euo pipefail

die() {
  echo "fresh-debian.sh: $*" >&2
  exit 1
}

[ $# -ge 1 ] && [ -f "$1" ] || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || die "debootstrap and chroot need root"
deb=$(realpath "$1")
release=${2:-bookworm}
work=$(mktemp -d)
root=$work/root
pids=()
finish() {
  for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
  sleep 1
  for folder in "$root/tmp/.X11-unix" "$root/proc" "$root/dev"; do umount -l "$folder" 2>/dev/null || true; done
  # Never into a folder of the system that is still there.
  rm -rf --one-file-system "$work"
}
trap finish EXIT

began=$SECONDS
step() {
  echo "== $* (after $((SECONDS - began)) s)"
}

step "a fresh $release"
debootstrap --variant=minbase "$release" "$root" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; die "debootstrap failed"; }
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

step "the package and what it depends on"
cp "$deb" "$root/tmp/imago.deb"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
before=$(inside dpkg-query -W | wc -l)
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /tmp/imago.deb >"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log"; die "the package can't be installed"; }
echo "$(($(inside dpkg-query -W | wc -l) - before)) packages were installed with it"

offline() { unshare -n chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
step "without a network: sample"
offline imago sample /root/insects
step "without a network: an epoch of training"
offline imago train /root/insects --model resnet18 --epochs 1 --out /root/run
offline imago evaluate /root/run /root/insects | tail -n 5

step "without a network: the window"
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" >/dev/null 2>&1 &
pids+=($!)
for _ in $(seq 100); do
  [ ! -s "$work/display" ] || break
  sleep 0.1
done
read -r display <"$work/display" || die "Xvfb didn't start"
export DISPLAY=:$display
mkdir -p "$root/tmp/.X11-unix"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
offline DISPLAY=":$display" LIBGL_ALWAYS_SOFTWARE=1 imago /root/insects >"$work/imago.log" 2>&1 &
pids+=($!)
for _ in $(seq 300); do
  found=$(xdotool search --onlyvisible --name 'insects' 2>/dev/null | head -n 1 || true)
  [ -z "$found" ] || break
  sleep 0.2
done
[ -n "$found" ] || { cat "$work/imago.log"; die "no window that names the folder"; }
sleep 8
import -window "$found" fresh-debian.png
echo "window '$(xdotool getwindowname "$found")', $(identify -format %k fresh-debian.png) colours in it: fresh-debian.png"
cat "$work/imago.log"
step "done"
