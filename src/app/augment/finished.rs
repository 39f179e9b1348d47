//! Takes over what the threads have made: tiles, the strip, the examples and the measurements become textures and figures.

use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::renderer::{Finished, StripFrame};
use crate::app::imago_app::Cx;
use crate::app::state::{AugmentState, Coverage, Example, Frame, ShownTile, Strip, TileContent};
use crate::app::textures;

/// Bytes uploaded in one frame at most, so that no frame stutters; one picture always goes.
const UPLOAD_BYTES_A_FRAME: usize = 3 << 20;

/// Turns what the threads finished into textures: as much as a frame can take.
pub(super) fn take_finished(cx: &mut Cx<'_>) {
    let service = &mut cx.services.augment;
    let Some(renderer) = &service.renderer else { return };
    let state = &mut cx.state.augment;
    let mut uploaded = 0;
    while let Some((generation, finished)) = renderer.next_finished() {
        if generation < service.pictures_since {
            continue;
        }
        match finished {
            Finished::Tile { slot, item, mixed, outcome } => {
                uploaded += outcome.as_ref().map_or(0, |(picture, _)| picture.pixels.len() * 4);
                show_tile(
                    state,
                    cx.ctx,
                    slot,
                    ShownTile {
                        item,
                        mixed,
                        generation,
                        content: match outcome {
                            // The texture is the place's own; see `show_tile`.
                            Ok((picture, trace)) => {
                                TileContent::Ready { texture: None, pixels: Arc::new(picture), trace }
                            }
                            Err(reason) => TileContent::Failed(reason),
                        },
                    },
                );
            }
            // That of the tile marked before may be ready last.
            Finished::Strip { item, frames }
                if generation == state.generation && service.wanted_extras.0 == Some(item) =>
            {
                service.strip_of = Some((generation, item));
                let mut old = state.strip.take().map(|strip| strip.frames).unwrap_or_default().into_iter();
                let mut next = |frame: StripFrame| {
                    uploaded += frame.picture.pixels.len() * 4;
                    let texture = upload(old.next().map(|frame| frame.texture), cx.ctx, "augment-strip", frame.picture);
                    Frame { title: frame.title.to_owned(), details: frame.details, texture }
                };
                let frames = frames.into_iter().map(&mut next).collect();
                state.strip = Some(Strip { item, frames });
            }
            Finished::Example { card, item, partner, before, after } if generation >= service.pipeline_since => {
                service.examples_of.insert(card, (service.pipeline_since, item, partner));
                let old = state.examples.remove(&card);
                let (old_before, old_after) = old.map_or((None, Vec::new()), |old| (Some(old.before), old.after));
                let mut old_after = old_after.into_iter();
                let mut next = |texture, picture: ColorImage| {
                    uploaded += picture.pixels.len() * 4;
                    upload(texture, cx.ctx, "augment-example", picture)
                };
                let before = next(old_before, before);
                let after = after.into_iter().map(|picture| next(old_after.next(), picture)).collect();
                state.examples.insert(card, Example { before, after });
            }
            Finished::Coverage(coverage) if generation >= service.pipeline_since => {
                service.measured = Some(service.pipeline_since);
                state.heat = Some(upload(state.heat.take(), cx.ctx, "augment-heat", heat_picture(&coverage)));
                state.coverage = Some(*coverage);
            }
            // Stale, or nothing came of it.
            Finished::Strip { .. } | Finished::Example { .. } | Finished::Coverage(_) | Finished::Nothing => {}
        }
        if uploaded >= UPLOAD_BYTES_A_FRAME {
            cx.ctx.request_repaint();
            break;
        }
    }
    if service.asked_at.is_some() && state.tiles_settled() {
        state.refresh_ms = service.asked_at.take().map(|asked| asked.elapsed().as_secs_f32() * 1000.0);
    }
}

/// Puts a picture into its place, unless the place shows a newer one or belongs to another picture by now.
fn show_tile(state: &mut AugmentState, ctx: &Context, slot: usize, mut new: ShownTile) {
    let Some(tile) = state.tiles.get_mut(slot) else { return };
    let is_stale = tile.shown.as_ref().is_some_and(|shown| shown.item == new.item && shown.generation > new.generation);
    if tile.item != new.item || is_stale {
        return;
    }
    if let TileContent::Ready { texture, pixels, .. } = &mut new.content {
        let old = match tile.shown.take().map(|shown| shown.content) {
            Some(TileContent::Ready { texture, .. }) => texture,
            _ => None,
        };
        *texture = Some(upload(old, ctx, "augment-tile", pixels.clone()));
    }
    tile.shown = Some(new);
}

/// White, as opaque as a place is often kept; the window tints it.
fn heat_picture(coverage: &Coverage) -> ColorImage {
    let pixels =
        coverage.kept.iter().map(|kept| egui::Color32::from_white_alpha((kept * 255.0).round() as u8)).collect();
    ColorImage::new([coverage.columns, coverage.rows], pixels)
}

fn upload(old: Option<TextureHandle>, ctx: &Context, name: &str, picture: impl Into<egui::ImageData>) -> TextureHandle {
    textures::upload(old, ctx, name, picture, TextureOptions::LINEAR)
}
