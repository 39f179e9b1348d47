//! Words: shortening, wrapping. How figures are written depends on the language and is in [`crate::lang`].

use egui::{FontId, Response, RichText, Ui};

/// Cuts the middle out of `text` until it fits `width` points in `font`.
pub fn elide_middle(ui: &Ui, text: &str, font: &FontId, width: f32) -> String {
    let fits = |candidate: &str| {
        ui.painter().layout_no_wrap(candidate.to_owned(), font.clone(), egui::Color32::WHITE).size().x <= width
    };
    if fits(text) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let shortened = |kept: usize| {
        let tail = kept / 2;
        let head = kept - tail;
        let head: String = chars[..head].iter().collect();
        let tail: String = chars[chars.len() - tail..].iter().collect();
        format!("{head}…{tail}")
    };
    // The largest number of kept characters that fits.
    let (mut low, mut high) = (0, chars.len().saturating_sub(1));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(&shortened(middle)) { low = middle } else { high = middle - 1 }
    }
    shortened(low)
}

/// A label cut in the middle to the width at hand, with the whole text in a tooltip.
pub fn elided_label(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    let shown = elide_middle(ui, text, &font, ui.available_width());
    let is_cut = shown != text;
    let response = ui.add(egui::Label::new(RichText::new(shown).font(font).color(color)).selectable(false));
    if is_cut { response.on_hover_text(text) } else { response }
}

/// Breaks text into lines of at most `columns` characters: at spaces, and between Chinese characters, which are two columns
/// wide. No line begins with a closing mark.
pub fn wrap_text(text: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for piece in pieces(text) {
        let trimmed = piece.trim_end();
        let needed = columns_of(trimmed);
        match lines.last_mut() {
            Some(line) if width + needed <= columns || trimmed.starts_with(is_closing) => line.push_str(piece),
            _ => {
                lines.push(piece.to_owned());
                width = 0;
            }
        }
        width += columns_of(piece);
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

fn is_wide(char: char) -> bool {
    matches!(u32::from(char), 0x2E80..=0x9FFF | 0xFF00..=0xFFEF)
}

fn is_closing(char: char) -> bool {
    matches!(char, '，' | '。' | '；' | '：' | '！' | '？' | '、' | '）' | '”' | '』' | '」' | '》')
}

fn columns_of(text: &str) -> usize {
    text.chars().map(|char| if is_wide(char) { 2 } else { 1 }).sum()
}

/// What must not be broken: words with the space after them, single wide characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_wide(first) {
            first.len_utf8()
        } else {
            let word = rest.find(|char: char| char.is_whitespace() || is_wide(char)).unwrap_or(rest.len());
            rest[word..].find(|char: char| !char.is_whitespace()).map_or(rest.len(), |spaces| word + spaces)
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_at_spaces() {
        assert_eq!(wrap_text("one two three", 7), "one two\nthree");
        assert_eq!(wrap_text("one   two", 3), "one\ntwo");
    }

    #[test]
    fn chinese_is_broken_anywhere_but_before_a_closing_mark() {
        assert_eq!(wrap_text("已保存三条预测。", 8), "已保存三\n条预测。");
        assert_eq!(wrap_text("已保存三。完", 8), "已保存三。\n完");
        assert_eq!(wrap_text("保存到 out.csv 了", 8), "保存到\nout.csv\n了");
    }
}
