//! Labels as a table for other programs, and from one: `path,label,split,unsure,skip,set_aside,folder_label`.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::super::{Dataset, Split};
use super::classes::check_class_name;
use super::edit::Edit;
use super::layer::{LabelLayer, Marks};
use super::record::{Patch, file_key};
use crate::base::write_atomically;

/// Why a table can't be used.
#[derive(Debug, Error)]
pub enum CsvError {
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no table, or not of labels.
    #[error("{}: {why}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what is expected.
        why: String,
    },
}

/// What a table asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CsvImport {
    /// Classes that are new and all labels, in one step. None where all is that way already.
    pub edit: Option<Edit>,
    /// Classes that are new.
    pub new_classes: Vec<String>,
    /// Pictures that something changes for.
    pub changed: usize,
    /// Rows whose picture is in the data set.
    pub pictures: usize,
    /// Rows whose picture is not, by what they call it.
    pub unknown: Vec<String>,
}

#[derive(Default)]
struct Row {
    /// Empty: no label. None: as it is.
    label: Option<String>,
    split: Option<Split>,
    unsure: Option<bool>,
    skip: Option<bool>,
    set_aside: Option<bool>,
}

impl LabelLayer {
    /// Writes a row for each picture.
    ///
    /// # Errors
    /// The file can't be written; what was there before is still there.
    pub fn write_csv(&self, dataset: &Dataset, path: &Path) -> Result<(), CsvError> {
        let cannot = |source| CsvError::File { path: path.to_owned(), source };
        let name = |class: Option<usize>| class.and_then(|class| dataset.classes.get(class)).map_or("", String::as_str);
        let yes = |set: bool| if set { "1" } else { "" };
        write_atomically(path, |out| {
            let mut table = csv::Writer::from_writer(out);
            table.write_record(["path", "label", "split", "unsure", "skip", "set_aside", "folder_label"])?;
            for (position, item) in dataset.items.iter().enumerate() {
                let Marks { unsure, skip, set_aside } = self.marks(position);
                table.write_record([
                    file_key(&item.rel_path).as_str(),
                    name(item.class),
                    item.split.name(),
                    yes(unsure),
                    yes(skip),
                    yes(set_aside),
                    name(self.folder_class(position)),
                ])?;
            }
            table.flush()
        })
        .map_err(cannot)
    }

    /// Reads a table with a column `path` and at least one of `label`, `split`, `unsure`, `skip`, `set_aside`. Paths are
    /// relative to the data set, or absolute, or a bare file name that only one picture has. A column that is not there changes
    /// nothing; an empty label is none.
    ///
    /// # Errors
    /// The file can't be read, or is no such table; nothing is to be changed then.
    pub fn read_csv(&self, dataset: &Dataset, path: &Path) -> Result<CsvImport, CsvError> {
        let content = |why: String| CsvError::Content { path: path.to_owned(), why };
        let text = std::fs::read(path).map_err(|source| CsvError::File { path: path.to_owned(), source })?;
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
        let mut table = csv::ReaderBuilder::new().trim(csv::Trim::Headers).flexible(true).from_reader(text);
        let heading = table.headers().map_err(|error| content(format!("this is no table ({error})")))?.clone();
        let column = |name: &str| heading.iter().position(|heading| heading.eq_ignore_ascii_case(name));
        let (label, split) = (column("label"), column("split"));
        let marks = ["unsure", "skip", "set_aside"].map(column);
        let Some(file) = column("path") else {
            return Err(content("there is no column “path”; the first line must name the columns: path,label".into()));
        };
        if label.is_none() && split.is_none() && marks.iter().all(Option::is_none) {
            return Err(content("there is no column “label” or “split”, so there is nothing to take over".into()));
        }
        let known = Known::of(dataset);
        let mut import = CsvImport::default();
        let mut rows = HashMap::new();
        for (index, record) in table.records().enumerate() {
            let at_row = |why: String| content(format!("row {}: {why}; nothing was changed", index + 2));
            let record = record.map_err(|error| at_row(error.to_string()))?;
            let whole = |column: Option<usize>| column.map(|column| record.get(column).unwrap_or_default());
            let cell = |column| whole(column).map(str::trim);
            // A name may begin or end with a space. Where none does, spaces are a table's own.
            let name = whole(Some(file)).unwrap_or_default();
            let Some(position) = known.find(dataset, name).or_else(|| known.find(dataset, name.trim())) else {
                import.unknown.push(name.trim().to_owned());
                continue;
            };
            let mut row = Row::default();
            let is_class = |text: &&str| dataset.classes.iter().any(|class| class == text);
            if let Some(text) = whole(label).filter(is_class).or_else(|| cell(label)) {
                if !text.is_empty() && !is_class(&text) {
                    check_class_name(text).map_err(|why| at_row(why.trim_end_matches('.').to_owned()))?;
                }
                row.label = Some(text.to_owned());
            }
            if let Some(text) = cell(split).filter(|text| !text.is_empty()) {
                let split = Split::from_folder_name(text);
                row.split = Some(split.ok_or_else(|| at_row(format!("“{text}” is no split; use train, val or test")))?);
            }
            for (column, mark) in marks.iter().zip([&mut row.unsure, &mut row.skip, &mut row.set_aside]) {
                if let Some(text) = cell(*column) {
                    *mark = Some(is_yes(text).ok_or_else(|| at_row(format!("“{text}” is neither yes nor no")))?);
                }
            }
            import.pictures += usize::from(rows.insert(position, row).is_none());
        }
        let is_new = |name: &&String| !name.is_empty() && !dataset.classes.contains(name);
        let new_classes: BTreeSet<&String> =
            rows.values().filter_map(|row| row.label.as_ref()).filter(is_new).collect();
        import.new_classes = new_classes.into_iter().cloned().collect();
        import.edit = self.edit_of(dataset, &rows).map(|edit| edit.making(dataset, import.new_classes.clone()));
        import.changed = import.edit.as_ref().map_or(0, |edit| edit.positions.len());
        Ok(import)
    }

    fn edit_of(&self, dataset: &Dataset, rows: &HashMap<usize, Row>) -> Option<Edit> {
        let mut positions: Vec<usize> = rows.keys().copied().collect();
        positions.sort_unstable();
        let mut at = positions.iter();
        self.edit(dataset, &positions, |item, marks| {
            let (mut old, mut new) = (Patch::default(), Patch::default());
            let Some(row) = at.next().and_then(|position| rows.get(position)) else { return (old, new) };
            let class = item.class.and_then(|class| dataset.classes.get(class).cloned());
            if let Some(label) = row.label.as_ref().filter(|label| **label != class.as_deref().unwrap_or_default()) {
                (old.label, new.label) = (Some(class), Some(Some(label.clone()).filter(|label| !label.is_empty())));
            }
            if let Some(split) = row.split.filter(|split| *split != item.split) {
                (old.split, new.split) = (Some(item.split), Some(split));
            }
            if let Some(on) = row.unsure.filter(|on| *on != marks.unsure) {
                (old.unsure, new.unsure) = (Some(!on), Some(on));
            }
            if let Some(on) = row.skip.filter(|on| *on != marks.skip) {
                (old.skip, new.skip) = (Some(!on), Some(on));
            }
            if let Some(on) = row.set_aside.filter(|on| *on != marks.set_aside) {
                (old.set_aside, new.set_aside) = (Some(!on), Some(on));
            }
            (old, new)
        })
    }
}

fn is_yes(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "x" => Some(true),
        "" | "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// Finds pictures by what a table calls them.
struct Known {
    by_path: HashMap<String, usize>,
    /// None: several pictures have this name.
    by_name: HashMap<String, Option<usize>>,
}

impl Known {
    fn of(dataset: &Dataset) -> Self {
        let mut by_name = HashMap::new();
        for (position, item) in dataset.items.iter().enumerate() {
            by_name.entry(item.file_name()).and_modify(|known| *known = None).or_insert(Some(position));
        }
        let by_path = dataset.items.iter().enumerate().map(|(at, item)| (file_key(&item.rel_path), at)).collect();
        Self { by_path, by_name }
    }

    fn find(&self, dataset: &Dataset, name: &str) -> Option<usize> {
        let path = Path::new(name);
        let relative = path.strip_prefix(&dataset.root).map_or_else(|_| name.replace('\\', "/"), file_key);
        let relative = relative.strip_prefix("./").unwrap_or(&relative);
        self.by_path.get(relative).copied().or_else(|| self.by_name.get(name).copied().flatten())
    }
}
