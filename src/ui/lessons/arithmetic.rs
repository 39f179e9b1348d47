//! Nine numbers, nine weights, nine products, one sum.

use egui::{Align2, Color32, CornerRadius, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::words::number;
use crate::lang::t;
use crate::lessons::{Convolution, Place};
use crate::ui::theme::{self, Colors};

/// Height in points.
pub(super) const HEIGHT: f32 = 116.0;
/// Height of a cell.
const CELL: f32 = 25.0;
/// Above the tables: what they are.
const NAMES: f32 = 18.0;

/// Draws the arithmetic of the pixel at `at` (column, row) of the result.
pub(super) fn arithmetic_ui(ui: &mut Ui, settings: &Convolution, place: &Place, at: [usize; 2]) {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let spoken = spoken(settings, place);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    ui.painter().rect(rect, theme::CARD_RADIUS, colors.card, Stroke::new(1.0, colors.stroke), StrokeKind::Inside);
    let inner = rect.shrink2(vec2(14.0, 9.0));
    let sign = 26.0;
    // The sum takes what the three tables leave.
    let cell = ((inner.width() - 3.0 * sign - 110.0) / 9.0).clamp(30.0, 66.0);
    let table = 3.0 * cell;
    let mut left = inner.left();
    let mut next = |width: f32| {
        let from = left;
        left += width;
        pos2(from, inner.top())
    };
    let values = place.values.map(|value| (number(value.unwrap_or(0.0), 0), value));
    let tables = [next(table), next(sign), next(table), next(sign), next(table), next(sign)];
    name_ui(ui, tables[0], t!("nine pixels"));
    cells_ui(ui, tables[0], cell, |index| {
        let (text, value) = &values[index];
        let tone = value.map(|value| value.clamp(0.0, 255.0) as u8);
        Cell { text: text.clone(), fill: tone.map_or(colors.well, Color32::from_gray), ink: tone.map(ink_on) }
    });
    sign_ui(ui, tables[1], sign, "×");
    name_ui(ui, tables[2], t!("times weights"));
    cells_ui(ui, tables[2], cell, |index| plain(number(settings.weights[index], 3), colors));
    sign_ui(ui, tables[3], sign, "=");
    name_ui(ui, tables[4], t!("nine products"));
    cells_ui(ui, tables[4], cell, |index| plain(number(place.products[index], 1), colors));
    sign_ui(ui, tables[5], sign, "→");
    let corner = next(0.0);
    sum_ui(ui, corner, settings, place, at);
}

/// The same in a line, for whoever listens.
fn spoken(settings: &Convolution, place: &Place) -> String {
    let products = place.values.iter().zip(&settings.weights);
    let products: Vec<String> = products
        .map(|(value, weight)| format!("{} × {}", number(value.unwrap_or(0.0), 0), number(*weight, 3)))
        .collect();
    let sum = format!("{} = {}", products.join(" + "), number(place.sum, 1));
    if settings.relu { format!("{sum}, ReLU {}", number(place.result, 1)) } else { sum }
}

struct Cell {
    text: String,
    fill: Color32,
    /// Colour of the text; none: the usual one.
    ink: Option<Color32>,
}

fn plain(text: String, colors: &Colors) -> Cell {
    let ink = if text == "0" { Some(colors.text_weak) } else { None };
    Cell { text, fill: colors.well, ink }
}

/// A text colour that is read on a tone of grey.
fn ink_on(tone: u8) -> Color32 {
    if tone > 125 { Color32::from_gray(16) } else { Color32::from_gray(240) }
}

fn name_ui(ui: &Ui, corner: Pos2, name: &str) {
    let colors = theme::colors(ui);
    ui.painter().text(corner, Align2::LEFT_TOP, name, theme::caption(), colors.text_weak);
}

fn sign_ui(ui: &Ui, corner: Pos2, width: f32, sign: &str) {
    let colors = theme::colors(ui);
    let middle = corner + vec2(width / 2.0, NAMES + 1.5 * CELL);
    ui.painter().text(middle, Align2::CENTER_CENTER, sign, theme::section(), colors.text_weak);
}

fn cells_ui(ui: &Ui, corner: Pos2, width: f32, cell: impl Fn(usize) -> Cell) {
    let colors = theme::colors(ui);
    for index in 0..9 {
        let (column, row) = ((index % 3) as f32, (index / 3) as f32);
        let min = corner + vec2(column * width, NAMES + row * CELL);
        let rect = Rect::from_min_size(min, vec2(width, CELL)).shrink(1.0);
        let Cell { text, fill, ink } = cell(index);
        ui.painter().rect_filled(rect, CornerRadius::same(3), fill);
        let ink = ink.unwrap_or(colors.text);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::tabular(theme::size::SMALL), ink);
    }
}

fn sum_ui(ui: &Ui, corner: Pos2, settings: &Convolution, place: &Place, at: [usize; 2]) {
    let colors = theme::colors(ui);
    let painter = ui.painter();
    name_ui(ui, corner, t!("added up"));
    let big = theme::strong(theme::size::TITLE);
    let sum = number(place.sum, 1);
    let line = corner + vec2(0.0, NAMES);
    let color = if settings.relu && place.sum < 0.0 { colors.text_weak } else { colors.accent };
    let shown = painter.text(line, Align2::LEFT_TOP, sum, big.clone(), color);
    if settings.relu {
        let text = t!("ReLU → {n}", n = number(place.result, 1));
        let below = pos2(line.x, shown.bottom() + 1.0);
        painter.text(below, Align2::LEFT_TOP, text, theme::strong(theme::size::BODY), colors.accent);
    }
    let text = t!("column {column}, row {row}", column = at[0] + 1, row = at[1] + 1);
    let foot = corner + vec2(0.0, HEIGHT - 18.0);
    painter.text(foot, Align2::LEFT_BOTTOM, text, theme::caption(), colors.text_weak);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::{Kernel, Plane};

    #[test]
    fn the_arithmetic_can_be_listened_to() {
        let picture = Plane::from_fn(3, 3, |x, _| (x * 10) as f32);
        let settings =
            Convolution { weights: Kernel::VerticalEdges.weights().map(|w| -w), relu: true, ..Convolution::default() };
        let text = spoken(&settings, &settings.place(&picture, 0, 0));
        assert!(text.starts_with("0 × 1 + 10 × 0 + 20 × −1 + "), "{text}");
        assert!(text.ends_with("= −80, ReLU 0"), "{text}");
    }
}
