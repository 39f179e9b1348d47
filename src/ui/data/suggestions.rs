//! What is seen of a model's suggestions: the menu in the toolbar, a remark on tiles, and the bars of the inspector.

use egui::{Button, Color32, Label, Popup, PopupCloseBehavior, Rect, RichText, Stroke, Ui, pos2, vec2};
use egui_material_icons::icons;

use super::class_color;
use crate::app::command::{Command, Commands, DataCommand, SuggestCommand, UiCommand};
use crate::app::state::{
    DataFilter, DataState, LabelFilter, PredictionFilter, Project, RunLine, SortBy, Suggestion, Suggestions,
};
use crate::dataset::Item;
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Classes whose probability is shown in the inspector.
const MOST_CLASSES: usize = 5;
/// Tiles at least this wide have room for a remark.
const REMARK_FROM: f32 = 96.0;

/// What the menu needs beside the pictures.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The runs of the data set, newest first.
    pub runs: &'a [RunLine],
    /// Whether labels are suggested.
    pub is_on: bool,
    /// A training is under way; it comes first.
    pub is_training: bool,
}

fn push(commands: &mut Commands, command: SuggestCommand) {
    commands.push(Command::Data(DataCommand::Suggest(command)));
}

/// The button in the toolbar with its menu.
pub fn button_ui(ui: &mut Ui, project: &Project, data: &mut DataState, asking: Asking<'_>, commands: &mut Commands) {
    let is_said = !data.suggestions.is_empty();
    let button = widgets::icon_button(ui, icons::ICON_AUTO_AWESOME.codepoint, t!("Suggestions of a model"), is_said);
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(300.0);
        menu_ui(ui, project, data, asking, commands);
    });
}

fn menu_ui(ui: &mut Ui, project: &Project, data: &mut DataState, asking: Asking<'_>, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let weak = |text: String| Label::new(RichText::new(text).color(colors.text_weak)).wrap();
    widgets::section_label(ui, t!("Suggestions"));
    let mut is_on = asking.is_on;
    if ui.checkbox(&mut is_on, t!("Have a trained model suggest labels")).changed() {
        push(commands, SuggestCommand::Switch(is_on));
    }
    let runs: Vec<&RunLine> = asking.runs.iter().filter(|run| run.has_model).collect();
    if runs.is_empty() {
        ui.add(weak(
            t!("There is no trained model yet. Train one in the Train workspace; it then suggests labels.").into(),
        ));
        return;
    }
    let total = widgets::thousands(project.dataset.items.len());
    let suggestions = &data.suggestions;
    let state = match (suggestions.progress, &suggestions.error) {
        (Some((done, of)), _) => {
            t!(
                "Looking at the pictures: {done} of {total}.",
                done = widgets::thousands(done),
                total = widgets::thousands(of)
            )
        }
        (None, Some(why)) => t!("The model can't be asked: {why}", why = lang::sentence(why)),
        (None, None) if asking.is_training => t!("It looks at the pictures when the training is over.").to_owned(),
        (None, None) if suggestions.waits_to_be_asked => {
            t!("Looking was stopped. It goes on when you ask for it.").to_owned()
        }
        (None, None) => t!(
            "It has looked at {done} of {total} pictures.",
            done = widgets::thousands(suggestions.len()),
            total = total
        ),
    };
    ui.add(weak(state));
    ui.add_space(space::XS);
    widgets::section_label(ui, t!("Model"));
    let newest = runs.first().map_or("", |run| run.title.as_str());
    let mut chosen = suggestions.chosen.clone();
    egui::ScrollArea::vertical().max_height(160.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.radio_value(
            &mut chosen,
            None,
            widgets::elide_middle(ui, &t!("The newest: {newest}", newest = newest), &theme::body(), 250.0),
        );
        for run in &runs {
            let figure = run.best_val_acc.map(|acc| format!(", {acc:.3}")).unwrap_or_default();
            let text = widgets::elide_middle(ui, &format!("{}{figure}", run.title), &theme::body(), 250.0);
            ui.radio_value(&mut chosen, Some(run.dir.clone()), text);
        }
    });
    if chosen != suggestions.chosen {
        push(commands, SuggestCommand::Choose(chosen));
    }
    if ui
        .add_enabled(!asking.is_training, Button::new(t!("Look at all pictures now")))
        .on_hover_text(UiCommand::SuggestLabels.tooltip())
        .clicked()
    {
        push(commands, SuggestCommand::Now);
        ui.close();
    }
    ui.separator();
    let can = !suggestions.is_empty();
    let what_next = t!("Unlabelled pictures, the ones that the model is least sure of first: they teach it most.");
    if ui.add_enabled(can, Button::new(t!("Show what to label next"))).on_hover_text(what_next).clicked() {
        data.filter = DataFilter { labels: LabelFilter::Left, ..DataFilter::default() };
        (data.sort, data.descending) = (SortBy::Confidence, false);
        ui.close();
    }
    let doubtful = t!("Pictures of which the model says something else than their label, the surest first.");
    if ui.add_enabled(can, Button::new(t!("Show likely mislabelled"))).on_hover_text(doubtful).clicked() {
        data.filter = DataFilter { prediction: PredictionFilter::Differs, ..DataFilter::default() };
        (data.sort, data.descending) = (SortBy::Doubt, false);
        ui.close();
    }
}

/// `93 %`; never 100 where it is not certain, as a model never is.
fn percent(confidence: f32) -> String {
    widgets::percent(f64::from((confidence * 100.0).floor().min(99.0)) / 100.0, 0)
}

/// What a picture's accessible name says of it.
pub fn words(suggestions: &Suggestions, item: &Item) -> String {
    let Some(remark) = suggestions.remark(item) else { return String::new() };
    let how = if item.class.is_none() { t!("suggested") } else { t!("model says") };
    let what = format!("{how} {} {}", suggestions.class_name(remark), percent(remark.confidence));
    t!(", {word}", word = what)
}

/// The text and colour of the chip at a tile's foot where the picture has no label: the suggestion, as a question.
pub fn chip(ui: &Ui, suggestions: &Suggestions, item: &Item) -> Option<(String, Color32)> {
    let remark = suggestions.remark(item).filter(|_| item.class.is_none())?;
    let text = format!("{}? {}", suggestions.class_name(remark), percent(remark.confidence));
    Some((text, class_color(ui, remark.class)))
}

/// At the top left of a labelled picture's tile: what the model says otherwise.
pub fn objection_ui(ui: &Ui, suggestions: &Suggestions, item: &Item, tile: Rect) {
    if item.class.is_none() || tile.width() < REMARK_FROM {
        return;
    }
    let Some(remark) = suggestions.remark(item) else { return };
    // The signs of labels and marks are at the right.
    let room = tile.width() - 12.0 - 2.0 * 24.0 - 26.0;
    let name = widgets::elide_middle(ui, suggestions.class_name(remark), &theme::caption(), (room - 30.0).max(20.0));
    let text = format!("{name} {}", percent(remark.confidence));
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(text, theme::caption(), theme::on_picture::TEXT);
    let rect = Rect::from_min_size(tile.min + vec2(6.0, 6.0), vec2(galley.size().x + 26.0, 20.0));
    painter.rect_filled(rect, 5.0, theme::on_picture::PLATE);
    let color = class_color(ui, remark.class);
    // A ring, where a label has a dot: it is an opinion.
    painter.circle_stroke(pos2(rect.left() + 11.0, rect.center().y), 4.0, Stroke::new(1.5, color));
    let at = pos2(rect.left() + 20.0, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, Color32::WHITE);
}

/// The inspector's part: every class's probability, and the button that accepts the likeliest.
pub fn about_ui(ui: &mut Ui, project: &Project, data: &DataState, item: &Item, commands: &mut Commands) {
    let suggestions = &data.suggestions;
    let Some((names, prediction)) = suggestions.in_order_of(&project.dataset.classes, item.id) else { return };
    let colors = theme::colors(ui);
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("The model says"));
        if let Some(model) = &suggestions.model {
            widgets::elided_label(ui, &model.title, theme::caption(), colors.text_weak);
        }
    });
    ui.add_space(space::XS);
    ui.scope(|ui| widgets::probabilities_ui(ui, &names, &prediction, MOST_CLASSES));
    if let Some(Suggestion { class, .. }) = suggestions.remark(item) {
        let name = names.get(prediction.label()).map_or("", String::as_str);
        if class.is_some() {
            let text = widgets::elide_middle(
                ui,
                &t!("Label as {name}", name = name),
                &theme::body(),
                ui.available_width() - 70.0,
            );
            let button = Button::new(text).shortcut_text("Enter");
            if ui.add_enabled(project.labels.refusal().is_none(), button).clicked() {
                commands.ui(UiCommand::AcceptSuggestion);
            }
        } else {
            let text =
                t!("This data set has no class {name}. Make one, and the suggestion can be accepted.", name = name);
            ui.add(Label::new(RichText::new(text).color(colors.text_weak)).wrap());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_is_never_shown_as_certainty() {
        assert_eq!(percent(0.934), "93 %");
        assert_eq!(percent(0.999), "99 %");
        assert_eq!(percent(1.0), "99 %");
    }
}
