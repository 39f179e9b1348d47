//! What is shown while nothing is open: ways to begin, and a pair of drawn insects for company.

use egui::epaint::{Mesh, Vertex};
use egui::{
    Align, Align2, Color32, Frame, Layout, Pos2, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets;
use crate::app::command::{Command, Commands, UiCommand};
use crate::app::state::{NameMark, Recent, Specimen, State};
use crate::lang::{self, t, tn};

/// Recent data sets that are shown.
const RECENTS: usize = 5;
/// Width of the words in points, and of the drawings beside them.
const WORDS: f32 = 600.0;
const DRAWINGS: f32 = 340.0;
/// Height of the name mark in points: half as many as its picture has pixels, so that it is sharp at any usual density.
const NAME_MARK: f32 = 42.0;

/// Draws the welcome screen.
pub fn welcome_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let area = ui.max_rect().shrink2(vec2(space::XXL, space::L));
    // Beside the words where there is room; a narrow window does without.
    let has_drawings = area.width() >= WORDS + DRAWINGS + space::XXL;
    let recents = state.settings.recents.len().min(RECENTS);
    let height = 360.0 + if recents > 0 { 52.0 + recents as f32 * 46.0 } else { 0.0 };
    let width = if has_drawings { WORDS + space::XXL + DRAWINGS } else { WORDS.min(area.width()) };
    let block = Rect::from_center_size(area.center(), vec2(width, height.min(area.height())));
    let words = Rect::from_min_size(block.min, vec2(WORDS.min(width), block.height()));
    ui.scope_builder(UiBuilder::new().max_rect(words).layout(Layout::top_down(Align::Min)), |ui| {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| words_ui(ui, state, commands));
    });
    if has_drawings {
        let left = words.right() + space::XXL;
        let drawings = Rect::from_min_max(pos2(left, area.top()), pos2(block.right(), area.bottom()));
        drawings_ui(ui, drawings, &state.data.specimens);
    }
}

fn words_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    name_mark_ui(ui, state.data.name_mark.as_ref());
    ui.add_space(space::S);
    ui.label(RichText::new(t!("Teach your computer to tell things apart.")).font(theme::display()));
    ui.add_space(space::XS);
    let sentence =
        t!("Open a folder of photographs, see what augmentation does to them, train a classifier on this machine \
                    while you watch, and use it. Nothing leaves your computer.");
    ui.add(egui::Label::new(RichText::new(sentence).size(theme::size::LEAD).color(colors.text_weak)).wrap());
    ui.add_space(space::XL);
    begin_ui(ui, state, commands);
    if state.settings.recents.is_empty() {
        return;
    }
    ui.add_space(space::XL);
    widgets::section_label(ui, t!("Recent"));
    ui.spacing_mut().item_spacing.y = 6.0;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    for recent in state.settings.recents.iter().take(RECENTS) {
        recent_ui(ui, recent, now, commands);
    }
}

/// The name mark. Its place is there before it is, so that nothing jumps.
fn name_mark_ui(ui: &mut Ui, mark: Option<&NameMark>) {
    let mark = mark.map(|mark| if ui.visuals().dark_mode { &mark.on_dark } else { &mark.on_light });
    let width = mark.map_or(NAME_MARK, |mark| NAME_MARK * mark.aspect_ratio());
    let (rect, response) = ui.allocate_exact_size(vec2(width, NAME_MARK), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Imago"));
    if let Some(mark) = mark {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(mark.id(), rect, whole, Color32::WHITE);
    }
}

fn begin_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let drawing = state.sample_job.and_then(|drawing| state.jobs.iter().find(|job| job.id == drawing));
    let busy = state.opening.is_some() || drawing.is_some();
    ui.horizontal_wrapped(|ui| {
        let open = widgets::primary_button(ui, UiCommand::OpenFolder.title(), !busy);
        if widgets::with_command_tooltip(ui, open, UiCommand::OpenFolder).clicked() {
            commands.ui(UiCommand::OpenFolder);
        }
        let sample = egui::Button::new(UiCommand::OpenSample.title()).min_size(vec2(0.0, theme::PRIMARY_HEIGHT));
        let sample = ui.add_enabled(!busy, sample);
        if widgets::with_command_tooltip(ui, sample, UiCommand::OpenSample).clicked() {
            commands.ui(UiCommand::OpenSample);
        }
        let title = if state.fetch.photographs.is_some() {
            t!("Open fetched photographs")
        } else {
            UiCommand::GetPhotographs.title()
        };
        let get = egui::Button::new(title).min_size(vec2(0.0, theme::PRIMARY_HEIGHT));
        let get = ui.add_enabled(!busy && state.fetch.job.is_none(), get);
        if widgets::with_command_tooltip(ui, get, UiCommand::GetPhotographs).clicked() {
            commands.ui(UiCommand::GetPhotographs);
        }
    });
    ui.add_space(space::M);
    // What goes on is said in the place of what else could be done, so that nothing below it jumps.
    ui.horizontal(|ui| {
        ui.set_min_height(20.0);
        if busy {
            widgets::spinner_ui(ui, 14.0);
            let text = match (&state.opening, drawing) {
                (Some((name, files)), _) if *files > 0 => {
                    t!("Reading {name}… {files} files", name = name, files = widgets::thousands(*files))
                }
                (Some((name, _)), _) => t!("Reading {name}…", name = name),
                (None, Some(job)) if !job.detail.is_empty() => format!("{} {}", t!("Drawing the sample…"), job.detail),
                (None, _) => t!("Drawing the sample…").to_owned(),
            };
            let font = theme::tabular(theme::size::BODY);
            widgets::elided_label(ui, &text, font, colors.text);
        } else {
            let note = t!("or drop a folder of pictures, or a trained model, anywhere on this window.");
            ui.label(RichText::new(note).color(colors.text_weak));
            widgets::hint(
                ui,
                t!("a data set"),
                t!("One folder for each class, named after it, with its pictures inside: ants/…, bees/…. If there are train and \
             val folders above them, they are used; if not, every fifth picture is set apart for validation."),
            );
        }
    });
}

fn recent_ui(ui: &mut Ui, recent: &Recent, now_unix_secs: u64, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 4.0, 40.0), Sense::click());
    let name = recent
        .path
        .file_name()
        .map_or_else(|| recent.path.display().to_string(), |name| name.to_string_lossy().into_owned());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, t!("Open {name}", name = name)));
    let fill = if response.hovered() { colors.hover } else { colors.card };
    let card = Frame::new().fill(fill).stroke(Stroke::new(1.0, colors.stroke)).corner_radius(theme::RADIUS);
    ui.painter().add(card.paint(rect));
    let painter = ui.painter();
    let icon = icons::ICON_FOLDER.codepoint;
    painter.text(
        rect.left_center() + vec2(14.0, 0.0),
        Align2::LEFT_CENTER,
        icon,
        egui::FontId::proportional(theme::icon::L),
        colors.accent,
    );
    let ago = widgets::ago(now_unix_secs.saturating_sub(recent.opened_unix_secs));
    let facts = format!("{} · {ago}", what_is_known(recent));
    let dots = Rect::from_center_size(
        rect.right_center() - vec2(6.0 + theme::CONTROL_HEIGHT / 2.0, 0.0),
        Vec2::splat(theme::CONTROL_HEIGHT),
    );
    let facts = painter.text(
        pos2(dots.left() - 6.0, rect.center().y),
        Align2::RIGHT_CENTER,
        facts,
        theme::tabular(theme::size::SMALL),
        colors.text_weak,
    );
    let room = facts.left() - rect.left() - 42.0 - space::M;
    let shown = widgets::elide_middle(ui, &name, &theme::strong(theme::size::BODY), room);
    painter.text(
        rect.left_center() + vec2(42.0, 0.0),
        Align2::LEFT_CENTER,
        shown,
        theme::strong(theme::size::BODY),
        colors.text,
    );
    let response = response.on_hover_text(recent.path.display().to_string());
    let forgets = |ui: &mut Ui| {
        let forget = ui.button(t!("Forget (the folder stays)")).clicked();
        if forget {
            ui.close();
        }
        forget
    };
    let mut forget = false;
    widgets::context_menu(&response, |ui| forget |= forgets(ui));
    widgets::more_button_at(ui, dots, &t!("More: {name}", name = name), |ui| forget |= forgets(ui));
    if forget {
        commands.push(Command::ForgetRecent(recent.path.clone()));
    }
    if response.clicked() {
        commands.push(Command::OpenFolder(recent.path.clone()));
    }
}

/// `397 pictures, best 0.954`.
fn what_is_known(recent: &Recent) -> String {
    let pictures = tn!(recent.pictures, "{n} picture", "{n} pictures");
    match recent.best {
        Some(best) => t!("{pictures}, best {best:.3}", pictures = pictures, best = best),
        None => pictures,
    }
}

/// A print lying on the table: where, how large, how much turned.
struct Print {
    /// Centre, as a share of the area.
    at: Vec2,
    /// Side in points.
    side: f32,
    /// Radians, clockwise.
    turned: f32,
}

/// The drawn insects as prints, one over the other, as if just laid out to be sorted.
fn drawings_ui(ui: &Ui, area: Rect, specimens: &[Specimen]) {
    let prints = [
        Print { at: vec2(0.74, 0.27), side: 168.0, turned: 0.10 },
        Print { at: vec2(0.30, 0.46), side: 190.0, turned: -0.09 },
        Print { at: vec2(0.68, 0.70), side: 204.0, turned: 0.05 },
    ];
    let height = 520.0_f32.min(area.height());
    let area = Rect::from_center_size(area.center(), vec2(area.width(), height));
    for (print, specimen) in prints.iter().zip(specimens) {
        print_ui(ui, area.min + print.at * area.size(), print, specimen);
    }
}

fn print_ui(ui: &Ui, center: Pos2, print: &Print, specimen: &Specimen) {
    let dark = ui.visuals().dark_mode;
    let painter = ui.painter();
    let paper = theme::paper(ui);
    let border = 9.0;
    let foot = 34.0;
    let turn = egui::emath::Rot2::from_angle(print.turned);
    let place = |offset: Vec2| center + turn * offset;
    let quad = |half: Vec2, middle: Vec2| {
        [vec2(-half.x, -half.y), vec2(half.x, -half.y), vec2(half.x, half.y), vec2(-half.x, half.y)]
            .map(|corner| place(middle + corner))
    };
    let half = Vec2::splat(print.side / 2.0);
    let paper_half = vec2(half.x + border, half.y + f32::midpoint(border, foot));
    let paper_middle = vec2(0.0, (foot - border) / 2.0);
    // A soft shadow: many sheets, each a little larger than the one over it and hardly to be seen by itself.
    for spread in 1..=12_u8 {
        let shadow = quad(paper_half + Vec2::splat(f32::from(spread)), paper_middle + vec2(0.0, 5.0));
        let alpha = if dark { 9 } else { 4 };
        painter.add(egui::Shape::convex_polygon(shadow.to_vec(), Color32::from_black_alpha(alpha), Stroke::NONE));
    }
    let edge = Stroke::new(1.0, Color32::from_black_alpha(24));
    painter.add(egui::Shape::convex_polygon(quad(paper_half, paper_middle).to_vec(), paper, edge));
    let mut mesh = Mesh::with_texture(specimen.texture.id());
    let corners = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(1.0, 1.0), pos2(0.0, 1.0)];
    for (pos, uv) in quad(half, Vec2::ZERO).into_iter().zip(corners) {
        mesh.vertices.push(Vertex { pos, uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    painter.add(mesh);
    // What it shows, with its class's colour, written on the margin of the print.
    let ink = Color32::from_rgb(0x2A, 0x2D, 0x33);
    let galley = painter.layout_no_wrap(lang::text(specimen.name).to_owned(), theme::strong(theme::size::BODY), ink);
    let line = vec2(-galley.size().x / 2.0 - 9.0, half.y + foot / 2.0 + 1.0);
    let dot = vec2(5.0, 5.0);
    let mark = quad(dot, line).to_vec();
    painter.add(egui::Shape::convex_polygon(mark, theme::class_color(specimen.class), Stroke::NONE));
    let text_at = place(line + vec2(12.0, -galley.size().y / 2.0));
    let mut text = egui::epaint::TextShape::new(text_at, galley, ink);
    text.angle = print.turned;
    painter.add(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recent_data_set_tells_what_its_best_run_reached_where_that_is_known() {
        let recent = |best| Recent { path: "/ants".into(), pictures: 397, opened_unix_secs: 0, best };
        assert_eq!(what_is_known(&recent(None)), "397 pictures");
        assert_eq!(what_is_known(&recent(Some(0.9542))), "397 pictures, best 0.954");
    }
}
