//! Words: shortening. How figures are written depends on the language and is in [`crate::lang`].

use egui::{FontId, Response, RichText, Ui};

/// A sentence with a capital at its head: those of the rooms below the window have none.
pub fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
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

/// A list of facts, parted by " · ", without as many of the last as do not fit `width` points in `font`; the first is cut in the
/// middle if need be.
pub fn first_facts(ui: &Ui, text: &str, font: &FontId, width: f32) -> String {
    let mut kept = text;
    loop {
        let size = ui.painter().layout_no_wrap(kept.to_owned(), font.clone(), egui::Color32::WHITE).size();
        if size.x <= width {
            return kept.to_owned();
        }
        match kept.rsplit_once(" · ") {
            Some((before, _)) => kept = before,
            None => return elide_middle(ui, kept, font, width),
        }
    }
}

/// The same as a label, with all facts in a tooltip.
pub fn facts_label(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    let shown = first_facts(ui, text, &font, ui.available_width());
    label_for(ui, text, shown, font, color)
}

/// A label cut in the middle to the width at hand, with the whole text in a tooltip.
pub fn elided_label(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    let shown = elide_middle(ui, text, &font, ui.available_width());
    label_for(ui, text, shown, font, color)
}

/// A label that shows as much of `text` as there is room for, and all of it in a tooltip.
fn label_for(ui: &mut Ui, text: &str, shown: String, font: FontId, color: egui::Color32) -> Response {
    let is_cut = shown != text;
    let response = ui.add(egui::Label::new(RichText::new(shown).font(font).color(color)).selectable(false));
    if is_cut { response.on_hover_text(text) } else { response }
}
