//! Copying pictures into one folder for each class, as a model sorts them.
//!
//! Into an empty folder only. Originals are read, never changed; every copy is compared with its original, and none takes the
//! place of another. What is wrong with single files is listed while the rest goes on: all there is to lose are copies.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::export::{ExportError, check_name, empty_outside, file, refuse_alike};
use super::import::{Imported, copy};
use super::walk::reason;
use crate::base::CancelToken;

/// Copies each picture into the folder of its class below `out`, which is made where it is not there. A picture is a file, of
/// whatever kind, and its index in `classes`. `data_set` is the folder of the data set that is open: its pictures would be in
/// it twice. `progress` gets the number of pictures done and of all.
///
/// # Errors
/// [`ExportError`], with nothing written: `out` is in the data set, has something in it or can't be made, or a class can't be a
/// folder. What is wrong with single files is in [`Imported`].
pub fn sort_into_folders(
    pictures: &[(PathBuf, usize)],
    classes: &[String],
    out: &Path,
    data_set: Option<&Path>,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Imported, ExportError> {
    let used: BTreeSet<usize> = pictures.iter().map(|(_, class)| *class).collect();
    let names: Vec<&str> = used.iter().filter_map(|class| classes.get(*class)).map(String::as_str).collect();
    for name in &names {
        // Names come from a model's file, which may be somebody else's: `../x` must not lead out of `out`.
        check_name(name)?;
    }
    refuse_alike(names)?;
    let out = empty_outside(out, data_set)?;
    fs::create_dir_all(&out).map_err(|source| file(&out, source))?;
    let mut imported = Imported::default();
    for (done, (from, class)) in pictures.iter().enumerate() {
        if cancel.is_cancelled() {
            imported.cancelled = true;
            break;
        }
        let Some(name) = classes.get(*class) else { continue };
        let folder = out.join(name);
        let copied = fs::create_dir_all(&folder).and_then(|()| copy(from, &folder, &mut imported));
        if let Err(error) = copied {
            imported.failed.push((from.clone(), reason(&error)));
            // It was made for this picture, unless there is another one in it: then it stays.
            let _ = fs::remove_dir(&folder);
        }
        progress(done + 1, pictures.len());
    }
    Ok(imported)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        folder: tempfile::TempDir,
    }

    impl Bench {
        /// With these files, each of which holds its own path.
        fn new(files: &[&str]) -> Self {
            let bench = Self { folder: tempfile::tempdir().unwrap() };
            for file in files {
                let path = bench.at(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, file).unwrap();
            }
            bench
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn pictures(&self, pictures: &[(&str, usize)]) -> Vec<(PathBuf, usize)> {
            pictures.iter().map(|(name, class)| (self.at(name), *class)).collect()
        }

        fn sort(&self, pictures: &[(&str, usize)], classes: &[&str], out: &str) -> Result<Imported, ExportError> {
            let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
            let data_set = self.at("data");
            let pictures = self.pictures(pictures);
            let cancel = CancelToken::new();
            sort_into_folders(&pictures, &classes, &self.at(out), Some(&data_set), &cancel, &mut |_, _| {})
        }

        /// Path and content of all files below a folder, hidden ones too.
        fn files(&self, name: &str) -> Vec<(String, String)> {
            let root = self.at(name);
            let walk = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
            walk.filter(|entry| entry.file_type().is_file())
                .map(|entry| {
                    let path = entry.path().strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                    (path, fs::read_to_string(entry.path()).unwrap())
                })
                .collect()
        }
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn each_picture_is_copied_into_the_folder_of_its_class_whatever_kind_it_is() {
        let bench = Bench::new(&["in/a.jpg", "in/b.gif", "in/odd.dat", "other/a.jpg", "third/A.JPG"]);
        let before = bench.files("");
        let pictures = [("in/a.jpg", 0), ("in/b.gif", 1), ("in/odd.dat", 1), ("other/a.jpg", 0), ("third/A.JPG", 1)];
        let sorted = bench.sort(&pictures, &["ants", "bees", "wasps"], "out").unwrap();
        let expected = [
            ("ants/a (2).jpg", "other/a.jpg"),
            ("ants/a.jpg", "in/a.jpg"),
            ("bees/A.JPG", "third/A.JPG"),
            ("bees/b.gif", "in/b.gif"),
            ("bees/odd.dat", "in/odd.dat"),
        ];
        assert_eq!(bench.files("out"), pairs(&expected));
        assert!(!bench.at("out/wasps").exists(), "a class without pictures has no folder");
        assert_eq!((sorted.copied, sorted.failed.len(), sorted.cancelled), (5, 0, false));
        assert_eq!(sorted.renamed, [(bench.at("other/a.jpg"), bench.at("out/ants/a (2).jpg"))]);
        let after: Vec<_> = bench.files("").into_iter().filter(|(path, _)| !path.starts_with("out/")).collect();
        assert_eq!(after, before, "copied, not moved");
    }

    #[test]
    fn a_class_that_can_not_be_a_folder_is_refused_before_anything_is_written() {
        let bench = Bench::new(&["in/a.jpg", "in/b.jpg"]);
        let pictures = [("in/a.jpg", 0), ("in/b.jpg", 1)];
        for (classes, odd) in [(["../x", "bees"], "../x"), (["ants", ""], ""), (["ants", "Ants"], "Ants")] {
            let refused = bench.sort(&pictures, &classes, "out/deeper").unwrap_err();
            assert!(matches!(&refused, ExportError::ClassName { name, .. } if name == odd), "{refused}");
            assert!(!bench.at("out").exists() && !bench.at("x").exists());
        }
        // A class without pictures has no folder.
        assert_eq!(bench.sort(&pictures[..1], &["ants", "../x"], "out").unwrap().copied, 1);
    }

    #[test]
    fn only_an_empty_folder_outside_of_the_data_set_will_do() {
        let bench = Bench::new(&["data/train/ants/a.jpg", "full/there.txt"]);
        let pictures = [("data/train/ants/a.jpg", 0)];
        let sort = |out: &str| bench.sort(&pictures, &["ants"], out);
        assert!(matches!(sort("data/out"), Err(ExportError::Inside(_))));
        assert!(matches!(sort("other/../data/out"), Err(ExportError::Inside(_))));
        assert!(matches!(sort("full"), Err(ExportError::NotEmpty(_))));
        assert!(matches!(sort("full/there.txt"), Err(ExportError::File { .. })));
        assert_eq!(bench.files("").len(), 2);
        fs::create_dir(bench.at("empty")).unwrap();
        assert_eq!(sort("empty").unwrap().copied, 1);
        // Without a data set there is nothing to keep out of.
        let sorted = sort_into_folders(
            &bench.pictures(&pictures),
            &["ants".to_owned()],
            &bench.at("data/out"),
            None,
            &CancelToken::new(),
            &mut |_, _| {},
        );
        assert_eq!(sorted.unwrap().copied, 1);
    }

    #[test]
    fn a_file_that_is_gone_is_listed_and_the_rest_goes_on() {
        let bench = Bench::new(&["in/b.jpg"]);
        fs::create_dir(bench.at("in/folder.jpg")).unwrap();
        let pictures = [("in/gone.jpg", 0), ("in/b.jpg", 1), ("in/folder.jpg", 1)];
        let sorted = bench.sort(&pictures, &["ants", "bees"], "out").unwrap();
        assert_eq!(bench.files("out"), pairs(&[("bees/b.jpg", "in/b.jpg")]));
        assert!(!bench.at("out/ants").exists(), "an empty folder would be a class without pictures");
        assert_eq!(sorted.copied, 1);
        let failed = [("in/gone.jpg", "it is gone"), ("in/folder.jpg", "it is not a regular file")];
        assert_eq!(sorted.failed, failed.map(|(path, why)| (bench.at(path), why.to_owned())));
    }

    #[test]
    fn what_is_stopped_leaves_whole_files_only() {
        let names: Vec<String> = (0..5).map(|number| format!("in/{number}.jpg")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let bench = Bench::new(&names);
        let pictures: Vec<_> = names.iter().map(|name| (bench.at(name), 0)).collect();
        let cancel = CancelToken::new();
        let (classes, out) = (["ants".to_owned()], bench.at("out"));
        let sorted = sort_into_folders(&pictures, &classes, &out, None, &cancel, &mut |done, total| {
            assert_eq!(total, 5);
            if done == 2 {
                cancel.cancel();
            }
        });
        let sorted = sorted.unwrap();
        assert!(sorted.cancelled && sorted.copied == 2);
        assert_eq!(bench.files("out"), pairs(&[("ants/0.jpg", "in/0.jpg"), ("ants/1.jpg", "in/1.jpg")]));
    }
}
