//! Cards, bars, hints, empty states.

use egui::{
    Color32, Frame, Margin, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, TextureId, Tooltip, Ui,
    UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use crate::app::state::DataState;
use crate::lang::{self, t};
use crate::ui::theme::{self, space};

/// A card: a rounded surface with a hairline.
pub fn card<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let colors = theme::colors(ui);
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin::same(12))
        .show(ui, contents)
        .inner
}

/// The frame of a side panel.
pub fn side_panel_frame(ui: &Ui) -> Frame {
    Frame::new().fill(theme::colors(ui).panel).inner_margin(Margin::same(12))
}

/// A heading inside a panel.
pub fn section_label(ui: &mut Ui, text: &str) -> Response {
    ui.add(egui::Label::new(RichText::new(text).font(theme::strong(theme::size::BODY))).selectable(false))
}

/// A “?” that explains a term in two sentences: while the pointer is on it, after a click, and while it has the focus. It does so
/// among controls that are disabled, too: what they are for is asked just then.
pub fn hint(ui: &mut Ui, term: &str, explanation: &str) -> Response {
    let colors = theme::colors(ui);
    let (rect, response) = hint_place(ui);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, t!("What is {term}?", term = term)));
    let color = if response.hovered() || response.has_focus() { colors.text } else { colors.text_weak };
    let mut painter = ui.painter().clone();
    if !ui.is_enabled() {
        // Not as weak as the controls around it, since it can be used.
        painter.set_opacity(1.0);
    }
    painter.circle_stroke(rect.center(), 6.5, Stroke::new(1.0, color.gamma_multiply(0.7)));
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, "?", theme::caption(), color);
    if response.clicked_by(egui::PointerButton::Primary) {
        response.request_focus();
    } else if response.clicked_elsewhere() {
        response.surrender_focus();
    }
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(explanation));
    let mut tooltip = Tooltip::for_enabled(&response);
    if response.has_focus() {
        tooltip.popup = tooltip.popup.open(true);
    }
    tooltip.show(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        ui.label(explanation);
    });
    response
}

/// Where a “?” is, and what is done with it. Its id is the same whether the controls around it are enabled or not, so that it
/// keeps the focus when that changes.
fn hint_place(ui: &mut Ui) -> (Rect, Response) {
    let size = vec2(16.0, 16.0);
    // What is only being measured is disabled as well, and is to stay so.
    if ui.is_enabled() || !ui.is_visible() {
        return ui.allocate_exact_size(size, Sense::click());
    }
    let (id, space) = ui.allocate_space(size);
    // Nothing within what is disabled can be enabled again: only a `Ui` without a parent is enabled there.
    let builder = UiBuilder::new().layer_id(ui.layer_id()).max_rect(space).accessibility_parent(ui.unique_id());
    let mut enabled = Ui::new(ui.ctx().clone(), id.with("enabled"), builder);
    enabled.set_clip_rect(ui.clip_rect());
    (ui.layout().align_size_within_rect(size, space), enabled.interact(space, id, Sense::click()))
}

/// A horizontal bar for a probability, 0 to 1, of the width at hand.
pub fn probability_bar(ui: &mut Ui, probability: f32, color: Color32, height: f32) -> Response {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let name = lang::percent(f64::from(probability), 0);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name.clone()));
    ui.painter().rect_filled(rect, height / 2.0, colors.well);
    let mut filled = rect;
    filled.set_width((rect.width() * probability.clamp(0.0, 1.0)).max(2.0));
    theme::paint_mark(ui, filled, height / 2.0, color);
    response
}

/// What says that something goes on: it turns, or stands still where nothing is to move. `size` in points.
pub fn spinner_ui(ui: &mut Ui, size: f32) -> Response {
    let response = if theme::moves(ui) {
        ui.add(egui::Spinner::new().size(size))
    } else {
        let color = theme::colors(ui).text_weak;
        let sign = RichText::new(icons::ICON_HOURGLASS_EMPTY.codepoint).size(size).color(color);
        ui.add(egui::Label::new(sign).selectable(false))
    };
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, t!("Something is going on")));
    response
}

/// A dot of a class's colour before its name.
pub fn legend_dot(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    theme::paint_mark(ui, rect, 3.0, color);
}

/// What stands above the words of an empty state: a drawn insect, or an icon as long as it is not drawn yet.
#[derive(Clone, Copy)]
pub struct Emblem<'a> {
    icon: &'a str,
    insect: Option<TextureId>,
}

impl<'a> Emblem<'a> {
    /// An ant.
    pub fn ant(data: &DataState, icon: &'a str) -> Self {
        Self { icon, insect: data.small_drawing("ant") }
    }

    /// A bee.
    pub fn bee(data: &DataState, icon: &'a str) -> Self {
        Self { icon, insect: data.small_drawing("bee") }
    }
}

/// The icon alone.
impl<'a> From<&'a str> for Emblem<'a> {
    fn from(icon: &'a str) -> Self {
        Self { icon, insect: None }
    }
}

/// Side of an empty state's drawing with the paper round it, in points.
const EMBLEM: f32 = 112.0;
/// Where it is lower than this, in points, the drawing would push the button out of view.
const LEAST_FOR_EMBLEM: f32 = 380.0;

/// An empty state: a picture, one sentence, and what can be done about it.
pub fn empty_state<'a>(
    ui: &mut Ui,
    emblem: impl Into<Emblem<'a>>,
    title: &str,
    sentence: &str,
    actions: impl FnOnce(&mut Ui),
) {
    let colors = theme::colors(ui);
    let Emblem { icon, insect } = emblem.into();
    ui.vertical_centered(|ui| {
        let height = ui.available_height();
        if let Some(insect) = insect.filter(|_| height >= LEAST_FOR_EMBLEM) {
            ui.add_space(height * 0.2);
            emblem_ui(ui, insect);
        } else {
            ui.add_space((height * 0.28).max(space::XL));
            let icon = RichText::new(icon).size(theme::icon::EMPTY).color(colors.text_weak.gamma_multiply(0.7));
            ui.add(egui::Label::new(icon).selectable(false));
        }
        ui.add_space(space::S);
        ui.label(RichText::new(title).font(theme::section()));
        ui.add(egui::Label::new(RichText::new(sentence).color(colors.text_weak)).wrap());
        ui.add_space(space::S);
        actions(ui);
    });
}

/// A drawn insect on a square of paper.
fn emblem_ui(ui: &mut Ui, insect: TextureId) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(EMBLEM), Sense::hover());
    let edge = Stroke::new(1.0, theme::colors(ui).stroke);
    ui.painter().rect(rect, theme::CARD_RADIUS, theme::paper(ui), edge, StrokeKind::Inside);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(insect, rect.shrink(space::XS), whole, Color32::WHITE);
}
