//! Outcomes as a table: `path,label,confidence,<one column a class>,error`.

use std::io::{self, Write};

use super::types::ImageOutcome;

/// A table under way: rows are written as they come.
pub struct CsvTable<'a> {
    classes: &'a [String],
    writer: csv::Writer<&'a mut dyn Write>,
}

impl<'a> CsvTable<'a> {
    /// Writes the heading.
    ///
    /// # Errors
    /// What `out` says.
    pub fn begin(classes: &'a [String], out: &'a mut dyn Write) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        let heading = ["path", "label", "confidence"].into_iter().chain(classes.iter().map(String::as_str));
        writer.write_record(heading.chain(["error"])).map_err(into_io)?;
        Ok(Self { classes, writer })
    }

    /// Writes one picture's row. Class names, paths and messages are quoted where they need it.
    ///
    /// # Errors
    /// What the output says.
    pub fn row(&mut self, outcome: &ImageOutcome) -> io::Result<()> {
        let mut cells = vec![outcome.path.to_string_lossy().into_owned()];
        match &outcome.result {
            Ok(prediction) => {
                cells.push(self.classes.get(prediction.label()).cloned().unwrap_or_default());
                cells.push(format!("{:.6}", prediction.confidence()));
                cells.extend(prediction.probabilities.iter().map(|probability| format!("{probability:.6}")));
                cells.push(String::new());
            }
            Err(reason) => {
                cells.extend(std::iter::repeat_n(String::new(), 2 + self.classes.len()));
                cells.push(reason.clone());
            }
        }
        self.writer.write_record(&cells).map_err(into_io)
    }

    /// Makes sure that every row is out.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Writes a whole table. `classes` are the model's.
///
/// # Errors
/// What `out` says.
pub fn write_csv(classes: &[String], outcomes: &[ImageOutcome], out: &mut dyn Write) -> io::Result<()> {
    let mut table = CsvTable::begin(classes, out)?;
    for outcome in outcomes {
        table.row(outcome)?;
    }
    table.finish()
}

/// Keeps the kind (a closed pipe, a full disk) that the csv crate wraps.
fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::Prediction;

    #[test]
    fn a_table_reads_back_whatever_the_names_hold() {
        let classes = vec!["ants, \"red\"".to_owned(), "蜜蜂".to_owned()];
        let fine = Prediction { probabilities: vec![0.25, 0.75], millis: 1.0 };
        let outcomes = [
            ImageOutcome { path: "a,b \"c\"\n.jpg".into(), truth: None, result: Ok(fine) },
            ImageOutcome { path: "broken.jpg".into(), truth: None, result: Err("cut off, copy it again".to_owned()) },
        ];
        let mut bytes = Vec::new();
        write_csv(&classes, &outcomes, &mut bytes).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let heading: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(heading, ["path", "label", "confidence", "ants, \"red\"", "蜜蜂", "error"]);
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows[0], ["a,b \"c\"\n.jpg", "蜜蜂", "0.750000", "0.250000", "0.750000", ""]);
        assert_eq!(rows[1], ["broken.jpg", "", "", "", "", "cut off, copy it again"]);
    }
}
