//! What is wrong with the data set, in the place of the tree: a card for each finding, which shows the pictures meant in the
//! grid when it is clicked. And the line of the tree that leads here.

use egui::{
    Align2, Color32, FontId, Frame, Label, Margin, ProgressBar, Rect, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use crate::app::command::{Command, Commands, HealthCommand, LabelCommand};
use crate::app::state::{DataFilter, DataState, HealthCheck, JobLine, Project, SortBy};
use crate::health::{Finding, FindingKind};
use crate::lang::{self, t, tn};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Room between a card and its words, in points.
const PAD: f32 = 10.0;
/// Where the words begin, right of the icon.
const TEXT_LEFT: f32 = 36.0;

/// What the tree's line says: its accessible name, its icon and the icon's colour.
pub fn line_look(ui: &Ui, data: &DataState) -> (String, &'static str, Color32) {
    let colors = theme::colors(ui);
    let count = data.health.findings().len();
    match data.health.check {
        HealthCheck::Waiting | HealthCheck::Running(_) => {
            (t!("Health, being checked").to_owned(), icons::ICON_HEALTH_AND_SAFETY.codepoint, colors.text_weak)
        }
        HealthCheck::NotYet | HealthCheck::Stopped => {
            (t!("Health, not checked yet").to_owned(), icons::ICON_HEALTH_AND_SAFETY.codepoint, colors.text_weak)
        }
        HealthCheck::Done if count == 0 => {
            (t!("Health, no problems").to_owned(), icons::ICON_CHECK_CIRCLE.codepoint, colors.good)
        }
        HealthCheck::Done => {
            let problems = tn!(count, "Health, {n} problem", "Health, {n} problems");
            (problems, icons::ICON_WARNING.codepoint, colors.accent)
        }
    }
}

/// Draws the panel.
pub fn health_ui(ui: &mut Ui, project: &Project, data: &mut DataState, jobs: &[JobLine], commands: &mut Commands) {
    Frame::new().inner_margin(Margin { left: 8, right: 12, top: 8, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let back = t!("Back to splits and classes");
            if widgets::icon_button(ui, icons::ICON_ARROW_BACK.codepoint, back, false).clicked() {
                close(data);
            }
            widgets::section_label(ui, t!("Health"));
        });
    });
    let running = match data.health.check {
        HealthCheck::Running(job) => jobs.iter().find(|line| line.id == job),
        _ => None,
    };
    let has_survey = data.health.survey().is_some();
    Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 8 }).show(ui, |ui| {
        match (&data.health.check, running) {
            (_, Some(line)) => running_ui(ui, line, commands),
            (HealthCheck::Waiting | HealthCheck::Running(_), None) => {
                widgets::weak_ui(ui, t!("The check is about to begin."));
            }
            (HealthCheck::NotYet, _) => ask_ui(ui, project, t!("Nothing was checked yet."), commands),
            (HealthCheck::Stopped, _) => ask_ui(ui, project, t!("The check was stopped."), commands),
            (HealthCheck::Done, _) => {}
        }
    });
    if has_survey && data.health.findings().is_empty() {
        fine_ui(ui, data);
        return;
    }
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("health_findings").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 12 }).show(ui, |ui| {
            let mut clicked = None;
            for finding in data.health.findings() {
                let selected = data.filter.health == Some(finding.kind);
                if finding_ui(ui, finding, selected) {
                    clicked = Some((finding.kind, selected));
                }
                if selected {
                    settle_ui(ui, project, finding, commands);
                }
            }
            if let Some((kind, selected)) = clicked {
                show_pictures(data, (!selected).then_some(kind));
            }
        });
    });
}

/// Shows the pictures that a finding means, twins side by side; none: all pictures again.
fn show_pictures(data: &mut DataState, kind: Option<FindingKind>) {
    data.filter = DataFilter { health: kind, ..DataFilter::default() };
    if kind.is_some() {
        data.sort = SortBy::Folder;
        data.descending = false;
    }
}

fn close(data: &mut DataState) {
    data.health.open = false;
    data.filter.health = None;
}

fn running_ui(ui: &mut Ui, line: &JobLine, commands: &mut Commands) {
    let colors = theme::colors(ui);
    widgets::weak_ui(ui, t!("Every picture is read to its end and compared with all others."));
    let response = ui.add(ProgressBar::new(line.fraction.unwrap_or(0.0)).desired_height(8.0).fill(colors.accent));
    let value = f64::from(line.fraction.unwrap_or(0.0));
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, t!("Progress of the check"));
        info.value = Some(value);
        info
    });
    ui.horizontal(|ui| {
        let detail = RichText::new(&line.detail).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
        ui.add(Label::new(detail).selectable(false));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui
                .button(t!("Stop the check"))
                .on_hover_text(t!("What was read is not read again the next time"))
                .clicked()
            {
                commands.push(Command::CancelJob(line.id));
            }
        });
    });
}

fn ask_ui(ui: &mut Ui, project: &Project, why: &str, commands: &mut Commands) {
    widgets::weak_ui(ui, why);
    ui.add_space(space::XS);
    let text = tn!(project.dataset.items.len(), "Check {n} picture", "Check {n} pictures");
    if widgets::primary_button(ui, &text, true).clicked() {
        commands.push(Command::Health(HealthCommand::Check));
    }
    ui.add_space(space::XS);
    widgets::weak_ui(
        ui,
        t!(
            "Finds the same picture in train and val, twins with different labels, files that can't be read, and pictures that \
         show nothing."
        ),
    );
}

/// Nothing is wrong.
fn fine_ui(ui: &mut Ui, data: &DataState) {
    let colors = theme::colors(ui);
    let pictures = data.health.survey().map_or(0, |survey| survey.pictures);
    ui.vertical_centered(|ui| {
        ui.add_space(space::XL);
        let icon = RichText::new(icons::ICON_CHECK_CIRCLE.codepoint).size(theme::icon::EMPTY).color(colors.good);
        ui.add(Label::new(icon).selectable(false));
        ui.add_space(space::S);
        let text = tn!(pictures, "No problems found in {n} picture", "No problems found in {n} pictures");
        ui.add(Label::new(RichText::new(text).font(theme::strong(theme::size::BODY))).wrap());
        ui.add_space(space::XS);
        Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
            widgets::weak_ui(ui, t!("No twins, no leaks between splits, nothing unreadable, tiny, narrow or blank."));
        });
    });
}

fn icon_of(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Conflict { .. } => icons::ICON_LABEL,
        FindingKind::Leak { .. } => icons::ICON_SWAP_HORIZ,
        FindingKind::Unreadable => icons::ICON_BROKEN_IMAGE,
        FindingKind::Blank => icons::ICON_HIDE_IMAGE,
        FindingKind::Repeated => icons::ICON_CONTENT_COPY,
        FindingKind::Alike => icons::ICON_COMPARE,
        FindingKind::Tiny => icons::ICON_PHOTO_SIZE_SELECT_SMALL,
        FindingKind::Elongated => icons::ICON_ASPECT_RATIO,
        FindingKind::Imbalance { .. } => icons::ICON_BALANCE,
    }
    .codepoint
}

/// A card with what a finding says and what can be done. Whether it was clicked.
fn finding_ui(ui: &mut Ui, finding: &Finding, selected: bool) -> bool {
    let colors = theme::colors(ui);
    let width = ui.available_width();
    let words = (width - TEXT_LEFT - PAD).max(40.0);
    let said = lang::told(&finding.sentence);
    let sentence = ui.painter().layout(said.clone(), theme::strong(theme::size::BODY), colors.text, words);
    let advice = ui.painter().layout(lang::sentence(finding.advice), theme::caption(), colors.text_weak, words);
    let height = sentence.size().y + advice.size().y + 4.0 + 2.0 * PAD;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, &said));
    if ui.is_rect_visible(rect) {
        let fill = match (selected, response.hovered()) {
            (true, _) => colors.accent_faint,
            (false, true) => colors.hover,
            (false, false) => colors.card,
        };
        let border = Stroke::new(1.0, if selected { colors.accent } else { colors.stroke });
        ui.painter().rect(rect, theme::RADIUS, fill, border, StrokeKind::Inside);
        let is_grave =
            matches!(finding.kind, FindingKind::Conflict { .. } | FindingKind::Leak { .. } | FindingKind::Unreadable);
        let color = if is_grave { colors.bad } else { colors.accent };
        let at = pos2(rect.left() + 18.0, rect.top() + PAD + 8.0);
        ui.painter().text(
            at,
            Align2::CENTER_CENTER,
            icon_of(finding.kind),
            FontId::proportional(theme::icon::L),
            color,
        );
        let at = pos2(rect.left() + TEXT_LEFT, rect.top() + PAD);
        let below = at + vec2(0.0, sentence.size().y + 4.0);
        ui.painter().galley(at, sentence, colors.text);
        ui.painter().galley(below, advice, colors.text_weak);
    }
    let tooltip =
        if selected { t!("Click to show all pictures again") } else { t!("Click to show the pictures meant") };
    response.on_hover_text(tooltip).clicked()
}

/// What settles a finding at once, where that is plain: copies with the same bytes are set aside but for one.
fn settle_ui(ui: &mut Ui, project: &Project, finding: &Finding, commands: &mut Commands) {
    let split = |position: &usize| project.dataset.items.get(*position).map(|item| item.split);
    let (text, aside): (String, Vec<usize>) = match finding.kind {
        FindingKind::Repeated => {
            let extra = finding.groups.iter().flat_map(|group| group.iter().skip(1).copied());
            (t!("Set all copies but one aside").to_owned(), extra.collect())
        }
        FindingKind::Leak { also_in, exactly: true, .. } => {
            let twins = finding.pictures().filter(|position| split(position) == Some(also_in));
            (t!("Set the copies in {split} aside", split = lang::text(also_in.name())), twins.collect())
        }
        FindingKind::Blank | FindingKind::Unreadable => (t!("Set them aside").to_owned(), finding.pictures().collect()),
        _ => return,
    };
    let can = project.labels.refusal().is_none();
    let tooltip = t!("Keeps them out of training and evaluation. Nothing is deleted; Undo brings them back.");
    if ui.add_enabled(can, egui::Button::new(text)).on_hover_text(tooltip).clicked() {
        commands.push(Command::Label(LabelCommand::SetAside(aside)));
    }
    if finding.is_grouped() {
        widgets::weak_ui(ui, t!("Twins have the same number at the top left."));
    }
}

/// The number of its group on a tile, while twins are shown.
pub fn group_badge_ui(ui: &Ui, group: usize, tile: Rect) {
    // Neighbouring groups differ in colour as well.
    let (fill, text) = if group.is_multiple_of(2) {
        (theme::DARK.accent, theme::DARK.on_accent)
    } else {
        (Color32::from_gray(235), Color32::from_gray(20))
    };
    let galley = ui.painter().layout_no_wrap((group + 1).to_string(), theme::strong(theme::size::CAPTION), text);
    let size = vec2((galley.size().x + 12.0).max(20.0), 20.0);
    let rect = Rect::from_min_size(tile.min + vec2(6.0, 6.0), size);
    ui.painter().rect_filled(rect, 5.0, fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, text);
}

/// What the grid says when a finding's last picture is settled.
pub fn settled_text(filter: &DataFilter) -> Option<&'static str> {
    filter.health.map(|_| t!("None of the pictures has this problem any more."))
}
