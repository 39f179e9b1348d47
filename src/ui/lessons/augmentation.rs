//! The lesson on augmentation.

use egui::{
    Align2, Button, Color32, ComboBox, CornerRadius, Label, Pos2, Rect, RichText, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::{caption_ui, changed, words};
use crate::app::command::{AugmentCommand, Command, Commands};
use crate::app::state::{LESSON_VARIANTS, LessonOriginal, LessonVariant, State, Workspace};
use crate::augment::{Pipeline, Trace};
use crate::dataset::{Split, sample};
use crate::lang::{self, t, tn};
use crate::ui::augment::{name, paint_kept, preset_title};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Between tiles.
const GAP: f32 = 8.0;
/// Under a tile: its epoch, and what it keeps.
const LINE: f32 = 18.0;
/// Variants in a row.
const COLUMNS: usize = 4;

/// The pipeline that is shown.
fn pipeline(state: &State) -> Pipeline {
    let preset = state.lessons.augmentation.preset.and_then(Pipeline::preset);
    preset.unwrap_or_else(|| state.augment.pipeline.clone())
}

/// Draws the preset, the reroll, and the way to the workspace.
pub(super) fn controls_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    caption_ui(ui, t!("Pipeline"));
    preset_ui(ui, state);
    let text = format!("{}  {}", icons::ICON_CASINO.codepoint, t!("Reroll"));
    let reroll = ui.add(Button::new(text));
    name(ui, &reroll, t!("Reroll"));
    if reroll.on_hover_text(t!("The same picture with other random numbers.")).clicked() {
        state.lessons.augmentation.reroll = state.lessons.augmentation.reroll.wrapping_add(1).max(1);
        changed(ui);
    }
    if let Some(text) = drawn_text(state) {
        widgets::weak_ui(ui, &text);
    }
    ui.add_space(space::S);
    if state.project.is_some() {
        open_ui(ui, state, commands);
    }
    if pipeline(state).batch.is_some() {
        let text =
            t!("This pipeline also mixes the pictures of a batch, and their labels with them. That is not shown here.");
        widgets::weak_ui(ui, text);
    }
}

/// Whose random numbers these are.
fn drawn_text(state: &State) -> Option<String> {
    let item = state.lessons.item(state.project.as_ref())?;
    if item.split != Split::Train || item.class.is_none() {
        return Some(t!("Training never takes this picture; this is how it would see it.").to_owned());
    }
    Some(if state.lessons.augmentation.reroll == 0 {
        t!("With these random numbers training will see it, seed {seed}.", seed = state.train.config.seed)
    } else {
        t!("Rerolled: training will draw other numbers.").to_owned()
    })
}

fn preset_ui(ui: &mut Ui, state: &mut State) {
    let own = own_title(state);
    let chosen = &mut state.lessons.augmentation.preset;
    let before = *chosen;
    let shown = chosen.map_or_else(|| own.clone(), preset_title);
    let width = ui.available_width();
    let combo = ComboBox::from_id_salt("lesson-preset").width(width).selected_text(shown).truncate();
    let combo = combo.show_ui(ui, |ui| {
        ui.selectable_value(chosen, None, own);
        for preset in Pipeline::PRESETS {
            ui.selectable_value(chosen, Some(*preset), preset_title(preset));
        }
    });
    name(ui, &combo.response, t!("Preset"));
    if *chosen != before {
        changed(ui);
    }
}

/// The pipeline of the Augment workspace.
fn own_title(state: &State) -> String {
    let origin = preset_title(&state.augment.origin);
    if state.augment.is_edited() {
        t!("As in Augment ({name}, edited)", name = origin)
    } else {
        t!("As in Augment ({name})", name = origin)
    }
}

fn open_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let preset = state.lessons.augmentation.preset;
    let replaces = preset.filter(|preset| Pipeline::preset(preset).as_ref() != Some(&state.augment.pipeline));
    let tip = match replaces {
        Some(_) => t!("With this preset, in the place of the pipeline that is there: training will use it."),
        None => t!("The pipeline with all its settings, tried out on many pictures."),
    };
    if ui.button(t!("Open in Augment")).on_hover_text(tip).clicked() {
        if let Some(preset) = replaces {
            commands.push(Command::Augment(AugmentCommand::UsePreset(preset.to_owned())));
        }
        commands.push(Command::Go(Workspace::Augment));
        state.lessons.open = false;
    }
}

/// Draws the original, the variants and the strip of epochs.
pub(super) fn result_ui(ui: &mut Ui, state: &mut State, original: &LessonOriginal, room: Vec2) {
    let own = (room.x * 0.28).floor();
    let rows = LESSON_VARIANTS.div_ceil(COLUMNS);
    let by_width = (room.x - own - space::L - (COLUMNS - 1) as f32 * GAP) / COLUMNS as f32;
    let by_height = (room.y - 120.0) / rows as f32 - LINE - GAP;
    let side = by_width.min(by_height).max(72.0).floor();
    let height = rows as f32 * (side + LINE + GAP) - GAP;
    let (rect, _) = ui.allocate_exact_size(vec2(room.x, height), Sense::hover());
    let mut marked = state.lessons.augmentation.marked;
    let (label, class) = words::label(state);
    let color = class.map_or(theme::colors(ui).text_weak, theme::class_color);
    let grid = rect.min + vec2(own + space::L, 0.0);
    let variants = &state.lessons.augmentation.variants;
    for index in 0..LESSON_VARIANTS {
        let place = vec2((index % COLUMNS) as f32 * (side + GAP), (index / COLUMNS) as f32 * (side + LINE + GAP));
        let tile = Rect::from_min_size(grid + place, Vec2::splat(side));
        if variant_ui(ui, tile, index, variants.get(index), marked == index) {
            marked = index;
        }
        if variants.get(index).is_some() {
            widgets::chip_ui(ui, tile, label, color);
        }
    }
    let area = Rect::from_min_size(rect.min, vec2(own, height - LINE));
    original_ui(ui, area, original, (variants, marked));
    ui.add_space(space::S);
    widgets::card(ui, |ui| {
        ui.set_width(ui.available_width());
        epochs_ui(ui, state);
        kept_ui(ui, variants, label);
    });
    state.lessons.augmentation.marked = marked;
}

/// One variant. Returns whether it is pointed at.
fn variant_ui(ui: &Ui, rect: Rect, index: usize, variant: Option<&LessonVariant>, marked: bool) -> bool {
    let colors = theme::colors(ui);
    let response = ui.interact(rect, ui.scope_id().with(("lesson-variant", index)), Sense::click());
    let share = variant.map(|variant| lang::percent(f64::from(variant.trace.kept_share()), 0));
    let epoch = index + 1;
    let line = match share {
        Some(share) => t!("epoch {epoch} · keeps {share}", epoch = epoch, share = share),
        None => t!("epoch {epoch}", epoch = epoch),
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, marked, &line));
    match variant {
        Some(variant) => image_ui(ui, rect, &variant.texture),
        None => widgets::skeleton(ui, rect),
    }
    if marked {
        let stroke = Stroke::new(2.5, colors.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(theme::RADIUS), stroke, StrokeKind::Inside);
    }
    let shown = widgets::elide_middle(ui, &line, &theme::caption(), rect.width());
    ui.painter().text(rect.left_bottom() + vec2(0.0, 3.0), Align2::LEFT_TOP, shown, theme::caption(), colors.text_weak);
    response.hovered() || response.clicked()
}

fn image_ui(ui: &Ui, rect: Rect, texture: &egui::TextureHandle) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let radius = CornerRadius::same(theme::RADIUS);
    ui.painter().add(egui::epaint::RectShape::filled(rect, radius, Color32::WHITE).with_texture(texture.id(), whole));
}

/// The original with the outlines of all crops, that of the marked variant bold.
fn original_ui(ui: &Ui, area: Rect, original: &LessonOriginal, (variants, marked): (&[LessonVariant], usize)) {
    let size = original.colour.size_vec2();
    let scale = (area.width() / size.x.max(1.0)).min(area.height() / size.y.max(1.0));
    let shown = size * scale;
    let rect = Rect::from_min_size(area.min, shown);
    let response = ui.interact(rect, ui.scope_id().with("lesson-original"), Sense::hover());
    let name = t!("Original, and what is kept of it");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let under = rect.left_bottom() + vec2(0.0, 3.0);
    ui.painter().text(under, Align2::LEFT_TOP, name, theme::caption(), theme::colors(ui).text_weak);
    image_ui(ui, rect, &original.colour);
    for (index, variant) in variants.iter().enumerate() {
        if index != marked {
            outline_ui(ui, &variant.trace, rect);
        }
    }
    if let Some(variant) = variants.get(marked) {
        paint_kept(ui, &variant.trace, rect);
    }
}

fn outline_ui(ui: &Ui, trace: &Trace, rect: Rect) {
    let size = vec2(trace.original.0.max(1) as f32, trace.original.1.max(1) as f32);
    let corner = |(x, y): &(f32, f32)| rect.min + vec2(*x, *y) / size * rect.size();
    let corners: Vec<Pos2> = trace.shown.iter().map(corner).collect();
    let white = Stroke::new(1.0, Color32::from_white_alpha(120));
    ui.painter_at(rect).add(Shape::closed_line(corners, white));
}

/// What the crops keep, and what stays the same.
fn kept_ui(ui: &mut Ui, variants: &[LessonVariant], label: &str) {
    let shares: Vec<f32> = variants.iter().map(|variant| variant.trace.kept_share()).collect();
    let (Some(least), Some(most)) = (shares.iter().copied().reduce(f32::min), shares.iter().copied().reduce(f32::max))
    else {
        return;
    };
    let percent = |share: f32| lang::percent(f64::from(share), 0);
    let text = if percent(least) == percent(most) {
        t!(
            "All {count} keep {share} of the original. Their label stays “{label}”.",
            count = variants.len(),
            share = percent(least),
            label = label
        )
    } else {
        t!(
            "These {count} keep between {least} and {most} of the original. Their label stays “{label}”.",
            count = variants.len(),
            least = percent(least),
            most = percent(most),
            label = label
        )
    };
    widgets::weak_ui(ui, &text);
}

/// One cell for each epoch: bright while its pictures are new.
fn epochs_ui(ui: &mut Ui, state: &State) {
    let colors = theme::colors(ui);
    let pictures =
        state.project.as_ref().map_or(2 * sample::TRAIN_EACH, |project| project.dataset.labelled(Split::Train).count());
    let epochs = state.train.config.epochs.max(1);
    let versions = pipeline(state).variants();
    let new = versions.map_or(epochs, |versions| epochs.min(usize::try_from(versions).unwrap_or(usize::MAX)));
    let seen = lang::thousands(epochs * pictures);
    let sum = tn!(
        epochs,
        "{n} epoch × {pictures} = {seen} pictures",
        "{n} epochs × {pictures} = {seen} pictures",
        pictures = lang::thousands(pictures),
        seen = seen
    );
    let rest = match versions {
        None => t!("hardly two of them alike").to_owned(),
        Some(1) => t!("the same {pictures} every time", pictures = lang::thousands(pictures)),
        Some(versions) => t!(
            "{different} different ones at most, the rest come again",
            different = lang::thousands(pictures.saturating_mul(usize::try_from(versions).unwrap_or(usize::MAX)))
        ),
    };
    let text = t!("{sum}: {rest}.", sum = sum, rest = rest);
    ui.add(Label::new(RichText::new(text).font(theme::strong(theme::size::BODY))).wrap());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Label, true, t!("Epochs with new pictures: {new} of {all}", new = new, all = epochs))
    });
    // So many that they can be told apart.
    let cells = epochs.min((rect.width() / 4.0) as usize).max(1);
    let width = rect.width() / cells as f32;
    for cell in 0..cells {
        let is_new = cell * epochs / cells < new;
        let left = rect.left() + cell as f32 * width;
        let part = Rect::from_min_max(pos2(left, rect.top()), pos2(left + width - 2.0, rect.bottom()));
        let color = if is_new { colors.accent } else { colors.stroke };
        ui.painter().rect_filled(part, CornerRadius::same(3), color);
    }
    response.on_hover_text(t!("One cell for each epoch. Amber: its pictures were not seen before."));
}
