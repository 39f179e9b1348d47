//! Which pictures are in the tiles: the first of an epoch, in training's order, and what training mixes into them.

use super::{Wanted, drawing_seed};
use crate::app::state::{AugmentState, AugmentTile, FileFacts, Project};
use crate::augment::MixPlan;
use crate::dataset::{Dataset, ItemId, Split};
use crate::imaging::Preprocess;
use crate::train;

/// Shapes of training pictures that the measurements look at, at most.
const SHAPES: usize = 200;

/// Puts the first pictures of the epoch into the tiles. What the places show stays until the new pictures are there. Gives
/// the order of all.
pub(super) fn lay_out(state: &mut AugmentState, wanted: &Wanted) -> Vec<ItemId> {
    let order = epoch_order(&wanted.dataset, wanted.seed, wanted.epoch);
    state.pictures_in_epoch = order.len();
    let mut shown: Vec<_> = state.tiles.drain(..).map(|tile| tile.shown).collect();
    shown.resize(order.len().min(wanted.tile_count), None);
    let order: Vec<ItemId> =
        order.into_iter().filter_map(|index| wanted.dataset.items.get(index)).map(|item| item.id).collect();
    state.tiles = order.iter().zip(shown).map(|(item, shown)| AugmentTile { item: *item, shown }).collect();
    state.selected = state.selected.min(state.tiles.len().saturating_sub(1));
    order
}

/// What training mixes into the picture at a place of the epoch, where it mixes. (Pictures that can't be read are skipped by
/// training, which moves those after them up.)
pub(super) fn mixed_with(order: &[ItemId], slot: usize, wanted: &Wanted) -> Option<(ItemId, MixPlan)> {
    let partner = partner_of(order, slot, wanted)?;
    let seed = drawing_seed(wanted.seed, wanted.reroll);
    let side = Preprocess::default().crop as usize;
    let step = slot / wanted.mixed_by? + 1;
    Some((partner, wanted.pipeline.batch?.draw_for_batch(seed, wanted.epoch, step, side)?))
}

/// The picture that is mixed into that at a place, where batches are mixed: the one before it in its batch, into the first the
/// last.
pub(super) fn partner_of(order: &[ItemId], slot: usize, wanted: &Wanted) -> Option<ItemId> {
    let batch_size = wanted.mixed_by?;
    let batch = order.chunks(batch_size).nth(slot / batch_size)?;
    if batch.len() < 2 {
        return None;
    }
    batch.get((slot % batch_size + batch.len() - 1) % batch.len()).copied()
}

/// Training pictures in the order in which `epoch` (counted from 1) of a training with `seed` learns from them, as indices
/// into the data set's items.
fn epoch_order(dataset: &Dataset, seed: u64, epoch: usize) -> Vec<usize> {
    let labelled =
        dataset.items.iter().enumerate().filter(|(_, item)| item.split == Split::Train && item.class.is_some());
    train::epoch_order(labelled.map(|(index, _)| index).collect(), seed, epoch)
}

/// Shapes of the training pictures as far as their headers are read: up to [`SHAPES`], evenly picked.
pub(super) fn shapes_of(project: &Project) -> Vec<(u32, u32)> {
    let training = project.dataset.items.iter().filter(|item| item.split == Split::Train && item.class.is_some());
    let known: Vec<(u32, u32)> = training
        .filter_map(|item| match project.facts.get(&item.id) {
            Some(FileFacts::Known { width, height, .. }) => Some((*width, *height)),
            _ => None,
        })
        .collect();
    let stride = known.len().div_ceil(SHAPES).max(1);
    known.into_iter().step_by(stride).collect()
}

/// The side in pixels in which a tile's picture is handed to the window: a few steps, so that it does not change at every
/// pixel of the window's size. Tiles much smaller than the picture would flicker if they were scaled down while drawing.
pub(super) fn side_to_make(on_screen: f32) -> u32 {
    let full = Preprocess::default().crop;
    [64, 96, 128, 160].into_iter().find(|side| *side as f32 >= on_screen).unwrap_or(full).min(full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetLayout, Item};

    fn dataset(count: u64) -> Dataset {
        let items = (0..count)
            .map(|number| Item {
                id: ItemId(number),
                rel_path: format!("{number}.jpg").into(),
                split: if number % 5 == 4 { Split::Val } else { Split::Train },
                class: (number % 7 != 6).then_some(0),
                file_bytes: 1,
            })
            .collect();
        Dataset {
            root: "/data".into(),
            layout: DatasetLayout::Splits,
            classes: vec!["ants".into()],
            items,
            issues: Vec::new(),
        }
    }

    #[test]
    fn an_epoch_has_every_labelled_training_picture_once_in_an_order_of_its_own() {
        let dataset = dataset(50);
        let first = epoch_order(&dataset, 0, 1);
        let mut sorted = first.clone();
        sorted.sort_unstable();
        let expected: Vec<usize> = (0..50).filter(|number| number % 5 != 4 && number % 7 != 6).collect();
        assert_eq!(sorted, expected);
        assert_eq!(first, epoch_order(&dataset, 0, 1));
        assert_ne!(first, epoch_order(&dataset, 0, 2));
        assert_ne!(first, epoch_order(&dataset, 1, 1));
    }
}
