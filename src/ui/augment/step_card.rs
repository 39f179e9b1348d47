//! One step of the pipeline as a card.

use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Frame, Layout, Margin, Rect, Response, RichText, Role, Sense,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::params;
use crate::app::state::{Example, StepView};
use crate::augment::transforms::{Palette, SeasonAndLight};
use crate::augment::{Step, Transform};
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// What the card was asked to do beyond changing its step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum CardAction {
    /// Take the step out.
    Remove,
    /// One place up.
    Up,
    /// One place down.
    Down,
    /// Choose the picture whose colours it moves towards.
    ChooseReference,
    /// Take the marked tile's picture for it.
    MarkedAsReference,
}

/// What came of drawing a card.
pub(super) struct CardOutcome {
    /// The step was changed.
    pub changed: bool,
    /// What else was asked for.
    pub action: Option<CardAction>,
    /// The handle by which the card is dragged.
    pub handle: Response,
    /// Where the card is.
    pub rect: Rect,
}

/// Where a card stands among the others.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub index: usize,
    pub count: usize,
    /// It is being dragged.
    pub dragged: bool,
}

/// Draws a card.
pub(super) fn step_card_ui(
    ui: &mut Ui,
    step: &mut Step,
    view: &mut StepView,
    example: Option<&Example>,
    place: Place,
) -> CardOutcome {
    let colors = theme::colors(ui);
    let title = lang::text(step.transform.title());
    let mut changed = false;
    let mut action = None;
    let stroke = if place.dragged { colors.accent } else { colors.stroke };
    let frame = Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin { left: 4, right: 6, top: 4, bottom: if view.open { 10 } else { 4 } });
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(space::XS, space::XS);
        let handle = ui
            .horizontal(|ui| {
                ui.set_height(40.0);
                let handle = handle_ui(ui, title, place);
                changed |= widgets::switch_ui(ui, &mut step.enabled, title)
                    .on_hover_text(if step.enabled {
                        t!("On: click to leave this step out")
                    } else {
                        t!("Off: the settings are kept")
                    })
                    .changed();
                ui.add_space(space::XS);
                if heading_ui(ui, step, view).clicked() {
                    view.open = !view.open;
                }
                handle
            })
            .inner;
        if view.open {
            let inset = Margin { left: 8, right: 6, top: 0, bottom: 0 };
            Frame::new().inner_margin(inset).show(ui, |ui| {
                changed |= settings_ui(ui, step, example);
                let reference = match &step.transform {
                    Transform::SeasonAndLight(season) => reference_ui(ui, season),
                    _ => None,
                };
                ui.add_space(space::XS);
                ui.horizontal(|ui| action = buttons_ui(ui, title, place).or(reference));
            });
        }
        handle
    });
    CardOutcome { changed, action, handle: shown.inner, rect: shown.response.rect }
}

fn handle_ui(ui: &mut Ui, title: &str, place: Place) -> Response {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(18.0, 36.0), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Unknown, true, t!("Drag {title}", title = title)));
    let color = if response.hovered() || place.dragged { colors.text } else { colors.text_weak.gamma_multiply(0.7) };
    let icon = icons::ICON_DRAG_INDICATOR.codepoint;
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, egui::FontId::proportional(theme::icon::L), color);
    response.on_hover_cursor(CursorIcon::Grab).on_hover_text(t!("Drag to change the order"))
}

/// Title, summary and chance; a click opens or closes the settings.
fn heading_ui(ui: &mut Ui, step: &Step, view: &StepView) -> Response {
    let colors = theme::colors(ui);
    let title = lang::text(step.transform.title());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    let name = if view.open {
        t!("Hide settings: {title}", title = title)
    } else {
        t!("Show settings: {title}", title = title)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name.clone()));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::RADIUS, colors.hover);
    }
    let painter = ui.painter();
    let chevron = if view.open { icons::ICON_EXPAND_LESS.codepoint } else { icons::ICON_EXPAND_MORE.codepoint };
    let right = rect.right() - 12.0;
    painter.text(
        pos2(right, rect.center().y),
        Align2::CENTER_CENTER,
        chevron,
        egui::FontId::proportional(theme::icon::L),
        colors.text_weak,
    );
    let mut end = right - 14.0;
    if step.probability < 1.0 {
        let chance = lang::percent(step.probability, 0);
        let chance = painter.layout_no_wrap(chance, theme::tabular(theme::size::CAPTION), colors.text_weak);
        let at = pos2(end - chance.size().x, rect.center().y - chance.size().y / 2.0);
        end = at.x - 6.0;
        painter.galley(at, chance, colors.text_weak);
    }
    // What is switched off is weak, but still to be read.
    let weak = colors.text_weak;
    let title_color = if step.enabled { colors.text } else { weak };
    let left = rect.left() + 4.0;
    let room = (end - left).max(20.0);
    let summary = params::summary(&step.transform);
    let shown_title = widgets::elide_middle(ui, title, &theme::strong(theme::size::BODY), room);
    if summary.is_empty() || view.open {
        painter.text(
            pos2(left, rect.center().y),
            Align2::LEFT_CENTER,
            shown_title,
            theme::strong(theme::size::BODY),
            title_color,
        );
        return response;
    }
    painter.text(
        pos2(left, rect.top() + 11.0),
        Align2::LEFT_CENTER,
        shown_title,
        theme::strong(theme::size::BODY),
        title_color,
    );
    let cut = end_cut(ui, &summary, room);
    painter.text(pos2(left, rect.bottom() - 9.5), Align2::LEFT_CENTER, cut, theme::caption(), weak);
    response
}

/// Cuts the end of a summary to the width at hand.
fn end_cut(ui: &Ui, text: &str, room: f32) -> String {
    let fits =
        |text: &str| ui.painter().layout_no_wrap(text.to_owned(), theme::caption(), Color32::WHITE).size().x <= room;
    if fits(text) {
        return text.to_owned();
    }
    let mut chars: Vec<char> = text.chars().collect();
    while chars.pop().is_some() {
        let shorter: String = chars.iter().collect::<String>().trim_end_matches([' ', ',', '、']).to_owned() + "…";
        if fits(&shorter) {
            return shorter;
        }
    }
    String::new()
}

fn settings_ui(ui: &mut Ui, step: &mut Step, example: Option<&Example>) -> bool {
    let colors = theme::colors(ui);
    let explanation =
        RichText::new(lang::text(step.transform.explain())).size(theme::size::SMALL).color(colors.text_weak);
    ui.add(egui::Label::new(explanation).wrap().selectable(false));
    ui.add_space(space::XS);
    let name = t!("Example: without this step, and drawn with it");
    let about = t!("The marked picture without this step, and what the step alone makes of it.");
    example_ui(ui, example, (name, about));
    let scale = params::Scale::percent();
    let mut chance = scale.shown(step.probability);
    let about = (
        t!("the chance of a step"),
        t!(
            "How likely it is that the step is applied, decided anew for each picture in every epoch. With 100 % it always is; with \
             less some pictures stay as they were."
        ),
    );
    let mut changed = params::number_ui(ui, t!("How often"), Some(about), &mut chance, &scale);
    if changed {
        step.probability = scale.stored(chance);
    }
    changed |= params::params_ui(ui, &mut step.transform);
    changed
}

/// What the reference picture is for this step, and the ways to choose one.
fn reference_ui(ui: &mut Ui, season: &SeasonAndLight) -> Option<CardAction> {
    let colors = theme::colors(ui);
    let caption = |text: &str| RichText::new(text).font(theme::caption()).color(colors.text_weak);
    if season.lacks_reference() {
        let text = t!("No picture is chosen yet: until then the colours are those of a dull day.");
        ui.add(egui::Label::new(caption(text)).wrap().selectable(false));
    } else if season.palette == Palette::Reference {
        let [lightness, ..] = season.reference.mean;
        let [spread, ..] = season.reference.deviation;
        let text = t!(
            "The chosen picture's lightness is {mean:.0} ± {spread:.0} of 255. Its colours are part of the pipeline.",
            mean = lightness,
            spread = spread
        );
        ui.add(egui::Label::new(caption(&text)).wrap().selectable(false));
    }
    let mut action = None;
    ui.horizontal_wrapped(|ui| {
        let choose = ui.button(t!("Choose picture…"));
        if choose.on_hover_text(t!("Move colours towards those of a picture of your choice")).clicked() {
            action = Some(CardAction::ChooseReference);
        }
        let marked = ui.button(t!("Use marked tile"));
        if marked.on_hover_text(t!("Move colours towards those of the marked tile's picture")).clicked() {
            action = Some(CardAction::MarkedAsReference);
        }
    });
    action
}

/// The marked picture without the step, and a few draws of the step alone. Its name, and what is said where one points at it.
pub(super) fn example_ui(ui: &mut Ui, example: Option<&Example>, (name, about): (&str, &str)) {
    let colors = theme::colors(ui);
    let arrow = 16.0;
    let gap = space::XS;
    let side = ((ui.available_width() - arrow - 4.0 * gap) / 4.0).clamp(32.0, 72.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), side), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let place = |left: f32| Rect::from_min_size(pos2(left, rect.top()), vec2(side, side));
    let after_left = rect.left() + side + arrow + 2.0 * gap;
    let paint = |texture: Option<&egui::TextureHandle>, at: Rect| match texture {
        Some(texture) => {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let shape = egui::epaint::RectShape::filled(at, CornerRadius::same(4), Color32::WHITE);
            ui.painter().add(shape.with_texture(texture.id(), whole));
        }
        None => {
            ui.painter().rect_filled(at, CornerRadius::same(4), colors.well);
        }
    };
    paint(example.map(|example| &example.before), place(rect.left()));
    let middle = pos2(rect.left() + side + gap + arrow / 2.0, rect.center().y);
    let icon = icons::ICON_ARROW_FORWARD.codepoint;
    ui.painter().text(
        middle,
        Align2::CENTER_CENTER,
        icon,
        egui::FontId::proportional(theme::icon::S),
        colors.text_weak,
    );
    let count = example.map_or(1, |example| example.after.len().max(1));
    for draw in 0..count {
        let texture = example.and_then(|example| example.after.get(draw));
        paint(texture, place(after_left + draw as f32 * (side + gap)));
    }
    response.on_hover_text(about);
}

fn buttons_ui(ui: &mut Ui, title: &str, place: Place) -> Option<CardAction> {
    let mut action = None;
    let up = ui.add_enabled_ui(place.index > 0, |ui| {
        widgets::icon_button(ui, icons::ICON_ARROW_UPWARD.codepoint, &t!("Move up: {title}", title = title), false)
    });
    if up.inner.clicked() {
        action = Some(CardAction::Up);
    }
    let down = ui.add_enabled_ui(place.index + 1 < place.count, |ui| {
        widgets::icon_button(ui, icons::ICON_ARROW_DOWNWARD.codepoint, &t!("Move down: {title}", title = title), false)
    });
    if down.inner.clicked() {
        action = Some(CardAction::Down);
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if widgets::icon_button(ui, icons::ICON_DELETE.codepoint, &t!("Remove: {title}", title = title), false)
            .clicked()
        {
            action = Some(CardAction::Remove);
        }
    });
    action
}
