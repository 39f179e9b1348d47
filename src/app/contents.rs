//! Files that hold something else than before: whatever was known of their contents is forgotten, so that neither an old
//! picture nor what a model said of it is taken for the new one.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::imago_app::Cx;
use super::{augment, health, lessons, suggest};
use crate::dataset::{Dataset, Item, ItemId};

/// Pictures whose files are others now, with their paths.
pub(super) type Others = HashMap<ItemId, PathBuf>;

/// Pictures that came, went, or have another size in bytes. A file that went may come back as another one.
pub(super) fn others_between(before: &Dataset, now: &Dataset) -> Others {
    let sizes = |dataset: &Dataset| -> HashMap<ItemId, u64> {
        dataset.items.iter().map(|item| (item.id, item.file_bytes)).collect()
    };
    let (old, new) = (sizes(before), sizes(now));
    let is_other = |item: &&Item| old.get(&item.id) != Some(&item.file_bytes);
    let mut others: Others = now.items.iter().filter(is_other).map(|item| (item.id, now.path_of(item))).collect();
    let went = before.items.iter().filter(|item| !new.contains_key(&item.id));
    others.extend(went.map(|item| (item.id, before.path_of(item))));
    others
}

/// Forgets what was known of these files' contents; what is in view is read again.
pub(super) fn forget(others: &Others, cx: &mut Cx<'_>) {
    if others.is_empty() {
        return;
    }
    cx.state.pictures.forget(&others.values().map(PathBuf::as_path).collect());
    let data = &mut cx.state.data;
    if let Some(project) = &mut cx.state.project {
        for id in others.keys() {
            project.facts.remove(id);
            project.modified.remove(id);
        }
    }
    for id in others.keys() {
        data.exif.remove(id);
    }
    let ids: HashSet<ItemId> = others.keys().copied().collect();
    suggest::contents_changed(&ids, cx);
    lessons::rewritten(&ids, cx);
    augment::project_changed(cx);
    health::contents_changed(cx);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::CancelToken;
    use crate::dataset::{self, ScanOptions};

    #[test]
    fn a_file_of_another_size_is_another_one_and_so_are_those_that_came_or_went() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("ants")).unwrap();
        let scan = || dataset::scan(root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
        for name in ["same", "grown", "gone"] {
            std::fs::write(root.join(format!("ants/{name}.jpg")), "123").unwrap();
        }
        let before = scan();
        assert!(others_between(&before, &scan()).is_empty());
        std::fs::write(root.join("ants/grown.jpg"), "1234").unwrap();
        std::fs::write(root.join("ants/new.jpg"), "123").unwrap();
        std::fs::remove_file(root.join("ants/gone.jpg")).unwrap();
        let others: HashSet<PathBuf> = others_between(&before, &scan()).into_values().collect();
        assert_eq!(others, ["grown", "new", "gone"].map(|name| root.join(format!("ants/{name}.jpg"))).into());
    }
}
