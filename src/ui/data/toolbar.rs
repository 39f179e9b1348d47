//! The row above the grid: text filter, class, split, order, size of the tiles, inspector.

use egui::{
    Align, ComboBox, Id, Key, Layout, Margin, Modifiers, Response, RichText, Role, Slider, TextEdit, Ui, WidgetInfo,
    vec2,
};
use egui_material_icons::icons;

use super::{split_title, suggestions};
use crate::app::command::Commands;
use crate::app::state::{ClassFilter, DataState, LabelFilter, PredictionFilter, Project, SortBy};
use crate::lang::t;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Below this width in points the row becomes two.
const TWO_ROWS_BELOW: f32 = 946.0;
/// A list's usual width and its least, in points.
const LIST: f32 = 120.0;
const LIST_LEAST: f32 = 96.0;

/// Name of the filter's text field, so that a key can put the cursor there.
pub fn filter_id() -> Id {
    Id::unique("data_filter_text")
}

/// Draws the row.
pub fn toolbar_ui(
    ui: &mut Ui,
    project: &Project,
    data: &mut DataState,
    thumb_points: &mut f32,
    asking: suggestions::Asking<'_>,
    commands: &mut Commands,
) {
    let lists = if has_predictions(data) { 5.0 } else { 4.0 };
    ui.spacing_mut().item_spacing.x = space::S;
    let is_narrow = ui.available_width() < TWO_ROWS_BELOW + (lists - 4.0) * (LIST + space::S);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            inspector_button_ui(ui, data);
            suggestions::button_ui(ui, project, data, asking, commands);
            size_ui(ui, thumb_points);
            ui.add_space(space::S);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if is_narrow {
                    let width = ui.available_width().max(90.0);
                    text_ui(ui, data, width);
                } else {
                    let choices = lists * (LIST + space::S) + 28.0 + 2.0 * space::S;
                    text_ui(ui, data, (ui.available_width() - choices).clamp(120.0, 260.0));
                    filters_ui(ui, project, data, LIST);
                    model_and_order_ui(ui, project, data, LIST);
                }
            });
        });
    });
    if is_narrow {
        let room = ui.available_width();
        let in_one_row = (room - 28.0 - space::XS) / lists - space::S;
        if in_one_row >= LIST_LEAST {
            ui.horizontal(|ui| {
                filters_ui(ui, project, data, in_one_row.min(LIST));
                model_and_order_ui(ui, project, data, in_one_row.min(LIST));
            });
        } else {
            let list = (room / 3.0 - space::S).clamp(LIST_LEAST, LIST);
            ui.horizontal(|ui| filters_ui(ui, project, data, list));
            ui.horizontal(|ui| model_and_order_ui(ui, project, data, list));
        }
    }
}

fn text_ui(ui: &mut Ui, data: &mut DataState, width: f32) {
    let colors = theme::colors(ui);
    let icon = RichText::new(icons::ICON_SEARCH.codepoint).color(colors.text_weak).size(theme::icon::M);
    let field = TextEdit::singleline(&mut data.filter.text)
        .id(filter_id())
        .hint_text(t!("Filter by name"))
        .prefix(icon)
        .margin(Margin { left: 8, right: 26, top: 5, bottom: 5 })
        .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
        .desired_width(width - 34.0);
    let response = ui.add(field);
    let enabled = ui.is_enabled();
    let text = data.filter.text.clone();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::TextInput, enabled, t!("Filter by name"));
        info.current_text_value = Some(text.clone());
        info
    });
    if !data.filter.text.is_empty() {
        let side = theme::CONTROL_HEIGHT - 4.0;
        let rect =
            egui::Rect::from_center_size(response.rect.right_center() - vec2(side / 2.0 + 2.0, 0.0), vec2(side, side));
        ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            let clear = ui.add_sized(
                rect.size(),
                egui::Button::new(RichText::new(icons::ICON_CLOSE.codepoint).color(colors.text_weak)).frame(false),
            );
            clear.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, t!("Clear text")));
            if clear.on_hover_text(t!("Clear text")).clicked() {
                data.filter.text.clear();
            }
        });
    }
    let tooltip = t!(
        "All words must be in the file's name or folder  ({key})",
        key = ui.ctx().format_shortcut(&egui::KeyboardShortcut::new(Modifiers::COMMAND, Key::F))
    );
    response.on_hover_text(tooltip);
}

/// Whether there is anything to filter by what a model says.
fn has_predictions(data: &DataState) -> bool {
    !data.suggestions.is_empty() || data.filter.prediction != PredictionFilter::Any
}

/// By what the data set says.
fn filters_ui(ui: &mut Ui, project: &Project, data: &mut DataState, width: f32) {
    let classes = &project.dataset.classes;
    let class_text = match data.filter.class {
        ClassFilter::Any => t!("All classes").to_owned(),
        ClassFilter::Unlabelled => t!("Unlabelled").to_owned(),
        ClassFilter::Class(class) => project.class_name(Some(class)).to_owned(),
    };
    combo_ui(ui, width, "data_class", t!("Class"), &class_text, |ui| {
        choice_ui(ui, &mut data.filter.class, ClassFilter::Any, t!("All classes"));
        for (index, name) in classes.iter().enumerate() {
            choice_ui(ui, &mut data.filter.class, ClassFilter::Class(index), name);
        }
        if data.counts().unlabelled > 0 {
            choice_ui(ui, &mut data.filter.class, ClassFilter::Unlabelled, t!("Unlabelled"));
        }
    });
    let split_text = data.filter.split.map_or(t!("All splits"), split_title);
    combo_ui(ui, width, "data_split", t!("Split"), split_text, |ui| {
        choice_ui(ui, &mut data.filter.split, None, t!("All splits"));
        let splits: Vec<_> = data.counts().splits.iter().map(|(split, _)| *split).collect();
        for split in splits {
            choice_ui(ui, &mut data.filter.split, Some(split), split_title(split));
        }
    });
    let labels_text = data.filter.labels.title();
    combo_ui(ui, width, "data_labels", t!("Labels"), labels_text, |ui| {
        for labels in LabelFilter::ALL {
            choice_ui(ui, &mut data.filter.labels, labels, labels.title());
        }
    });
}

/// By what a model says, and the order.
fn model_and_order_ui(ui: &mut Ui, project: &Project, data: &mut DataState, width: f32) {
    if has_predictions(data) {
        let classes = &project.dataset.classes;
        let class_name = |class| t!("Predicted {class}", class = project.class_name(Some(class)));
        let text = match data.filter.prediction {
            PredictionFilter::Any => t!("All predictions").to_owned(),
            PredictionFilter::Differs => t!("Differs from label").to_owned(),
            PredictionFilter::Class(class) => class_name(class),
        };
        combo_ui(ui, width, "data_prediction", t!("Prediction"), &text, |ui| {
            choice_ui(ui, &mut data.filter.prediction, PredictionFilter::Any, t!("All predictions"));
            choice_ui(ui, &mut data.filter.prediction, PredictionFilter::Differs, t!("Differs from label"));
            for class in 0..classes.len() {
                choice_ui(ui, &mut data.filter.prediction, PredictionFilter::Class(class), &class_name(class));
            }
        });
    }
    let sort_text = t!("By {order}", order = data.sort.title().to_lowercase());
    let can_ask = has_predictions(data);
    combo_ui(ui, width, "data_sort", t!("Sort"), &sort_text, |ui| {
        for sort in SortBy::ALL.into_iter().filter(|sort| can_ask || !sort.needs_model()) {
            choice_ui(ui, &mut data.sort, sort, &t!("By {order}", order = sort.title().to_lowercase()));
        }
    });
    ui.spacing_mut().item_spacing.x = space::XS;
    let (icon, name) = if data.descending {
        (icons::ICON_ARROW_DOWNWARD.codepoint, t!("Descending; click for ascending"))
    } else {
        (icons::ICON_ARROW_UPWARD.codepoint, t!("Ascending; click for descending"))
    };
    if widgets::icon_button(ui, icon, name, false).clicked() {
        data.descending = !data.descending;
    }
}

fn combo_ui(ui: &mut Ui, width: f32, id: &str, name: &str, text: &str, contents: impl FnOnce(&mut Ui)) -> Response {
    let shown = widgets::elide_middle(ui, text, &theme::body(), width - 28.0);
    let response =
        ComboBox::from_id_salt(id).width(width).height(420.0).selected_text(shown).show_ui(ui, contents).response;
    widgets::name_combo(ui, &response, name, text);
    response.on_hover_text(format!("{name}: {text}"))
}

fn choice_ui<T: PartialEq>(ui: &mut Ui, value: &mut T, choice: T, text: &str) {
    let shown = widgets::elide_middle(ui, text, &theme::body(), 260.0);
    ui.selectable_value(value, choice, shown);
}

fn size_ui(ui: &mut Ui, thumb_points: &mut f32) {
    let colors = theme::colors(ui);
    let icon = |ui: &mut Ui, size: f32| {
        let text = RichText::new(icons::ICON_IMAGE.codepoint).size(size).color(colors.text_weak);
        ui.add(egui::Label::new(text).selectable(false));
    };
    ui.spacing_mut().slider_width = 96.0;
    // Right to left: the large picture is at the right end.
    icon(ui, 18.0);
    let slider = Slider::new(thumb_points, 64.0..=320.0).step_by(8.0).show_value(false);
    let response = ui.add(slider);
    let (enabled, value) = (ui.is_enabled(), f64::from(*thumb_points));
    response.widget_info(|| WidgetInfo::slider(enabled, value, t!("Size of the tiles")));
    let text = t!("Size of the tiles: {n:.0} points", n = *thumb_points);
    response.on_hover_text(text);
    icon(ui, 12.0);
}

fn inspector_button_ui(ui: &mut Ui, data: &mut DataState) {
    let (icon, name) = if data.inspector_open {
        (icons::ICON_RIGHT_PANEL_CLOSE.codepoint, t!("Hide the inspector (I)"))
    } else {
        (icons::ICON_RIGHT_PANEL_OPEN.codepoint, t!("Show the inspector (I)"))
    };
    if widgets::icon_button(ui, icon, name, false).clicked() {
        data.inspector_open = !data.inspector_open;
    }
}
