//! What became of one picture: every label, split and mark that it was ever given, with the time.

use super::super::Split;
use super::classes::ClassTable;
use super::layer::Marks;
use super::replay::{FileState, Label};

/// How something came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It was done.
    Done,
    /// It was taken back.
    Undone,
    /// It was done again after it was taken back.
    Redone,
}

/// What a picture was from a moment on. The class is kept by its number: a class that is renamed is called by its new name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    pub time_ms: u64,
    pub how: Happening,
    pub after: FileState,
}

/// One thing that happened to a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelEvent {
    /// When, in milliseconds since 1970 (UTC).
    pub time_ms: u64,
    /// How it came about.
    pub how: Happening,
    /// In a few words: `labelled bees`, `moved to val`.
    pub text: String,
}

/// The moments of a picture told in words, the first one first. A moment that changed nothing is left out.
pub(super) fn told(moments: &[Moment], classes: &ClassTable) -> Vec<LabelEvent> {
    let mut before = FileState::default();
    let mut events = Vec::new();
    for moment in moments {
        let text = difference(&before, &moment.after, classes);
        if !text.is_empty() {
            events.push(LabelEvent { time_ms: moment.time_ms, how: moment.how, text });
        }
        before = moment.after.clone();
    }
    events
}

fn difference(before: &FileState, after: &FileState, classes: &ClassTable) -> String {
    let mut words = Vec::new();
    if before.label != after.label {
        words.push(match after.label {
            Label::OfFolder => "labelled as its folder".to_owned(),
            Label::Cleared => "label taken away".to_owned(),
            Label::Given(class) => format!("labelled {}", classes.name(classes.resolve(class))),
        });
    }
    if before.split != after.split {
        words.push(match after.split {
            Some(split) => format!("moved to {}", Split::name(split)),
            None => "back to its folder's split".to_owned(),
        });
    }
    let marks = |marks: Marks| [marks.unsure, marks.skip, marks.set_aside];
    let names =
        [("marked unsure", "no longer unsure"), ("skipped", "no longer skipped"), ("set aside", "taken back in")];
    for ((was, is), (on, off)) in marks(before.marks).into_iter().zip(marks(after.marks)).zip(names) {
        if was != is {
            words.push(if is { on } else { off }.to_owned());
        }
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::record::{Action, Change, Patch, Record};
    use super::super::replay::Labels;
    use super::*;

    fn record(seq: u64, action: Action) -> Record {
        Record { seq, time_ms: seq * 1000, action }
    }

    fn change(new: Patch) -> Action {
        let change = Change { file: "a.jpg".into(), hash: None, old: Patch::default(), new };
        Action::change(vec![change])
    }

    fn label(name: &str) -> Patch {
        Patch { label: Some(Some(name.into())), ..Patch::default() }
    }

    #[test]
    fn every_change_of_a_picture_is_told_in_order_with_undo_and_redo() {
        let mut labels = Labels::new(&["ants".into(), "bees".into()]);
        let actions = [
            change(label("bees")),
            change(Patch { unsure: Some(true), split: Some(Split::Val), ..Patch::default() }),
            Action::Undo { of: 2 },
            Action::Redo { of: 2 },
            Action::RenameClass { from: "bees".into(), to: "honey bees".into(), order: Vec::new() },
            change(Patch { label: Some(None), ..Patch::default() }),
        ];
        for (number, action) in actions.into_iter().enumerate() {
            labels.apply(&record(number as u64 + 1, action)).unwrap();
        }
        let told: Vec<_> =
            labels.history("a.jpg").into_iter().map(|event| (event.time_ms, event.how, event.text)).collect();
        assert_eq!(
            told,
            [
                (1000, Happening::Done, "labelled honey bees".to_owned()),
                (2000, Happening::Done, "moved to val, marked unsure".to_owned()),
                (3000, Happening::Undone, "back to its folder's split, no longer unsure".to_owned()),
                (4000, Happening::Redone, "moved to val, marked unsure".to_owned()),
                (6000, Happening::Done, "label taken away".to_owned()),
            ]
        );
        assert!(labels.history("b.jpg").is_empty());
    }
}
