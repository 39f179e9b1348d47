//! Scanning of every layout, and of folders that are out to hurt.

use super::*;
use crate::dataset::ScanIssue;
use std::fs;
use std::time::Instant;

fn tree(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }
    folder
}

fn scan_it(root: &Path) -> Result<Dataset, ScanError> {
    scan(root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {})
}

fn names(dataset: &Dataset, split: Split, class: Option<usize>) -> Vec<String> {
    let items = dataset.items.iter().filter(|item| item.split == split && item.class == class);
    items.map(Item::file_name).collect()
}

fn issue<'a>(dataset: &'a Dataset, path: &str) -> &'a ScanIssue {
    let found = dataset.issues.iter().find(|issue| issue.rel_path == Path::new(path));
    found.unwrap_or_else(|| panic!("no issue of {path} in {:?}", dataset.issues))
}

#[test]
fn splits_and_classes_come_from_folder_names_in_natural_order() {
    let folder = tree(&[
        "Train/class 10/b10.JPG",
        "Train/class 10/b9.png",
        "Train/class 2/x.webp",
        "validation/class 10/c.tif",
        "validation/蜂/c.jpg",
        "test/class 2/t.pgm",
    ]);
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!(dataset.layout, DatasetLayout::Splits);
    assert_eq!(dataset.classes, ["class 2", "class 10", "蜂"]);
    assert_eq!(names(&dataset, Split::Train, Some(1)), ["b9.png", "b10.JPG"]);
    assert_eq!(names(&dataset, Split::Val, Some(2)), ["c.jpg"]);
    assert_eq!(names(&dataset, Split::Test, Some(0)), ["t.pgm"]);
    assert_eq!(dataset.issues, []);
    assert!(dataset.items.iter().all(|item| item.file_bytes == 1 && item.id == item_id(&item.rel_path)));
}

#[test]
fn a_missing_validation_split_is_drawn_from_train() {
    let files: Vec<_> = (0..20).flat_map(|n| [format!("train/a/{n}.jpg"), format!("train/b/{n}.jpg")]).collect();
    let folder = tree(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let dataset = scan_it(folder.path()).unwrap();
    for class in [Some(0), Some(1)] {
        assert_eq!((dataset.count(Split::Train, class), dataset.count(Split::Val, class)), (16, 4));
    }
    assert_eq!(dataset, scan_it(folder.path()).unwrap(), "the same seed draws the same pictures");
    let options = ScanOptions { val_fraction: 0.5, seed: 7 };
    let other = scan(folder.path(), &options, &CancelToken::new(), &mut |_| {}).unwrap();
    assert_eq!(other.count(Split::Val, Some(0)), 10);
}

#[test]
fn folders_of_classes_are_split_and_nested_folders_belong_to_their_class() {
    let folder = tree(&["ants/1.jpg", "ants/deep/er/2.jpg", "ants/3.jpg", "bees/1.jpg", "bees/2.jpg", "loose.jpg"]);
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!((dataset.layout, dataset.classes.len()), (DatasetLayout::Classes, 2));
    assert_eq!(dataset.count(Split::Train, Some(0)) + dataset.count(Split::Val, Some(0)), 3);
    assert_eq!((dataset.count(Split::Train, Some(1)), dataset.count(Split::Val, Some(1))), (1, 1));
    assert_eq!(names(&dataset, Split::Train, None), ["loose.jpg"]);
}

#[test]
fn loose_pictures_are_unlabelled() {
    let folder = tree(&["2.jpg", "10.jpg", "1.jpg", "notes.txt"]);
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!((dataset.layout, dataset.classes.len()), (DatasetLayout::Loose, 0));
    assert_eq!(names(&dataset, Split::Train, None), ["1.jpg", "2.jpg", "10.jpg"]);
    assert_eq!(issue(&dataset, "notes.txt").kind, ScanIssueKind::Ignored);
    let folder = tree(&["train/1.jpg", "train/2.jpg", "test/3.jpg"]);
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!(dataset.layout, DatasetLayout::Splits);
    assert_eq!((names(&dataset, Split::Train, None).len(), names(&dataset, Split::Test, None).len()), (2, 1));
}

#[test]
fn a_class_may_be_called_train() {
    let folder = tree(&["car/1.jpg", "car/2.jpg", "plane/1.jpg", "plane/2.jpg", "train/1.jpg", "train/2.jpg"]);
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!(dataset.layout, DatasetLayout::Classes);
    assert_eq!(dataset.classes, ["car", "plane", "train"]);
}

#[test]
fn a_folder_that_only_wraps_a_data_set_is_looked_through() {
    let folder = tree(&["unpacked/train/a/1.jpg", "unpacked/val/a/1.jpg", "__MACOSX/unpacked/._x"]);
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!((dataset.layout, dataset.name()), (DatasetLayout::Splits, "unpacked".to_owned()));
    assert_eq!(dataset.items.len(), 2);
}

#[test]
fn what_is_not_scanned_is_listed_with_its_reason_and_hidden_files_are_not() {
    let folder = tree(&[
        "train/a/1.jpg",
        "train/a/x.gif",
        "train/a/readme",
        "train/a/.hidden.jpg",
        "train/a/.git/1.jpg",
        "val/a/1.jpg",
        "other/1.jpg",
        "stray.jpg",
        "train/nothing/.keep",
    ]);
    fs::write(folder.path().join("train/a/empty.jpg"), b"").unwrap();
    let dataset = scan_it(folder.path()).unwrap();
    assert_eq!(dataset.items.len(), 2);
    assert_eq!(dataset.issues.len(), 6, "{:?}", dataset.issues);
    assert!(issue(&dataset, "train/a/x.gif").reason.contains(".gif"));
    assert_eq!(issue(&dataset, "train/a/empty.jpg").kind, ScanIssueKind::Unreadable);
    assert!(issue(&dataset, "train/nothing").reason.contains("no pictures"));
    assert!(issue(&dataset, "other").reason.contains("beside train"));
    assert_eq!(dataset.classes, ["a"], "a folder without pictures is no class");
}

#[test]
fn a_folder_without_pictures_a_file_and_nothing_at_all_are_told_apart() {
    let folder = tree(&["a/x.gif", "a/y.txt"]);
    let none = scan_it(folder.path()).unwrap_err();
    assert!(matches!(none, ScanError::NoImages { .. }));
    let text = none.to_string();
    assert!(text.contains("x.gif") && text.contains("1 more") && !text.contains('\n'), "{text}");
    assert!(matches!(scan_it(&folder.path().join("a/x.gif")), Err(ScanError::NotAFolder(_))));
    assert!(matches!(scan_it(&folder.path().join("none")), Err(ScanError::NotFound(_))));
    let empty = tempfile::tempdir().unwrap();
    assert!(scan_it(empty.path()).unwrap_err().to_string().contains("no pictures here;"));
}

#[test]
fn a_cancelled_scan_ends() {
    let folder = tree(&["a/1.jpg"]);
    let cancel = CancelToken::new();
    cancel.cancel();
    let outcome = scan(folder.path(), &ScanOptions::default(), &cancel, &mut |_| {});
    assert_eq!(outcome, Err(ScanError::Cancelled));
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_are_followed_and_loops_are_reported() {
        let folder = tree(&["train/a/1.jpg", "val/a/1.jpg", "elsewhere/2.jpg"]);
        let root = folder.path();
        symlink("..", root.join("train/a/up")).unwrap();
        symlink("me", root.join("train/a/me")).unwrap();
        symlink("nowhere.jpg", root.join("train/a/broken.jpg")).unwrap();
        symlink(root.join("elsewhere"), root.join("train/b")).unwrap();
        symlink(root.join("elsewhere/2.jpg"), root.join("train/a/linked.jpg")).unwrap();
        let dataset = scan_it(root).unwrap();
        assert_eq!(dataset.classes, ["a", "b"]);
        let a = names(&dataset, Split::Train, Some(0));
        assert!(a.contains(&"1.jpg".into()) && a.contains(&"linked.jpg".into()), "{a:?}");
        assert!(dataset.items.len() < 10, "{:?}", dataset.items);
        assert!(issue(&dataset, "train/a/broken.jpg").reason.contains("leads nowhere"));
        assert!(issue(&dataset, "train/a/me").reason.contains("loop"));
        assert!(dataset.issues.iter().any(|issue| issue.reason.contains("already scanned")), "{:?}", dataset.issues);
    }

    #[test]
    fn many_links_to_each_other_do_not_explode() {
        let folder = tree(&["a/1.jpg", "b/1.jpg"]);
        for number in 0..40 {
            symlink("../b", folder.path().join(format!("a/to b {number}"))).unwrap();
            symlink("../a", folder.path().join(format!("b/to a {number}"))).unwrap();
        }
        let dataset = scan_it(folder.path()).unwrap();
        assert_eq!(dataset.items.len(), 4, "each class folder, and the other one through its first link");
    }

    #[test]
    fn an_unreadable_folder_is_reported_and_the_rest_goes_on() {
        let folder = tree(&["a/1.jpg", "a/2.jpg", "b/locked/1.jpg"]);
        let locked = folder.path().join("b/locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        let is_root = fs::read_dir(&locked).is_ok();
        let dataset = scan_it(folder.path()).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
        if is_root {
            println!("rights don't hold for this user: only that the scan survives was checked");
            return;
        }
        assert_eq!(dataset.classes, ["a"]);
        assert!(issue(&dataset, "b/locked").reason.contains("permission denied"));
    }

    #[test]
    fn names_that_are_not_unicode_are_used_and_noted() {
        let folder = tree(&["a/1.jpg", "b/1.jpg"]);
        for name in [b"\xe4.jpg", b"\xfc.jpg"] {
            fs::write(folder.path().join("a").join(OsStr::from_bytes(name)), b"x").unwrap();
        }
        let dataset = scan_it(folder.path()).unwrap();
        assert_eq!(dataset.items.len(), 4);
        assert_eq!(dataset.issues.len(), 2);
        assert!(dataset.issues.iter().all(|issue| issue.kind == ScanIssueKind::Noted));
        let ids: BTreeSet<_> = dataset.items.iter().map(|item| item.id).collect();
        assert_eq!(ids.len(), 4, "two names that look alike stay apart");
    }

    #[test]
    fn a_pipe_named_like_a_picture_does_not_block() {
        let folder = tree(&["a/1.jpg"]);
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("a/pipe.jpg")).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: mkfifo is not here");
            return;
        }
        let dataset = scan_it(folder.path()).unwrap();
        assert_eq!(dataset.items.len(), 1);
        assert!(issue(&dataset, "a/pipe.jpg").reason.contains("regular"));
    }
}

#[test]
fn many_thousand_files_are_scanned_quickly_with_progress() {
    const CLASSES: usize = 10;
    const EACH: usize = 1000;
    let folder = tempfile::tempdir().unwrap();
    for class in 0..CLASSES {
        let class = folder.path().join(format!("class {class}"));
        fs::create_dir(&class).unwrap();
        (0..EACH).for_each(|number| fs::write(class.join(format!("picture {number}.jpg")), b"x").unwrap());
    }
    let mut seen = Vec::new();
    let started = Instant::now();
    let dataset = scan(folder.path(), &ScanOptions::default(), &CancelToken::new(), &mut |progress| {
        seen.push(progress.files_seen);
    })
    .unwrap();
    println!("{} files in {:.3} s", dataset.items.len(), started.elapsed().as_secs_f64());
    assert_eq!(dataset.items.len(), CLASSES * EACH);
    assert!(seen.len() >= 15 && seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&(CLASSES * EACH + CLASSES)));
    assert!(started.elapsed().as_secs_f64() < 5.0);
}

/// The real photographs, where they are present beside the repository (`IMAGO_SHARED` names another place).
#[test]
fn hymenoptera_data_has_the_counts_of_its_description() {
    let shared = std::env::var_os("IMAGO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let root = shared.join("data/hymenoptera_data");
    if !root.is_dir() {
        println!("SKIPPED-NO-SHARED: {} is not here", root.display());
        return;
    }
    let dataset = scan_it(&root).unwrap();
    assert_eq!(dataset.classes, ["ants", "bees"]);
    let counts = [Split::Train, Split::Val].map(|split| [Some(0), Some(1)].map(|class| dataset.count(split, class)));
    assert_eq!(counts, [[123, 121], [70, 83]]);
    assert_eq!(dataset.issues.len(), 1);
    assert_eq!(dataset.issues[0].rel_path, Path::new("train/ants/imageNotFound.gif"));
    assert_eq!(dataset.check_trainable(), Ok(vec![]));
}
