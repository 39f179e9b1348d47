#!/usr/bin/env python3
"""Renders every picture of the icon and the name mark from the SVG files beside this script.

    python3 assets/make_icons.py

Needs `rsvg-convert` (Debian: librsvg2-bin) and Pillow. Run it after a change to one of the drawings and commit what it
writes: the build itself needs neither tool.

The small sizes have drawings of their own (icon-16.svg, icon-24.svg): the landscape in the wings is noise below 48 pixels.
"""

import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image

ASSETS = Path(__file__).resolve().parent
DIST = ASSETS.parent / "dist"
# What the freedesktop icon theme asks for.
LINUX_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
# What Explorer, the task bar and the title bar pick from.
WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)
# Apple's grid: the tile takes 824 of 1024 pixels; ours takes 464 of 512 in the drawing.
MAC_SCALE = (824 / 1024) / (464 / 512)


def render(svg: str, *, width: int | None = None, height: int | None = None) -> Image.Image:
    """One drawing at one size, RGBA."""
    size = [f"--{name}={value}" for name, value in (("width", width), ("height", height)) if value]
    png = subprocess.run(["rsvg-convert", "--keep-aspect-ratio", *size, ASSETS / svg], check=True, capture_output=True)
    return Image.open(BytesIO(png.stdout)).convert("RGBA")


def icon(size: int) -> Image.Image:
    """The icon at `size` pixels, from the drawing made for that size."""
    svg = "icon-16.svg" if size < 24 else "icon-24.svg" if size < 48 else "icon.svg"
    return render(svg, width=size, height=size)


def main() -> None:
    icon(256).save(ASSETS / "icon-256.png", optimize=True)
    for size in LINUX_SIZES:
        folder = DIST / "linux" / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True, exist_ok=True)
        icon(size).save(folder / "imago.png", optimize=True)
    scalable = DIST / "linux" / "icons" / "hicolor" / "scalable" / "apps"
    scalable.mkdir(parents=True, exist_ok=True)
    (scalable / "imago.svg").write_bytes((ASSETS / "icon.svg").read_bytes())

    pictures = [icon(size) for size in WINDOWS_SIZES]
    pictures[-1].save(
        ASSETS / "imago.ico", sizes=[(size, size) for size in WINDOWS_SIZES], append_images=pictures[:-1]
    )

    inner = round(1024 * MAC_SCALE)
    mac = Image.new("RGBA", (1024, 1024))
    mac.paste(render("icon.svg", width=inner, height=inner), ((1024 - inner) // 2,) * 2)
    (DIST / "macos").mkdir(parents=True, exist_ok=True)
    mac.save(DIST / "macos" / "imago.icns")

    # Three times the height at which the welcome screen shows it, for dense screens.
    for name in ("wordmark", "wordmark-dark"):
        render(f"{name}.svg", height=168).save(ASSETS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
