//! Words and figures: shortening, wrapping, formatting.

use egui::{FontId, Response, RichText, Ui};

/// `1,204`.
pub fn thousands(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `110 kB`, `4.2 MB`: powers of ten, as file managers show them.
pub fn bytes(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.0} kB", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.1} GB", value / 1e9),
    }
}

/// `38 s`, `2 min 05 s`, `1 h 12 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{:.1} s", seconds.max(0.0)),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `just now`, `5 minutes ago`, `yesterday`, `12 days ago`.
pub fn ago(seconds: u64) -> String {
    let plural = |count: u64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => plural(seconds / 60, "minute"),
        3_600..86_400 => plural(seconds / 3_600, "hour"),
        86_400..172_800 => "yesterday".to_owned(),
        _ => plural(seconds / 86_400, "day"),
    }
}

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

/// Breaks text into lines of at most `columns` characters at spaces.
pub fn wrap_text(text: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_people_read_them() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(11_177_538), "11,177,538");
        assert_eq!(bytes(110_432), "110 kB");
        assert_eq!(duration(2.13), "2.1 s");
        assert_eq!(duration(125.0), "2 min 05 s");
        assert_eq!(duration(4_320.0), "1 h 12 min");
        assert_eq!(ago(61), "1 minute ago");
        assert_eq!(ago(90_000), "yesterday");
    }

    #[test]
    fn long_text_is_broken_at_spaces() {
        assert_eq!(wrap_text("one two three", 7), "one two\nthree");
    }
}
