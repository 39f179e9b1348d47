//! What an action did, in a few words for people: for the notice of what was undone.

use super::record::{Action, Patch};

/// `3 pictures labelled bees`.
pub(super) fn describe(action: &Action) -> String {
    match action {
        Action::Change { changes, .. } => {
            let pictures = match changes.as_slice() {
                [only] => only.file.rsplit('/').next().unwrap_or_default().to_owned(),
                many => format!("{} pictures", many.len()),
            };
            let first = changes.first().map(|change| &change.new);
            let alike = first.filter(|first| changes.iter().all(|change| says_the_same(&change.new, first)));
            match alike {
                Some(patch) => format!("{pictures} {}", what(patch)),
                None => format!("{pictures} changed"),
            }
        }
        Action::CreateClass { name, .. } => format!("class {name} created"),
        Action::RenameClass { from, to, .. } => format!("class {from} renamed {to}"),
        Action::MergeClasses { from, into } => format!("class {from} merged into {into}"),
        Action::ColorClass { class, .. } => format!("colour of class {class} changed"),
        Action::OrderClasses { .. } => "classes reordered".to_owned(),
        Action::Undo { .. } => "undone".to_owned(),
        Action::Redo { .. } => "redone".to_owned(),
        Action::Hashes { .. } | Action::Moved { .. } => "bookkeeping".to_owned(),
    }
}

/// Whether two patches are of the same action: marks that a label takes away, or a split that it brings, do not matter.
fn says_the_same(a: &Patch, b: &Patch) -> bool {
    if a.label.is_some() || b.label.is_some() { a.label == b.label } else { a == b }
}

fn what(patch: &Patch) -> String {
    match patch {
        Patch { label: Some(Some(name)), .. } => format!("labelled {name}"),
        Patch { label: Some(None), .. } => "without a label".to_owned(),
        Patch { split: Some(split), .. } => format!("moved to {}", split.name()),
        Patch { set_aside: Some(true), .. } => "set aside".to_owned(),
        Patch { set_aside: Some(false), .. } => "taken back in".to_owned(),
        Patch { unsure: Some(true), .. } => "marked unsure".to_owned(),
        Patch { skip: Some(true), .. } => "skipped".to_owned(),
        Patch { unsure: Some(false), .. } => "no longer unsure".to_owned(),
        Patch { skip: Some(false), .. } => "no longer skipped".to_owned(),
        Patch { label: None, split: None, unsure: None, skip: None, set_aside: None } => "unchanged".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Change;
    use super::*;

    #[test]
    fn actions_are_told_in_a_few_words() {
        let change = |file: &str, new: Patch| Change { file: file.into(), hash: None, old: Patch::default(), new };
        let bees = Patch { label: Some(Some("bees".into())), ..Patch::default() };
        let surely = Patch { unsure: Some(false), ..bees.clone() };
        let one = Action::change(vec![change("train/ants/1.jpg", bees.clone())]);
        assert_eq!(describe(&one), "1.jpg labelled bees");
        let two = Action::change(vec![change("1.jpg", bees.clone()), change("2.jpg", surely)]);
        assert_eq!(describe(&two), "2 pictures labelled bees");
        let aside = Patch { set_aside: Some(true), ..Patch::default() };
        let mixed = Action::change(vec![change("1.jpg", bees), change("2.jpg", aside)]);
        assert_eq!(describe(&mixed), "2 pictures changed");
    }
}
