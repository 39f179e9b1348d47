//! The Chinese texts, read once from the files that are built in.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// One file a room.
const FILES: [&str; 9] = [
    include_str!("../../assets/lang/zh-CN/common.toml"),
    include_str!("../../assets/lang/zh-CN/commands.toml"),
    include_str!("../../assets/lang/zh-CN/frame.toml"),
    include_str!("../../assets/lang/zh-CN/data.toml"),
    include_str!("../../assets/lang/zh-CN/augment.toml"),
    include_str!("../../assets/lang/zh-CN/train.toml"),
    include_str!("../../assets/lang/zh-CN/results.toml"),
    include_str!("../../assets/lang/zh-CN/predict.toml"),
    include_str!("../../assets/lang/zh-CN/lessons.toml"),
];

/// The Chinese for an English text.
pub(super) fn of(english: &str) -> Option<&'static str> {
    static TABLE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    TABLE.get_or_init(|| all().into_iter().collect()).get(english).copied()
}

/// All of them, in the files' order. The texts live as long as the program.
pub(super) fn all() -> Vec<(&'static str, &'static str)> {
    FILES.into_iter().flat_map(table).collect()
}

/// The texts of one file. One that can't be read fails the tests; a user would see English.
pub(super) fn table(file: &str) -> Vec<(&'static str, &'static str)> {
    let table: BTreeMap<String, String> = toml::from_str(file).unwrap_or_default();
    let leak = |text: String| -> &'static str { text.leak() };
    table.into_iter().map(|(english, chinese)| (leak(english), leak(chinese))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read_and_no_text_is_in_two_of_them() {
        let mut seen = HashMap::new();
        for (index, file) in FILES.into_iter().enumerate() {
            let table: BTreeMap<String, String> = toml::from_str(file).unwrap();
            assert!(!table.is_empty(), "file {index}");
            for english in table.into_keys() {
                assert_eq!(seen.insert(english.clone(), index), None, "{english} is in two files");
            }
        }
    }
}
