//! Surveys of folders made for the purpose.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use image::RgbImage;

use super::*;
use crate::base::rng_for;
use crate::dataset::{ScanOptions, scan};
use crate::health::findings;
use rand::Rng;

/// A picture of its own for each number: soft spots in places of its own.
fn picture(number: u64, width: u32, height: u32) -> RgbImage {
    let mut rng = rng_for(number, 2, 3);
    let mut unit = || (rng.next_u32() >> 8) as f32 / (1 << 24) as f32;
    let spots: Vec<[f32; 4]> = (0..12).map(|_| [unit(), unit(), 0.05 + 0.2 * unit(), 2.0 * unit() - 1.0]).collect();
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 / width as f32, y as f32 / height as f32);
        let light: f32 = spots
            .iter()
            .map(|[at_x, at_y, size, light]| light * (-((x - at_x).powi(2) + (y - at_y).powi(2)) / (size * size)).exp())
            .sum();
        let value = (128.0 + 100.0 * light).clamp(0.0, 255.0) as u8;
        image::Rgb([value, value / 2 + 40, 255 - value])
    })
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, path: &str) -> PathBuf {
        let path = self.folder.path().join("data").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn save(&self, path: &str, picture: &RgbImage) {
        picture.save(self.at(path)).unwrap();
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache/health.jsonl")
    }

    fn dataset(&self) -> Dataset {
        let root = self.folder.path().join("data");
        scan(&root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
    }

    fn survey(&self, dataset: &Dataset) -> Survey {
        survey(dataset, Some(&self.cache()), 2, &CancelToken::new(), &|_, _| {}).unwrap()
    }
}

fn names(dataset: &Dataset, ids: &[ItemId]) -> Vec<String> {
    let found = ids.iter().map(|id| dataset.items.iter().find(|item| item.id == *id).unwrap());
    let mut names: Vec<_> = found.map(|item| item.rel_path.to_string_lossy().replace('\\', "/")).collect();
    names.sort();
    names
}

#[test]
fn everything_that_can_be_wrong_with_files_is_found_and_nothing_else() {
    let bench = Bench::new();
    for number in 0..12 {
        bench.save(&format!("train/ants/{number}.png"), &picture(number, 120, 90));
        bench.save(&format!("val/ants/{number}.png"), &picture(100 + number, 90, 120));
    }
    fs::copy(bench.at("train/ants/3.png"), bench.at("val/ants/copy of 3.png")).unwrap();
    bench.save("train/bees/smaller 5.jpg", &crate::imaging::resize(&picture(5, 120, 90), 60, 45));
    bench.save("train/ants/mirrored 7.png", &flip(&picture(7, 120, 90)));
    bench.save("train/ants/white.png", &RgbImage::from_pixel(80, 80, image::Rgb([250; 3])));
    bench.save("train/ants/white too.png", &RgbImage::from_pixel(60, 80, image::Rgb([251; 3])));
    bench.save("train/ants/tiny.png", &picture(200, 40, 31));
    bench.save("train/ants/long.png", &picture(201, 400, 100));
    let whole = fs::read(bench.at("train/bees/smaller 5.jpg")).unwrap();
    fs::write(bench.at("train/ants/cut.jpg"), &whole[..whole.len() * 9 / 10]).unwrap();
    let dataset = bench.dataset();
    let survey = bench.survey(&dataset);
    let groups =
        |groups: &[Vec<ItemId>]| -> Vec<Vec<String>> { groups.iter().map(|group| names(&dataset, group)).collect() };
    assert_eq!(groups(&survey.same), [["train/ants/3.png", "val/ants/copy of 3.png"]]);
    let mut alike = groups(&survey.alike);
    alike.sort();
    assert_eq!(
        alike,
        [["train/ants/5.png", "train/bees/smaller 5.jpg"], ["train/ants/7.png", "train/ants/mirrored 7.png"]]
    );
    assert_eq!(names(&dataset, &survey.blank), ["train/ants/white too.png", "train/ants/white.png"]);
    assert_eq!(names(&dataset, &survey.tiny), ["train/ants/tiny.png"]);
    assert_eq!(names(&dataset, &survey.elongated), ["train/ants/long.png"]);
    let unreadable: Vec<ItemId> = survey.unreadable.iter().map(|(id, _)| *id).collect();
    assert_eq!(names(&dataset, &unreadable), ["train/ants/cut.jpg"]);
    assert!(survey.unreadable[0].1.contains("cut off"), "{}", survey.unreadable[0].1);
}

fn flip(picture: &RgbImage) -> RgbImage {
    image::imageops::flip_horizontal(picture)
}

#[test]
fn a_file_is_read_again_only_when_it_changed() {
    let bench = Bench::new();
    for number in 0..4 {
        bench.save(&format!("train/ants/{number}.png"), &picture(number, 64, 48));
    }
    let dataset = bench.dataset();
    let first = bench.survey(&dataset);
    assert!(first.same.is_empty() && first.alike.is_empty(), "{first:?}");
    // Other bytes with the size and time of the old ones: only who trusts the cache does not see it.
    let path = bench.at("train/ants/1.png");
    let (bytes, stamp) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    fs::write(&path, vec![0; bytes.len()]).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(stamp).unwrap();
    assert_eq!(bench.survey(&dataset), first);
    // Another time: it is read again.
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(stamp + std::time::Duration::from_secs(1))
        .unwrap();
    assert_eq!(bench.survey(&dataset).unreadable.len(), 1);
    fs::write(&path, fs::read(bench.at("train/ants/0.png")).unwrap()).unwrap();
    let dataset = bench.dataset();
    assert_eq!(bench.survey(&dataset).same.len(), 1);
    // What is gone is forgotten.
    fs::remove_file(&path).unwrap();
    let dataset = bench.dataset();
    assert_eq!(bench.survey(&dataset).pictures, 3);
    let lines = fs::read_to_string(bench.cache()).unwrap().lines().count();
    assert_eq!(lines, 1 + 3);
}

#[test]
fn a_cancelled_survey_keeps_what_was_read_and_a_vanished_file_is_named() {
    let bench = Bench::new();
    for number in 0..30 {
        bench.save(&format!("train/ants/{number}.png"), &picture(number, 40, 40));
    }
    let dataset = bench.dataset();
    let cancel = CancelToken::new();
    let cancelled = survey(&dataset, Some(&bench.cache()), 1, &cancel, &|done, _| {
        if done == 10 {
            cancel.cancel();
        }
    });
    assert_eq!(cancelled, None);
    assert_eq!(fs::read_to_string(bench.cache()).unwrap().lines().count(), 1 + 10);
    fs::remove_file(bench.at("train/ants/29.png")).unwrap();
    let whole = bench.survey(&dataset);
    assert_eq!((whole.pictures, whole.unreadable.len()), (30, 1));
}

#[test]
fn links_to_the_same_pictures_by_the_thousand_are_grouped_quickly() {
    let bench = Bench::new();
    for number in 0..20 {
        bench.save(&format!("train/ants/{number}.png"), &picture(number, 40, 40));
        for copy in 0..100 {
            let to = bench.at(&format!("{}/ants/{number} {copy}.png", if copy % 10 == 0 { "val" } else { "train" }));
            fs::hard_link(bench.at(&format!("train/ants/{number}.png")), to).unwrap();
        }
    }
    let dataset = bench.dataset();
    let survey = bench.survey(&dataset);
    assert_eq!((survey.same.len(), survey.alike.len()), (20, 0));
    assert!(survey.same.iter().all(|group| group.len() == 101));
    let index_of: HashMap<ItemId, usize> =
        dataset.items.iter().enumerate().map(|(position, item)| (item.id, position)).collect();
    let found = findings(&survey, &dataset, &index_of, |_| false);
    let sentences: Vec<_> = found.iter().map(|finding| finding.sentence.as_str()).collect();
    assert_eq!(
        sentences,
        ["200 validation pictures are also in train", "1980 pictures are copies of another in the same split"]
    );
    let distinct: HashSet<usize> = found[0].pictures().collect();
    assert_eq!(distinct.len(), 2020);
}
