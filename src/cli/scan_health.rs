//! `imago scan --health`: what is wrong with a data set.

use std::collections::HashMap;
use std::io::Write;

use serde_json::{Value, json};

use super::{interrupt, output, progress};
use crate::base::AppPaths;
use crate::dataset::{Dataset, ItemId, ScanError, ScanIssue, ScanIssueKind};
use crate::health::{Finding, FindingKind, findings, survey};

/// So many groups of a finding are listed for people; `--json` has all.
const GROUPS_LISTED: usize = 10;
/// So many pictures of a group are listed for people.
const PICTURES_LISTED: usize = 6;

/// Reads every picture. Gives those that can't be read, and what is wrong.
pub(super) fn check(dataset: &Dataset) -> anyhow::Result<(Vec<ScanIssue>, Vec<Finding>)> {
    let bar = progress::bar("checking {wide_bar} {pos}/{len}");
    bar.set_length(dataset.items.len() as u64);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cache = AppPaths::of_this_user().health_cache(&dataset.root);
    let found = survey(dataset, Some(&cache), threads, &interrupt::token(), &|_, _| bar.inc(1));
    bar.finish_and_clear();
    let found = found.ok_or(ScanError::Cancelled)?;
    let index_of: HashMap<ItemId, usize> =
        dataset.items.iter().enumerate().map(|(position, item)| (item.id, position)).collect();
    let broken = found.unreadable.iter().filter_map(|(id, reason)| {
        let item = dataset.items.get(*index_of.get(id)?)?;
        let (rel_path, kind) = (item.rel_path.clone(), ScanIssueKind::Unreadable);
        Some(ScanIssue { rel_path, kind, reason: reason.clone() })
    });
    Ok((broken.collect(), findings(&found, dataset, &index_of, |_| false)))
}

/// For people: a sentence for each finding, and the first pictures meant.
pub(super) fn write_text(out: &mut dyn Write, dataset: &Dataset, found: &[Finding]) -> std::io::Result<()> {
    if found.is_empty() {
        let pictures = output::counted(dataset.items.len(), "picture", "pictures");
        return writeln!(out, "\nhealth: no problems found in {pictures}");
    }
    let problems = output::counted(found.len(), "thing", "things");
    writeln!(out, "\nhealth: {problems} to look at")?;
    for finding in found {
        writeln!(out, "\n  {}\n    {}", output::plain(&finding.sentence), finding.advice)?;
        // These are named already: on standard error, or in the table above.
        if matches!(finding.kind, FindingKind::Unreadable | FindingKind::Imbalance { .. }) {
            continue;
        }
        for group in finding.groups.iter().take(GROUPS_LISTED) {
            let names = group.iter().take(PICTURES_LISTED).filter_map(|position| dataset.items.get(*position));
            let names: Vec<String> = names.map(|item| item.rel_path.display().to_string()).collect();
            let more = group.len().saturating_sub(PICTURES_LISTED);
            let more = if more > 0 { format!("  and {more} more") } else { String::new() };
            writeln!(out, "    - {}{more}", output::plain(&names.join("  =  ")))?;
        }
        let more = finding.groups.len().saturating_sub(GROUPS_LISTED);
        if more > 0 {
            writeln!(out, "    … and {more} more (all of them with --json)")?;
        }
    }
    Ok(())
}

/// For other programs: all of it.
pub(super) fn to_json(dataset: &Dataset, found: &[Finding]) -> Value {
    let path = |position: &usize| dataset.items.get(*position).map(|item| item.rel_path.to_string_lossy());
    let findings = found.iter().map(|finding| {
        let groups: Vec<Vec<_>> = finding.groups.iter().map(|group| group.iter().filter_map(path).collect()).collect();
        let mut value = json!({
            "kind": finding.kind.name(),
            "count": finding.count,
            "sentence": finding.sentence,
            "groups": groups,
        });
        if let (FindingKind::Leak { of, also_in, .. }, Some(value)) = (finding.kind, value.as_object_mut()) {
            value.insert("of".to_owned(), json!(of.name()));
            value.insert("also_in".to_owned(), json!(also_in.name()));
        }
        value
    });
    Value::Array(findings.collect())
}
