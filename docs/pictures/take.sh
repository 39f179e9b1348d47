#!/usr/bin/env bash
# Takes every picture of the documentation again, from the running program on a virtual screen.
#
#   bash docs/pictures/take.sh [PROGRAM] [LANGUAGE-THEME…]        some six minutes on two processor cores
#
# PROGRAM is a release build of Imago (target/release/imago if it is left out); with `en-dark`, `en-light`, `zh-CN-dark` or
# `zh-CN-light` only those are taken. Nothing of this user's Imago is read or changed: settings, runs and labels are in a folder
# of their own that is removed at the end, and so is the data set, /tmp/ants-and-bees. Its name and place are in the pictures.
#
# Needs Xvfb, openbox, xdotool, xclip, ImageMagick and pngquant. Another display than :79 can be named in PICTURES_DISPLAY.

set -euo pipefail
cd "$(dirname "$0")/../.."

program=${1:-target/release/imago}
[ "$#" -eq 0 ] || shift
wanted=("$@")
[ "${#wanted[@]}" -gt 0 ] || wanted=(en-dark en-light zh-CN-dark zh-CN-light)
[ -x "$program" ] || { echo "$program: there is no such program; build it with cargo build --release" >&2; exit 1; }
program=$(realpath "$program")
for tool in Xvfb openbox xdotool xclip import convert pngquant; do
  type -P "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done

pictures=$PWD/docs/pictures
data=/tmp/ants-and-bees
garden=/tmp/garden
for folder in "$data" "$garden"; do
  [ ! -e "$folder" ] || { echo "$folder is there already: move it away, the drawn pictures go there" >&2; exit 1; }
done
work=$(mktemp -d)
pids=()
tidy() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work" "$data" "$garden"
}
trap tidy EXIT
mkdir "$data" "$garden"

export DISPLAY=${PICTURES_DISPLAY:-:79} LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY

start_screen() {
  Xvfb "$DISPLAY" -screen 0 1440x900x24 -nolisten tcp >"$work/xvfb.log" 2>&1 &
  pids+=($!)
  local _
  for _ in $(seq 50); do
    xdotool getdisplaygeometry >/dev/null 2>&1 && break
    sleep 0.1
  done
  # No frame and the whole screen, so that the pictures show the program alone.
  cat >"$work/openbox.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <applications><application class="*"><decor>no</decor><maximized>yes</maximized></application></applications>
</openbox_config>
XML
  openbox --config-file "$work/openbox.xml" >"$work/openbox.log" 2>&1 &
  pids+=($!)
}

# The drawn sample, and what makes it look like a folder from life: pictures without a label, wrong labels, copies, damage.
draw_data() {
  local number=0 file
  "$program" sample "$data" >/dev/null
  "$program" sample --seed 7 "$work/more" >/dev/null
  # Without a label: directly in train/.
  for file in $(printf '%s\n' "$work"/more/train/*/*_00[1-8].jpg | sort -t_ -k2); do
    number=$((number + 1))
    cp "$file" "$data/train/photo_$(printf %02d "$number").jpg"
  done
  # In the wrong folder: three ants, two bees.
  mv "$data"/val/ants/ant_0[346]3.jpg "$data/val/bees/"
  mv "$data"/val/bees/bee_0[24]1.jpg "$data/val/ants/"
  # In both splits; twice with two labels; nothing but one colour; cut off.
  cp "$data/train/ants/ant_010.jpg" "$data/val/ants/ant_a10.jpg"
  cp "$data/train/bees/bee_020.jpg" "$data/val/bees/bee_b20.jpg"
  cp "$data/train/bees/bee_030.jpg" "$data/train/ants/ant_c30.jpg"
  convert -size 360x270 xc:'#46484c' "$data/train/bees/bee_d40.jpg"
  head -c 4000 "$data/train/ants/ant_050.jpg" >"$work/cut" && mv "$work/cut" "$data/train/ants/ant_050.jpg"
  drawn=$(find "$data" -name '*.jpg' | wc -l)
  # For Predict.
  number=0
  for file in $(printf '%s\n' "$work"/more/val/*/*.jpg | sort -t_ -k2 | head -n 15); do
    number=$((number + 1))
    cp "$file" "$garden/garden_$(printf %02d "$number").jpg"
  done
  head -c 3000 "$garden/garden_08.jpg" >"$work/cut" && mv "$work/cut" "$garden/garden_08.jpg"
}

# Two runs, where the window finds them.
train_runs() {
  export IMAGO_HOME=$work/trained
  # 3: done, but some files could not be read; one is cut off on purpose.
  { "$program" train "$data" --model cnn --epochs 8 --seed 1 2>/dev/null || [ $? -eq 3 ]; } | tail -n 1
  { "$program" train "$data" --model resnet18 --epochs 12 --step-size 5 2>/dev/null || [ $? -eq 3 ]; } | tail -n 1
}

look() { import -window root -depth 8 rgb:- | md5sum; }

# Waits until two looks in a row are the same; a window in which something runs never is, so not for long.
settle() {
  local tries=${1:-60} before='' now
  while [ "$tries" -gt 0 ]; do
    now=$(look)
    [ "$now" != "$before" ] || return 0
    before=$now
    tries=$((tries - 1))
    sleep 0.5
  done
}

# Waits until the left of the status bar is of one colour: nothing runs in the background.
idle() {
  local _
  for _ in $(seq 240); do
    [ "$(import -window root -crop 560x26+0+872 +repage -format %k info:)" -gt 1 ] || break
    sleep 0.5
  done
  settle
}

press() { xdotool key --clearmodifiers "$@"; sleep 0.15; }
click() { xdotool mousemove "$1" "$2"; sleep 0.3; xdotool click "${3:-1}"; sleep 0.2; away; }
# Into the status bar, where nothing reacts to it.
away() { xdotool mousemove 620 890; sleep 0.2; }
is_open() { kill -0 "$window_pid" 2>/dev/null || { cat "$work/window.log" >&2; echo "the window is gone" >&2; exit 1; }; }

take() {
  settle "${2:-60}"
  is_open
  import -window root "$work/$1.png"
  mkdir -p "$folder"
  pngquant --force --speed 1 --strip --floyd=0.4 --output "$folder/$1-$theme.png" 192 "$work/$1.png"
  echo "$folder/$1-$theme.png"
}

# Opens the window with the settings, the runs and the labels as they were at first.
open_window() {
  local found='' _
  rm -rf "$work/home" "$data/.imago"
  cp -a "$work/trained" "$work/home"
  mkdir -p "$work/home/config"
  cat >"$work/home/config/settings.toml" <<TOML
theme = "$theme"
language = "$language"
tour_seen = true
reduced_motion = true
TOML
  if [ -n "${recent:-}" ]; then
    cat >>"$work/home/config/settings.toml" <<TOML

[[recents]]
path = "$data"
pictures = $drawn
opened_unix_secs = $(($(date +%s) - 90000))
TOML
  fi
  IMAGO_HOME=$work/home "$program" "$@" >"$work/window.log" 2>&1 &
  window_pid=$!
  pids+=("$window_pid")
  for _ in $(seq 300); do
    is_open
    found=$(xdotool search --onlyvisible --name 'Imago' 2>/dev/null | head -n 1 || true)
    [ -z "$found" ] || break
    sleep 0.2
  done
  [ -n "$found" ] || { echo "no window came up" >&2; exit 1; }
  sleep 2
  xdotool windowfocus "$found" 2>/dev/null || true
  away
  settle
}

close_window() {
  kill "$window_pid" 2>/dev/null || true
  wait "$window_pid" 2>/dev/null || true
}

# How many epochs the run that was started last has.
epochs_of_newest() {
  local newest
  newest=$(find "$work/home/data/runs" -name metrics.jsonl -newer "$work/mark" 2>/dev/null | head -n 1)
  [ -n "$newest" ] && wc -l <"$newest" || echo 0
}

# The workspaces.
take_workspaces() {
  recent=yes open_window
  take welcome
  close_window

  # The model looks at the pictures, and their health is checked, before anything is taken.
  recent='' open_window "$data"
  sleep 4
  idle
  click 470 380
  take data
  press Escape

  press ctrl+2
  sleep 2
  idle
  take augment

  press ctrl+3
  sleep 1
  take train

  press ctrl+4
  sleep 2
  idle
  # The prediction that is most wrong.
  click 450 190
  sleep 1
  take results

  press ctrl+5
  sleep 1
  printf '%s\n' "$garden"/*.jpg | xclip -selection clipboard >/dev/null 2>&1
  press ctrl+v
  sleep 3
  idle
  take predict
}

# What else the guide shows. The window is open still.
take_details() {
  local _
  press ctrl+1
  # Pictures without a label.
  click 100 314
  click 300 190
  idle
  take suggestions
  press space
  sleep 1
  press c
  take large
  press ctrl+k
  sleep 0.5
  xdotool type --delay 30 'la'
  take palette
  press Escape
  press Escape
  press Escape
  press alt+0
  press ctrl+k
  settle
  xdotool type --delay 30 'Open less'
  settle
  press Return
  sleep 2
  take lessons
  press Escape

  # Checking anew opens the panel. Then the second finding: few pictures, so the lower part of the grid is of one colour.
  press ctrl+k
  settle
  xdotool type --delay 30 'Check the pic'
  settle
  press Return
  sleep 3
  idle
  for _ in 1 2 3 4 5; do
    click 130 246
    settle
    [ "$(import -window root -crop 700x200+300+600 +repage -format %k info:)" -gt 1 ] || break
  done
  take health
  press Escape

  press ctrl+2
  sleep 1
  click 39 316
  sleep 1
  idle
  take augment-mix
  click 39 316
  settle

  touch "$work/mark"
  press ctrl+3
  press ctrl+Return
  while [ "$(epochs_of_newest)" -lt 6 ]; do
    is_open
    sleep 0.5
  done
  # The speed of an epoch that has only just begun would be a freak.
  sleep 1.5
  take train-running 1
  press ctrl+period
  sleep 2
}

start_screen
draw_data
train_runs
for one in "${wanted[@]}"; do
  theme=${one##*-}
  language=${one%-*}
  folder=$pictures
  [ "$language" = en ] || folder=$pictures/$language
  take_workspaces
  # In one theme for each language: more pictures would tell no more.
  case $one in en-dark | zh-CN-light) take_details ;; esac
  close_window
done
du -ch "$pictures"/*.png "$pictures"/*/*.png | tail -n 1
