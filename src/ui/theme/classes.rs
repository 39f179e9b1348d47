//! The colours of classes: the same everywhere, and with an edge where one alone would not show.

use std::cell::RefCell;

use egui::{Color32, Rect, Stroke, StrokeKind, Ui};

use super::{Colors, colors};
use crate::lang::key;

/// The Okabe–Ito palette (Okabe and Ito, 2008), told apart by colour-blind people too, in the order that suits two or three
/// classes best. Black is left out: it is invisible on the dark theme.
pub const CLASS_COLORS: [(&str, Color32); 7] = [
    (key!("Orange"), Color32::from_rgb(0xE6, 0x9F, 0x00)),
    (key!("Sky blue"), Color32::from_rgb(0x56, 0xB4, 0xE9)),
    (key!("Green"), Color32::from_rgb(0x00, 0x9E, 0x73)),
    (key!("Purple"), Color32::from_rgb(0xCC, 0x79, 0xA7)),
    (key!("Vermilion"), Color32::from_rgb(0xD5, 0x5E, 0x00)),
    (key!("Yellow"), Color32::from_rgb(0xF0, 0xE4, 0x42)),
    (key!("Blue"), Color32::from_rgb(0x00, 0x72, 0xB2)),
];

thread_local! {
    /// Colours that the user gave to classes of the open data set. Everything is drawn by one thread, which sets them before.
    static GIVEN_COLORS: RefCell<Vec<Option<[u8; 3]>>> = const { RefCell::new(Vec::new()) };
    /// Its classes.
    static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Sets the classes of the open data set and the colours that the user gave to them, in order; none: the usual one. To be called
/// before a frame is drawn.
pub fn give_class_colors(names: &[String], colors: Vec<Option<[u8; 3]>>) {
    GIVEN_COLORS.set(colors);
    NAMES.with_borrow_mut(|known| {
        if known != names {
            names.clone_into(known);
        }
    });
}

/// The colour of a model's class, which is that of the data set's class of this name: a model may have other classes, or the same
/// in another order. `index` is its place in the model: by it a class that the data set doesn't have gets one of the colours that
/// no class of the data set has.
pub fn class_color_of(name: &str, index: usize) -> Color32 {
    let (known, count) = NAMES.with_borrow(|names| (names.iter().position(|known| known == name), names.len()));
    if let Some(class) = known {
        return class_color(class);
    }
    let is_free = |color: &Color32| !(0..count).any(|class| class_color(class) == *color);
    let free: Vec<Color32> = CLASS_COLORS.into_iter().map(|(_, color)| color).filter(is_free).collect();
    // Without one that is free some class's has to do.
    if free.is_empty() { class_color(count + index) } else { free[index % free.len()] }
}

/// The colour of a class, the same everywhere: chips, borders, bars, plots. Never the only sign of a class.
pub fn class_color(class: usize) -> Color32 {
    let given = GIVEN_COLORS.with_borrow(|colors| colors.get(class).copied().flatten());
    given.map_or(CLASS_COLORS[class % CLASS_COLORS.len()].1, |[red, green, blue]| Color32::from_rgb(red, green, blue))
}

/// Contrast by WCAG 2.1, 1 to 21.
pub fn contrast(a: Color32, b: Color32) -> f64 {
    let luminance = |color: Color32| {
        let linear = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A class's colour, moved towards that of text until it stands out from every surface by 3:1, as far as it has to be: yellow
/// does not show on white.
pub fn edge_of(color: Color32, colors: &Colors) -> Color32 {
    let stands_out = |candidate: &Color32| {
        [colors.window, colors.panel, colors.card].into_iter().all(|surface| contrast(*candidate, surface) >= 3.0)
    };
    let mixed = |step: u8| {
        let share = f32::from(step) / 20.0;
        let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        let text = colors.text;
        Color32::from_rgb(mix(color.r(), text.r()), mix(color.g(), text.g()), mix(color.b(), text.b()))
    };
    (0..=20).map(mixed).find(stands_out).unwrap_or(colors.text)
}

/// Paints something of a class's colour: with an edge where the colour alone would not stand out.
pub fn paint_mark(ui: &Ui, rect: Rect, radius: f32, color: Color32) {
    let edge = edge_of(color, colors(ui));
    let stroke = if edge == color { Stroke::NONE } else { Stroke::new(1.0, edge) };
    ui.painter().rect(rect, radius, color, stroke, StrokeKind::Inside);
}

#[cfg(test)]
mod tests {
    use super::super::{DARK, LIGHT};
    use super::*;

    #[test]
    fn a_class_has_one_colour_whatever_its_place_in_a_model() {
        let names = ["ants", "beetles", "bees"].map(str::to_owned);
        give_class_colors(&names, vec![None, None, Some([1, 2, 3])]);
        assert_eq!(class_color_of("bees", 1), Color32::from_rgb(1, 2, 3));
        assert_eq!(class_color_of("ants", 0), CLASS_COLORS[0].1);
        give_class_colors(&[], Vec::new());
        assert_eq!(class_color_of("wasps", 4), CLASS_COLORS[4].1, "there is no data set");
    }

    #[test]
    fn a_class_that_the_data_set_does_not_have_has_a_colour_of_its_own() {
        let names = ["ants", "bees", "wasps"].map(str::to_owned);
        give_class_colors(&names, vec![None, None, Some([0x00, 0x72, 0xB2])]);
        let known: Vec<Color32> = names.iter().map(|name| class_color_of(name, 0)).collect();
        assert_eq!(known[2], CLASS_COLORS[6].1, "given, and of the palette all the same");
        let others: Vec<Color32> = (0..4).map(|index| class_color_of("another", index)).collect();
        for (index, color) in others.iter().enumerate() {
            assert!(!known.contains(color), "place {index}");
            assert!(!others[..index].contains(color), "place {index}");
        }
        // More classes than colours: one of them is good enough.
        let many: Vec<String> = (0..9).map(|number| format!("class {number}")).collect();
        give_class_colors(&many, vec![None; 9]);
        assert_eq!(class_color_of("another", 0), class_color(9));
        give_class_colors(&[], Vec::new());
    }

    #[test]
    fn marks_of_classes_have_an_edge_that_stands_out_by_3_to_1_on_every_surface() {
        for colors in [&DARK, &LIGHT] {
            let given = [Color32::BLACK, Color32::WHITE, Color32::from_rgb(0x80, 0x80, 0x80)];
            for color in CLASS_COLORS.into_iter().map(|(_, color)| color).chain(given) {
                for surface in [colors.window, colors.panel, colors.card] {
                    let found = contrast(edge_of(color, colors), surface);
                    assert!(found >= 3.0, "{color:?} on {surface:?}: {found:.2}");
                }
            }
        }
        let (_, blue) = CLASS_COLORS[6];
        assert_eq!(edge_of(blue, &LIGHT), blue, "what stands out by itself stays as it is");
    }
}
