//! Letters that the user gives to classes, to label with one key beyond the ninth class, or with one that is easier to
//! remember. A letter belongs to a class's name, whichever data set has it.

use std::collections::BTreeMap;

use egui::Key;

use crate::app::command::UiCommand;
use crate::lang::{self, key, t};

/// The letters, by the name of the class.
pub type ClassLetters = BTreeMap<String, char>;

/// Keys of the Data workspace that are no commands of the table, and what they do.
const OTHER_KEYS: [(Key, &str); 2] = [(Key::C, key!("show what the model sees")), (Key::I, key!("show the inspector"))];

/// The key of a letter.
pub fn key_of(letter: char) -> Option<Key> {
    Key::from_name(&letter.to_ascii_uppercase().to_string()).filter(|_| letter.is_ascii_alphabetic())
}

/// Why a class can't have this letter, if it can't: a sentence.
pub fn refuse_letter(letters: &ClassLetters, classes: &[String], class: usize, letter: char) -> Option<String> {
    let shown = letter.to_ascii_uppercase();
    let Some(key) = key_of(letter) else {
        return Some(t!("“{letter}” is no letter from A to Z.", letter = letter));
    };
    let has_key = |command: &UiCommand| {
        let shortcuts = [command.shortcut(), command.other_shortcut()];
        command.is_plain_key() && shortcuts.into_iter().flatten().any(|shortcut| shortcut.logical_key == key)
    };
    let of_table = UiCommand::all().into_iter().find(has_key).map(|command| command.title().to_lowercase());
    let other = OTHER_KEYS.iter().find(|(other, _)| *other == key).map(|(_, what)| lang::text(what).to_owned());
    if let Some(what) = of_table.or(other) {
        return Some(t!("{shown} is the key to {what}; choose another letter.", shown = shown, what = what));
    }
    let taken = |(index, name): &(usize, &String)| *index != class && letters.get(*name).is_some_and(|it| *it == shown);
    classes.iter().enumerate().find(taken).map(|(_, name)| {
        t!(
            "{shown} is the key of the class {name}; choose another letter, or take it away there.",
            shown = shown,
            name = name
        )
    })
}

/// The class whose letter a key is.
pub fn class_of_key(letters: &ClassLetters, classes: &[String], key: Key) -> Option<usize> {
    classes.iter().position(|name| letters.get(name).and_then(|letter| key_of(*letter)) == Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_does_something_else_already_is_refused_with_a_sentence() {
        let classes = ["ants".to_owned(), "bees".to_owned()];
        let letters: ClassLetters = [("ants".to_owned(), 'A')].into();
        let refuse = |class, letter| refuse_letter(&letters, &classes, class, letter);
        assert_eq!(refuse(1, 'b'), None);
        assert_eq!(refuse(0, 'a'), None, "its own");
        assert!(refuse(1, 'a').unwrap().contains("class ants"));
        for (letter, what) in
            [('u', "unsure"), ('x', "set aside"), ('s', "skip"), ('c', "model sees"), ('i', "inspector")]
        {
            assert!(refuse(1, letter).unwrap().contains(what), "{letter}: {:?}", refuse(1, letter));
        }
        assert!(refuse(1, 'é').is_some() && refuse(1, '3').is_some());
    }

    #[test]
    fn a_key_is_that_of_the_class_whose_letter_it_is() {
        let classes = ["ants".to_owned(), "bees".to_owned()];
        let letters: ClassLetters = [("bees".to_owned(), 'B'), ("wasps".to_owned(), 'W')].into();
        assert_eq!(class_of_key(&letters, &classes, Key::B), Some(1));
        assert_eq!(class_of_key(&letters, &classes, Key::W), None, "this data set has no wasps");
    }
}
