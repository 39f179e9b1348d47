//! What is wrong, in words for people.

use super::finding::FindingKind;
use crate::dataset::{Dataset, Split};

/// What a finding says. `most`: training pictures of the largest class, where it is about that one.
pub(super) fn sentence(kind: FindingKind, count: usize, most: usize, dataset: &Dataset) -> String {
    let one = count == 1;
    let pictures = if one { "1 picture".to_owned() } else { format!("{count} pictures") };
    let class = |class: usize| dataset.classes.get(class).map_or("", String::as_str);
    match kind {
        FindingKind::Conflict { exactly: true } => format!("{pictures} with the same content have different labels"),
        FindingKind::Conflict { exactly: false } => format!("{pictures} that look alike have different labels"),
        FindingKind::Leak { of, also_in, exactly } => {
            let of = format!("{count} {} {}", adjective(of), if one { "picture" } else { "pictures" });
            match (exactly, one) {
                (true, true) => format!("{of} is also in {}", also_in.name()),
                (true, false) => format!("{of} are also in {}", also_in.name()),
                (false, true) => format!("{of} looks like one in {}", also_in.name()),
                (false, false) => format!("{of} look like one in {}", also_in.name()),
            }
        }
        FindingKind::Unreadable => format!("{pictures} can't be read"),
        // Whole sentences, so that the window can recognise them and say them in another language.
        FindingKind::Blank if one => format!("{pictures} shows nothing but one colour"),
        FindingKind::Blank => format!("{pictures} show nothing but one colour"),
        FindingKind::Repeated if one => format!("{pictures} is a copy of another in the same split"),
        FindingKind::Repeated => format!("{pictures} are copies of another in the same split"),
        FindingKind::Alike if one => format!("{pictures} looks nearly like another in the same split"),
        FindingKind::Alike => format!("{pictures} look nearly like another in the same split"),
        FindingKind::Tiny if one => format!("{pictures} is tiny: less than {} pixels at a side", super::TINY_BELOW),
        FindingKind::Tiny => format!("{pictures} are tiny: less than {} pixels at a side", super::TINY_BELOW),
        FindingKind::Elongated if one => {
            format!("{pictures} is very long and narrow: {} : 1 or more", super::ELONGATED_FROM)
        }
        FindingKind::Elongated => format!("{pictures} are very long and narrow: {} : 1 or more", super::ELONGATED_FROM),
        FindingKind::Imbalance { small, large } if one => {
            format!("{} has only {count} training picture, {} has {most}", class(small), class(large))
        }
        FindingKind::Imbalance { small, large } => {
            format!("{} has only {count} training pictures, {} has {most}", class(small), class(large))
        }
    }
}

/// What can be done about it, where so many pictures are wrong.
pub(super) fn advice(kind: FindingKind, count: usize) -> &'static str {
    let one = count == 1;
    match kind {
        FindingKind::Conflict { .. } => "Give them the same label: the model can't learn both.",
        FindingKind::Leak { .. } if one => {
            "The model knows this one already, so it seems better than it is. Set one of the two aside, or move both to one split."
        }
        FindingKind::Leak { .. } => {
            "The model knows these already, so it seems better than it is. Set one of each aside, or move both to one split."
        }
        FindingKind::Unreadable if one => "Training skips it. Fetch it again, or set it aside.",
        FindingKind::Unreadable => "Training skips them. Fetch them again, or set them aside.",
        FindingKind::Blank if one => "There is nothing to be learned from it. Set it aside.",
        FindingKind::Blank => "There is nothing to be learned from them. Set them aside.",
        FindingKind::Repeated | FindingKind::Alike if one => "It counts twice. Set one of the two aside.",
        FindingKind::Repeated | FindingKind::Alike => "They count several times. Set all but one of each aside.",
        FindingKind::Tiny if one => "It is made much larger before the model sees it, so it is blurred.",
        FindingKind::Tiny => "They are made much larger before the model sees them, so they are blurred.",
        FindingKind::Elongated if one => "The model sees only the middle of it. Cut out what it is about.",
        FindingKind::Elongated => "The model sees only the middle of them. Cut out what they are about.",
        FindingKind::Imbalance { .. } => "The model will favour the larger class. Add pictures to the smaller one.",
    }
}

fn adjective(split: Split) -> &'static str {
    match split {
        Split::Train => "training",
        Split::Val => "validation",
        Split::Test => "test",
    }
}
