//! Drawing a validation split: stratified (each class gives its share) and seeded. A picture's fate depends on the seed and
//! its own name, so that adding pictures moves as few others as possible.

use rand::Rng;

use super::{Item, Split};
use crate::base::rng_for;

/// Stream of the generator that draws splits, apart from every other use of the seed.
pub(super) const SPLIT_STREAM: u64 = 0x5370_6C69;

/// Moves `fraction` of each class's training pictures to [`Split::Val`]: rounded, but at least one and never all where a
/// class has two or more. Unlabelled pictures stay where they are.
pub(super) fn draw_validation(items: &mut [Item], classes: usize, fraction: f64, seed: u64) {
    // Written so that a fraction that is not a number draws nothing either.
    if fraction.is_nan() || fraction <= 0.0 {
        return;
    }
    for class in 0..classes {
        let mut drawn: Vec<_> = items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.split == Split::Train && item.class == Some(class))
            .map(|(index, item)| (rng_for(seed, SPLIT_STREAM, item.id.0).next_u64(), item.id, index))
            .collect();
        let count = validation_count(drawn.len(), fraction);
        drawn.sort_unstable();
        for (_, _, index) in drawn.into_iter().take(count) {
            items[index].split = Split::Val;
        }
    }
}

/// How many of a class's `pictures` are kept for validation.
pub(super) fn validation_count(pictures: usize, fraction: f64) -> usize {
    if pictures < 2 {
        return 0;
    }
    ((pictures as f64 * fraction).round() as usize).clamp(1, pictures - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::item_id;
    use proptest::prelude::*;
    use std::path::PathBuf;

    fn items(sizes: &[usize]) -> Vec<Item> {
        let of_class = |(class, size): (usize, &usize)| {
            (0..*size).map(move |number| {
                let rel_path = PathBuf::from(format!("class {class}/{number}.jpg"));
                let id = item_id(&rel_path);
                Item { id, rel_path, split: Split::Train, class: Some(class), file_bytes: 1 }
            })
        };
        sizes.iter().enumerate().flat_map(of_class).collect()
    }

    #[test]
    fn a_class_of_one_keeps_its_picture_for_training() {
        let mut all = items(&[1, 2, 10]);
        draw_validation(&mut all, 3, 0.2, 0);
        let val = |class| all.iter().filter(|item| item.split == Split::Val && item.class == Some(class)).count();
        assert_eq!((val(0), val(1), val(2)), (0, 1, 2));
    }

    #[test]
    fn another_seed_draws_others() {
        let draw = |seed| {
            let mut all = items(&[60]);
            draw_validation(&mut all, 1, 0.2, seed);
            all
        };
        assert_ne!(draw(0), draw(1));
    }

    proptest! {
        #[test]
        fn the_split_is_stratified_and_the_same_for_any_order_of_files(
            sizes in proptest::collection::vec(0_usize..80, 1..5), fraction in 0.0_f64..0.9, seed: u64,
        ) {
            let mut forwards = items(&sizes);
            let mut backwards = forwards.clone();
            backwards.reverse();
            draw_validation(&mut forwards, sizes.len(), fraction, seed);
            draw_validation(&mut backwards, sizes.len(), fraction, seed);
            backwards.reverse();
            prop_assert_eq!(&forwards, &backwards);
            for (class, size) in sizes.iter().enumerate() {
                let of = |split| forwards.iter().filter(|i| i.class == Some(class) && i.split == split).count();
                prop_assert_eq!(of(Split::Train) + of(Split::Val), *size);
                let exact = *size as f64 * fraction;
                prop_assert!((of(Split::Val) as f64 - exact).abs() <= 1.0, "{} of {}", of(Split::Val), size);
                prop_assert!(*size == 0 || of(Split::Train) > 0);
            }
        }

        #[test]
        fn adding_pictures_moves_few_others(seed: u64) {
            let mut before = items(&[50]);
            let mut after = items(&[60]);
            draw_validation(&mut before, 1, 0.2, seed);
            draw_validation(&mut after, 1, 0.2, seed);
            let moved = before.iter().zip(&after).filter(|(a, b)| a.split != b.split).count();
            prop_assert!(moved <= 10, "{moved} of 50 moved");
        }
    }
}
