//! A short tour: a card below one tab after another says what is done there. Shown on the first start until it is ended.

use egui::{Area, Frame, Id, Key, Label, Margin, Modifiers, Order, Rect, RichText, Stroke, StrokeKind, Ui, pos2, vec2};

use super::theme::{self, space};
use super::{top_bar, widgets};
use crate::app::state::{State, Workspace};
use crate::lang::t;

/// Width of the card in points.
const WIDTH: f32 = 320.0;

/// What is done in a workspace, in two sentences.
fn explained(workspace: Workspace) -> &'static str {
    match workspace {
        Workspace::Data => {
            t!("Your pictures: look through them, label them, set bad ones aside. Your files are never changed.")
        }
        Workspace::Augment => {
            t!("Training sees each picture differently every time. Here you see how, and decide how much.")
        }
        Workspace::Train => {
            t!("Choose a model and start. Watch the curves while it learns; the best epoch is kept.")
        }
        Workspace::Results => {
            t!("How good is it? Look at every mistake: a wrong label is mended in a moment, then train again.")
        }
        Workspace::Predict => t!("Use your model: drop pictures anywhere and see what it says of each."),
    }
}

/// Draws the step of the tour that is due, if one is.
pub fn tour_ui(ui: &Ui, state: &mut State) {
    let Some(step) = state.tour else { return };
    let Some(workspace) = Workspace::ALL.get(step).copied() else {
        end(state);
        return;
    };
    let ctx = ui.ctx();
    if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        end(state);
        return;
    }
    // Known from the second frame on.
    let Some(tab) = top_bar::tab_place(ctx, workspace) else { return };
    let colors = theme::colors(ui);
    let window = ctx.content_rect();
    let painter = ctx.layer_painter(egui::LayerId::new(Order::Foreground, Id::unique("tour_mark")));
    painter.rect_stroke(tab.shrink(4.0), theme::RADIUS, Stroke::new(2.0, colors.accent), StrokeKind::Inside);
    let left = (tab.center().x - WIDTH / 2.0).clamp(window.left() + space::M, window.right() - WIDTH - space::XL);
    let place = pos2(left, tab.bottom() + space::S);
    let frame = Frame::popup(ui.style())
        .fill(colors.panel)
        .stroke(Stroke::new(1.0, colors.accent))
        .inner_margin(Margin::same(14));
    let shown = Area::new(Id::unique("tour")).order(Order::Foreground).fixed_pos(place).show(ctx, |ui| {
        frame.show(ui, |ui| {
            ui.set_width(WIDTH - 28.0);
            ui.add(Label::new(RichText::new(workspace.title()).font(theme::section())).selectable(false));
            ui.add(Label::new(explained(workspace)).wrap().selectable(false));
            ui.add_space(space::XS);
            ui.horizontal(|ui| {
                let last = step + 1 == Workspace::ALL.len();
                if widgets::primary_button(ui, if last { t!("Begin") } else { t!("Next") }, true).clicked() {
                    state.tour = Some(step + 1);
                }
                if step > 0 && ui.button(t!("Back")).clicked() {
                    state.tour = Some(step - 1);
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if !last && ui.button(t!("Skip the tour")).clicked() {
                        state.tour = Some(Workspace::ALL.len());
                    }
                    let count = format!("{}/{}", step + 1, Workspace::ALL.len());
                    let count = RichText::new(count).font(theme::tabular(theme::size::CAPTION)).color(colors.text_weak);
                    ui.add(Label::new(count).selectable(false));
                });
            });
        });
    });
    // A little arrow ties the card to its tab.
    let tip = pos2(tab.center().x, tab.bottom() + 1.0);
    let base = Rect::from_center_size(pos2(tip.x, shown.response.rect.top() + 1.0), vec2(14.0, 0.0));
    let points = vec![tip, base.right_center(), base.left_center()];
    painter.add(egui::Shape::convex_polygon(points, colors.accent, Stroke::NONE));
}

fn end(state: &mut State) {
    state.tour = None;
    state.settings.tour_seen = true;
}
