//! Exported folders are the data set again, and nothing else is touched.

use super::*;
use crate::dataset::{ScanOptions, Split, scan};

struct Bench {
    folder: tempfile::TempDir,
    dataset: Dataset,
}

fn scanned(root: &Path) -> Dataset {
    scan(root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
}

/// Two pictures of one name in folders of one class, another in the other split, and one without a label.
fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    for name in ["train/ants/a.jpg", "train/ants/deeper/A.jpg", "train/bees/b.jpg", "val/bees/a.jpg", "val/loose.jpg"] {
        let path = folder.path().join("data").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    let dataset = scanned(&folder.path().join("data"));
    Bench { folder, dataset }
}

impl Bench {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, out: &str, mode: ExportMode) -> Result<Exported, ExportError> {
        export_folders(&self.dataset, &self.at(out), mode, &CancelToken::new(), &mut |_, _| {})
    }

    fn files(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let walk = walkdir::WalkDir::new(self.at(name)).sort_by_file_name().into_iter().map(Result::unwrap);
        walk.filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
            .collect()
    }
}

/// Split, class and content of each labelled picture, sorted.
fn content(dataset: &Dataset) -> Vec<(Split, String, Vec<u8>)> {
    let labelled = dataset.items.iter().filter(|item| item.class.is_some());
    let mut content: Vec<_> = labelled
        .map(|item| {
            let class = dataset.classes[item.class.unwrap()].clone();
            (item.split, class, fs::read(dataset.path_of(item)).unwrap())
        })
        .collect();
    content.sort();
    content
}

#[test]
fn what_is_exported_and_opened_again_is_the_same_data_set() {
    let bench = bench();
    let before = bench.files("data");
    for (out, mode) in [("copies", ExportMode::Copy), ("links", ExportMode::Link)] {
        let exported = bench.export(out, mode).unwrap();
        assert_eq!((exported.copied + exported.linked, exported.unlabelled), (4, 1));
        assert_eq!(exported.renamed.len(), 1, "names that differ in case only are kept apart");
        assert!(
            exported.renamed[0].1.ends_with("train/ants/A (2).jpg")
                || exported.renamed[0].1.ends_with("train/ants/a (2).jpg")
        );
        assert_eq!(content(&scanned(&bench.at(out))), content(&bench.dataset));
    }
    assert_eq!(bench.files("data"), before);
}

#[test]
fn only_an_empty_folder_outside_of_the_data_set_will_do() {
    let bench = bench();
    fs::create_dir(bench.at("empty")).unwrap();
    assert!(bench.export("empty", ExportMode::Copy).is_ok());
    assert!(matches!(bench.export("empty", ExportMode::Copy), Err(ExportError::NotEmpty(_))));
    assert!(matches!(bench.export("data/out", ExportMode::Copy), Err(ExportError::Inside(_))));
    assert!(!bench.at("data/out").exists());
    let mut odd = bench.dataset.clone();
    odd.classes[0] = "../up".into();
    let refused = export_folders(&odd, &bench.at("odd"), ExportMode::Copy, &CancelToken::new(), &mut |_, _| {});
    assert!(matches!(refused, Err(ExportError::ClassName { .. })));
}

#[test]
fn classes_whose_folders_would_be_one_where_case_does_not_count_are_refused() {
    let mut bench = bench();
    bench.dataset.classes[1] = "Ants".into();
    let refused = bench.export("out", ExportMode::Copy).unwrap_err();
    assert!(matches!(&refused, ExportError::ClassName { name, .. } if name == "Ants"));
    assert!(refused.to_string().contains("only case tells it apart from the class ants"), "{refused}");
    assert!(!bench.at("out").exists());
    // A class without pictures has no folder.
    bench.dataset.items.retain(|item| item.class != Some(1));
    assert!(bench.export("out", ExportMode::Copy).is_ok());
}

/// By its name alone such a folder lies elsewhere.
#[cfg(unix)]
#[test]
fn a_folder_in_the_data_set_is_refused_also_where_a_link_leads_to_it() {
    let mut bench = bench();
    std::os::unix::fs::symlink(bench.at("data"), bench.at("link")).unwrap();
    assert!(matches!(bench.export("link/out", ExportMode::Copy), Err(ExportError::Inside(_))));
    assert!(matches!(bench.export("other/../data/out", ExportMode::Copy), Err(ExportError::Inside(_))));
    bench.dataset.root = bench.at("link");
    assert!(matches!(bench.export("data/out", ExportMode::Copy), Err(ExportError::Inside(_))));
    assert!(!bench.at("data/out").exists());
}

#[test]
fn a_failed_or_cancelled_export_leaves_nothing_behind() {
    let bench = bench();
    fs::create_dir(bench.at("out")).unwrap();
    let cancel = CancelToken::new();
    let stopped = export_folders(&bench.dataset, &bench.at("out"), ExportMode::Copy, &cancel, &mut |done, _| {
        if done == 2 {
            cancel.cancel();
        }
    });
    assert!(matches!(stopped, Err(ExportError::Cancelled)));
    assert_eq!(fs::read_dir(bench.at("out")).unwrap().count(), 0, "the folder that was there is empty again");
    fs::remove_file(bench.at("data/val/bees/a.jpg")).unwrap();
    let error = bench.export("new", ExportMode::Copy).unwrap_err();
    assert!(error.to_string().contains("a.jpg"), "{error}");
    assert!(!bench.at("new").exists());
    assert_eq!(bench.files("data").len(), 4);
}

/// Linux links a symbolic link itself; from its new place it would lead nowhere.
#[cfg(unix)]
#[test]
fn pictures_that_are_symbolic_links_are_exported_as_links_of_the_pictures_themselves() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let mut bench = bench();
    fs::create_dir(bench.at("data/pool")).unwrap();
    fs::rename(bench.at("data/train/bees/b.jpg"), bench.at("data/pool/b.jpg")).unwrap();
    symlink("../../pool/b.jpg", bench.at("data/train/bees/b.jpg")).unwrap();
    bench.dataset = scanned(&bench.at("data"));
    let exported = bench.export("links", ExportMode::Link).unwrap();
    assert_eq!((exported.linked, exported.copied), (4, 0));
    let (linked, original) = (bench.at("links/train/bees/b.jpg"), bench.at("data/pool/b.jpg"));
    assert!(fs::symlink_metadata(&linked).unwrap().is_file());
    assert_eq!(fs::metadata(&linked).unwrap().ino(), fs::metadata(&original).unwrap().ino());
    assert_eq!(content(&scanned(&bench.at("links"))), content(&bench.dataset));
}
