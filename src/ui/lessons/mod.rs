//! The lessons: three pages on which a convolution, pooling and augmentation are tried out on a picture.
//!
//! ```text
//! mod           the dialog: tabs, which picture, what if it can't be read
//! convolution   kernels, weights, the result; arithmetic: the nine products behind one pixel
//! pooling       largest or average, what remains, what a shift changes
//! augmentation  one picture in eight epochs
//! picture       pixels on the screen, the marker; words: figures and names
//! ```

mod arithmetic;
mod augmentation;
mod convolution;
mod picture;
mod pooling;
mod words;

use egui::{Align, Align2, Label, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, Vec2, vec2};
use egui_material_icons::icons;

use super::overlays::dialog_ui;
use super::theme::{self, space};
use super::widgets;
use crate::app::command::Commands;
use crate::app::state::{LessonOriginal, LessonPage, LessonPicture, State};
use crate::lang::{self, t};

/// Width of the dialog in points, at most.
const WIDTH: f32 = 1180.0;
/// Height of what is below its heading, at most.
const HEIGHT: f32 = 640.0;
/// Width of the column with the controls.
const CONTROLS: f32 = 218.0;
/// Width of the names before controls.
const LINE_NAMES: f32 = 152.0;
/// Height of the line under a picture.
const UNDER: f32 = 22.0;
/// Least height of a picture.
const LEAST_PICTURE: f32 = 180.0;
/// Lines longer than this are tiring to read.
const MEASURE: f32 = 780.0;

/// Draws the lessons if they are open.
pub fn lessons_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    if !state.lessons.open {
        return;
    }
    let window = ui.ctx().content_rect().size();
    let room = vec2((window.x - 84.0).min(WIDTH), (window.y - 128.0).min(HEIGHT));
    let stays = dialog_ui(ui, "lessons", t!("Lessons"), room.x, |ui| {
        // Of one height, so that nothing jumps from page to page.
        ui.set_min_height(room.y);
        head_ui(ui, state);
        ScrollArea::vertical().max_height(room.y - 44.0).auto_shrink([false, false]).show(ui, |ui| {
            page_ui(ui, state, commands);
        });
    });
    // A page may have closed them.
    state.lessons.open &= stays;
}

/// Tabs at the left, the picture's name at the right.
fn head_ui(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        widgets::tab_bar_ui(ui, &mut state.lessons.page, &LessonPage::ALL.map(|page| (page, page.title())));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let (name, class) = words::picture(state);
            let colors = theme::colors(ui);
            let mut by = 0;
            if widgets::icon_button(ui, icons::ICON_CHEVRON_RIGHT.codepoint, t!("Next picture"), false).clicked() {
                by = 1;
            }
            let shown = widgets::elide_middle(ui, &name, &theme::body(), 220.0);
            ui.add(Label::new(shown).selectable(false)).on_hover_text(&name);
            if let Some(class) = class {
                widgets::legend_dot(ui, theme::class_color(class));
            }
            if widgets::icon_button(ui, icons::ICON_CHEVRON_LEFT.codepoint, t!("Previous picture"), false).clicked() {
                by = -1;
            }
            ui.add_space(space::XS);
            let text = RichText::new(t!("tried out on")).size(theme::size::SMALL).color(colors.text_weak);
            if ui.available_width() > 96.0 {
                ui.add(Label::new(text).selectable(false));
            }
            if by != 0 {
                state.lessons.step(by, state.project.as_ref());
                ui.ctx().request_repaint();
            }
        });
    });
    ui.add_space(space::XS);
}

fn page_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let text = match state.lessons.page {
        LessonPage::Convolution => t!(
            "A convolution slides a small table of weights, the kernel, over the picture. At every place it multiplies the \
             nine numbers below by their weights and adds them up: that sum is one pixel of the result. So a kernel asks the \
             same question everywhere, such as “is it brighter at the right than at the left?”. While it trains, a network \
             finds its kernels by itself; here you choose one."
        ),
        LessonPage::Pooling => t!(
            "Pooling makes a picture smaller: of every small square only the largest number is kept, or the average. What \
             was found stays, where exactly is forgotten. So it matters less when the insect sits a little further to the \
             right, and the next layer has far fewer numbers to work on."
        ),
        LessonPage::Augmentation => t!(
            "Each time training takes a picture, it is first cropped, flipped or recoloured at random. The pixels change, the \
             label does not: a mirrored ant is an ant. So a network can’t learn the pictures by heart and has to look for what \
             all versions have in common. Your files are never changed."
        ),
    };
    ui.scope(|ui| {
        ui.set_max_width(MEASURE.min(ui.available_width()));
        let colors = theme::colors(ui);
        ui.add(Label::new(RichText::new(text).color(colors.text_weak)).wrap());
    });
    ui.add_space(space::S);
    match &state.lessons.picture {
        LessonPicture::Failed(reason) => {
            let reason = lang::sentence(reason);
            let text = t!(
                "This picture can’t be read: {reason}. Choose another one with the arrows above.",
                reason = reason.trim_end_matches('.')
            );
            widgets::sign_ui(ui, icons::ICON_ERROR.codepoint, theme::colors(ui).bad, &text);
        }
        LessonPicture::Loading => {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 300.0), Sense::hover());
            widgets::skeleton(ui, rect);
            let colors = theme::colors(ui);
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                t!("Reading the picture…"),
                theme::body(),
                colors.text_weak,
            );
        }
        LessonPicture::Ready(original) => {
            let original = original.clone();
            ready_ui(ui, state, &original, commands);
        }
    }
}

/// Controls at the left, what comes of them at the right.
fn ready_ui(ui: &mut Ui, state: &mut State, original: &LessonOriginal, commands: &mut Commands) {
    let room = ui.available_size();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::XL;
        column_ui(ui, CONTROLS, 5.0, |ui| match state.lessons.page {
            LessonPage::Convolution => convolution::controls_ui(ui, &mut state.lessons.convolution, original),
            LessonPage::Pooling => pooling::controls_ui(ui, &mut state.lessons.pooling),
            LessonPage::Augmentation => augmentation::controls_ui(ui, state, commands),
        });
        // Room for the scroll bar.
        let right = vec2(room.x - CONTROLS - space::XL - space::S, room.y);
        column_ui(ui, right.x, space::S, |ui| match state.lessons.page {
            LessonPage::Convolution => convolution::result_ui(ui, &mut state.lessons.convolution, original, right),
            LessonPage::Pooling => pooling::result_ui(ui, &mut state.lessons.pooling, original, right),
            LessonPage::Augmentation => augmentation::result_ui(ui, state, original, right),
        });
    });
}

fn column_ui(ui: &mut Ui, width: f32, gap: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(space::S, gap);
        contents(ui);
    });
}

/// Two things of one size side by side.
fn pair_ui(ui: &mut Ui, size: Vec2, contents: impl FnOnce([&mut Ui; 2])) {
    let (rect, _) = ui.allocate_exact_size(vec2(size.x * 2.0 + space::L, size.y), Sense::hover());
    let part = |left: f32| {
        let rect = Rect::from_min_size(rect.min + vec2(left, 0.0), size);
        UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min))
    };
    let mut left = ui.new_child(part(0.0));
    let mut right = ui.new_child(part(size.x + space::L));
    for ui in [&mut left, &mut right] {
        ui.spacing_mut().item_spacing.y = 2.0;
    }
    contents([&mut left, &mut right]);
}

/// A name above a control.
fn caption_ui(ui: &mut Ui, text: &str) {
    let colors = theme::colors(ui);
    ui.add(Label::new(RichText::new(text).size(theme::size::SMALL).color(colors.text_weak)).selectable(false));
}

/// A name and a control in one line; the controls of several lines stand below each other.
fn line_ui(ui: &mut Ui, text: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL_HEIGHT);
        let start = ui.cursor().left();
        ui.add(Label::new(text).selectable(false));
        ui.add_space((start + LINE_NAMES - ui.cursor().left()).max(0.0));
        control(ui);
    });
}

/// Room for a picture and one made of it, side by side: as wide as there is room, as high as the picture is then, `most`
/// points at most.
fn pair_size(original: &LessonOriginal, width: f32, most: f32) -> Vec2 {
    let width = ((width - space::L) / 2.0).floor();
    let aspect = original.plane.height() as f32 / original.plane.width().max(1) as f32;
    vec2(width, (width * aspect).min(most).max(LEAST_PICTURE).floor())
}

/// The line under a picture: what it is, and at the right end what belongs to it.
fn under_ui(ui: &mut Ui, text: &str, right: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_height(UNDER);
        caption_ui(ui, text);
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}

/// What is set was changed: it is worked out before the next frame, which is to come at once.
fn changed(ui: &Ui) {
    ui.ctx().request_repaint();
}
