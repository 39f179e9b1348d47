//! Runs on a handful of tiny pictures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::augment::{BatchMix, Mix, Pipeline};
use crate::base::CancelToken;
use crate::dataset::{Dataset, ScanOptions, scan};
use crate::models::Arch;
use crate::nn::DeviceChoice;
use crate::train::run_folder::{CHECKPOINT_FILE, METRICS_FILE, MODEL_FILE, SUMMARY_FILE, load_run};
use crate::train::{AugmentChoice, Event, RunRequest, TrainConfig, start};

/// Reddish against bluish pictures: `train` and `val` of each.
pub(super) fn write_pictures(folder: &Path, train: u32, val: u32) {
    for (split, count) in [("train", train), ("val", val)] {
        for (class, red) in [("blue", false), ("red", true)] {
            let dir = folder.join(split).join(class);
            std::fs::create_dir_all(&dir).unwrap();
            for index in 0..count {
                let image = image::RgbImage::from_fn(48, 40, |x, y| {
                    let noise = (x * 7 + y * 13 + index * 31) % 60;
                    let (strong, weak) = (170 + noise as u8, 30 + (noise / 2) as u8);
                    if red { image::Rgb([strong, 60, weak]) } else { image::Rgb([weak, 60, strong]) }
                });
                image.save(dir.join(format!("{index}.png"))).unwrap();
            }
        }
    }
}

fn scanned(folder: &Path) -> Dataset {
    scan(folder, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
}

fn quick() -> TrainConfig {
    TrainConfig { arch: Arch::CnnGap, epochs: 2, device: DeviceChoice::Cpu, threads: Some(2), ..TrainConfig::default() }
}

fn request(folder: &Path, config: TrainConfig) -> RunRequest {
    RunRequest { config, dataset: scanned(&folder.join("data")), run_dir: folder.join("run"), resume: false }
}

fn events_of(request: RunRequest) -> Vec<Event> {
    let handle = start(request, Arc::new(|| {}));
    let events: Vec<Event> = handle.events.iter().collect();
    handle.join();
    events
}

fn failure(events: &[Event]) -> &str {
    match events.last() {
        Some(Event::Failed { message }) => message,
        other => panic!("expected a failure, found {other:?}"),
    }
}

/// `metrics.jsonl` without the seconds.
fn figures(run_dir: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(run_dir.join(METRICS_FILE)).unwrap();
    let lines = text.lines().map(|line| {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        value.as_object_mut().unwrap().remove("seconds").unwrap();
        value
    });
    lines.collect()
}

#[test]
fn a_run_reports_every_epoch_and_leaves_a_whole_folder() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 5, 3);
    let events = events_of(request(folder.path(), quick()));
    let Some(Event::Started { train_count, val_count, steps_per_epoch, parameters, trainable, .. }) = events.first()
    else {
        panic!("{events:?}");
    };
    assert_eq!((*train_count, *val_count, *steps_per_epoch), (10, 6, 3));
    assert!(parameters == trainable && *parameters > 0);
    let epochs: Vec<_> =
        events.iter().filter_map(|event| if let Event::Epoch(record) = event { Some(record) } else { None }).collect();
    assert_eq!(epochs.len(), 2);
    let Some(Event::Finished { best_epoch, best_val_acc, .. }) = events.last() else { panic!("{events:?}") };
    let record = load_run(&folder.path().join("run")).unwrap();
    assert_eq!(record.history.epochs.iter().collect::<Vec<_>>(), epochs);
    let best = record.history.best().unwrap();
    assert_eq!((best.epoch, best.val_acc), (*best_epoch, *best_val_acc));
    let summary = record.summary.unwrap();
    assert!(summary.finished && summary.images_per_second > 0.0);
    assert_eq!((summary.best_epoch, summary.best_val_acc, summary.epochs), (*best_epoch, *best_val_acc, 2));
    assert_eq!(record.dataset.unwrap().classes, ["blue", "red"]);
    assert!(record.model_path.is_some());
}

#[test]
fn figures_do_not_depend_on_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 5, 3);
    let runs: Vec<_> = [1, 2, 3]
        .map(|threads| {
            let run_dir = folder.path().join(format!("run{threads}"));
            let config = TrainConfig { threads: Some(threads), ..quick() };
            events_of(RunRequest { run_dir: run_dir.clone(), ..request(folder.path(), config) });
            figures(&run_dir)
        })
        .to_vec();
    assert_eq!(runs[0].len(), 2);
    assert!(runs[0] == runs[1] && runs[1] == runs[2], "{runs:?}");
}

#[test]
fn resume_continues_from_the_saved_epoch() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 3);
    for arch in [Arch::CnnGap, Arch::Resnet18] {
        let whole = folder.path().join(format!("{}-whole", arch.name()));
        let broken = folder.path().join(format!("{}-broken", arch.name()));
        let config = |epochs| TrainConfig { arch, epochs, step_size: 2, lr: 0.01, ..quick() };
        let run = |run_dir: &PathBuf, epochs, resume| {
            events_of(RunRequest { run_dir: run_dir.clone(), resume, ..request(folder.path(), config(epochs)) })
        };
        run(&whole, 4, false);
        run(&broken, 2, false);
        // As if the program had been killed while it wrote the last line.
        std::fs::write(broken.join(METRICS_FILE), "{\"epoch\":1,\"train").unwrap();
        let events = run(&broken, 4, true);
        assert!(matches!(events.first(), Some(Event::Started { resumed_from: 2, .. })), "{events:?}");
        assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
        assert_eq!(figures(&whole), figures(&broken));
        let weights =
            |dir: &Path| candle_core::safetensors::load(dir.join(MODEL_FILE), &candle_core::Device::Cpu).unwrap();
        let (whole, broken) = (weights(&whole), weights(&broken));
        for (name, tensor) in &whole {
            let bits = |tensor: &candle_core::Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(bits(tensor), bits(&broken[name]), "{name}");
        }
    }
}

#[test]
fn resuming_with_other_settings_or_other_pictures_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 3, 2);
    let first = RunRequest { config: TrainConfig { epochs: 1, ..quick() }, ..request(folder.path(), quick()) };
    events_of(first.clone());
    let before = figures(&first.run_dir);
    let other = TrainConfig { lr: 0.5, ..quick() };
    let events = events_of(RunRequest { config: other, resume: true, ..first.clone() });
    assert!(failure(&events).contains("lr"), "{events:?}");
    std::fs::remove_file(folder.path().join("data/train/red/0.png")).unwrap();
    let events = events_of(RunRequest { resume: true, ..request(folder.path(), quick()) });
    assert!(failure(&events).contains("data set has changed"), "{events:?}");
    assert_eq!(figures(&first.run_dir), before);
}

#[test]
fn fewer_epochs_than_are_done_are_refused_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 3, 2);
    let first = request(folder.path(), quick());
    events_of(first.clone());
    let before = figures(&first.run_dir);
    let fewer = TrainConfig { epochs: 1, ..quick() };
    let events = events_of(RunRequest { config: fewer, resume: true, ..first.clone() });
    assert!(failure(&events).contains("2 epochs are done already, and only 1 were asked for"), "{events:?}");
    assert_eq!((figures(&first.run_dir), load_run(&first.run_dir).unwrap().config.epochs), (before, 2));
}

#[test]
fn stopping_before_the_first_epoch_is_whole_can_be_resumed_too() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 6, 2);
    let request = request(folder.path(), TrainConfig { epochs: 1, ..quick() });
    let handle = start(request.clone(), Arc::new(|| {}));
    handle.stop();
    assert!(matches!(handle.events.iter().last(), Some(Event::Stopped { epochs_done: 0 })));
    handle.join();
    let events = events_of(RunRequest { resume: true, ..request });
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
}

#[test]
fn a_paused_run_waits_and_then_goes_on_to_the_same_figures() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 2);
    let plain = RunRequest { run_dir: folder.path().join("plain"), ..request(folder.path(), quick()) };
    events_of(plain.clone());
    let paused = request(folder.path(), quick());
    let handle = start(paused.clone(), Arc::new(|| {}));
    handle.pause();
    let mut seen = Vec::new();
    for event in &handle.events {
        let stop_here = matches!(event, Event::Paused);
        seen.push(event);
        if stop_here {
            break;
        }
    }
    assert!(handle.events.recv_timeout(std::time::Duration::from_millis(300)).is_err(), "it went on while paused");
    handle.resume();
    seen.extend(handle.events.iter());
    handle.join();
    assert!(seen.iter().any(|event| matches!(event, Event::Resumed)));
    assert!(matches!(seen.last(), Some(Event::Finished { .. })));
    assert_eq!(figures(&plain.run_dir), figures(&paused.run_dir));
}

#[test]
fn nobody_else_trains_in_the_folder_of_a_run_under_way() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 2);
    let first = request(folder.path(), quick());
    let handle = start(first.clone(), Arc::new(|| {}));
    handle.pause();
    assert!(handle.events.iter().any(|event| matches!(event, Event::Paused)));
    for resume in [false, true] {
        let events = events_of(RunRequest { resume, ..first.clone() });
        let message = failure(&events);
        assert!(message.contains("another Imago") && message.contains("run"), "{message}");
    }
    handle.resume();
    assert!(matches!(handle.events.iter().last(), Some(Event::Finished { .. })));
    handle.join();
    assert_eq!(figures(&first.run_dir).len(), 2);
    let names: Vec<_> = std::fs::read_dir(&first.run_dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("lock")), "{names:?}");
}

#[test]
fn a_loss_that_is_not_finite_ends_the_run_and_keeps_the_last_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 2);
    // The first epoch is harmless; from the second on the learning rate is absurd.
    let config = TrainConfig { lr: 1e-30, gamma: 1e60, step_size: 1, epochs: 3, arch: Arch::Cnn, ..quick() };
    let request = request(folder.path(), config);
    let events = events_of(request.clone());
    let message = failure(&events);
    assert!(message.contains("lower learning rate") && message.contains("epoch 2"), "{message}");
    assert!(message.contains("The last finished epoch is kept."), "{message}");
    assert_eq!(figures(&request.run_dir).len(), 1);
    assert!(request.run_dir.join(CHECKPOINT_FILE).exists() && request.run_dir.join(MODEL_FILE).exists());
    assert!(!load_run(&request.run_dir).unwrap().summary.unwrap().finished);
}

#[test]
fn a_loss_that_is_not_finite_in_the_first_epoch_leaves_no_folder_and_does_not_say_that_anything_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 2);
    let request = request(folder.path(), TrainConfig { lr: 1e30, arch: Arch::Cnn, ..quick() });
    let events = events_of(request.clone());
    let message = failure(&events);
    assert!(message.contains("lower learning rate") && message.contains("epoch 1"), "{message}");
    assert!(!message.contains("kept"), "{message}");
    assert!(!request.run_dir.exists());
}

#[test]
fn a_broken_picture_is_skipped_and_named_once() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 6, 3);
    std::fs::write(folder.path().join("data/train/red/2.png"), b"broken").unwrap();
    let request = request(folder.path(), quick());
    let events = events_of(request.clone());
    let skipped: Vec<_> =
        events.iter().filter_map(|event| if let Event::Skipped(file) = event { Some(file) } else { None }).collect();
    assert_eq!(skipped.len(), 1, "{events:?}");
    assert!(skipped[0].path.ends_with("train/red/2.png"));
    assert!(matches!(events.last(), Some(Event::Finished { .. })));
    assert_eq!(load_run(&request.run_dir).unwrap().summary.unwrap().skipped.len(), 1);
}

#[test]
fn too_many_broken_pictures_end_the_run_and_leave_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 4);
    for index in 0..2 {
        std::fs::write(folder.path().join(format!("data/val/blue/{index}.png")), b"broken").unwrap();
    }
    let request = request(folder.path(), quick());
    let events = events_of(request.clone());
    let message = failure(&events);
    assert!(message.contains("2 of the 8 validation pictures") && message.contains("val/blue"), "{message}");
    assert!(!request.run_dir.exists());
}

#[test]
fn the_frozen_backbone_learns_a_difference_of_colour() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 6, 4);
    let config = TrainConfig { arch: Arch::Resnet18, epochs: 4, lr: 0.01, ..quick() };
    let request = request(folder.path(), config);
    let events = events_of(request.clone());
    let Some(Event::Finished { best_val_acc, .. }) = events.last() else { panic!("{events:?}") };
    assert!(*best_val_acc > 0.99, "{events:?}");
    let Some(Event::Started { trainable, .. }) = events.first() else { panic!("{events:?}") };
    assert_eq!(*trainable, 512 * 2 + 2);
    assert!(request.run_dir.join(SUMMARY_FILE).exists());
}

fn mixing(mix: Mix, probability: f64) -> AugmentChoice {
    let batch = Some(BatchMix { mix, alpha: 1.0, probability });
    AugmentChoice::Pipeline(Pipeline { batch, ..Pipeline::default() })
}

#[test]
fn a_run_with_mixing_is_the_same_with_any_number_of_threads_and_after_a_resume() {
    let folder = tempfile::tempdir().unwrap();
    // Ten training pictures in batches of four: the last one of an epoch is short.
    write_pictures(&folder.path().join("data"), 5, 3);
    for (arch, mix) in [(Arch::CnnGap, Mix::Mixup), (Arch::Resnet18, Mix::CutMix)] {
        let config = |epochs, threads| TrainConfig {
            arch,
            epochs,
            threads: Some(threads),
            lr: 0.01,
            augment: mixing(mix, 0.8),
            ..quick()
        };
        let run = |name: &str, config: TrainConfig, resume| {
            let run_dir = folder.path().join(format!("{}-{name}", arch.name()));
            let events = events_of(RunRequest { run_dir: run_dir.clone(), resume, ..request(folder.path(), config) });
            assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
            run_dir
        };
        let whole = run("whole", config(2, 2), false);
        assert_eq!(load_run(&whole).unwrap().config.augment, mixing(mix, 0.8), "the run's settings name the mixing");
        assert_eq!(figures(&whole), figures(&run("one-thread", config(2, 1), false)));
        run("parts", config(1, 2), false);
        let parts = run("parts", config(2, 1), true);
        assert_eq!(figures(&whole), figures(&parts));
        let plain = run("plain", TrainConfig { augment: mixing(mix, 0.0), ..config(2, 2) }, false);
        assert_ne!(figures(&whole), figures(&plain), "mixing changed nothing");
        // Resuming without it is another run.
        let other = TrainConfig { augment: AugmentChoice::Preset("recipe".into()), ..config(3, 2) };
        let events = events_of(RunRequest { run_dir: parts, resume: true, ..request(folder.path(), other) });
        assert!(failure(&events).contains("augment"), "{events:?}");
    }
}

#[test]
fn the_loss_of_mixed_batches_is_that_of_their_shares() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 6, 3);
    // Nothing is learned, so that the training loss is that of the same network on the same pictures. At a rate of (nearly)
    // nothing, two classes and random weights it is near ln 2 whatever the targets are; so a network is trained first.
    let trained = TrainConfig { arch: Arch::Resnet18, epochs: 4, lr: 0.01, ..quick() };
    let first = request(folder.path(), trained.clone());
    events_of(first.clone());
    let plain = load_run(&first.run_dir).unwrap().history.epochs;
    let mixed = RunRequest {
        run_dir: folder.path().join("mixed"),
        ..request(folder.path(), TrainConfig { augment: mixing(Mix::Mixup, 1.0), ..trained })
    };
    events_of(mixed.clone());
    let mixed = load_run(&mixed.run_dir).unwrap().history.epochs;
    let (plain, mixed) = (plain.last().unwrap(), mixed.last().unwrap());
    // A mixture has no certain answer: the best possible loss is the entropy of its shares (0.5 on average for two classes
    // and even shares, half of the pairs being of one class), well above what is reached on single pictures.
    assert!(mixed.train_loss > plain.train_loss + 0.1, "{} {}", mixed.train_loss, plain.train_loss);
    assert!(mixed.val_acc > 0.8, "validation pictures are not mixed: {}", mixed.val_acc);
}

#[test]
fn turbo_sees_the_first_views_again_and_again_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("data"), 4, 2);
    let run = |name: &str, views, epochs, resume| {
        let config = TrainConfig { arch: Arch::Resnet18, epochs, views, lr: 0.01, ..quick() };
        let run_dir = folder.path().join(name);
        let events = events_of(RunRequest { run_dir: run_dir.clone(), resume, ..request(folder.path(), config) });
        assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
        figures(&run_dir)
    };
    let fresh = run("fresh", None, 4, false);
    // As many views as epochs: nothing is seen twice, so nothing differs.
    assert_eq!(fresh, run("four", Some(4), 4, false));
    let two = run("two", Some(2), 4, false);
    assert_eq!(fresh[..2], two[..2], "the first two epochs see what they always see");
    assert_ne!(fresh[2]["train_loss"], two[2]["train_loss"], "the third sees the first view again");
    let summary = load_run(&folder.path().join("two")).unwrap().summary.unwrap();
    assert_eq!(summary.views, Some(2));
    // A run that goes on computes the views anew, with the same figures.
    run("resumed", Some(2), 3, false);
    assert_eq!(two, run("resumed", Some(2), 4, true));
}
