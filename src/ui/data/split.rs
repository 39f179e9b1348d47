//! The dialog that draws training, validation and test pictures anew: how much, what stays together, and the counts that there
//! would be.

use egui::{DragValue, Grid, Label, RichText, ScrollArea, Ui, vec2};

use crate::app::command::{Command, Commands, SplitCommand};
use crate::app::state::{PlannedSplit, Project, State};
use crate::dataset::Split;
use crate::lang::{self, t, tn};
use crate::ui::overlays::dialog_ui;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Width of the dialog in points.
const WIDTH: f32 = 460.0;
/// Width of a column of counts in points.
const NUMBERS: f32 = 80.0;

/// Draws the dialog if it is open.
pub fn split_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    if state.split.open {
        let stays = dialog_ui(ui, "split", t!("Split"), WIDTH, |ui| contents_ui(ui, state, commands));
        state.split.open = stays;
    }
}

fn contents_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let Some(project) = &state.project else { return };
    widgets::weak_ui(
        ui,
        t!(
            "Draws anew which labelled pictures the model learns from and which judge it. No file is moved; it is one step that can \
         be undone."
        ),
    );
    ui.add_space(space::S);
    let checked = state.data.health.survey().is_some();
    let question = &mut state.split.question;
    Grid::new("split_question").num_columns(2).spacing(vec2(space::L, space::S)).show(ui, |ui| {
        let label = named_ui(
            ui,
            t!("Validation@@split"),
            t!("the share for validation"),
            t!(
                "Pictures the model never learns from: they tell after every epoch how good it is. A fifth is usual; fewer leave \
                 more to learn from, but the figure is less sure."
            ),
        );
        let most = 90.0 - question.test_percent;
        ui.add(DragValue::new(&mut question.val_percent).range(0.0..=most).speed(0.5).max_decimals(1).suffix(t!(" %")))
            .labelled_by(label.id);
        ui.end_row();
        let label = named_ui(
            ui,
            t!("Test@@split"),
            t!("the share for the test"),
            t!(
                "Pictures that nobody looks at before the last model is chosen: only they give an honest figure at the end. With few \
                 pictures it is better to have none and to trust validation."
            ),
        );
        let most = 90.0 - question.val_percent;
        ui.add(
            DragValue::new(&mut question.test_percent).range(0.0..=most).speed(0.5).max_decimals(1).suffix(t!(" %")),
        )
        .labelled_by(label.id);
        ui.end_row();
        let label = named_ui(
            ui,
            t!("Seed"),
            t!("seed"),
            t!(
                "Where the random numbers start from. Another number draws other pictures; the same number always the same ones."
            ),
        );
        ui.add(DragValue::new(&mut question.seed).speed(0.1)).labelled_by(label.id);
        ui.end_row();
    });
    ui.add_space(space::S);
    widgets::section_label(ui, t!("Keep together"));
    ui.checkbox(&mut question.folders, t!("Pictures of one folder below a class"))
        .on_hover_text(t!("A folder for each animal, day or camera"));
    ui.add_enabled_ui(checked, |ui| {
        ui.horizontal(|ui| {
            ui.checkbox(&mut question.bursts, t!("Pictures taken within"));
            let value = DragValue::new(&mut question.burst_secs).range(1..=3600).suffix(t!(" s"));
            let response = ui.add_enabled(question.bursts, value);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, t!("Seconds of a burst")));
            ui.label(t!("of each other"));
        });
        ui.checkbox(&mut question.alike, t!("Pictures that look alike"));
    });
    widgets::weak_ui(
        ui,
        if checked {
            t!("Copies with the same content always stay together.")
        } else {
            t!("Twins and bursts are known once the pictures' health has been checked.")
        },
    );
    ui.add_space(space::M);
    let now = (project.serial, project.labels.revision);
    let question = state.split.question;
    let planned = state.split.planned.as_ref();
    let current = planned.filter(|planned| planned.question == question && planned.of == now);
    if let Some(planned) = planned.filter(|planned| planned.of == now) {
        counts_ui(ui, project, planned);
    } else {
        widgets::spinner_ui(ui, 18.0);
    }
    ui.add_space(space::M);
    let can = project.labels.refusal().is_none() && current.is_some_and(|planned| planned.moved > 0);
    if widgets::primary_button(ui, t!("Apply split"), can).clicked() {
        commands.push(Command::Split(SplitCommand::Apply));
    }
    if let Some(why) = project.labels.refusal() {
        widgets::weak_ui(ui, &lang::sentence(why));
    }
}

/// A name before a field, with its “?”.
fn named_ui(ui: &mut Ui, name: &str, term: &str, explanation: &str) -> egui::Response {
    ui.horizontal(|ui| {
        let label = ui.label(name);
        widgets::hint(ui, term, explanation);
        label
    })
    .inner
}

/// What there would be of each class in each split.
fn counts_ui(ui: &mut Ui, project: &Project, planned: &PlannedSplit) {
    let colors = theme::colors(ui);
    let cell = |ui: &mut Ui, text: RichText| {
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.allocate_ui_with_layout(vec2(NUMBERS, theme::CONTROL_HEIGHT), layout, |ui| {
            ui.set_min_width(NUMBERS);
            ui.add(Label::new(text).selectable(false));
        });
    };
    // The rest of the dialog must fit as well.
    let height = (ui.ctx().content_rect().height() - 580.0).clamp(72.0, 220.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        Grid::new("split_counts").num_columns(4).show(ui, |ui| {
            ui.label("");
            for split in Split::ALL {
                cell(ui, RichText::new(super::split_title(split)).size(theme::size::SMALL).color(colors.text_weak));
            }
            ui.end_row();
            for (class, counts) in planned.plan.counts.iter().enumerate() {
                ui.horizontal(|ui| {
                    widgets::legend_dot(ui, theme::class_color(class));
                    let name = widgets::elide_middle(ui, project.class_name(Some(class)), &theme::body(), 140.0);
                    ui.label(name);
                });
                for count in counts {
                    cell(ui, RichText::new(widgets::thousands(*count)).font(theme::tabular(theme::size::BODY)));
                }
                ui.end_row();
            }
        });
    });
    ui.add_space(space::XS);
    let moved = tn!(planned.moved, "{n} picture would change the split", "{n} pictures would change the split");
    let groups = tn!(planned.groups, "{n} group is kept together", "{n} groups are kept together");
    let text = t!("{moved}; {groups}.", moved = moved, groups = groups);
    widgets::weak_ui(ui, &text);
}
