//! The classes: their names, order and colours, and which class a folder's pictures belong to after renaming and merging.

/// Names a class for good within one reading of the journal, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClassId(pub usize);

/// A colour, red, green and blue.
pub type ClassColor = [u8; 3];

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    name: String,
    color: Option<ClassColor>,
    /// The class that took this one in.
    merged_into: Option<ClassId>,
}

/// All classes that there are or were.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ClassTable {
    entries: Vec<Entry>,
    /// Those that there are, in order.
    order: Vec<ClassId>,
    /// The first so many are folders.
    folders: usize,
}

impl ClassTable {
    /// The classes of the folders: the first is `ClassId(0)`, and so on.
    pub fn of_folders(names: &[String]) -> Self {
        let mut table = Self::default();
        for name in names {
            table.add(name);
        }
        table.folders = names.len();
        table
    }

    fn add(&mut self, name: &str) -> ClassId {
        let id = ClassId(self.entries.len());
        self.entries.push(Entry { name: name.to_owned(), color: None, merged_into: None });
        self.order.push(id);
        id
    }

    /// The class of this name, of those that there are.
    pub fn find(&self, name: &str) -> Option<ClassId> {
        self.order.iter().copied().find(|id| self.name(*id) == name)
    }

    /// The class of this name; made where there is none (its creation was lost, or its folder is gone).
    pub fn find_or_add(&mut self, name: &str) -> ClassId {
        self.find(name).unwrap_or_else(|| self.add(name))
    }

    /// The class that a class's pictures belong to now.
    pub fn resolve(&self, id: ClassId) -> ClassId {
        let mut id = id;
        // A class is merged into one that exists, so this ends; the bound is for tables that were put together by hand.
        for _ in 0..self.entries.len() {
            match self.entries.get(id.0).and_then(|entry| entry.merged_into) {
                Some(into) => id = into,
                None => break,
            }
        }
        id
    }

    /// The name of a class that there is or was.
    pub fn name(&self, id: ClassId) -> &str {
        self.entries.get(id.0).map_or("", |entry| entry.name.as_str())
    }

    /// Place in the order of the class that `id` stands for now.
    pub fn index_of(&self, id: ClassId) -> Option<usize> {
        let id = self.resolve(id);
        self.order.iter().position(|other| *other == id)
    }

    /// Place in the order for each class that there is or was, by number.
    pub fn indices(&self) -> Vec<Option<usize>> {
        (0..self.entries.len()).map(|number| self.index_of(ClassId(number))).collect()
    }

    /// Those that there are, in order.
    pub fn ids(&self) -> &[ClassId] {
        &self.order
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Names in order.
    pub fn names(&self) -> Vec<String> {
        self.order.iter().map(|id| self.name(*id).to_owned()).collect()
    }

    /// Colours in order; none: the usual one.
    pub fn colors(&self) -> Vec<Option<ClassColor>> {
        self.order.iter().map(|id| self.entries.get(id.0).and_then(|entry| entry.color)).collect()
    }

    /// Makes a class where there is none of this name.
    pub fn create(&mut self, name: &str) {
        self.find_or_add(name);
    }

    /// Gives a class another name. Where a folder has that name already it appeared after the class was renamed (pictures were
    /// imported, or the folder was renamed likewise), and is the same class.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), String> {
        let same = if from == to { None } else { self.find(to) };
        let id = match (self.find(from), same) {
            (_, Some(other)) if other.0 >= self.folders => return Err(format!("there is a class {to} already")),
            (None, Some(_)) => return Ok(()),
            (Some(id), Some(folder)) => {
                self.take_in(folder, id);
                id
            }
            (Some(id), None) => id,
            (None, None) => self.add(from),
        };
        if let Some(entry) = self.entries.get_mut(id.0) {
            to.clone_into(&mut entry.name);
        }
        Ok(())
    }

    pub fn merge(&mut self, from: &str, into: &str) -> Result<(), String> {
        if from == into {
            return Err(format!("the class {from} can't be merged into itself"));
        }
        let (from, into) = (self.find_or_add(from), self.find_or_add(into));
        self.take_in(from, into);
        Ok(())
    }

    fn take_in(&mut self, class: ClassId, into: ClassId) {
        if let Some(entry) = self.entries.get_mut(class.0) {
            entry.merged_into = Some(into);
        }
        self.order.retain(|id| *id != class);
    }

    pub fn recolor(&mut self, class: &str, color: Option<ClassColor>) {
        let id = self.find_or_add(class);
        if let Some(entry) = self.entries.get_mut(id.0) {
            entry.color = color;
        }
    }

    /// Puts the classes named in this order; others keep theirs, after them.
    pub fn reorder(&mut self, names: &[String]) {
        let mut order: Vec<ClassId> = Vec::with_capacity(self.order.len());
        for id in names.iter().filter_map(|name| self.find(name)) {
            if !order.contains(&id) {
                order.push(id);
            }
        }
        order.extend(self.order.iter().filter(|id| !order.contains(id)).copied().collect::<Vec<_>>());
        self.order = order;
    }
}

/// A colour as `#rrggbb`.
pub(super) fn color_text(color: ClassColor) -> String {
    let [red, green, blue] = color;
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A colour from `#rrggbb`.
pub(super) fn color_of(text: &str) -> Option<ClassColor> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// Whether a class can have this name: it must also do as a folder's name, for exporting.
///
/// # Errors
/// One sentence: why not.
pub fn check_class_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("A class needs a name.".to_owned());
    }
    if name.trim() != name {
        return Err("The name of a class can't begin or end with a space.".to_owned());
    }
    if let Some(odd) = name.chars().find(|c| c.is_control() || "/\\<>:\"|?*".contains(*c)) {
        return Err(format!("The name of a class can't have the character {odd:?}: it is to do as a folder's name."));
    }
    if name.starts_with('.') || name.ends_with('.') {
        return Err("The name of a class can't begin or end with a dot: it is to do as a folder's name.".to_owned());
    }
    if name.len() > 200 {
        return Err("The name of a class can't be longer than 200 bytes: it is to do as a folder's name.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> ClassTable {
        ClassTable::of_folders(&["ants".into(), "bees".into(), "wasps".into()])
    }

    #[test]
    fn a_merged_class_stands_for_the_one_that_took_it_in_also_after_that_one_is_renamed() {
        let mut table = table();
        table.merge("ants", "bees").unwrap();
        table.rename("bees", "insects").unwrap();
        assert_eq!(table.names(), ["insects", "wasps"]);
        assert_eq!((table.index_of(ClassId(0)), table.index_of(ClassId(2))), (Some(0), Some(1)));
        // The name is free again, for another class.
        table.create("ants");
        assert_eq!(table.names(), ["insects", "wasps", "ants"]);
        assert_eq!(table.index_of(ClassId(0)), Some(0));
    }

    #[test]
    fn two_classes_never_have_one_name() {
        let mut table = table();
        table.create("flies");
        let before = table.clone();
        assert!(table.rename("ants", "flies").is_err());
        assert!(table.merge("ants", "ants").is_err());
        table.create("ants");
        assert_eq!(table, before);
    }

    #[test]
    fn a_class_renamed_to_the_name_of_a_folder_is_the_class_of_that_folder_and_keeps_its_place_and_colour() {
        let mut table = table();
        table.create("flies");
        table.reorder(&["flies".into(), "ants".into()]);
        table.recolor("flies", Some([1, 2, 3]));
        table.rename("flies", "wasps").unwrap();
        assert_eq!(table.names(), ["wasps", "ants", "bees"]);
        assert_eq!(table.colors(), [Some([1, 2, 3]), None, None]);
        assert_eq!((table.index_of(ClassId(2)), table.index_of(ClassId(3))), (Some(0), Some(0)));
        // Nothing was ever said of a class that is no more: its folder was renamed after it, and keeps its place.
        table.rename("hornets", "bees").unwrap();
        assert_eq!(table.names(), ["wasps", "ants", "bees"]);
    }

    #[test]
    fn an_order_may_name_some_classes_only() {
        let mut table = table();
        table.reorder(&["wasps".into(), "hornets".into(), "wasps".into(), "ants".into()]);
        assert_eq!(table.names(), ["wasps", "ants", "bees"]);
        table.recolor("ants", Some([1, 2, 255]));
        assert_eq!(table.colors(), [None, Some([1, 2, 255]), None]);
        assert_eq!(color_of(&color_text([1, 2, 255])), Some([1, 2, 255]));
        assert_eq!(color_of("#12345"), None);
        assert_eq!(color_of("#ééé"), None);
    }

    #[test]
    fn names_that_can_not_be_folders_are_refused() {
        for name in ["", "  ", " ants", "a/b", "a\\b", "..", ".hidden", "a\nb", "a:b"] {
            assert!(check_class_name(name).is_err(), "{name:?}");
        }
        for name in ["ants", "red things", "蚂蚁", "Apis mellifera (worker)"] {
            assert_eq!(check_class_name(name), Ok(()));
        }
    }
}
