//! The gallery of predictions: filters and order above, tiles below (only those in view are laid out).

use egui::{Align2, ComboBox, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2};
use egui_material_icons::icons;

use crate::app::state::{ResultSort, State, Verdict};
use crate::lang::{self, t};
use crate::predict::ImageOutcome;
use crate::ui::theme::{self, space};
use crate::ui::widgets::{self, Emblem, PictureTile};

/// Height of the two lines under a picture.
const CAPTION: f32 = 40.0;

/// Draws the gallery.
pub fn gallery_ui(ui: &mut Ui, state: &mut State) {
    filters_ui(ui, state);
    ui.add_space(space::S);
    let order = state.results.order();
    if order.is_empty() {
        nothing_ui(ui, state);
        return;
    }
    let Some(judged) = state.results.judged.clone() else { return };
    let gap = space::M;
    let width = ui.available_width() - 12.0;
    let columns = ((width + gap) / (state.settings.thumb_points + gap)).floor().max(1.0);
    let side = ((width - gap * (columns - 1.0)) / columns).max(64.0);
    let columns = columns as usize;
    let row_height = side + CAPTION + gap;
    let rows = order.len().div_ceil(columns);
    ScrollArea::vertical().id_salt("results_gallery").auto_shrink([false, false]).show_viewport(ui, |ui, viewport| {
        ui.set_height(rows as f32 * row_height);
        let origin = ui.max_rect().min;
        let first = (viewport.min.y / row_height).floor().max(0.0) as usize;
        let last = ((viewport.max.y / row_height).ceil() as usize).min(rows);
        for row in first..last {
            for column in 0..columns {
                let Some(index) = order.get(row * columns + column) else { break };
                let Some(outcome) = judged.evaluation.outcomes.get(*index) else { continue };
                let min = origin + vec2(column as f32 * (side + gap), row as f32 * row_height);
                let rect = Rect::from_min_size(min, vec2(side, side + CAPTION));
                ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt(*index), |ui| {
                    tile_ui(ui, state, &judged.evaluation.classes, outcome, *index, side);
                });
            }
        }
    });
}

fn filters_ui(ui: &mut Ui, state: &mut State) {
    let (wrong, right) = state.results.counts();
    ui.horizontal(|ui| {
        let names = [t!("Wrong {n}", n = wrong), t!("Right {n}", n = right), t!("All {n}", n = wrong + right)];
        let choices = [
            (Verdict::Wrong, names[0].as_str()),
            (Verdict::Right, names[1].as_str()),
            (Verdict::All, names[2].as_str()),
        ];
        if widgets::segmented(ui, &mut state.results.verdict, &choices) {
            state.results.cell = None;
            state.results.selected = None;
        }
        let classes = state.results.judged.as_ref().map(|judged| judged.evaluation.classes.clone()).unwrap_or_default();
        let chosen = state.results.class.and_then(|class| classes.get(class)).map_or(t!("all classes"), String::as_str);
        let combo = ComboBox::from_id_salt("results_class").selected_text(chosen);
        let combo = combo.show_ui(ui, |ui| {
            let names = classes.iter().enumerate().map(|(index, class)| (Some(index), class.as_str()));
            for (class, name) in std::iter::once((None, t!("all classes"))).chain(names) {
                // A click on what is chosen already counts too: a cell of the confusion matrix may have hidden it.
                if ui.selectable_label(state.results.class == class, name).clicked() {
                    state.results.show_class(class);
                }
            }
        });
        widgets::name_combo(ui, &combo.response, t!("Class"), chosen);
        let sorts = [
            (ResultSort::MostWrong, t!("most wrong")),
            (ResultSort::LeastSure, t!("least sure")),
            (ResultSort::Name, t!("name")),
        ];
        let chosen = sorts.iter().find(|(sort, _)| *sort == state.results.sort).map_or("", |(_, name)| *name);
        let combo = ComboBox::from_id_salt("results_sort").selected_text(t!("sort: {order}", order = chosen));
        let combo = combo.show_ui(ui, |ui| {
            for (sort, name) in sorts {
                ui.selectable_value(&mut state.results.sort, sort, name);
            }
        });
        widgets::name_combo(ui, &combo.response, t!("Sort"), chosen);
        if let Some((truth, predicted)) = state.results.cell {
            let name = |class: usize| classes.get(class).map_or("", String::as_str);
            let text = format!("{} → {}  ×", name(truth), name(predicted));
            if ui
                .button(text)
                .on_hover_text(t!("Only this cell of the confusion matrix. Click to show the others again."))
                .clicked()
            {
                state.results.cell = None;
            }
        }
    });
}

fn nothing_ui(ui: &mut Ui, state: &mut State) {
    let is_perfect = state.results.verdict == Verdict::Wrong && state.results.counts().0 == 0;
    if is_perfect {
        let sentence = t!("The model is right on every one of these pictures.");
        let emblem = Emblem::bee(&state.data, icons::ICON_CHECK_CIRCLE.codepoint);
        widgets::empty_state(ui, emblem, t!("Nothing is wrong"), sentence, |ui| {
            if ui.button(t!("Show all")).clicked() {
                state.results.verdict = Verdict::All;
            }
        });
    } else {
        let sentence = t!("No prediction fits these filters.");
        let emblem = Emblem::ant(&state.data, icons::ICON_FILTER_ALT_OFF.codepoint);
        widgets::empty_state(ui, emblem, t!("Nothing to show"), sentence, |ui| {
            if ui.button(t!("Show all")).clicked() {
                state.results.verdict = Verdict::All;
                state.results.class = None;
                state.results.cell = None;
            }
        });
    }
}

fn tile_ui(ui: &mut Ui, state: &mut State, classes: &[String], outcome: &ImageOutcome, index: usize, side: f32) {
    let colors = theme::colors(ui);
    let name_of = |class: Option<usize>| class.and_then(|class| classes.get(class)).map_or("?", String::as_str);
    let file = outcome.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (line, color, spoken) = match (&outcome.result, outcome.is_right()) {
        (Ok(found), Some(true)) => {
            let text = format!("✓ {} {:.2}", name_of(Some(found.label())), found.confidence());
            (text, colors.good, t!("{file}, right, {class}", file = file, class = name_of(outcome.truth)))
        }
        (Ok(found), _) => {
            let predicted = name_of(Some(found.label()));
            let text = format!("✗ {predicted} {:.2}", found.confidence());
            (text, colors.bad, {
                let truth = name_of(outcome.truth);
                t!("{file}, wrong, predicted {class}, is {truth}", file = file, class = predicted, truth = truth)
            })
        }
        (Err(_), _) => (t!("could not be read").to_owned(), colors.bad, t!("{file}, could not be read", file = file)),
    };
    let is_wrong = outcome.is_right() == Some(false);
    let tile = PictureTile {
        path: &outcome.path,
        name: &spoken,
        chip: None,
        selected: state.results.selected == Some(index),
        frame: is_wrong.then_some(colors.bad),
    };
    let response = widgets::picture_tile_ui(ui, &mut state.pictures, &tile, side);
    let below = pos2(response.rect.left() + 2.0, response.rect.bottom() + 4.0);
    let shown = widgets::elide_middle(ui, &line, &theme::strong(theme::size::BODY), side - 4.0);
    ui.painter().text(below, Align2::LEFT_TOP, shown, theme::strong(theme::size::BODY), color);
    let truth = t!("is {class}", class = name_of(outcome.truth));
    let shown = widgets::elide_middle(ui, &truth, &theme::body(), side - 20.0);
    let second = below + vec2(0.0, 18.0);
    if let Some(class) = outcome.truth {
        let dot = Rect::from_min_size(second + vec2(0.0, 4.0), vec2(9.0, 9.0));
        theme::paint_mark(ui, dot, 3.0, theme::class_color_of(name_of(Some(class)), class));
    }
    ui.painter().text(second + vec2(14.0, 0.0), Align2::LEFT_TOP, shown, theme::body(), colors.text_weak);
    let response = response.on_hover_ui(|ui| {
        ui.label(RichText::new(&file).font(theme::strong(theme::size::BODY)));
        match &outcome.result {
            Ok(found) => {
                for (class, probability) in found.ranked().into_iter().take(5) {
                    ui.label(format!("{:.3}  {}", probability, name_of(Some(class))));
                }
            }
            Err(reason) => {
                ui.label(widgets::capitalised(&lang::sentence(reason)));
            }
        }
    });
    if response.clicked() {
        state.results.selected = if state.results.selected == Some(index) { None } else { Some(index) };
    }
}
