"""Makes Chinese-Regular.otf and Chinese-Bold.otf: Noto Sans CJK SC with just the characters that the interface needs.

Needs fonttools (PyPI) and the fonts of Debian's package fonts-noto-cjk:

    python3 make_chinese.py /usr/share/fonts/opentype/noto

To be run again whenever a test says that a character of assets/lang/zh-CN is missing.
"""

import pathlib
import sys

from fontTools import subset

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
# Simplified Chinese within the collection.
FACE = 2
# In code, too, for headings of one or two characters and names of languages.
SOURCES = [*ROOT.glob("assets/lang/zh-CN/*.toml"), *ROOT.glob("src/lang/*.rs"), ROOT / "src/app/command/table.rs",
           ROOT / "src/ui/top_bar.rs"]


# The five hundred most frequent characters: room for the next texts, and for the simplest names of classes.
FREQUENT = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想"
    "已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
    "几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权"
    "收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集"
    "温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支"
    "般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属"
    "圆包火住调满县局照参红细引听该铁价严下载网络代理续断完整校验健康重复模糊监视")


def characters():
    """Everything from the CJK blocks and full-width forms that is used, and all Chinese punctuation."""
    used = set("".join(path.read_text(encoding="utf-8") for path in SOURCES))
    wide = {c for c in used if 0x2E80 <= ord(c) <= 0x9FFF or 0xFF00 <= ord(c) <= 0xFFEF}
    return wide | set(FREQUENT) | set("、。〈〉《》「」『』【】〔〕！（），：；？～·—…“”‘’％")


def main(folder):
    text = "".join(sorted(characters()))
    for weight in ["Regular", "Bold"]:
        options = subset.Options(font_number=FACE, hinting=False, layout_features=[], name_IDs=[0, 1, 2, 13, 14],
                                 drop_tables=["vhea", "vmtx", "VORG", "BASE"], notdef_outline=True)
        font = subset.load_font(str(pathlib.Path(folder) / f"NotoSansCJK-{weight}.ttc"), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(font)
        out = HERE / f"Chinese-{weight}.otf"
        subset.save_font(font, str(out), options)
        print(out.name, len(text), "characters,", out.stat().st_size, "bytes")


main(sys.argv[1])
