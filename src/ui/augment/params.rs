//! Controls for the parameters of any transform, made from the descriptions that it gives of itself.

use egui::{ComboBox, DragValue, RangeSlider, Response, RichText, Slider, SliderClamping, Ui, vec2};

use crate::augment::{BatchMix, ParamKind, ParamSpec, Transform};
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Anything that describes its own parameters.
pub(super) trait Settings {
    /// In the order in which to show them.
    fn params(&self) -> Vec<ParamSpec>;
    /// The value of a parameter.
    fn get(&self, param: &str) -> f64;
    /// Sets a parameter.
    fn set(&mut self, param: &str, value: f64);
    /// What the “?” of a parameter is about, and what it says: where neither its title nor the card says enough.
    fn about(&self, param: &str) -> Option<(&'static str, &'static str)>;
}

macro_rules! settings {
    ($($name:ident: $about:expr),+) => {
        $(impl Settings for $name {
            fn params(&self) -> Vec<ParamSpec> {
                $name::params(self)
            }

            fn get(&self, param: &str) -> f64 {
                $name::get(self, param)
            }

            fn set(&mut self, param: &str, value: f64) {
                $name::set(self, param, value);
            }

            fn about(&self, param: &str) -> Option<(&'static str, &'static str)> {
                $about(param)
            }
        })+
    };
}

settings!(Transform: |_| None, BatchMix: about_mixing);

/// Draws the controls of all parameters. Returns whether one was changed.
pub(super) fn params_ui(ui: &mut Ui, transform: &mut dyn Settings) -> bool {
    let mut changed = false;
    for spec in transform.params() {
        if is_idle_fill(transform, &spec) {
            continue;
        }
        changed |= ui.push_id(spec.name, |ui| param_ui(ui, transform, &spec)).inner;
    }
    changed
}

fn param_ui(ui: &mut Ui, transform: &mut dyn Settings, spec: &ParamSpec) -> bool {
    match spec.kind {
        ParamKind::Number { min, max, step, decimals } => {
            let scale = Scale::new(spec, min, max, step, decimals);
            let mut value = scale.shown(transform.get(spec.name));
            let changed = number_ui(ui, lang::text(spec.title), transform.about(spec.name), &mut value, &scale);
            if changed {
                transform.set(spec.name, scale.stored(value));
            }
            changed
        }
        ParamKind::Range { min, max, step, decimals } => {
            let scale = Scale::new(spec, min, max, step, decimals);
            range_ui(ui, transform, spec, &scale)
        }
        ParamKind::Choice(names) => choice_ui(ui, transform, spec, names),
        ParamKind::Toggle => {
            let mut on = transform.get(spec.name) != 0.0;
            let changed = ui.checkbox(&mut on, lang::text(spec.title)).changed();
            if changed {
                transform.set(spec.name, f64::from(u8::from(on)));
            }
            changed
        }
        ParamKind::Color => color_ui(ui, transform, spec),
        ParamKind::Measured { .. } => false,
    }
}

fn about_mixing(param: &str) -> Option<(&'static str, &'static str)> {
    match param {
        "alpha" => Some((
            t!("the evenness of the mix"),
            t!(
                "With a small number one of the two pictures makes up nearly all of the mixture; with 1 every share is as \
                 likely, and with more they come close to half and half. Usual are 0.2 for Mixup and 1 for CutMix."
            ),
        )),
        "probability" => Some((
            t!("the chance of mixing"),
            t!(
                "The share of batches that are mixed; chance decides for each of them. The others stay as they are, so that the \
                 model also sees pictures as they really look."
            ),
        )),
        _ => None,
    }
}

/// How a stored number is shown: factor, unit, bounds.
pub(super) struct Scale {
    factor: f64,
    min: f64,
    max: f64,
    step: f64,
    decimals: usize,
    suffix: String,
    logarithmic: bool,
}

impl Scale {
    fn new(spec: &ParamSpec, min: f64, max: f64, step: f64, decimals: u8) -> Self {
        let factor = spec.display_factor();
        let suffix = unit_of(spec);
        // Bounds that are each other's inverse (a quarter to four times) mean a factor: as much room for less as for more.
        let logarithmic = min > 0.0 && (min * max - 1.0).abs() < 1e-3;
        let decimals = usize::from(decimals);
        Self { factor, min: min * factor, max: max * factor, step: step * factor, decimals, suffix, logarithmic }
    }

    /// A share shown in per cent.
    pub(super) fn percent() -> Self {
        let suffix = t!(" %").to_owned();
        Self { factor: 100.0, min: 0.0, max: 100.0, step: 1.0, decimals: 0, suffix, logarithmic: false }
    }

    pub(super) fn shown(&self, stored: f64) -> f64 {
        stored * self.factor
    }

    /// Nine digits: what was 29 % is stored as 0.29, not as 0.29000000000000004.
    pub(super) fn stored(&self, shown: f64) -> f64 {
        (shown / self.factor * 1e9).round() / 1e9
    }

    fn drag_value<'a>(&self, value: &'a mut f64) -> DragValue<'a> {
        let speed = if self.logarithmic { 0.01 } else { (self.max - self.min) / 200.0 };
        DragValue::new(value)
            .range(self.min..=self.max)
            .clamp_existing_to_range(false)
            .speed(speed)
            .fixed_decimals(self.decimals)
            .suffix(&self.suffix)
    }
}

/// Title, “?” (what it is about, what it says), number, slider. Returns whether the number was changed.
pub(super) fn number_ui(ui: &mut Ui, title: &str, about: Option<(&str, &str)>, value: &mut f64, scale: &Scale) -> bool {
    let mut changed = false;
    title_row_ui(ui, title, about, |ui| {
        let response = ui.add(scale.drag_value(value));
        changed |= response.changed();
        name(ui, &response, title);
    });
    rail_ui(ui, |ui| {
        let slider = Slider::new(value, scale.min..=scale.max)
            .show_value(false)
            .step_by(scale.step)
            .clamping(SliderClamping::Edits)
            .logarithmic(scale.logarithmic)
            .trailing_fill(scale.min >= 0.0);
        // What is filled is the nearer of the two to the eye: the colour of selected rows is fainter than the rail.
        ui.visuals_mut().selection.bg_fill = theme::colors(ui).accent;
        let response = ui.add(slider);
        changed |= response.changed();
        name(ui, &response, title);
    });
    changed
}

fn range_ui(ui: &mut Ui, transform: &mut dyn Settings, spec: &ParamSpec, scale: &Scale) -> bool {
    let (low_name, high_name) = (format!("{}.low", spec.name), format!("{}.high", spec.name));
    let before = (scale.shown(transform.get(&low_name)), scale.shown(transform.get(&high_name)));
    let (mut low, mut high) = before;
    let title = lang::text(spec.title);
    let (from, to) = (t!("{title} from", title = title), t!("{title} to", title = title));
    title_row_ui(ui, title, None, |ui| {
        // From right to left.
        let response = ui.add(scale.drag_value(&mut high));
        name(ui, &response, &to);
        ui.label("–");
        let response = ui.add(scale.drag_value(&mut low));
        name(ui, &response, &from);
    });
    rail_ui(ui, |ui| {
        let slider = RangeSlider::new(&mut low, &mut high, scale.min..=scale.max)
            .show_value(false)
            .step_by(scale.step)
            .clamping(SliderClamping::Edits)
            .logarithmic(scale.logarithmic);
        let response = ui.add(slider);
        name(ui, &response, title);
        for (end, text) in [("low", &from), ("high", &to)] {
            ui.ctx().accesskit_node_builder(response.id.with(end), |node| node.set_label(text.as_str()));
        }
    });
    let changed = (low, high) != before;
    // Only the end that was moved is set, so that the other keeps its digits; past each other they go together.
    if low != before.0 {
        transform.set(&low_name, scale.stored(low));
    }
    if high != before.1 {
        transform.set(&high_name, scale.stored(high));
    }
    changed
}

fn choice_ui(ui: &mut Ui, transform: &mut dyn Settings, spec: &ParamSpec, names: &[&str]) -> bool {
    let mut chosen = transform.get(spec.name).max(0.0) as usize;
    let before = chosen;
    let title = lang::text(spec.title);
    title_row_ui(ui, title, None, |ui| {
        let combo = ComboBox::from_id_salt("choice")
            .width(120.0)
            .selected_text(capitalised(names.get(chosen).copied().map_or("", lang::text)));
        let response = combo.show_ui(ui, |ui| {
            for (index, text) in names.iter().enumerate() {
                ui.selectable_value(&mut chosen, index, capitalised(lang::text(text)));
            }
        });
        name(ui, &response.response, title);
    });
    if chosen != before {
        transform.set(spec.name, chosen as f64);
    }
    chosen != before
}

fn color_ui(ui: &mut Ui, transform: &mut dyn Settings, spec: &ParamSpec) -> bool {
    let channels = ["red", "green", "blue"].map(|channel| format!("{}.{channel}", spec.name));
    let before = [0, 1, 2].map(|index: usize| {
        let value = channels.get(index).map_or(0.0, |channel| transform.get(channel));
        value.clamp(0.0, 255.0) as u8
    });
    let mut color = before;
    let title = lang::text(spec.title);
    title_row_ui(ui, title, None, |ui| {
        let response = ui.color_edit_button_srgb(&mut color);
        name(ui, &response, title);
    });
    if color != before {
        for (channel, value) in channels.iter().zip(color) {
            transform.set(channel, f64::from(value));
        }
    }
    color != before
}

/// A title at the left, with its “?” if it has one, and, from the right edge, what `right` draws.
fn title_row_ui(ui: &mut Ui, title: &str, about: Option<(&str, &str)>, right: impl FnOnce(&mut Ui)) {
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 22.0;
        ui.spacing_mut().button_padding = vec2(6.0, 2.0);
        ui.spacing_mut().item_spacing.x = space::XS;
        let colors = theme::colors(ui);
        ui.add(egui::Label::new(RichText::new(title).color(colors.text)).selectable(false));
        if let Some((term, explanation)) = about {
            widgets::hint(ui, term, explanation);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
    });
}

/// A slider as wide as there is room.
fn rail_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = ui.available_width();
        ui.spacing_mut().interact_size.y = 20.0;
        contents(ui);
    });
}

/// The unit with the space that belongs before it.
fn unit_of(spec: &ParamSpec) -> String {
    match spec.unit {
        "" | "°" | "×" => spec.unit.to_owned(),
        "%" => t!(" %").to_owned(),
        unit => format!(" {}", lang::text(unit)),
    }
}

/// The colour of a border that is filled in another way is not asked for.
fn is_idle_fill(transform: &dyn Settings, spec: &ParamSpec) -> bool {
    spec.kind == ParamKind::Color
        && transform.params().iter().any(|other| match other.kind {
            ParamKind::Choice(names) if other.name == "border" => {
                names.get(transform.get(other.name).max(0.0) as usize) != Some(&"constant")
            }
            _ => false,
        })
}

/// Gives a control its accessible name.
pub(in crate::ui) fn name(ui: &Ui, response: &Response, name: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// `reflect` → `Reflect`.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What a step drew, such as `angle 12.3`.
pub(super) fn drawn(name: &str, value: &str) -> String {
    format!("{} {}", lang::text(name), lang::text(value))
}

/// The first settings in a line: `area kept 8–100 %, shape 0.75–1.33`.
pub(super) fn summary(transform: &Transform) -> String {
    let parts = transform.params().into_iter().filter_map(|spec| {
        let title = lang::text(spec.title);
        let title = title.split(['(', '（']).next().unwrap_or(title).trim_end().to_lowercase();
        let factor = spec.display_factor();
        let unit = unit_of(&spec);
        match spec.kind {
            ParamKind::Number { decimals, .. } => {
                Some(format!("{title} {:.*}{unit}", usize::from(decimals), transform.get(spec.name) * factor))
            }
            ParamKind::Range { decimals, .. } => {
                let end = |end: &str| transform.get(&format!("{}.{end}", spec.name)) * factor;
                let decimals = usize::from(decimals);
                // A minus sign after a dash is hard to read.
                let dash = if end("low") < 0.0 { t!(" to ") } else { "–" };
                Some(format!("{title} {:.*}{dash}{:.*}{unit}", decimals, end("low"), decimals, end("high")))
            }
            ParamKind::Choice(names) => {
                let name = names.get(transform.get(spec.name).max(0.0) as usize)?;
                Some(format!("{title} {}", lang::text(name)))
            }
            ParamKind::Toggle | ParamKind::Color | ParamKind::Measured { .. } => None,
        }
    });
    // A true minus sign, as the sliders have it; the titles' own hyphens stand after letters.
    lang::list(&parts.take(2).collect::<Vec<_>>()).replace(" -", " −")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_the_first_settings_with_their_units() {
        let crop = Transform::all().into_iter().find(|transform| transform.name() == "random-resized-crop").unwrap();
        assert_eq!(summary(&crop), "area kept 8–100 %, shape 0.75–1.33");
        let flip = Transform::all().into_iter().find(|transform| transform.name() == "horizontal-flip").unwrap();
        assert_eq!(summary(&flip), "");
    }

    #[test]
    fn per_cent_are_stored_without_a_tail_of_digits() {
        let scale = Scale::percent();
        for percent in 0..=100 {
            let stored = scale.stored(f64::from(percent));
            assert!(format!("{stored}").len() <= 4, "{stored}");
            assert_eq!(scale.shown(stored).round() as i32, percent);
        }
    }

    #[test]
    fn every_parameter_of_every_transform_can_be_set_to_what_it_is() {
        for mut transform in Transform::all() {
            let before = transform.clone();
            for spec in transform.params() {
                if let ParamKind::Number { .. } = spec.kind {
                    transform.set(spec.name, before.get(spec.name));
                }
            }
            assert!(transform == before, "{}", before.name());
        }
    }
}
