//! Plain tables for people.

use std::borrow::Cow;
use std::io::{self, Write};

use super::output;

/// Prints rows with their columns aligned: the first to the left, the others to the right. The first row is the heading.
pub(super) fn print(out: &mut dyn Write, rows: &[Vec<String>]) -> io::Result<()> {
    let rows: Vec<Vec<Cow<'_, str>>> =
        rows.iter().map(|row| row.iter().map(|cell| output::plain(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; columns];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns_of(cell));
        }
    }
    for row in &rows {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width - columns_of(cell));
            if index == 0 {
                line = format!("{cell}{padding}");
            } else {
                line.push_str("  ");
                line.push_str(&padding);
                line.push_str(cell);
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Columns of a terminal that a text takes: Chinese, Japanese and Korean characters take two.
fn columns_of(text: &str) -> usize {
    text.chars().map(|c| if matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0x2_0000..=0x3_FFFD) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_for_wide_letters_too() {
        let rows = [["class", "n"], ["蚂蚁", "12"], ["bees\tand", "3"]].map(|row| row.map(str::to_owned).to_vec());
        let mut bytes = Vec::new();
        print(&mut bytes, &rows).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "class       n\n蚂蚁       12\nbees\\tand   3\n");
    }
}
