//! The Data workspace: the tree of splits and classes at the left, the grid of pictures in the middle, the inspector at the
//! right.
//!
//! Only the rows in view are laid out; which pictures there are to lay out is in [`crate::app::state::DataState`].

mod band;
mod classes;
mod footer;
mod grid;
mod health;
mod inspector;
mod keys;
mod labelling;
mod large;
mod split;
mod story;
mod suggestions;
mod toolbar;
mod transfer;
mod tree;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets::{self, Emblem};
use crate::app::command::{Commands, UiCommand};
use crate::app::state::{ClassFilter, DataFilter, DataState, State};
use crate::dataset::Split;
use crate::lang::t;

/// Draws the Data workspace.
pub fn data_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let keys_are_free = keys::are_free(ui.ctx(), state);
    let State { project: Some(project), data, pictures, settings, issues_open, results, train, jobs, .. } = state
    else {
        return;
    };
    let asking = suggestions::Asking { runs: &results.runs, is_on: settings.suggest, is_training: train.is_running() };
    if project.dataset.items.is_empty() {
        let has_issues = !project.dataset.issues.is_empty();
        let emblem = Emblem::ant(data, icons::ICON_PHOTO_LIBRARY.codepoint);
        nothing_there_ui(ui, emblem, &project.dataset.name(), has_issues.then_some(issues_open), commands);
        return;
    }
    data.refresh(project, ui.input(|input| input.time));
    let colors = theme::colors(ui);
    // The grid keeps room for two tiles of the usual size, however wide the panels are drawn.
    let width = ui.available_width();
    let frame = widgets::side_panel_frame(ui).inner_margin(Margin::ZERO);
    if data.health.open {
        let panel = Panel::left("data_health").frame(frame).default_size(264.0);
        panel.size_range(212.0..=(width * 0.36).max(212.0)).show(ui, |ui| {
            health::health_ui(ui, project, data, jobs, commands);
        });
    } else {
        let tree = Panel::left("data_tree").frame(frame).default_size(212.0);
        tree.size_range(168.0..=(width * 0.3).max(168.0)).show(ui, |ui| {
            tree::tree_ui(ui, project, data, &settings.class_letters, issues_open, commands);
        });
    }
    let inspector = Panel::right("data_inspector")
        .frame(widgets::side_panel_frame(ui).inner_margin(Margin::ZERO))
        .default_size((width * 0.26).clamp(272.0, 420.0))
        .size_range(248.0..=(width * 0.5).max(248.0));
    let was_open = data.inspector_open;
    let mut is_open = was_open;
    inspector.show_collapsible(ui, &mut is_open, |ui| inspector::inspector_ui(ui, project, data, pictures, commands));
    // Dragged shut or open at its edge; its own button has changed the state already.
    if is_open != was_open {
        data.inspector_open = is_open;
    }
    let bar = Frame::new().fill(colors.window).inner_margin(Margin { left: 12, right: 12, top: 8, bottom: 8 });
    Panel::top("data_toolbar").frame(bar).show_separator_line(false).show(ui, |ui| {
        toolbar::toolbar_ui(ui, project, data, &mut settings.thumb_points, asking, commands);
    });
    let foot = Frame::new().fill(colors.window).inner_margin(Margin::symmetric(12, 0));
    Panel::bottom("data_footer").frame(foot).exact_size(30.0).show(ui, |ui| footer::footer_ui(ui, project, data));
    CentralPanel::default().frame(Frame::new().fill(colors.window)).show(ui, |ui| {
        if data.shown().is_empty() {
            nothing_matches_ui(ui, data);
        } else if data.large.is_some() {
            large::large_ui(ui, project, data, pictures, keys_are_free);
        } else {
            grid::grid_ui(ui, project, data, pictures, &mut settings.thumb_points, keys_are_free, commands);
        }
    });
    labelling::dragged_ui(ui, data);
    if keys_are_free {
        keys::workspace_keys(ui, project, data);
    }
}

/// Draws the workspace's dialogs that are open.
pub fn dialogs_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    transfer::dialogs_ui(ui, state, commands);
    split::split_ui(ui, state, commands);
}

/// Whether plain keys are the workspace's.
pub fn plain_keys_are_free(ctx: &egui::Context, state: &State) -> bool {
    keys::are_free(ctx, state)
}

/// Whether a menu or dialog lies over the workspace.
pub fn is_overlaid(ctx: &egui::Context, state: &State) -> bool {
    keys::is_overlaid(ctx, state)
}

/// The folder has no pictures at all. Where something was passed over, `issues_open` opens the list.
fn nothing_there_ui(
    ui: &mut Ui,
    emblem: Emblem<'_>,
    name: &str,
    issues_open: Option<&mut bool>,
    commands: &mut Commands,
) {
    let sentence =
        t!("Imago looks for jpg, jpeg, png, bmp, webp, tif, tiff, ppm and pgm files: one folder for each class, \
                    with its pictures inside.");
    let title = t!("There are no pictures in {name}", name = name);
    widgets::empty_state(ui, emblem, &title, sentence, |ui| {
        if widgets::primary_button(ui, UiCommand::OpenFolder.title(), true).clicked() {
            commands.ui(UiCommand::OpenFolder);
        }
        if let Some(issues_open) = issues_open {
            ui.add_space(space::XS);
            if ui.link(t!("What was passed over, and why")).clicked() {
                *issues_open = true;
            }
        }
    });
}

/// There are pictures, but the filter lets none through.
fn nothing_matches_ui(ui: &mut Ui, data: &mut DataState) {
    let emblem = Emblem::bee(data, icons::ICON_SEARCH_OFF.codepoint);
    let filter = &mut data.filter;
    let text = filter.text.trim();
    let sentence = if let Some(settled) = health::settled_text(filter) {
        settled.to_owned()
    } else if text.is_empty() {
        t!("The filter lets none of the pictures through.").to_owned()
    } else {
        {
            let shown = widgets::elide_middle(ui, text, &theme::body(), 240.0);
            t!("No picture has “{text}” in its name.", text = shown)
        }
    };
    widgets::empty_state(ui, emblem, t!("Nothing to show"), &sentence, |ui| {
        if widgets::primary_button(ui, t!("Clear filter"), true).clicked() {
            *filter = DataFilter::default();
        }
    });
}

/// What a split is called where there is room for a word.
fn split_title(split: Split) -> &'static str {
    match split {
        Split::Train => t!("Training@@split"),
        Split::Val => t!("Validation@@split"),
        Split::Test => t!("Test@@split"),
    }
}

/// What a split is for, in a sentence.
fn split_explained(split: Split) -> &'static str {
    match split {
        Split::Train => t!("The model learns from these pictures."),
        Split::Val => t!("The model never learns from these; they tell after every epoch how good it is."),
        Split::Test => t!("Neither learned from nor looked at while a model is chosen."),
    }
}

/// The colour of a class's mark; unlabelled pictures have a grey one.
fn class_color(ui: &Ui, class: Option<usize>) -> egui::Color32 {
    class.map_or(theme::colors(ui).text_weak, theme::class_color)
}

/// Shows one class, or all again when it is the one shown.
fn toggle_class(filter: &mut DataFilter, class: usize) {
    let wanted = ClassFilter::Class(class);
    filter.class = if filter.class == wanted { ClassFilter::Any } else { wanted };
}
