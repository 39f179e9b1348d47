#!/usr/bin/env python3
"""Makes the fonts of the window from Inter's static web fonts.

    python3 assets/fonts/make.py FOLDER

FOLDER holds Inter-Regular.woff2, Inter-Medium.woff2 and Inter-SemiBold.woff2: `web/` of Inter 4.1, as in its release
archive or in the npm package `inter-ui` 4.1.1. Needs fontTools with Brotli (`pip install fonttools brotli`).

Two things are done to them:

1. Subset: Latin, Greek, Cyrillic, punctuation, arrows, mathematics and the few signs the window uses. Kerning and mark
   positioning stay. Contextual alternates go: they would show a file called `a->b 3x4.jpg` under another name than it has.
2. Tabular figures: the text layout of egui can't switch OpenType features on, so `Inter-Tabular-*` has the figures and the
   signs that stand before them replaced by the font's own `tnum` glyphs, all of one width, and has no kerning between
   them. A number then keeps its width while it changes. Comma and full stop stay narrow: where every number in a column
   has the same number of decimals they are aligned all the same, and wide ones look like gaps.

The result is the same byte for byte on every run (no time stamps).
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).resolve().parent
UNICODES = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x01A0, 0x01B0),  # Vietnamese Ơ Ư
    (0x0218, 0x021B),  # Romanian Ș Ț
    (0x02B9, 0x02DF),  # Spacing modifiers
    (0x0300, 0x0331),  # Combining marks: decomposed file names come from macOS
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x0490, 0x04FF),  # Cyrillic of Ukrainian, Kazakh, Tatar …
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2000, 0x206F),  # Punctuation and spaces
    (0x2070, 0x209F),  # Superscripts and subscripts
    (0x20A0, 0x20BF),  # Currency
    (0x2100, 0x218B),  # № ™ ℓ ⅓ …
    (0x2190, 0x21FF),  # Arrows
    (0x2200, 0x22FF),  # Mathematics
    (0x2300, 0x23FF),  # ⌘ ⌥ ⌫ ⏎
    (0x25A0, 0x25FF),  # ■ □ ▲ ▶ ● ○
    (0x2600, 0x27BF),  # ★ ☆ ✓ ✗ ⚠
    (0xFFFD, 0xFFFD),  # What undecodable file names show
]
# Only these become tabular: figures, and the signs that begin a number. Not the hyphen: words have it as well.
TABULAR = "0123456789+−±"
NAMES = ("Regular", "Medium", "SemiBold")
TABULAR_NAMES = ("Regular", "SemiBold")


def shrink(source: Path) -> TTFont:
    """The font with only the characters and the layout features that the window needs."""
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.hinting = False
    font = subset.load_font(source, options)
    wanted = subset.Subsetter(options)
    wanted.populate(unicodes=[code for first, last in UNICODES for code in range(first, last + 1)])
    wanted.subset(font)
    font.flavor = None
    return font


def tabular_glyphs(font: TTFont) -> dict[str, str]:
    """What the `tnum` feature replaces by what."""
    gsub = font["GSUB"].table
    mapping: dict[str, str] = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    mapping |= getattr(table, "ExtSubTable", table).mapping
    return mapping


def make_tabular(font: TTFont) -> None:
    """Puts the tabular glyphs in the place of the proportional ones."""
    replaced = tabular_glyphs(font)
    for table in font["cmap"].tables:
        for character in TABULAR:
            glyph = table.cmap.get(ord(character))
            if glyph in replaced:
                table.cmap[ord(character)] = replaced[glyph]
    widths = {font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in "0123456789"}
    if len(widths) != 1:
        raise SystemExit(f"the tabular figures have {len(widths)} widths")
    figure_width = widths.pop()
    # A figure space is as wide as a figure: numbers can be padded with it.
    font["hmtx"][font.getBestCmap()[0x2007]] = (figure_width, 0)
    family = "Inter Tabular"
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            text = record.toUnicode().replace("Inter", family.replace(" ", "") if record.nameID == 6 else family, 1)
            record.string = text


def drop_features(font: TTFont, tags: set[str]) -> None:
    """Takes features out, with the glyphs that only they reach."""
    options = subset.Options()
    options.layout_features = [
        tag
        for table in ("GSUB", "GPOS")
        for tag in sorted({record.FeatureTag for record in font[table].table.FeatureList.FeatureRecord})
        if tag not in tags
    ]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    again = subset.Subsetter(options)
    again.populate(unicodes=list(font.getBestCmap()))
    again.subset(font)


def kerned_figures(font: TTFont) -> list[str]:
    """Figures that kerning would move: none may be left in a tabular font."""
    cmap = font.getBestCmap()
    figures = {cmap[ord(character)] for character in "0123456789"}
    found = set()
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            if table.LookupType == 2:
                found |= figures & set(table.Coverage.glyphs)
                if table.Format == 1:
                    found |= figures & {pair.SecondGlyph for pairs in table.PairSet for pair in pairs.PairValueRecord}
                else:
                    found |= figures & set(table.ClassDef2.classDefs)
    return sorted(found)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    for name in NAMES:
        font = shrink(folder / f"Inter-{name}.woff2")
        drop_features(font, {"tnum"})
        font.save(OUT / f"Inter-{name}.ttf")
    for name in TABULAR_NAMES:
        font = shrink(folder / f"Inter-{name}.woff2")
        make_tabular(font)
        drop_features(font, {"tnum"})
        if moved := kerned_figures(font):
            drop_features(font, {"kern"})
            print(f"Inter-Tabular-{name}: kerning taken out, it moved {', '.join(moved)}")
        font.save(OUT / f"Inter-Tabular-{name}.ttf")
    for file in sorted(OUT.glob("*.ttf")):
        print(f"{file.name}  {file.stat().st_size} bytes  {len(TTFont(file).getBestCmap())} characters")


if __name__ == "__main__":
    main()
