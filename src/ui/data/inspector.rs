//! The inspector: the picture that the keyboard stands on, large, with what the model sees of it and the file's facts; or a
//! summary when several are selected.

use std::path::Path;

use egui::{
    Align, Align2, Color32, CornerRadius, Frame, Grid, Label, Layout, Margin, Rect, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::{class_color, labelling, split_explained, split_title, story, suggestions};
use crate::app::command::{Command, Commands, DataCommand};
use crate::app::state::{DataState, FileFacts, Pictures, Project, SHOWN_OF_MANY, SelectionSummary, model_view};
use crate::dataset::{Item, Split};
use crate::lang::{self, t, tn};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    project: &Project,
    data: &mut DataState,
    pictures: &mut Pictures,
    commands: &mut Commands,
) {
    let several = data.selection.ids.len() > 1;
    let item = data.selection.cursor.and_then(|id| project.item(id));
    let item = item.or_else(|| data.selection.ids.iter().next().and_then(|id| project.item(*id)));
    let title = match item {
        _ if several => tn!(data.selection.ids.len(), "{n} picture", "{n} pictures"),
        Some(item) => item.file_name(),
        None => t!("Inspector").to_owned(),
    };
    Frame::new().inner_margin(Margin { left: 16, right: 8, top: 8, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if widgets::icon_button(ui, icons::ICON_CLOSE.codepoint, t!("Close the inspector"), false).clicked() {
                    data.inspector_open = false;
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    widgets::elided_label(ui, &title, theme::strong(theme::size::BODY), theme::colors(ui).text);
                });
            });
        });
    });
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 16, right: 16, top: 4, bottom: 16 }).show(ui, |ui| match item {
            Some(_) if several => many_ui(ui, project, data, pictures),
            Some(item) => one_ui(ui, project, item, data, pictures, commands),
            None => none_ui(ui),
        });
    });
}

fn none_ui(ui: &mut Ui) {
    let colors = theme::colors(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.2).max(space::XL));
        let icon = RichText::new(icons::ICON_IMAGE.codepoint)
            .size(theme::icon::EMPTY)
            .color(colors.text_weak.gamma_multiply(0.6));
        ui.add(Label::new(icon).selectable(false));
        ui.add_space(space::XS);
        let text = t!("Click a picture to see it large, what the model sees of it, and its facts.");
        ui.add(Label::new(RichText::new(text).color(colors.text_weak)).selectable(false).wrap());
    });
}

fn one_ui(
    ui: &mut Ui,
    project: &Project,
    item: &Item,
    data: &mut DataState,
    pictures: &mut Pictures,
    commands: &mut Commands,
) {
    let colors = theme::colors(ui);
    let path = project.dataset.path_of(item);
    let facts = project.facts.get(&item.id);
    let seen = large_ui(ui, &path, &item.file_name(), facts, data.show_crop, pictures);
    ui.add_space(space::XS);
    if let Some(FileFacts::Unreadable(reason)) = facts {
        unreadable_ui(ui, &path, reason);
    } else {
        ui.horizontal(|ui| {
            let text = RichText::new(t!("What the model sees  (C)"));
            ui.checkbox(&mut data.show_crop, text).on_hover_text(t!("Mark the part that is cut out for validation and prediction."));
            widgets::hint(
                ui,
                t!("what the model sees"),
                t!("For validation and prediction a picture is scaled until its shorter side has 256 pixels, and the middle \
                 224×224 pixels are cut out. What lies outside has no say. For training, other parts are cut out at random: \
                 see Augment."),
            );
        });
    }
    ui.add_space(space::S);
    let mark = class_color(ui, item.class);
    ui.horizontal(|ui| {
        widgets::legend_dot(ui, mark);
        widgets::elided_label(ui, project.class_name(item.class), theme::section(), colors.text);
    });
    labelling::about_ui(ui, project, item);
    suggestions::about_ui(ui, project, data, item, commands);
    ui.add_space(space::XS);
    let value = |text: String| Label::new(RichText::new(text).font(theme::tabular(theme::size::BODY))).wrap();
    fact_grid(ui, "data_facts", |ui| {
        fact_name(ui, t!("Split"));
        ui.add(value(split_title(item.split).to_owned())).on_hover_text(split_explained(item.split));
        ui.end_row();
        let known = match facts {
            Some(FileFacts::Known { width, height, format }) => Some(([*width, *height], Some(*format))),
            _ => seen.map(|size| (size, None)),
        };
        fact_name(ui, t!("Dimensions"));
        match (known, facts) {
            (Some(([width, height], _)), _) => {
                ui.add(value(t!("{width} × {height} px", width = width, height = height)))
            }
            (None, Some(FileFacts::Unreadable(_))) => ui.add(value(t!("unknown").to_owned())),
            (None, _) => ui.add(value(t!("reading…").to_owned())),
        };
        ui.end_row();
        if let Some((size, _)) = known {
            let (rect, share) = model_view(size);
            fact_name(ui, t!("Model sees"));
            let scale = 224.0 / rect.width().max(1.0);
            let how = if scale > 1.0 {
                t!("enlarged {scale:.1}×", scale = scale)
            } else {
                t!("at {share}", share = widgets::percent(f64::from(scale), 0))
            };
            ui.add(value(t!("{share} of it, {how}", share = widgets::percent(f64::from(share), 0), how = how)));
            ui.end_row();
        }
        if let Some((_, Some(format))) = known {
            fact_name(ui, t!("Format"));
            ui.add(value(format.to_owned()));
            ui.end_row();
        }
        fact_name(ui, t!("Size"));
        ui.add(value(widgets::bytes(item.file_bytes))).on_hover_text(tn!(
            item.file_bytes as usize,
            "{n} byte",
            "{n} bytes"
        ));
        ui.end_row();
        if let Some(exif) = data.exif.get(&item.id) {
            story::camera_ui(ui, exif, |ui, name, text| {
                fact_name(ui, name);
                ui.add(value(text.to_owned()));
                ui.end_row();
            });
        }
    });
    story::history_ui(ui, project, item);
    ui.add_space(space::S);
    path_ui(ui, &path, commands);
    prefetch_next(ui, project, data, pictures);
}

/// The next picture is decoded ahead, as large as this one is shown: whoever labels goes on to it in a moment.
fn prefetch_next(ui: &Ui, project: &Project, data: &DataState, pictures: &mut Pictures) {
    let next = data.cursor_position(&project.dataset).and_then(|at| data.shown().get(at + 1));
    if let Some(item) = next.and_then(|position| project.dataset.items.get(*position)) {
        let aspect = match project.facts.get(&item.id) {
            Some(FileFacts::Known { width, height, .. }) => *height as f32 / (*width).max(1) as f32,
            _ => 0.75,
        };
        let side = ui.available_width() * aspect.clamp(1.0, 2.0) * ui.ctx().pixels_per_point();
        pictures.prefetch(project.dataset.path_of(item), side);
    }
}

/// The picture, whole; returns its original size where it is known from the decoded picture.
fn large_ui(
    ui: &mut Ui,
    path: &Path,
    name: &str,
    facts: Option<&FileFacts>,
    show_crop: bool,
    pictures: &mut Pictures,
) -> Option<[u32; 2]> {
    let colors = theme::colors(ui);
    let width = ui.available_width();
    // The place has the picture's own shape, known from its header before it is decoded: nothing jumps when it comes.
    let aspect = match facts {
        Some(FileFacts::Known { width, height, .. }) => *height as f32 / (*width).max(1) as f32,
        _ => 0.75,
    };
    let height = (width * aspect).clamp(width * 0.4, (ui.ctx().content_rect().height() * 0.55).max(160.0));
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, t!("Large view of {name}", name = name)));
    ui.painter().rect_filled(rect, theme::RADIUS, colors.well);
    let (shown, size) = widgets::paint_picture(ui, pictures, path, rect)?;
    if show_crop {
        crop_ui(ui, shown, size);
    }
    Some(size)
}

/// Darkens what the model does not see and frames what it sees.
pub(super) fn crop_ui(ui: &Ui, shown: Rect, size: [u32; 2]) {
    let (seen, _) = model_view(size);
    let scale = shown.width() / (size[0].max(1) as f32);
    let seen = Rect::from_min_size(shown.min + seen.min.to_vec2() * scale, seen.size() * scale).intersect(shown);
    let dark = theme::on_picture::SHADE;
    let painter = ui.painter();
    let r = theme::RADIUS;
    let top = Rect::from_min_max(shown.min, pos2(shown.right(), seen.top()));
    let bottom = Rect::from_min_max(pos2(shown.left(), seen.bottom()), shown.max);
    let left = Rect::from_min_max(pos2(shown.left(), seen.top()), pos2(seen.left(), seen.bottom()));
    let right = Rect::from_min_max(pos2(seen.right(), seen.top()), pos2(shown.right(), seen.bottom()));
    painter.rect_filled(top, CornerRadius { nw: r, ne: r, sw: 0, se: 0 }, dark);
    painter.rect_filled(bottom, CornerRadius { nw: 0, ne: 0, sw: r, se: r }, dark);
    painter.rect_filled(left, 0.0, dark);
    painter.rect_filled(right, 0.0, dark);
    painter.rect_stroke(seen, 0.0, Stroke::new(1.0, Color32::from_black_alpha(140)), StrokeKind::Outside);
    painter.rect_stroke(seen, 0.0, Stroke::new(1.5, Color32::WHITE), StrokeKind::Inside);
    if seen.width() > 90.0 {
        let galley = painter.layout_no_wrap("224 × 224".to_owned(), theme::caption(), Color32::WHITE);
        let label = Rect::from_min_size(seen.min + vec2(6.0, 6.0), galley.size() + vec2(10.0, 4.0));
        painter.rect_filled(label, 4.0, theme::on_picture::PLATE);
        painter.galley(label.min + vec2(5.0, 2.0), galley, Color32::WHITE);
    }
}

fn unreadable_ui(ui: &mut Ui, path: &Path, reason: &str) {
    let colors = theme::colors(ui);
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.bad))
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            let title = format!("{}  {}", icons::ICON_ERROR.codepoint, t!("This picture can't be read"));
            ui.label(RichText::new(title).font(theme::strong(theme::size::BODY)).color(colors.bad));
            let sentence = widgets::capitalised(&lang::sentence(reason));
            ui.add(
                Label::new(t!("{reason}. Training and validation skip it.", reason = sentence.trim_end_matches('.')))
                    .wrap(),
            );
            if ui.button(t!("Copy")).on_hover_text(t!("Copy the path and the reason")).clicked() {
                ui.ctx().copy_text(format!("{}: {reason}", path.display()));
            }
        });
}

fn path_ui(ui: &mut Ui, path: &Path, commands: &mut Commands) {
    let text = path.display().to_string();
    fact_name(ui, t!("Path"));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if widgets::icon_button(ui, icons::ICON_FOLDER_OPEN.codepoint, t!("Show in the file manager"), false)
                .clicked()
            {
                commands.push(Command::Data(DataCommand::ShowInFolder(path.to_owned())));
            }
            if widgets::icon_button(ui, icons::ICON_CONTENT_COPY.codepoint, t!("Copy path"), false).clicked() {
                ui.ctx().copy_text(text.clone());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                widgets::elided_label(ui, &text, theme::body(), theme::colors(ui).text);
            });
        });
    });
}

/// Several pictures: how many of what, and a few of them.
fn many_ui(ui: &mut Ui, project: &Project, data: &mut DataState, pictures: &mut Pictures) {
    let colors = theme::colors(ui);
    let SelectionSummary { by_class, by_split, total_bytes, first } = data.selection_summary(project).clone();
    let ids = &data.selection.ids;
    let first: Vec<&Item> = first.iter().filter_map(|position| project.dataset.items.get(*position)).collect();
    mosaic_ui(ui, project, &first, ids.len(), pictures);
    ui.add_space(space::M);
    let largest = by_class.iter().copied().max().unwrap_or(0).max(1);
    for (class, count) in by_class.iter().enumerate().filter(|(_, count)| **count > 0) {
        let class = (class < project.dataset.classes.len()).then_some(class);
        let color = class_color(ui, class);
        ui.horizontal(|ui| {
            widgets::legend_dot(ui, color);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let text = RichText::new(widgets::thousands(*count)).font(theme::tabular(theme::size::BODY));
                ui.add(Label::new(text).selectable(false));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    widgets::elided_label(ui, project.class_name(class), theme::body(), colors.text);
                });
            });
        });
        let (track, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
        ui.painter().rect_filled(track, 2.0, colors.well);
        let width = (track.width() * *count as f32 / largest as f32).max(3.0);
        theme::paint_mark(ui, Rect::from_min_size(track.min, vec2(width, 4.0)), 2.0, color);
    }
    ui.add_space(space::M);
    let value = |text: String| Label::new(RichText::new(text).font(theme::tabular(theme::size::BODY)));
    fact_grid(ui, "data_many", |ui| {
        for (split, count) in Split::ALL.into_iter().zip(by_split).filter(|(_, count)| *count > 0) {
            fact_name(ui, split_title(split));
            ui.add(value(widgets::thousands(count)));
            ui.end_row();
        }
        fact_name(ui, t!("Size"));
        ui.add(value(widgets::bytes(total_bytes)));
        ui.end_row();
    });
    ui.add_space(space::S);
    if ui.button(t!("Copy paths")).on_hover_text(t!("One line for each picture")).clicked() {
        let items = data.shown().iter().filter_map(|position| project.dataset.items.get(*position));
        let paths: Vec<String> = items
            .filter(|item| ids.contains(&item.id))
            .map(|item| project.dataset.path_of(item).display().to_string())
            .collect();
        ui.ctx().copy_text(paths.join("\n"));
    }
}

fn mosaic_ui(ui: &mut Ui, project: &Project, items: &[&Item], count: usize, pictures: &mut Pictures) {
    let colors = theme::colors(ui);
    let gap = space::XS;
    let side = ((ui.available_width() - 2.0 * gap) / 3.0).floor();
    let rows = items.len().div_ceil(3);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * (side + gap) - gap), Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Image, true, tn!(count, "{n} selected picture", "{n} selected pictures"))
    });
    for (place, item) in items.iter().enumerate() {
        let min = rect.min + vec2((place % 3) as f32, (place / 3) as f32) * (side + gap);
        let tile = Rect::from_min_size(min, vec2(side, side));
        let path = project.dataset.path_of(item);
        widgets::paint_cover(ui, pictures, &path, tile);
        if place + 1 == SHOWN_OF_MANY && count > SHOWN_OF_MANY {
            ui.painter().rect_filled(tile, theme::RADIUS, theme::on_picture::PLATE);
            let text = format!("+{}", widgets::thousands(count - SHOWN_OF_MANY + 1));
            ui.painter().text(tile.center(), Align2::CENTER_CENTER, text, theme::section(), Color32::WHITE);
        } else {
            ui.painter().rect_stroke(tile, theme::RADIUS, Stroke::new(1.0, colors.stroke), StrokeKind::Inside);
        }
    }
}

fn fact_grid(ui: &mut Ui, id: &str, contents: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(76.0)
        .min_row_height(22.0)
        .spacing(vec2(space::S, 2.0))
        .show(ui, contents);
}

fn fact_name(ui: &mut Ui, name: &str) {
    let text = RichText::new(name).color(theme::colors(ui).text_weak);
    ui.add(Label::new(text).selectable(false));
}
