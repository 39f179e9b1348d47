//! The tree of splits and classes with counts. A click shows only what the line stands for.

use egui::{
    Align2, Color32, FontId, Frame, Margin, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};
use egui_material_icons::icons;

use super::{classes, health, split_explained, split_title, transfer};
use crate::app::command::{Commands, LabelCommand};
use crate::app::state::{
    ClassFilter, ClassLetters, ClassNaming, DataFilter, DataState, HealthCheck, LabelFilter, Project,
};
use crate::dataset::{ScanIssueKind, Split};
use crate::lang::{self, t, tn};
use crate::ui::theme;
use crate::ui::widgets;

/// Height of a line in points.
const LINE: f32 = 28.0;
/// Room at either side of a line, in points.
const SIDE: f32 = 8.0;

/// A line of the tree.
#[derive(Clone, Copy)]
enum Line {
    All,
    Split(Split),
    Class(Split, usize),
    Unlabelled,
    SetAside,
    Unreadable,
    Health,
    Issues,
    NewClass,
}

/// What a line looks like.
struct Look<'a> {
    /// Accessible name.
    name: String,
    text: &'a str,
    /// `None`: it is not known yet.
    count: Option<usize>,
    indent: f32,
    /// What stands before the text.
    mark: Mark,
    strong: bool,
    selected: bool,
    /// Key that labels with it.
    key: Option<String>,
    /// Share of the whole that a bar under the line shows, 0 to 1, and its colour.
    bar: Option<(f32, Color32)>,
}

enum Mark {
    None,
    Dot(Color32),
    Ring(Color32),
    Icon(&'static str, Color32),
}

/// Draws the tree.
pub fn tree_ui(
    ui: &mut Ui,
    project: &Project,
    data: &mut DataState,
    letters: &ClassLetters,
    issues_open: &mut bool,
    commands: &mut Commands,
) {
    Frame::new().inner_margin(Margin { left: 16, right: 12, top: 14, bottom: 6 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::section_label(ui, t!("Splits & classes"));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if let Some(command) = transfer::menu_ui(ui) {
                    commands.ui(command);
                }
            });
        });
    });
    let lines = lines(project, data);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, LINE, lines.len(), |ui, range| {
        for line in lines.get(range).unwrap_or_default() {
            line_ui(ui, *line, project, data, letters, issues_open, commands);
        }
    });
}

fn lines(project: &Project, data: &DataState) -> Vec<Line> {
    let mut lines = vec![Line::All];
    let counts = data.counts();
    for (split, of_split) in &counts.splits {
        lines.push(Line::Split(*split));
        if !data.folded.contains(split) {
            lines.extend((0..of_split.by_class.len()).map(|class| Line::Class(*split, class)));
        }
    }
    if counts.unlabelled > 0 {
        lines.push(Line::Unlabelled);
    }
    if project.labels.summary().set_aside > 0 {
        lines.push(Line::SetAside);
    }
    if counts.unreadable > 0 {
        lines.push(Line::Unreadable);
    }
    lines.push(Line::Health);
    if !project.dataset.issues.is_empty() {
        lines.push(Line::Issues);
    }
    if project.labels.layer.is_some() {
        lines.push(Line::NewClass);
    }
    lines
}

fn line_ui(
    ui: &mut Ui,
    line: Line,
    project: &Project,
    data: &mut DataState,
    letters: &ClassLetters,
    issues_open: &mut bool,
    commands: &mut Commands,
) {
    let colors = theme::colors(ui);
    let counts = data.counts();
    let filter = &data.filter;
    let plural = |count: usize| tn!(count, "{n} picture", "{n} pictures");
    let plain = Look {
        name: String::new(),
        text: "",
        count: None,
        indent: 0.0,
        mark: Mark::None,
        strong: false,
        selected: false,
        key: None,
        bar: None,
    };
    match line {
        Line::All => {
            let selected = DataFilter { text: String::new(), ..filter.clone() }.is_empty();
            let look = Look {
                name: t!("All pictures, {n}", n = counts.total),
                text: t!("All pictures"),
                count: Some(counts.total),
                mark: Mark::Icon(icons::ICON_PHOTO_LIBRARY.codepoint, colors.text_weak),
                strong: true,
                selected,
                ..plain
            };
            if draw_line(ui, &look).on_hover_text(t!("Show all pictures  (Alt+0)")).clicked() {
                data.filter = DataFilter { text: std::mem::take(&mut data.filter.text), ..DataFilter::default() };
            }
        }
        Line::Split(split) => {
            let Some((_, of_split)) = counts.splits.iter().find(|(other, _)| *other == split) else { return };
            let folded = data.folded.contains(&split);
            let arrow = if folded { icons::ICON_CHEVRON_RIGHT } else { icons::ICON_KEYBOARD_ARROW_DOWN };
            let has_classes = !of_split.by_class.is_empty();
            let look = Look {
                name: format!("{}, {}", split_title(split), plural(of_split.total)),
                text: lang::text(split.name()),
                count: Some(of_split.total),
                mark: if has_classes { Mark::Icon(arrow.codepoint, colors.text_weak) } else { Mark::None },
                strong: true,
                selected: filter.split == Some(split) && filter.class == ClassFilter::Any,
                ..plain
            };
            let response = draw_line(ui, &look);
            classes::drop_ui(ui, &response, LabelCommand::MoveTo(split), commands);
            let over_arrow = ui
                .input(|input| input.pointer.interact_pos())
                .is_some_and(|pos| pos.x < response.rect.left() + SIDE + 24.0);
            let tooltip = t!("{split} split: {what}", split = split_title(split), what = split_explained(split));
            let by_pointer = response.clicked_by(egui::PointerButton::Primary);
            let response = response.on_hover_text(tooltip);
            if by_pointer && over_arrow && has_classes || response.double_clicked() {
                if !data.folded.remove(&split) {
                    data.folded.insert(split);
                }
            } else if response.clicked() {
                let again = look.selected;
                data.filter.class = ClassFilter::Any;
                data.filter.unreadable_only = false;
                data.filter.split = if again { None } else { Some(split) };
            }
        }
        Line::Class(split, class) => {
            if data.naming.as_ref().is_some_and(|naming| naming.class == Some((split, class))) {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
                classes::naming_ui(ui, rect, data, commands);
                return;
            }
            let Some((_, of_split)) = counts.splits.iter().find(|(other, _)| *other == split) else { return };
            let count = of_split.by_class.get(class).copied().unwrap_or(0);
            let largest = of_split.by_class.iter().copied().max().unwrap_or(0).max(1);
            let name = project.class_name(Some(class));
            let color = theme::class_color(class);
            let selected = filter.class == ClassFilter::Class(class) && filter.split.is_none_or(|other| other == split);
            let letter = letters.get(name).copied();
            let is_first = counts.splits.first().is_some_and(|(first, _)| *first == split);
            let look = Look {
                name: t!("{name} in {split}, {count}", name = name, split = split_title(split), count = plural(count)),
                text: name,
                count: Some(count),
                indent: 18.0,
                mark: Mark::Dot(color),
                selected,
                key: letter.map(String::from).or((class < 9).then(|| (class + 1).to_string())).filter(|_| is_first),
                bar: Some((count as f32 / largest as f32, color)),
                ..plain
            };
            let share = widgets::percent(count as f64 / of_split.total.max(1) as f64, 0);
            let mut key = String::new();
            if class < 9 {
                key = format!("\n{}", t!("{key}: label with it. Alt+{key}: show only this class.", key = class + 1));
            }
            if let Some(letter) = letter {
                key = format!("{key}\n{}", t!("{letter}: label with it.", letter = letter));
            }
            let tooltip = t!(
                "{name}: {count}, {share} of {split}{key}",
                name = name,
                count = plural(count),
                share = share,
                split = lang::text(split.name()),
                key = key
            );
            let again = filter.class == ClassFilter::Class(class) && filter.split == Some(split);
            let response = draw_line(ui, &look);
            classes::drop_ui(ui, &response, LabelCommand::Drop(split, class), commands);
            widgets::context_menu(&response, |ui| {
                classes::menu_ui(ui, project, data, letters, (split, class), commands);
            });
            if response.on_hover_text(tooltip).clicked() {
                data.filter.unreadable_only = false;
                (data.filter.split, data.filter.class) =
                    if again { (None, ClassFilter::Any) } else { (Some(split), ClassFilter::Class(class)) };
            }
        }
        Line::Unlabelled => {
            let selected = filter.class == ClassFilter::Unlabelled;
            let look = Look {
                name: t!("Unlabelled, {count}", count = plural(counts.unlabelled)),
                text: t!("unlabelled"),
                count: Some(counts.unlabelled),
                mark: Mark::Ring(colors.text_weak),
                selected,
                ..plain
            };
            if draw_line(ui, &look).on_hover_text(t!("Pictures without a label")).clicked() {
                let class = if selected { ClassFilter::Any } else { ClassFilter::Unlabelled };
                let text = std::mem::take(&mut data.filter.text);
                data.filter = DataFilter { text, class, ..DataFilter::default() };
            }
        }
        Line::SetAside => {
            let count = project.labels.summary().set_aside;
            let selected = filter.labels == LabelFilter::SetAside;
            let look = Look {
                name: t!("Set aside, {count}", count = plural(count)),
                text: t!("set aside"),
                count: Some(count),
                mark: Mark::Icon(icons::ICON_BLOCK.codepoint, colors.text_weak),
                selected,
                ..plain
            };
            if draw_line(ui, &look).on_hover_text(t!("Pictures that are kept out of training and evaluation")).clicked()
            {
                let labels = if selected { LabelFilter::Any } else { LabelFilter::SetAside };
                let text = std::mem::take(&mut data.filter.text);
                data.filter = DataFilter { text, labels, ..DataFilter::default() };
            }
        }
        Line::NewClass => {
            if data.naming.as_ref().is_some_and(|naming| naming.class.is_none()) {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
                classes::naming_ui(ui, rect, data, commands);
                return;
            }
            let can = project.labels.refusal().is_none();
            let clicked = ui.add_enabled_ui(can, new_class_ui).inner.clicked();
            if clicked {
                data.naming = Some(ClassNaming { class: None, text: String::new(), is_new: true });
            }
        }
        Line::Unreadable => {
            let selected = filter.unreadable_only;
            let look = Look {
                name: t!("Unreadable, {count}", count = plural(counts.unreadable)),
                text: t!("unreadable"),
                count: Some(counts.unreadable),
                mark: Mark::Icon(icons::ICON_BROKEN_IMAGE.codepoint, colors.bad),
                selected,
                ..plain
            };
            let tooltip =
                t!("Files in class folders that can't be read as pictures; training skips them. Each says why.");
            if draw_line(ui, &look).on_hover_text(tooltip).clicked() {
                let text = std::mem::take(&mut data.filter.text);
                data.filter = DataFilter { text, unreadable_only: !selected, ..DataFilter::default() };
            }
        }
        Line::Health => {
            let (name, icon, color) = health::line_look(ui, data);
            // Nothing found is worth a figure only after everything was looked at.
            let count = (data.health.check == HealthCheck::Done).then(|| data.health.findings().len());
            let look = Look { name, text: t!("health"), count, mark: Mark::Icon(icon, color), ..plain };
            let tooltip = t!("Twins, leaks between splits, and pictures that can't be read, are tiny or show nothing");
            if draw_line(ui, &look).on_hover_text(tooltip).clicked() {
                data.health.open = true;
            }
        }
        Line::Issues => {
            // Those that are only noted are among the pictures. They have the line where nothing was passed over.
            let noted = project.count_issues(ScanIssueKind::Noted);
            let count = project.dataset.issues.len() - noted;
            let (name, text, tooltip) = if count > 0 {
                let name = tn!(count, "Passed over, {n} file", "Passed over, {n} files");
                (name, t!("passed over"), t!("Files that are not part of the data set, and why"))
            } else {
                let name = tn!(noted, "Noted, {n} file", "Noted, {n} files");
                (name, t!("noted"), t!("Files of the data set that something is to be said of"))
            };
            let look = Look {
                name,
                text,
                count: Some(if count > 0 { count } else { noted }),
                mark: Mark::Icon(icons::ICON_WARNING.codepoint, colors.text_weak),
                ..plain
            };
            if draw_line(ui, &look).on_hover_text(tooltip).clicked() {
                *issues_open = true;
            }
        }
    }
}

/// The line that makes a new class.
fn new_class_ui(ui: &mut Ui) -> Response {
    let colors = theme::colors(ui);
    let (full, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, t!("New class")));
    let rect = full.shrink2(vec2(SIDE, 1.0));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::RADIUS, colors.hover);
    }
    let mark = pos2(rect.left() + 14.0, rect.center().y);
    let icon = icons::ICON_ADD.codepoint;
    ui.painter().text(mark, Align2::CENTER_CENTER, icon, FontId::proportional(theme::icon::L), colors.text_weak);
    let at = pos2(rect.left() + 28.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, t!("class"), theme::body(), colors.text_weak);
    response.on_hover_text(t!("Make a new class"))
}

fn draw_line(ui: &mut Ui, look: &Look<'_>) -> Response {
    let colors = theme::colors(ui);
    let (full, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, look.selected, &look.name));
    if !ui.is_rect_visible(full) {
        return response;
    }
    let rect = full.shrink2(vec2(SIDE, 1.0));
    let painter = ui.painter();
    if look.selected {
        painter.rect_filled(rect, theme::RADIUS, colors.accent_faint);
    } else if response.hovered() {
        painter.rect_filled(rect, theme::RADIUS, colors.hover);
    }
    let middle = rect.center().y;
    let mark = pos2(rect.left() + 14.0 + look.indent, middle);
    match look.mark {
        Mark::None => {}
        Mark::Dot(color) => {
            theme::paint_mark(ui, egui::Rect::from_center_size(mark, vec2(10.0, 10.0)), 3.0, color);
        }
        Mark::Ring(color) => {
            painter.circle_stroke(mark, 4.5, Stroke::new(1.5, color));
        }
        Mark::Icon(icon, color) => {
            painter.text(mark, Align2::CENTER_CENTER, icon, FontId::proportional(theme::icon::L), color);
        }
    }
    let count_color = if look.selected { colors.text } else { colors.text_weak };
    let count = painter.text(
        pos2(rect.right() - 10.0, middle),
        Align2::RIGHT_CENTER,
        look.count.map_or_else(|| "–".to_owned(), widgets::thousands),
        theme::tabular(theme::size::SMALL),
        count_color,
    );
    let mut right = rect.right() - 10.0 - count.width().max(34.0) - 6.0;
    if let Some(key) = &look.key {
        let cap = egui::Rect::from_center_size(pos2(right - 8.0, middle), vec2(16.0, 16.0));
        painter.rect_stroke(cap, 4.0, Stroke::new(1.0, colors.stroke), StrokeKind::Inside);
        painter.text(cap.center(), Align2::CENTER_CENTER, key, theme::caption(), colors.text_weak);
        right = cap.left() - 6.0;
    }
    let left = rect.left() + 28.0 + look.indent;
    let font = if look.strong { theme::strong(theme::size::BODY) } else { theme::body() };
    let shown = widgets::elide_middle(ui, look.text, &font, (right - left).max(10.0));
    painter.text(pos2(left, middle), Align2::LEFT_CENTER, shown, font, colors.text);
    if let Some((share, color)) = look.bar {
        // A hairline as long as the class is large: imbalance is seen before any figure is read.
        let width = rect.right() - 10.0 - left;
        let y = rect.bottom() - 1.5;
        let track = egui::Rect::from_min_max(pos2(left, y - 1.0), pos2(left + width, y + 1.0));
        painter.rect_filled(track, 1.0, colors.stroke.gamma_multiply(0.6));
        let filled = egui::Rect::from_min_max(track.min, pos2(left + (width * share).max(2.0), y + 1.0));
        painter.rect_filled(filled, 1.0, color.gamma_multiply(0.8));
    }
    response
}
