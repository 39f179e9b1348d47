//! Speed of every transform and preset on one core, from decoded pictures and from files.
//!
//! ```text
//! cargo bench --bench augment                                    drawn pictures of 500 × 375
//! IMAGO_BENCH_DATA=hymenoptera_data cargo bench --bench augment  the training photographs of a data set
//! ```
//!
//! "From files" is what the loader does for one picture: read, decode, augment, normalise. Criterion's `elem/s` are pictures a
//! second and core.

use std::path::PathBuf;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use image::RgbImage;
use imago::augment::{BatchMix, Mix, Pipeline, Step, Transform};
use imago::base::rng_for;
use imago::dataset::{Specimen, draw_specimen};
use imago::imaging::{Preprocess, decode_file, normalize_into, resize};

const SIZE: u32 = 224;
/// Pictures in a batch, as in the recipe.
const BATCH: usize = 4;

/// The training pictures of `IMAGO_BENCH_DATA`, or eight drawn ones written to a temporary folder that lives as long as the guard.
fn files() -> (Vec<PathBuf>, Option<tempfile::TempDir>) {
    if let Some(root) = std::env::var_os("IMAGO_BENCH_DATA") {
        let mut files: Vec<PathBuf> = walkdir::WalkDir::new(PathBuf::from(root).join("train"))
            .into_iter()
            .filter_map(Result::ok)
            .map(walkdir::DirEntry::into_path)
            .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
            .collect();
        files.sort();
        return (files, None);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = (0..8_u64)
        .map(|seed| {
            let kind = if seed % 2 == 0 { Specimen::Ant } else { Specimen::Bee };
            let path = folder.path().join(format!("{seed}.jpg"));
            let drawn = image::DynamicImage::ImageRgba8(draw_specimen(kind, seed, 500)).into_rgb8();
            resize(&drawn, 500, 375).save(&path).expect("a written picture");
            path
        })
        .collect();
    (files, Some(folder))
}

/// One picture an iteration, in turn.
fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, pictures: &[RgbImage], pipeline: &Pipeline) {
    let mut item = 0;
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            item += 1;
            pipeline.apply(&pictures[item % pictures.len()], SIZE, &mut rng_for(0, 0, item as u64))
        });
    });
}

fn benches(criterion: &mut Criterion) {
    let (files, _folder) = files();
    let pictures: Vec<RgbImage> = files.iter().take(64).map(|path| decode_file(path).expect("a picture")).collect();

    // By itself, on a picture of the training size: what is measured is the transform and nothing else.
    let mut group = criterion.benchmark_group("transform");
    group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(2)).sample_size(20);
    let small: Vec<RgbImage> = pictures.iter().map(|picture| resize(picture, SIZE, SIZE)).collect();
    for transform in Transform::all() {
        let mut item = 0;
        group.bench_function(transform.name(), |bencher| {
            bencher.iter(|| {
                item += 1;
                transform.of_whole(&small[item % small.len()], &mut rng_for(0, 0, item as u64))
            });
        });
    }
    group.finish();

    // As in use: behind a crop, with which geometry is fused.
    let mut group = criterion.benchmark_group("transform, after a crop");
    group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(2)).sample_size(20);
    for transform in Transform::all() {
        let name = transform.name();
        let crop = Step::new(Transform::RandomResizedCrop(imago::augment::transforms::RandomResizedCrop::default()));
        let mut steps = vec![crop];
        if name != "random-resized-crop" {
            steps.push(Step::new(transform).with_probability(1.0));
        }
        measure(&mut group, name, &pictures, &Pipeline::of_steps(steps));
    }
    group.finish();

    // A batch of the recipe's size, normalised; `elem/s` are pictures.
    let mut group = criterion.benchmark_group("mix");
    let one = 3 * (SIZE * SIZE) as usize;
    group.throughput(Throughput::Elements(BATCH as u64)).measurement_time(Duration::from_secs(2)).sample_size(20);
    for mix in [Mix::Mixup, Mix::CutMix] {
        let batch = BatchMix { mix, alpha: 1.0, probability: 1.0 };
        let mut images = vec![0.5; BATCH * one];
        let mut step = 0;
        group.bench_function(mix.title(), |bencher| {
            bencher.iter(|| {
                step += 1;
                if let Some(plan) = batch.draw_for_batch(0, 1, step, SIZE as usize) {
                    plan.mix(&mut images, 3, SIZE as usize, SIZE as usize);
                }
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("preset, decoded");
    group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(4)).sample_size(20);
    for name in Pipeline::PRESETS {
        measure(&mut group, name, &pictures, &Pipeline::preset(name).expect("a preset"));
    }
    group.finish();

    let mut group = criterion.benchmark_group("preset, from files");
    group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(4)).sample_size(20);
    let preprocess = Preprocess::default();
    let mut numbers = vec![0.0; 3 * (SIZE * SIZE) as usize];
    for name in Pipeline::PRESETS {
        let pipeline = Pipeline::preset(name).expect("a preset");
        let mut item = 0;
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                item += 1;
                let picture = decode_file(&files[item % files.len()]).expect("a picture");
                let result = pipeline.apply(&picture, SIZE, &mut rng_for(0, 0, item as u64));
                normalize_into(&result, &preprocess, &mut numbers);
            });
        });
    }
    group.finish();
}

criterion_group!(augment, benches);
criterion_main!(augment);
