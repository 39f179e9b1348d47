//! `imago scan`: what is in a folder.

use std::io::Write;
use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::json;

use super::{Done, interrupt, numbers, output, progress, scan_health, table};
use crate::base::AppPaths;
use crate::dataset::labels::{LabelPlaces, LabelSummary, LaidOver, lay_over};
use crate::dataset::{Dataset, DatasetLayout, ScanError, ScanIssue, ScanIssueKind, ScanOptions, Split, scan};
use crate::health::Finding;
use crate::imaging::read_facts;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  imago scan hymenoptera_data --json\n  imago scan hymenoptera_data --health")]
pub(super) struct Args {
    /// The folder: train/<class>/… and val/<class>/…, or <class>/…
    data: PathBuf,
    /// One JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Share of each class that becomes validation pictures, at most 0.9, where the folder has no split of its own.
    #[arg(long, default_value = "0.2", allow_negative_numbers = true, value_parser = numbers::share)]
    val_fraction: f64,
    /// Read every picture to its end, and say what is wrong with the data set: the same picture in train and val, twins with
    /// different labels, pictures that show nothing, …
    #[arg(long)]
    health: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let options = ScanOptions::keeping(args.val_fraction);
    let LaidOver { dataset, summary, .. } = scan_with_progress(&args.data, &options)?;
    let (broken, health) = if args.health {
        let (broken, found) = scan_health::check(&dataset)?;
        (broken, Some(found))
    } else {
        (broken_headers(&dataset)?, None)
    };
    let issues = |kind| dataset.issues.iter().filter(move |issue| issue.kind == kind);
    let ignored: Vec<&ScanIssue> = issues(ScanIssueKind::Ignored).collect();
    let unreadable: Vec<&ScanIssue> = issues(ScanIssueKind::Unreadable).chain(&broken).collect();

    let noted: Vec<&ScanIssue> = issues(ScanIssueKind::Noted).collect();

    let mut out = output::out();
    let lists = Lists { ignored, noted, unreadable };
    if args.json {
        write_json(&mut out, &dataset, &summary, &lists, health.as_deref())?;
    } else {
        write_text(&mut out, &dataset, &summary, &lists)?;
        if let Some(found) = &health {
            scan_health::write_text(&mut out, &dataset, found)?;
        }
    }
    out.flush()?;
    Ok(Done::with_unreadable(name_all(&dataset, lists.unreadable)))
}

/// What is to be said of single files.
struct Lists<'a> {
    /// Passed over.
    ignored: Vec<&'a ScanIssue>,
    /// Taken, with a remark.
    noted: Vec<&'a ScanIssue>,
    /// Not readable.
    unreadable: Vec<&'a ScanIssue>,
}

/// Scans a folder, with a count of files on a terminal, and lays the labels over it that were given in Imago.
pub(super) fn scan_with_progress(data: &std::path::Path, options: &ScanOptions) -> anyhow::Result<LaidOver> {
    let cancel = interrupt::token();
    let spinner = progress::bar("{spinner} scanning: {pos} files");
    let dataset = scan(data, options, &cancel, &mut |progress| {
        spinner.set_position(progress.files_seen as u64);
    });
    spinner.finish_and_clear();
    let dataset = dataset?;
    let places = LabelPlaces::of(&dataset.root, &AppPaths::of_this_user().data_dir);
    let laid = lay_over(dataset, &places, options.val_fraction, &cancel)?;
    if cancel.is_cancelled() {
        return Err(ScanError::Cancelled.into());
    }
    for problem in &laid.problems {
        output::note(format_args!("{problem}"));
    }
    Ok(laid)
}

/// Names what could not be read while scanning; gives how many files and folders that were.
pub(super) fn name_unreadable(dataset: &Dataset) -> usize {
    name_all(dataset, dataset.issues.iter().filter(|issue| issue.kind == ScanIssueKind::Unreadable))
}

fn name_all<'a>(dataset: &Dataset, issues: impl IntoIterator<Item = &'a ScanIssue>) -> usize {
    let mut count = 0;
    for issue in issues {
        output::note(format_args!("{}: {}", dataset.root.join(&issue.rel_path).display(), issue.reason));
        count += 1;
    }
    count
}

/// What the journal of labels changed, for people; none when it changed nothing.
pub(super) fn labels_line(summary: &LabelSummary) -> Option<String> {
    let pictures = |count| output::counted(count, "picture", "pictures");
    let mut parts = Vec::new();
    if summary.changed > 0 {
        parts.push(format!("{} with another label than the folder's", pictures(summary.changed)));
    }
    if summary.moved > 0 {
        parts.push(format!("{} in another split", pictures(summary.moved)));
    }
    if summary.set_aside > 0 {
        parts.push(format!("{} set aside and left out", pictures(summary.set_aside)));
    }
    if summary.unsure > 0 {
        parts.push(format!("{} marked unsure", pictures(summary.unsure)));
    }
    (!parts.is_empty()).then(|| format!("labels given in Imago: {}", parts.join(", ")))
}

/// Pictures of the data set whose header can't be read.
fn broken_headers(dataset: &Dataset) -> Result<Vec<ScanIssue>, ScanError> {
    let cancel = interrupt::token();
    let bar = progress::bar("reading headers {wide_bar} {pos}/{len}");
    bar.set_length(dataset.items.len() as u64);
    let broken = dataset.items.par_iter().filter_map(|item| {
        if cancel.is_cancelled() {
            return None;
        }
        let facts = read_facts(&dataset.path_of(item));
        bar.inc(1);
        let reason = facts.err()?.to_string();
        Some(ScanIssue { rel_path: item.rel_path.clone(), kind: ScanIssueKind::Unreadable, reason })
    });
    let broken = broken.collect();
    bar.finish_and_clear();
    if cancel.is_cancelled() { Err(ScanError::Cancelled) } else { Ok(broken) }
}

fn write_text(out: &mut dyn Write, dataset: &Dataset, labels: &LabelSummary, lists: &Lists<'_>) -> std::io::Result<()> {
    let layout = match dataset.layout {
        DatasetLayout::Splits => "split by its folders",
        DatasetLayout::Classes => "one folder a class, split by Imago",
        DatasetLayout::Loose => "pictures without classes",
    };
    writeln!(
        out,
        "{}: {}, {}, {layout}\n",
        output::plain(&dataset.root.to_string_lossy()),
        output::counted(dataset.classes.len(), "class", "classes"),
        output::counted(dataset.items.len(), "picture", "pictures"),
    )?;
    let mut rows = vec![row("class", Split::ALL.map(|split| split.name().to_owned()))];
    for (index, class) in dataset.classes.iter().enumerate() {
        rows.push(row(class, Split::ALL.map(|split| dataset.count(split, Some(index)).to_string())));
    }
    let unlabelled = Split::ALL.map(|split| dataset.count(split, None));
    if unlabelled.iter().any(|count| *count > 0) {
        rows.push(row("(no label)", unlabelled.map(|count| count.to_string())));
    }
    let total = |split| dataset.items.iter().filter(|item| item.split == split).count();
    rows.push(row("total", Split::ALL.map(|split| total(split).to_string())));
    table::print(out, &rows)?;
    if let Some(line) = labels_line(labels) {
        writeln!(out, "\n{line}")?;
    }
    for (list, what) in [(&lists.ignored, "ignored"), (&lists.noted, "with a remark")] {
        if !list.is_empty() {
            writeln!(out, "\n{} {what}:", output::counted(list.len(), "file", "files"))?;
        }
        for issue in list {
            let line = format!("{}: {}", issue.rel_path.display(), issue.reason);
            writeln!(out, "  {}", output::plain(&line))?;
        }
    }
    if !lists.unreadable.is_empty() {
        let files = output::counted(lists.unreadable.len(), "file", "files");
        writeln!(out, "\n{files} that can't be read (named on standard error)")?;
    }
    Ok(())
}

fn row(name: &str, cells: [String; 3]) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(cells).collect()
}

fn write_json(
    out: &mut dyn Write,
    dataset: &Dataset,
    labels: &LabelSummary,
    lists: &Lists<'_>,
    health: Option<&[Finding]>,
) -> std::io::Result<()> {
    let counts = |class: Option<usize>| {
        let pairs = Split::ALL.map(|split| (split.name().to_owned(), json!(dataset.count(split, class))));
        serde_json::Map::from_iter(pairs)
    };
    let classes = dataset.classes.iter().enumerate().map(|(index, name)| {
        let mut class = counts(Some(index));
        class.insert("name".to_owned(), json!(name));
        class
    });
    let issues = |list: &[&ScanIssue]| -> Vec<_> {
        list.iter().map(|issue| json!({ "path": issue.rel_path.to_string_lossy(), "reason": issue.reason })).collect()
    };
    let mut whole = json!({
        "root": dataset.root.to_string_lossy(),
        "layout": dataset.layout,
        "classes": classes.collect::<Vec<_>>(),
        "unlabelled": counts(None),
        "pictures": dataset.items.len(),
        "labels": {
            "changed": labels.changed,
            "moved": labels.moved,
            "unsure": labels.unsure,
            "skipped": labels.skipped,
            "set_aside": labels.set_aside,
        },
        "ignored": issues(&lists.ignored),
        "noted": issues(&lists.noted),
        "unreadable": issues(&lists.unreadable),
    });
    if let (Some(found), Some(whole)) = (health, whole.as_object_mut()) {
        whole.insert("health".to_owned(), scan_health::to_json(dataset, found));
    }
    writeln!(out, "{whole}")
}
