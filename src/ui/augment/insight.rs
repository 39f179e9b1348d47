//! Below the grid: what the crops keep, warnings, and the marked tile step by step.

use egui::{
    Align, Align2, Color32, CornerRadius, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::params;
use super::tiles::paint_kept;
use crate::app::state::{Coverage, State, TileContent};
use crate::lang::{self, t};
use crate::ui::theme::{self, Colors, space};
use crate::ui::widgets;

/// Height with heat map and strip.
pub(super) const HEIGHT: f32 = 176.0;
/// Height with one line.
pub(super) const SHORT_HEIGHT: f32 = 40.0;

/// Draws what is below the grid; in one line where there is no room for more.
pub(super) fn insight_ui(ui: &mut Ui, state: &mut State, roomy: bool) {
    if !roomy {
        ui.horizontal_centered(|ui| match &state.augment.coverage {
            Some(coverage) => {
                for finding in findings(coverage).into_iter().take(2) {
                    finding_ui(ui, &finding, false);
                }
            }
            None => measuring_ui(ui),
        });
        return;
    }
    let whole = ui.available_rect_before_wrap();
    // As wide as the map is at this height, but never narrower than its heading.
    let aspect = state.augment.coverage.as_ref().map_or(4.0 / 3.0, |coverage| coverage.aspect);
    let heat_width = ((whole.height() - space::XL) * aspect).clamp(158.0, 220.0);
    let facts_width = (whole.width() * 0.27).clamp(184.0, 300.0);
    let column = |left: f32, width: f32| Rect::from_min_size(pos2(left, whole.top()), vec2(width, whole.height()));
    let heat = column(whole.left(), heat_width);
    let facts = column(heat.right() + space::L, facts_width);
    let strip = column(facts.right() + space::L, (whole.right() - facts.right() - space::L).max(60.0));
    part_ui(ui, heat, |ui| heat_ui(ui, state));
    part_ui(ui, facts, |ui| facts_ui(ui, state));
    part_ui(ui, strip, |ui| strip_ui(ui, state));
    ui.advance_cursor_after_rect(whole);
}

fn part_ui(ui: &mut Ui, rect: Rect, contents: impl FnOnce(&mut Ui)) {
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min));
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(rect.expand(2.0)));
        ui.spacing_mut().item_spacing.y = space::XS;
        contents(ui);
    });
}

fn measuring_ui(ui: &mut Ui) {
    let colors = theme::colors(ui);
    ui.add(
        Label::new(RichText::new(t!("Measuring…")).size(theme::size::SMALL).color(colors.text_weak)).selectable(false),
    );
}

fn heat_ui(ui: &mut Ui, state: &State) {
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("What the crops keep"));
        widgets::hint(
            ui,
            t!("the heat map"),
            t!("The frame is a training picture of the usual shape. The brighter a place, the more often it is still there after \
             the random steps; point at it for the number."),
        );
    });
    let colors = theme::colors(ui);
    let (area, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let aspect = state.augment.coverage.as_ref().map_or(4.0 / 3.0, |coverage| coverage.aspect);
    let mut size = vec2(area.height() * aspect, area.height());
    if size.x > area.width() {
        size *= area.width() / size.x;
    }
    let rect = Rect::from_min_size(area.min, size);
    let response = ui.interact(rect, ui.scope_id().with("heat"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, t!("Heat map: what the crops keep")));
    let radius = CornerRadius::same(4);
    ui.painter().rect_filled(rect, radius, colors.well);
    let (Some(coverage), Some(heat)) = (&state.augment.coverage, &state.augment.heat) else { return };
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().add(egui::epaint::RectShape::filled(rect, radius, colors.accent).with_texture(heat.id(), whole));
    // The figures at the middle and in a corner say what the colours mean.
    let at = |x: f32, y: f32| kept_at(coverage, vec2(x, y));
    let percent = |share: f32| widgets::percent(f64::from(share), 0);
    let label = |pos: egui::Pos2, align: Align2, share: f32| {
        let galley =
            ui.painter().layout_no_wrap(percent(share), theme::tabular(theme::size::CAPTION), theme::on_picture::TEXT);
        let text = align.anchor_size(pos, galley.size());
        ui.painter().rect_filled(text.expand2(vec2(4.0, 1.0)), 4.0, theme::on_picture::SHADE);
        ui.painter().galley(text.min, galley, Color32::WHITE);
    };
    label(rect.center(), Align2::CENTER_CENTER, at(0.5, 0.5));
    label(rect.left_top() + vec2(8.0, 5.0), Align2::LEFT_TOP, at(0.0, 0.0));
    if let Some(pointer) = response.hover_pos() {
        let share = kept_at(coverage, (pointer - rect.min) / rect.size());
        response.on_hover_text_at_pointer(t!("{share} of the crops keep this place", share = percent(share)));
    }
}

/// How often the place (0 to 1 from left and top) is kept.
fn kept_at(coverage: &Coverage, place: Vec2) -> f32 {
    let cell = |share: f32, count: usize| ((share * count as f32).max(0.0) as usize).min(count.saturating_sub(1));
    let index = cell(place.y, coverage.rows) * coverage.columns + cell(place.x, coverage.columns);
    coverage.kept.get(index).copied().unwrap_or(0.0)
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Weight {
    Fact,
    Warning,
    Grave,
}

/// One measured sentence.
#[derive(Clone, Debug, PartialEq)]
struct Finding {
    weight: Weight,
    text: String,
    more: String,
}

/// What was measured, in sentences.
fn findings(coverage: &Coverage) -> Vec<Finding> {
    let percent = |share: f32| widgets::percent(f64::from(share), 0);
    let of = t!("Measured on {n} draws of this pipeline.", n = widgets::thousands(coverage.samples));
    let with = |sentence: &str| format!("{sentence} {of}");
    let (low, high) = coverage.usual_shares;
    let mut findings = Vec::new();
    let weight = match coverage.under_tenth {
        0.1.. => Weight::Grave,
        0.005.. => Weight::Warning,
        _ => Weight::Fact,
    };
    if weight != Weight::Fact {
        findings.push(Finding {
            weight,
            text: t!("{share} of crops keep under a tenth of the picture", share = percent(coverage.under_tenth)),
            more: with(t!("So little may not show the subject any more. Raise the smallest area of the crop.")),
        });
    }
    if coverage.misses_middle >= 0.005 {
        let weight = if coverage.misses_middle >= 0.3 { Weight::Warning } else { Weight::Fact };
        findings.push(Finding {
            weight,
            text: t!("{share} leave out the middle", share = percent(coverage.misses_middle)),
            more: with(t!("Subjects mostly are in the middle of a picture; there it is outside what was kept.")),
        });
    }
    let text = if high - low < 0.02 {
        t!("Every crop keeps {share} of the picture", share = percent(coverage.median_share))
    } else {
        t!(
            "Usually {share} is kept ({low:.0}–{high})",
            share = percent(coverage.median_share),
            low = low * 100.0,
            high = percent(high)
        )
    };
    let more = with(t!("Half of the crops keep more, half less; nine of ten are within the range."));
    findings.push(Finding { weight: Weight::Fact, text, more });
    if coverage.filled >= 0.005 {
        let weight = if coverage.filled >= 0.25 { Weight::Warning } else { Weight::Fact };
        findings.push(Finding {
            weight,
            text: t!("{share} is filled border", share = percent(coverage.filled)),
            more: with(t!("Turned, moved or shrunk pictures leave places empty, which are filled.")),
        });
    }
    findings
}

fn finding_ui(ui: &mut Ui, finding: &Finding, wrap: bool) {
    let colors = theme::colors(ui);
    let (icon, color) = sign(finding.weight, colors);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add(Label::new(RichText::new(icon).size(theme::icon::S).color(color)).selectable(false));
        let text = RichText::new(&finding.text).size(theme::size::SMALL);
        let text = if finding.weight == Weight::Fact { text.color(colors.text_weak) } else { text.color(colors.text) };
        let label = Label::new(text).selectable(false);
        let label = if wrap { label.wrap() } else { label.extend() };
        ui.add(label).on_hover_text(&finding.more);
    });
}

fn sign(weight: Weight, colors: &Colors) -> (&'static str, Color32) {
    match weight {
        Weight::Fact => (icons::ICON_INFO.codepoint, colors.text_weak),
        Weight::Warning => (icons::ICON_WARNING.codepoint, colors.accent),
        Weight::Grave => (icons::ICON_WARNING.codepoint, colors.bad),
    }
}

fn facts_ui(ui: &mut Ui, state: &State) {
    // In line with the headings beside it.
    ui.add_space(space::XL);
    match &state.augment.coverage {
        Some(coverage) => {
            for finding in findings(coverage) {
                finding_ui(ui, &finding, true);
            }
        }
        None => measuring_ui(ui),
    }
}

fn strip_ui(ui: &mut Ui, state: &mut State) {
    let colors = theme::colors(ui);
    let Some(project) = &state.project else { return };
    let augment = &state.augment;
    let tile = augment.tiles.get(augment.selected);
    let item = tile.and_then(|tile| project.item(tile.item));
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("Step by step"));
        if let Some(item) = item {
            widgets::elided_label(ui, &item.file_name(), theme::caption(), colors.text_weak);
        }
    });
    let Some(item) = item else { return };
    let path = project.dataset.path_of(item);
    let trace = tile.and_then(|tile| tile.shown.as_ref()).and_then(|shown| match &shown.content {
        TileContent::Ready { trace, .. } if shown.item == item.id => Some(trace.as_ref()),
        _ => None,
    });
    let caption = 18.0;
    let bar = 8.0;
    let side = (ui.available_height() - caption - bar).max(32.0);
    ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            let size = project.facts.get(&item.id).and_then(|facts| match facts {
                crate::app::state::FileFacts::Known { width, height, .. } => {
                    Some(*width as f32 / (*height).max(1) as f32)
                }
                crate::app::state::FileFacts::Unreadable(_) => None,
            });
            let width = (side * size.unwrap_or(1.0).clamp(0.4, 2.0)).round();
            let original = frame_ui(ui, t!("Original"), &[], vec2(width, side));
            if let Some((rect, _)) = widgets::paint_picture(ui, &mut state.pictures, &path, original)
                && let Some(trace) = trace
            {
                paint_kept(ui, trace, rect);
            }
            let Some(strip) = augment.strip.as_ref().filter(|strip| strip.item == item.id) else { return };
            if strip.frames.is_empty() {
                let text = RichText::new(t!("No step was applied to this picture."))
                    .size(theme::size::SMALL)
                    .color(colors.text_weak);
                ui.add(Label::new(text).selectable(false));
            }
            for (number, frame) in strip.frames.iter().enumerate() {
                let title = format!("{}  {}", number + 1, lang::text(&frame.title));
                let rect = frame_ui(ui, &title, &frame.details, Vec2::splat(side));
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                let shape = egui::epaint::RectShape::filled(rect, CornerRadius::same(4), Color32::WHITE);
                ui.painter().add(shape.with_texture(frame.texture.id(), whole));
            }
        });
    });
}

/// Points that the name of a step has at most.
const WIDEST_TITLE: f32 = 180.0;

/// Room for a picture with a line under it; returns where the picture goes.
fn frame_ui(ui: &mut Ui, title: &str, details: &[(&str, String)], size: Vec2) -> Rect {
    let colors = theme::colors(ui);
    // A step's name may be wider than its picture.
    let text = ui.painter().layout_no_wrap(title.to_owned(), theme::caption(), colors.text_weak).size().x;
    let width = size.x.max(text.ceil().min(WIDEST_TITLE));
    let (rect, response) = ui.allocate_exact_size(vec2(width, size.y + 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, t!("Step by step: {title}", title = title)));
    let shown = widgets::elide_middle(ui, title, &theme::caption(), width);
    let at = pos2(rect.left(), rect.bottom() - 1.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, shown, theme::caption(), colors.text_weak);
    let mut tooltip = title.to_owned();
    for (name, value) in details {
        tooltip.push('\n');
        tooltip.push_str(&params::drawn(name, value));
    }
    response.on_hover_text(tooltip);
    Rect::from_min_size(rect.min, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage() -> Coverage {
        Coverage {
            columns: 2,
            rows: 2,
            kept: vec![0.1, 0.2, 0.3, 0.4],
            samples: 1200,
            under_tenth: 0.0,
            misses_middle: 0.0,
            median_share: 0.5,
            usual_shares: (0.1, 0.9),
            filled: 0.0,
            versions: None,
            aspect: 1.0,
        }
    }

    #[test]
    fn the_heat_map_is_read_by_place() {
        let at = |x, y| kept_at(&coverage(), vec2(x, y));
        assert_eq!([at(0.1, 0.1), at(0.9, 0.1), at(0.1, 0.9), at(1.0, 1.0), at(-1.0, 5.0)], [0.1, 0.2, 0.3, 0.4, 0.3]);
    }

    #[test]
    fn a_pipeline_that_leaves_too_little_is_warned_of_first() {
        let first = |coverage: &Coverage| findings(coverage).into_iter().next().unwrap();
        assert_eq!(first(&coverage()).weight, Weight::Fact);
        let some = first(&Coverage { under_tenth: 0.03, ..coverage() });
        assert_eq!((some.weight, some.text.starts_with("3 % of crops keep under a tenth")), (Weight::Warning, true));
        assert_eq!(first(&Coverage { under_tenth: 0.4, ..coverage() }).weight, Weight::Grave);
        let missing = first(&Coverage { misses_middle: 0.5, ..coverage() });
        assert_eq!(missing.weight, Weight::Warning);
    }
}
