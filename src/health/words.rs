//! What is wrong, in words for people.

use super::finding::FindingKind;
use crate::dataset::{Dataset, Split};

/// What a finding says.
pub(super) fn sentence(kind: FindingKind, count: usize, dataset: &Dataset) -> String {
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
        FindingKind::Blank => format!("{pictures} {} nothing but one colour", if one { "shows" } else { "show" }),
        FindingKind::Repeated => {
            format!("{pictures} {} of another in the same split", if one { "is a copy" } else { "are copies" })
        }
        FindingKind::Alike => {
            format!("{pictures} {} nearly like another in the same split", if one { "looks" } else { "look" })
        }
        FindingKind::Tiny => {
            format!(
                "{pictures} {} tiny: less than {} pixels at a side",
                if one { "is" } else { "are" },
                super::TINY_BELOW
            )
        }
        FindingKind::Elongated => format!(
            "{pictures} {} very long and narrow: {} : 1 or more",
            if one { "is" } else { "are" },
            super::ELONGATED_FROM
        ),
        FindingKind::Imbalance { small, large } => {
            let of_large =
                dataset.items.iter().filter(|item| item.split == Split::Train && item.class == Some(large)).count();
            format!("{} has only {count} training pictures, {} has {of_large}", class(small), class(large))
        }
    }
}

/// What can be done about it.
pub(super) fn advice(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Conflict { .. } => "Give them the same label: the model can't learn both.",
        FindingKind::Leak { .. } => {
            "The model knows these already, so it seems better than it is. Set one of each aside, or move both to one split."
        }
        FindingKind::Unreadable => "Training skips them. Fetch them again, or set them aside.",
        FindingKind::Blank => "There is nothing to be learned from them. Set them aside.",
        FindingKind::Repeated | FindingKind::Alike => "They count several times. Set all but one of each aside.",
        FindingKind::Tiny => "They are made much larger before the model sees them, so they are blurred.",
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
