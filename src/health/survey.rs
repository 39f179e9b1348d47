//! Looking at every picture of a data set once: what does not depend on labels and splits.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cache::{Cache, FileStamp};
use super::fingerprint::{Eye, Fingerprint};
use super::near::join_alike;
use super::union::Union;
use crate::base::CancelToken;
use crate::dataset::{Dataset, ItemId};

/// A picture whose shorter side has fewer pixels than this is tiny: for 224 pixels it is made seven times as large or more.
pub const TINY_BELOW: u32 = 32;

/// A picture whose longer side is at least this many times the shorter one: of its length at most a quarter is ever seen.
pub const ELONGATED_FROM: u32 = 4;

/// What was found out about the files of a data set, whatever they are labelled. Pictures are named by their id, so that it
/// stays true when the folder is read again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Pictures that were looked at.
    pub pictures: usize,
    /// Groups of pictures with the same bytes.
    pub same: Vec<Vec<ItemId>>,
    /// Groups of pictures that look alike, or like each other's mirror image; those of one group that have the same bytes are
    /// all in it.
    pub alike: Vec<Vec<ItemId>>,
    /// Pictures that can't be read to their end, and why.
    pub unreadable: Vec<(ItemId, String)>,
    /// Pictures with few pixels.
    pub tiny: Vec<ItemId>,
    /// Pictures that are very long and narrow.
    pub elongated: Vec<ItemId>,
    /// Pictures that show nothing.
    pub blank: Vec<ItemId>,
    /// When pictures were taken, where their camera noted it.
    pub taken_secs: HashMap<ItemId, i64>,
}

/// Looks at every picture in `threads` threads. What is in `cache` is not read again while size and time of the file are the
/// same; what is read is put into it. `progress` gets the number of pictures done and of all. `None`: it was cancelled (what was
/// read until then is in the cache).
pub fn survey(
    dataset: &Dataset,
    cache: Option<&Path>,
    threads: usize,
    cancel: &CancelToken,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Option<Survey> {
    let mut known = cache.map(Cache::read).unwrap_or_default();
    let examined = examine_all(dataset, &known, threads, cancel, progress);
    if let Some(path) = cache {
        for (item, examined) in dataset.items.iter().zip(&examined) {
            if let Some(Examined { stamp: Some(stamp), outcome: Ok(print) }) = examined {
                known.insert(item.id, *stamp, *print);
            }
        }
        if !cancel.is_cancelled() {
            let there: HashSet<ItemId> = dataset.items.iter().map(|item| item.id).collect();
            known.retain(|id| there.contains(&id));
        }
        // Without the cache the next look takes longer; nothing is lost.
        if let Err(error) = known.write(path) {
            tracing::debug!("{} can't be written: {error}", path.display());
        }
    }
    if cancel.is_cancelled() {
        return None;
    }
    let outcomes: Vec<_> = examined.into_iter().map(|examined| examined.map(|examined| examined.outcome)).collect();
    sum_up(dataset, &outcomes, cancel)
}

/// A picture that was looked at.
struct Examined {
    /// Size and time of the file before it was read; none where the system does not tell.
    stamp: Option<FileStamp>,
    outcome: Result<Fingerprint, String>,
}

fn examine_all(
    dataset: &Dataset,
    known: &Cache,
    threads: usize,
    cancel: &CancelToken,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Option<Examined>> {
    let total = dataset.items.len();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let all = Mutex::new((0..total).map(|_| None).collect::<Vec<Option<Examined>>>());
    let work = || {
        let eye = Eye::new();
        while !cancel.is_cancelled() {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = dataset.items.get(position) else { break };
            let path = dataset.path_of(item);
            let stamp = FileStamp::of(&path);
            let outcome = match stamp.and_then(|stamp| known.get(item.id, stamp)) {
                Some(print) => Ok(print),
                None => eye.examine(&path),
            };
            // Poisoned only by a panic in a thread that holds it; there is none.
            if let Ok(mut all) = all.lock()
                && let Some(place) = all.get_mut(position)
            {
                *place = Some(Examined { stamp, outcome });
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        }
    };
    std::thread::scope(|scope| {
        for number in 1..threads.clamp(1, 64) {
            let builder = std::thread::Builder::new().name(format!("imago-health-{number}"));
            // Where no thread is to be had this one does the work alone.
            let _ = builder.spawn_scoped(scope, work);
        }
        work();
    });
    all.into_inner().unwrap_or_default()
}

fn sum_up(dataset: &Dataset, outcomes: &[Option<Result<Fingerprint, String>>], cancel: &CancelToken) -> Option<Survey> {
    let mut survey = Survey { pictures: dataset.items.len(), ..Survey::default() };
    let mut union = Union::new(dataset.items.len());
    let mut of_content: HashMap<(u64, u64), usize> = HashMap::new();
    let mut looks = vec![None; dataset.items.len()];
    for (position, (item, outcome)) in dataset.items.iter().zip(outcomes).enumerate() {
        match outcome {
            Some(Ok(print)) => {
                let (shorter, longer) = (print.width.min(print.height), print.width.max(print.height));
                if shorter < TINY_BELOW {
                    survey.tiny.push(item.id);
                }
                if longer >= shorter.saturating_mul(ELONGATED_FROM) {
                    survey.elongated.push(item.id);
                }
                if print.blank {
                    survey.blank.push(item.id);
                }
                if let Some(secs) = print.taken_secs {
                    survey.taken_secs.insert(item.id, secs);
                }
                let content = (print.content, item.file_bytes);
                if let Some(first) = of_content.get(&content) {
                    union.join(*first, position);
                } else {
                    // Of pictures with the same bytes one is enough for looking for others like it.
                    of_content.insert(content, position);
                    looks[position] = print.looks;
                }
            }
            Some(Err(reason)) => survey.unreadable.push((item.id, reason.clone())),
            None => {}
        }
    }
    let ids = |groups: Vec<Vec<usize>>| -> Vec<Vec<ItemId>> {
        let id = |position: usize| dataset.items.get(position).map(|item| item.id);
        groups.into_iter().map(|group| group.into_iter().filter_map(id).collect()).collect()
    };
    let same = union.clone().groups();
    let roots: Vec<usize> = (0..dataset.items.len()).map(|position| union.root(position)).collect();
    if !join_alike(&looks, &mut union, cancel) {
        return None;
    }
    // A group of copies that nothing else looks like is no group of pictures that look alike.
    let mut alike = union.groups();
    alike.retain(|group| group.iter().any(|position| roots.get(*position) != roots.get(group[0])));
    survey.same = ids(same);
    survey.alike = ids(alike);
    Some(survey)
}

#[cfg(test)]
mod tests;
