//! What lies over the workspaces: settings, what scanning passed over, the hint while files are held over the window.

use egui::{Align2, Color32, Frame, Grid, Id, Key, Margin, Modal, RichText, ScrollArea, Slider, TextEdit, Ui, vec2};
use egui_material_icons::icons;

use super::shortcuts::shortcuts_ui;
use super::theme::{self, space};
use super::widgets;
use crate::app::command::{Command, Commands, UiCommand};
use crate::app::state::{LabelSaving, LanguageChoice, LeavingFor, State, ThemeChoice, Workspace};
use crate::dataset::{ScanIssue, ScanIssueKind};
use crate::fetch::Network;
use crate::lang::{self, Language, t, tn};

/// Height of a line of the list of what was passed over, in points.
const ISSUE: f32 = 36.0;

/// Draws whatever of them is open.
pub fn overlays_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    if state.settings_open {
        state.settings_open = settings_ui(ui, state, commands);
    }
    if state.shortcuts_open {
        state.shortcuts_open = shortcuts_ui(ui, state);
    }
    if state.issues_open {
        state.issues_open = issues_ui(ui, state, commands);
    }
    if state.leaving.is_some() {
        leaving_ui(ui, state, commands);
    }
    if state.files_hovering {
        hovering_ui(ui, state);
    }
}

/// A dialog with a heading and a close button, both of which stay in view: what does not fit into the window scrolls. Returns
/// whether it stays open. `id` names it whatever the language.
pub(super) fn dialog_ui(ui: &Ui, id: &str, heading: &str, width: f32, contents: impl FnOnce(&mut Ui)) -> bool {
    let colors = theme::colors(ui);
    let margin = 20.0;
    let frame = Frame::popup(ui.style()).fill(colors.panel).inner_margin(Margin::same(margin as i8));
    let window = ui.ctx().content_rect().size() - egui::Vec2::splat(2.0 * (margin + space::S));
    let modal = Modal::new(Id::unique(id)).frame(frame).backdrop_color(Color32::from_black_alpha(120));
    let response = modal.show(ui.ctx(), |ui| {
        ui.set_width(width.min(window.x));
        let mut stays = true;
        let top = ui.cursor().top();
        ui.horizontal(|ui| {
            ui.label(RichText::new(heading).font(theme::section()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                stays = !widgets::icon_button(ui, icons::ICON_CLOSE.codepoint, t!("Close"), false).clicked();
            });
        });
        ui.add_space(space::S);
        let room = (window.y - (ui.cursor().top() - top)).max(theme::CONTROL_HEIGHT);
        // A dialog is offered the height that it had in the last frame: without the least height it could never grow.
        let scroll = ScrollArea::vertical().id_salt(id).min_scrolled_height(room).max_height(room);
        scroll.auto_shrink([false, true]).show(ui, |ui| {
            scroll_keys(ui, room);
            contents(ui);
        });
        stays
    });
    response.inner && !response.should_close()
}

/// What does not fit is reached without a mouse too. Within a text the keys are the text's.
fn scroll_keys(ui: &Ui, room: f32) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let page = 0.9 * room;
    // As far as a list can be long, and no farther than there is something.
    let end = 1e6;
    let keys = [(Key::PageUp, page), (Key::PageDown, -page), (Key::Home, end), (Key::End, -end)];
    for (key, by) in keys {
        if ui.input(|input| input.key_pressed(key) && input.modifiers.is_none()) {
            ui.scroll_with_delta(vec2(0.0, by));
        }
    }
}

fn settings_ui(ui: &Ui, state: &mut State, commands: &mut Commands) -> bool {
    dialog_ui(ui, "settings", t!("Settings"), 420.0, |ui| {
        Grid::new("settings").num_columns(2).spacing(vec2(space::L, space::M)).show(ui, |ui| {
            ui.label(t!("Theme"));
            widgets::segmented(
                ui,
                &mut state.settings.theme,
                &[
                    (ThemeChoice::System, t!("System")),
                    (ThemeChoice::Light, t!("Light")),
                    (ThemeChoice::Dark, t!("Dark")),
                ],
            );
            ui.end_row();
            ui.label(t!("Language"));
            widgets::segmented(
                ui,
                &mut state.settings.language,
                &[
                    (LanguageChoice::System, t!("System")),
                    (LanguageChoice::English, Language::English.name()),
                    (LanguageChoice::Chinese, Language::Chinese.name()),
                ],
            );
            ui.end_row();
            let label = ui.label(t!("Interface size"));
            let slider = Slider::new(&mut state.settings.ui_scale, 0.8..=2.0)
                .step_by(0.1)
                .custom_formatter(|value, _| widgets::percent(value, 0))
                .custom_parser(|text| text.trim_end_matches(['%', ' ']).parse::<f64>().ok().map(|value| value / 100.0));
            ui.add(slider).labelled_by(label.id);
            ui.end_row();
            ui.label(t!("Motion"));
            ui.checkbox(&mut state.settings.reduced_motion, t!("No animations"));
            ui.end_row();
            network_ui(ui, &mut state.settings.network);
            ui.label(t!("Thumbnails"));
            widgets::ui_command_button(ui, UiCommand::ClearThumbnails, state, commands);
            ui.end_row();
        });
        ui.add_space(space::S);
        let colors = theme::colors(ui);
        ui.label(RichText::new(format!("Imago {}", crate::VERSION)).font(theme::caption()).color(colors.text_weak));
    })
}

/// How fetching reaches the network.
fn network_ui(ui: &mut Ui, network: &mut Network) {
    let rows = [
        (
            t!("Proxy"),
            &mut network.proxy,
            t!("As the system has it"),
            t!("http://host:port or socks5://host:port; “none” uses no proxy."),
        ),
        (
            t!("Mirror for weights"),
            &mut network.weights_mirror,
            "https://huggingface.co",
            t!("Another server with the same files, asked instead of the Hugging Face hub. Checksums are the same."),
        ),
        (
            t!("Mirror for photographs"),
            &mut network.photographs_mirror,
            "https://download.pytorch.org",
            t!("Another server with the same files, asked instead of download.pytorch.org. Checksums are the same."),
        ),
    ];
    for (name, value, hint, tip) in rows {
        let label = ui.label(name);
        let field = TextEdit::singleline(value).hint_text(hint).desired_width(220.0);
        ui.add(field).labelled_by(label.id).on_hover_text(tip);
        ui.end_row();
    }
}

/// Labels can't be written, and what was asked for loses them.
fn leaving_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    let Some(leaving) = &state.leaving else { return };
    let saving = state.project.as_ref().map(|project| &project.labels.saving);
    let why = match saving {
        Some(LabelSaving::Retrying(why) | LabelSaving::Failed(why)) => why.as_str(),
        _ => "",
    };
    let count = leaving.unsaved;
    let why = lang::sentence(why);
    let what = if why.is_empty() {
        tn!(
            count,
            "Your last action of labelling is still being written; this takes unusually long.",
            "Your last {n} actions of labelling are still being written; this takes unusually long."
        )
    } else {
        tn!(
            count,
            "Your last action of labelling is not written yet: {why}.",
            "Your last {n} actions of labelling are not written yet: {why}.",
            why = why
        )
    };
    let (then, leave) = match leaving.to {
        LeavingFor::Window => (
            t!("If the window closes now, they are lost. Imago goes on trying to save them as long as it is open."),
            t!("Close and lose them"),
        ),
        LeavingFor::CloseDataSet => (
            t!(
                "If the data set is closed now, they are lost. Imago goes on trying to save them as long as it is open."
            ),
            t!("Close and lose them"),
        ),
        LeavingFor::Open(_) => (
            t!(
                "If another folder is opened now, they are lost. Imago goes on trying to save them as long as it is open."
            ),
            t!("Open and lose them"),
        ),
    };
    let mut stays = true;
    let is_open = dialog_ui(ui, "leaving", t!("Labels are not saved"), 420.0, |ui| {
        ui.label(what);
        ui.add_space(space::XS);
        ui.label(then);
        ui.add_space(space::M);
        ui.horizontal(|ui| {
            if widgets::primary_button(ui, t!("Stay and keep trying"), true).clicked() {
                stays = false;
            }
            if ui.button(leave).clicked() {
                commands.push(Command::LeaveAnyway);
            }
        });
    });
    if !(is_open && stays) {
        state.leaving = None;
    }
}

/// What was passed over; and apart from it what is part of the data set, but noted.
fn issues_ui(ui: &Ui, state: &State, _commands: &mut Commands) -> bool {
    let Some(project) = &state.project else { return false };
    let issues = &project.dataset.issues;
    let (noted, passed_over): (Vec<&ScanIssue>, Vec<&ScanIssue>) =
        issues.iter().partition(|issue| issue.kind == ScanIssueKind::Noted);
    let heading = if passed_over.is_empty() { t!("Noted") } else { t!("Passed over") };
    let parts = [
        (t!("These files are not part of the data set. Nothing was done to them."), passed_over),
        (t!("These files are part of the data set, though something about them is unusual."), noted),
    ];
    dialog_ui(ui, "issues", heading, 560.0, |ui| {
        let colors = theme::colors(ui);
        let parts: Vec<_> = parts.into_iter().filter(|(_, issues)| !issues.is_empty()).collect();
        let height = 360.0 / parts.len().max(1) as f32;
        for (index, (sentence, issues)) in parts.iter().enumerate() {
            ui.label(RichText::new(*sentence).color(colors.text_weak));
            ui.add_space(space::XS);
            let scroll = ScrollArea::vertical().id_salt(index).max_height(height).auto_shrink([false, true]);
            scroll.show_rows(ui, ISSUE, issues.len(), |ui, rows| {
                for issue in issues.get(rows).unwrap_or_default() {
                    issue_ui(ui, issue);
                }
            });
        }
        if ui.button(t!("Copy list")).clicked() {
            let lines = issues.iter().map(|issue| (issue.rel_path.display(), lang::sentence(&issue.reason)));
            ui.ctx().copy_text(lines.map(|(path, reason)| format!("{path}\t{reason}\n")).collect());
        }
    })
}

fn issue_ui(ui: &mut Ui, issue: &ScanIssue) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_height(ISSUE);
        let (icon, color) = match issue.kind {
            ScanIssueKind::Ignored => (icons::ICON_INFO.codepoint, colors.text_weak),
            ScanIssueKind::Unreadable => (icons::ICON_ERROR.codepoint, colors.bad),
            ScanIssueKind::Noted => (icons::ICON_INFO.codepoint, colors.text),
        };
        ui.label(RichText::new(icon).color(color));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let path = issue.rel_path.display().to_string();
            widgets::elided_label(ui, &path, theme::body(), colors.text);
            widgets::elided_label(ui, &lang::sentence(&issue.reason), theme::caption(), colors.text_weak);
        });
    });
}

fn hovering_ui(ui: &Ui, state: &State) {
    let ctx = ui.ctx();
    let rect = ctx.content_rect();
    let colors = theme::colors(ui);
    let painter = ctx.layer_painter(egui::LayerId::new(egui::Order::Foreground, Id::unique("hovering_files")));
    painter.rect_filled(rect, 0.0, colors.window.gamma_multiply(0.88));
    let inner = rect.shrink(24.0);
    painter.rect_stroke(inner, 16.0, egui::Stroke::new(2.0, colors.accent), egui::StrokeKind::Inside);
    let text = if state.workspace == Workspace::Data && state.project.is_some() {
        t!("Drop pictures or a folder to copy them into a class")
    } else if state.predict.has_model() && state.workspace == Workspace::Predict {
        t!("Drop pictures, or a folder of them, to classify them")
    } else if state.predict.has_model() {
        t!("Drop pictures to classify them, or a folder to open it")
    } else {
        t!("Drop a folder of pictures, or a trained model")
    };
    painter.text(rect.center(), Align2::CENTER_CENTER, text, theme::title(), colors.text);
}
