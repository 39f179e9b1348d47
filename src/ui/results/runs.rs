//! The runs of the data set: which one is shown, and which one stands beside it.

use egui::{Align2, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::app::command::{Command, Commands, DataCommand, ResultsCommand};
use crate::app::state::{RunLine, State};
use crate::lang::{self, t, tn};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Runs listed before the rest is folded away.
const LISTED: usize = 4;

/// How a run stands among the others.
#[derive(Clone, Copy)]
struct Standing {
    /// It is the one that is shown.
    shown: bool,
    /// It is put beside that one.
    compared: bool,
    /// It is the one that is shown, and there are no figures of it: judging it was stopped, or did not succeed.
    unjudged: bool,
}

/// Draws the list of runs.
pub fn runs_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("Runs"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let splits = state.project.as_ref().map(crate::app::state::Project::splits).unwrap_or_default();
            if splits.len() > 1 {
                let mut split = state.results.split;
                let choices: Vec<_> = splits.iter().map(|split| (*split, lang::text(split.name()))).collect();
                if widgets::segmented(ui, &mut split, &choices) {
                    commands.push(Command::Results(ResultsCommand::ShowSplit(split)));
                }
            }
        });
    });
    ui.add_space(space::XS);
    ui.spacing_mut().item_spacing.y = space::XS;
    let results = &state.results;
    let standing = |run: &RunLine| {
        let shown = results.shown.as_ref() == Some(&run.dir);
        let compared = results.compared.as_ref() == Some(&run.dir);
        Standing { shown, compared, unjudged: shown && results.is_unjudged() }
    };
    let (head, tail) = results.runs.split_at(results.runs.len().min(LISTED));
    for run in head {
        run_ui(ui, run, standing(run), commands);
    }
    if !tail.is_empty() {
        egui::CollapsingHeader::new(tn!(tail.len(), "{n} earlier run", "{n} earlier runs")).show(ui, |ui| {
            for run in tail {
                run_ui(ui, run, standing(run), commands);
            }
        });
    }
}

fn run_ui(ui: &mut Ui, run: &RunLine, standing: Standing, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let Standing { shown, compared, unjudged } = standing;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, ui.is_enabled(), shown, t!("Run {title}", title = run.title))
    });
    let fill = if shown {
        colors.accent_faint
    } else if response.hovered() || response.has_focus() {
        colors.hover
    } else {
        colors.card
    };
    ui.painter().rect_filled(rect, theme::RADIUS, fill);
    let stroke = if shown { colors.accent } else { colors.stroke };
    ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, stroke), StrokeKind::Inside);
    let figure = run.best_val_acc.map_or_else(|| "–".to_owned(), |acc| format!("{acc:.3}"));
    let dots = egui::Rect::from_center_size(
        rect.right_center() - vec2(4.0 + theme::CONTROL_HEIGHT / 2.0, 0.0),
        egui::Vec2::splat(theme::CONTROL_HEIGHT),
    );
    let right = egui::pos2(dots.left() - 4.0, rect.top() + 8.0);
    let drawn = ui.painter().text(right, Align2::RIGHT_TOP, figure, theme::tabular(theme::size::BODY), colors.text);
    let room = drawn.left() - rect.left() - 20.0;
    let title = widgets::elide_middle(ui, &run.title, &theme::strong(theme::size::BODY), room);
    ui.painter().text(
        rect.left_top() + vec2(10.0, 7.0),
        Align2::LEFT_TOP,
        title,
        theme::strong(theme::size::BODY),
        colors.text,
    );
    let below = match (compared, run.total_secs) {
        (true, _) => t!("compared").to_owned(),
        (false, Some(seconds)) => widgets::duration(seconds),
        (false, None) => tn!(run.epochs_done, "{n} epoch", "{n} epochs"),
    };
    let below_right = egui::pos2(dots.left() - 4.0, rect.bottom() - 7.0);
    let drawn = ui.painter().text(below_right, Align2::RIGHT_BOTTOM, below, theme::caption(), colors.text_weak);
    let detail = widgets::first_facts(ui, &run.detail, &theme::caption(), drawn.left() - rect.left() - 20.0);
    let below_left = rect.left_bottom() + vec2(10.0, -7.0);
    ui.painter().text(below_left, Align2::LEFT_BOTTOM, detail, theme::caption(), colors.text_weak);
    let response = response.on_hover_text(format!("{}\n{}", run.detail, run.dir.display()));
    widgets::context_menu(&response, |ui| menu_ui(ui, run, standing, commands));
    let more = t!("More: run {title}", title = run.title);
    widgets::more_button_at(ui, dots, &more, |ui| menu_ui(ui, run, standing, commands));
    if response.clicked() && (!shown || unjudged) {
        commands.push(Command::Results(ResultsCommand::ShowRun(run.dir.clone())));
    }
}

/// What can be done with a run beside showing it.
fn menu_ui(ui: &mut Ui, run: &RunLine, standing: Standing, commands: &mut Commands) {
    if standing.compared {
        if ui.button(t!("Stop comparing")).clicked() {
            commands.push(Command::Results(ResultsCommand::Compare(None)));
            ui.close();
        }
    } else {
        let compare = egui::Button::new(t!("Compare with the run shown"));
        if ui.add_enabled(!standing.shown && run.has_model, compare).clicked() {
            commands.push(Command::Results(ResultsCommand::Compare(Some(run.dir.clone()))));
            ui.close();
        }
    }
    if ui.button(t!("Copy the folder's path")).clicked() {
        ui.ctx().copy_text(run.dir.display().to_string());
        ui.close();
    }
    if ui.add_enabled(run.has_model, egui::Button::new(t!("Show the model's file"))).clicked() {
        commands.push(Command::Data(DataCommand::ShowInFolder(run.dir.join("model.safetensors"))));
        ui.close();
    }
}
