//! The line at the foot: the training that runs, jobs with progress and cancel, what the data set holds.

use egui::{Align, Frame, Label, Layout, Margin, Panel, ProgressBar, RichText, Ui};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::{notices, widgets};
use crate::app::command::{Command, Commands, UiCommand};
use crate::app::state::{RunPhase, RunView, State, Workspace};
use crate::dataset::ScanIssueKind;
use crate::lang::{t, tn};

/// Draws the line at the foot.
pub fn status_bar_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 2));
    Panel::bottom("status_bar").frame(frame).exact_size(32.0).resizable(false).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                notices::bell_ui(ui, state);
                dataset_ui(ui, state);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = space::M;
                    if let Some(run) = &state.train.run
                        && run.phase.is_running()
                    {
                        let root = state.project.as_ref().map(|project| &project.dataset.root);
                        training_ui(ui, run, root == Some(&run.dataset_root), commands);
                    }
                    jobs_ui(ui, state, commands);
                });
            });
        });
    });
}

fn dataset_ui(ui: &mut Ui, state: &mut State) {
    let colors = theme::colors(ui);
    let small = |text: String| RichText::new(text).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
    if let Some((_, files)) = &state.opening {
        ui.label(small(tn!(*files, "{n} file seen", "{n} files seen")));
        return;
    }
    let Some(project) = &state.project else { return };
    let ignored = project.count_issues(ScanIssueKind::Ignored);
    let unreadable = project.count_issues(ScanIssueKind::Unreadable);
    // These are part of the data set.
    let noted = project.count_issues(ScanIssueKind::Noted);
    let issues = [
        (ignored > 0).then(|| t!("{n} ignored", n = ignored)),
        (unreadable > 0).then(|| t!("{n} unreadable", n = unreadable)),
        (noted > 0).then(|| t!("{n} noted", n = noted)),
    ];
    let issues: Vec<String> = issues.into_iter().flatten().collect();
    if !issues.is_empty() {
        let color = if unreadable > 0 { colors.bad } else { colors.text_weak };
        let text = RichText::new(issues.join(" · ")).font(theme::tabular(theme::size::SMALL)).color(color);
        let button = ui.add(egui::Button::new(text).frame(false));
        if button.on_hover_text(t!("Which files were passed over or noted, and why")).clicked() {
            state.issues_open = true;
        }
        ui.label(small("·".to_owned()));
    }
    let pictures = project.dataset.items.len();
    ui.add(Label::new(small(tn!(pictures, "{n} picture", "{n} pictures"))).selectable(false));
}

/// The training under way. What there is no room for goes first: seconds an epoch, then the data set's name, then accuracy.
fn training_ui(ui: &mut Ui, run: &RunView, is_of_open_data_set: bool, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let phase = match &run.phase {
        RunPhase::Starting => t!("Starting"),
        RunPhase::Training => t!("Training"),
        RunPhase::Validating { .. } => t!("Validating"),
        RunPhase::Paused => t!("Paused"),
        RunPhase::Stopping => t!("Stopping"),
        RunPhase::Finished | RunPhase::Stopped | RunPhase::Failed(_) => return,
    };
    let room = ui.available_width();
    let color = if run.phase == RunPhase::Paused { colors.text_weak } else { colors.accent };
    let longest_phase = format!("●  {}", t!("Validating"));
    // As wide as the longest word, so that nothing jumps between the two phases of an epoch.
    let width = ui.painter().layout_no_wrap(longest_phase, theme::strong(theme::size::SMALL), color).size().x;
    let text = RichText::new(format!("●  {phase}")).font(theme::strong(theme::size::SMALL)).color(color);
    ui.allocate_ui_with_layout(egui::vec2(width, 24.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        let button = ui.add(egui::Button::new(text).frame(false));
        if button.on_hover_text(t!("Go to Train: {name}", name = run.dataset_name)).clicked() {
            commands.push(Command::Go(Workspace::Train));
        }
    });
    let small =
        |text: String| Label::new(RichText::new(text).font(theme::tabular(theme::size::SMALL))).selectable(false);
    if !is_of_open_data_set && room > 560.0 {
        let name = widgets::elide_middle(ui, &run.dataset_name, &theme::strong(theme::size::SMALL), 140.0);
        let name = RichText::new(name).font(theme::strong(theme::size::SMALL)).color(colors.text_weak);
        ui.add(Label::new(name).selectable(false)).on_hover_text(run.dataset_root.display().to_string());
    }
    ui.add(small(t!("epoch {epoch}/{epochs}", epoch = run.current_epoch(), epochs = run.config.epochs)));
    let share = run.fraction_done();
    let bar = ProgressBar::new(share).desired_width(if room > 620.0 { 120.0 } else { 64.0 }).desired_height(6.0);
    ui.add(bar.fill(color)).on_hover_text(t!("{share} done", share = widgets::percent(f64::from(share), 0)));
    if let Some(last) = run.history.epochs.last() {
        let best = run.best().unwrap_or(last);
        if room > 480.0 {
            ui.add(small(t!(
                "val acc {last:.3} (best {best:.3}, epoch {epoch})",
                last = last.val_acc,
                best = best.val_acc,
                epoch = best.epoch
            )));
        }
        if room > 680.0 {
            let mean = run.history.epochs.iter().map(|record| record.seconds).sum::<f64>();
            let mean = mean / run.history.epochs.len() as f64;
            ui.add(small(t!("{time}/epoch", time = widgets::duration(mean))));
        }
    }
    if let Some(eta) = run.eta_secs.filter(|_| room > 380.0) {
        ui.add(small(t!("{time} left", time = widgets::duration(eta))));
    }
    ui.spacing_mut().item_spacing.x = 2.0;
    let (icon, name) = if run.phase == RunPhase::Paused {
        (icons::ICON_PLAY_ARROW.codepoint, t!("Resume training"))
    } else {
        (icons::ICON_PAUSE.codepoint, t!("Pause training"))
    };
    ui.add_enabled_ui(run.phase != RunPhase::Stopping, |ui| {
        if widgets::icon_button(ui, icon, name, false).clicked() {
            commands.ui(UiCommand::PauseOrResumeTraining);
        }
        if widgets::icon_button(ui, icons::ICON_STOP.codepoint, UiCommand::StopTraining.title(), false).clicked() {
            commands.ui(UiCommand::StopTraining);
        }
    });
}

/// The jobs under way, as many as there is room for; how many more there are is said.
fn jobs_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let jobs: Vec<_> = state.jobs.iter().filter(|job| !job.title.is_empty()).collect();
    for (index, job) in jobs.iter().enumerate() {
        let text_width = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, colors.text).size().x;
        let texts = text_width(&job.title, theme::strong(theme::size::SMALL))
            + text_width(&job.detail, theme::tabular(theme::size::SMALL));
        // Bar and button, and a word about those that come after.
        let room = texts + 120.0 + theme::CONTROL_HEIGHT + 5.0 * space::M;
        let left = job.left_secs.map(|secs| t!("{time} left", time = widgets::duration(secs)));
        // It stands behind what there has to be room for.
        let left = left.filter(|left| {
            room + space::M + text_width(left, theme::tabular(theme::size::SMALL)) <= ui.available_width()
        });
        if index > 0 && room > ui.available_width() {
            let left = &jobs[index..];
            let titles: Vec<&str> = left.iter().map(|job| job.title.as_str()).collect();
            let more = RichText::new(format!("+{}", left.len()))
                .font(theme::tabular(theme::size::SMALL))
                .color(colors.text_weak);
            ui.add(Label::new(more).selectable(false)).on_hover_text(titles.join("\n"));
            break;
        }
        ui.add(Label::new(RichText::new(&job.title).font(theme::strong(theme::size::SMALL))).selectable(false));
        if let Some(fraction) = job.fraction {
            ui.add(ProgressBar::new(fraction).desired_width(120.0).desired_height(6.0).fill(colors.accent));
        } else {
            widgets::spinner_ui(ui, 12.0);
        }
        if !job.detail.is_empty() {
            let detail = RichText::new(&job.detail).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
            ui.add(Label::new(detail).selectable(false));
        }
        if let Some(left) = left {
            let left = RichText::new(left).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
            ui.add(Label::new(left).selectable(false));
        }
        if job.cancellable
            && widgets::icon_button(ui, icons::ICON_CLOSE.codepoint, &t!("Cancel: {job}", job = job.title), false)
                .clicked()
        {
            commands.push(Command::CancelJob(job.id));
        }
    }
}
