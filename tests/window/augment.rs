//! The Augment workspace: the pipeline's cards, the tiles that follow them, and what training gets of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{ColorImage, Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;
use imago::app::ImagoApp;
use imago::app::command::{AugmentCommand, Command};
use imago::app::state::{AugmentState, EnlargeOutcome, TileContent, Workspace};
use imago::augment::{BatchMix, Mix, Pipeline, Transform};
use imago::base::rng_for;
use imago::dataset::{ItemId, Split};
use imago::train::AugmentChoice;

use crate::common::{Window, colours, harness_with};

/// Pictures in which no two places look alike: 12 for training, 4 for validation, and a broken one.
fn gradients(parent: &Path) -> PathBuf {
    let root = parent.join("gradients");
    for (split, class, count) in [("train", "ants", 6), ("train", "bees", 6), ("val", "ants", 2), ("val", "bees", 2)] {
        let folder = root.join(split).join(class);
        std::fs::create_dir_all(&folder).expect("a folder");
        for number in 0..count {
            let picture = image::RgbImage::from_fn(96, 72, |x, y| {
                image::Rgb([(x * 2) as u8, (y * 3) as u8, (number as u8) * 40 + u8::from(class == "bees") * 20])
            });
            picture.save(folder.join(format!("{class} {number}.png"))).expect("a PNG");
        }
    }
    root
}

fn opened(size: [f32; 2]) -> Window {
    let mut window = harness_with(size, gradients);
    window.command(Command::Go(Workspace::Augment));
    settled(&mut window);
    window
}

/// Waits until every tile shows what was last asked for and the pipeline is measured.
fn settled(window: &mut Window) {
    window.run_steps(2);
    window.run_until("all tiles are there", |app: &ImagoApp| {
        let augment = &app.state().augment;
        augment.tiles_settled() && !augment.coverage_is_stale && !augment.tiles.is_empty()
    });
    window.run_steps(2);
}

fn augment(window: &Window) -> &AugmentState {
    &window.shown().augment
}

/// The tiles' pictures by the pictures that they show.
fn pictures(window: &Window) -> Vec<(ItemId, Arc<ColorImage>)> {
    let pictures = augment(window).tiles.iter().filter_map(|tile| match &tile.shown.as_ref()?.content {
        TileContent::Ready { pixels, texture, .. } => {
            assert!(texture.is_some(), "a picture that is not on the screen");
            Some((tile.item, pixels.clone()))
        }
        TileContent::Failed(_) => None,
    });
    let mut pictures: Vec<_> = pictures.collect();
    pictures.sort_by_key(|(item, _)| *item);
    pictures
}

fn chosen(window: &Window) -> AugmentChoice {
    window.shown().train.config.augment.clone()
}

fn set_value(window: &mut Window, role: Role, label: &str, value: f64) {
    window.get_by_role_and_label(role, label).set_value_accesskit(value);
    window.run_steps(2);
}

#[test]
fn the_tiles_are_exactly_what_training_will_see() {
    let window = opened([1280.0, 832.0]);
    let project = window.shown().project.as_ref().expect("a project");
    let shown = pictures(&window);
    assert_eq!(shown.len(), 12, "all training pictures and no other");
    for (item, picture) in shown {
        let item = project.item(item).expect("an item of the data set");
        assert_eq!(item.split, Split::Train);
        let original = imago::imaging::decode_file(&project.dataset.path_of(item)).expect("a picture");
        let expected = Pipeline::default().apply(&original, 224, &mut rng_for(0, 1, item.id.0));
        let side = picture.size[0] as u32;
        let expected = if side == 224 { expected } else { imago::imaging::resize(&expected, side, side) };
        let expected = ColorImage::from_rgb(picture.size, expected.as_raw());
        assert!(*picture == expected, "{}", item.rel_path.display());
    }
    assert!(window.has_text("What epoch 1 will see: the first 3 batches, 12 of 12 pictures"));
}

#[test]
fn switching_a_step_off_and_on_again_changes_the_tiles_and_what_training_does() {
    let mut window = opened([1280.0, 832.0]);
    let before = pictures(&window);
    window.get_by_role_and_label(Role::CheckBox, "Random resized crop").click();
    settled(&mut window);
    assert!(!augment(&window).pipeline.steps[0].enabled);
    let without = pictures(&window);
    assert_ne!(before, without);
    assert_eq!(chosen(&window), AugmentChoice::Pipeline(augment(&window).pipeline.clone()));
    assert!(augment(&window).is_edited() && window.has("Undo the changes to recipe"));
    window.get_by_role_and_label(Role::CheckBox, "Random resized crop").click();
    settled(&mut window);
    assert!(before == pictures(&window), "switched on again, the same pictures");
    assert_eq!(chosen(&window), AugmentChoice::Preset("recipe".to_owned()));
    assert!(!augment(&window).is_edited());
}

#[test]
fn a_slider_is_followed_by_the_tiles_and_undone_with_one_click() {
    let mut window = opened([1280.0, 832.0]);
    let before = pictures(&window);
    window.click("Show settings: Random resized crop");
    settled(&mut window);
    set_value(&mut window, Role::Slider, "Area kept from", 60.0);
    settled(&mut window);
    let crop = &augment(&window).pipeline.steps[0].transform;
    assert_eq!((crop.get("area.low"), crop.get("area.high")), (0.6, 1.0));
    assert_eq!(crop.get("shape.low"), 0.75, "what was not touched keeps every digit");
    assert_ne!(before, pictures(&window));
    assert_eq!(augment(&window).coverage.as_ref().expect("measured").under_tenth, 0.0);
    set_value(&mut window, Role::Slider, "How often", 40.0);
    assert_eq!(augment(&window).pipeline.steps[0].probability, 0.4);
    window.click("Undo the changes to recipe");
    settled(&mut window);
    assert!(before == pictures(&window));
    assert_eq!(chosen(&window), AugmentChoice::Preset("recipe".to_owned()));
}

#[test]
fn opening_and_drawing_every_kind_of_step_changes_nothing_by_itself() {
    let mut window = opened([1280.0, 832.0]);
    for transform in Transform::all() {
        let title = transform.title();
        window.shown_mut().augment.add_step(imago::augment::Step {
            enabled: true,
            probability: transform.default_probability(),
            transform: transform.clone(),
        });
        window.run_steps(3);
        let step = augment(&window).pipeline.steps.last().expect("the new step");
        assert!(step.transform == transform, "drawing {title} changed it");
        let last = augment(&window).pipeline.steps.len() - 1;
        window.shown_mut().augment.remove_step(last);
    }
}

#[test]
fn reroll_draws_the_same_pictures_anew_and_there_is_a_way_back() {
    let mut window = opened([1280.0, 832.0]);
    let before = pictures(&window);
    let items = |pictures: &[(ItemId, Arc<ColorImage>)]| pictures.iter().map(|(item, _)| *item).collect::<Vec<_>>();
    window.click("Reroll");
    settled(&mut window);
    let once = pictures(&window);
    assert_eq!(items(&before), items(&once));
    assert!(before.iter().zip(&once).all(|((_, before), (_, once))| before != once));
    window.press(Modifiers::NONE, Key::R);
    settled(&mut window);
    let twice = pictures(&window);
    assert!(once != twice && before != twice);
    window.press(Modifiers::COMMAND, Key::R);
    settled(&mut window);
    assert_eq!(augment(&window).reroll, 3);
    window.click("Back to training's draw");
    settled(&mut window);
    assert!(before == pictures(&window));
}

#[test]
fn another_epoch_or_seed_shows_other_pictures_in_another_order() {
    let mut window = opened([1280.0, 832.0]);
    let order = |window: &Window| augment(window).tiles.iter().map(|tile| tile.item).collect::<Vec<_>>();
    let (first, first_pictures) = (order(&window), pictures(&window));
    window.click("Later epoch");
    settled(&mut window);
    assert_eq!(augment(&window).epoch, 2);
    assert!(window.has_text("What epoch 2 will see"));
    assert!(first != order(&window) && first_pictures != pictures(&window));
    window.click("Earlier epoch");
    settled(&mut window);
    assert!(first == order(&window) && first_pictures == pictures(&window));
    window.shown_mut().train.config.seed = 5;
    settled(&mut window);
    assert!(first != order(&window));
}

#[test]
fn a_preset_is_what_training_will_use_and_the_other_way_round() {
    let mut window = opened([1280.0, 832.0]);
    window.get_by_role_and_label(Role::ComboBox, "Preset").click();
    window.run_steps(2);
    window.click("None");
    settled(&mut window);
    assert_eq!(chosen(&window), AugmentChoice::Preset("none".to_owned()));
    assert!(augment(&window).pipeline.steps.is_empty());
    assert_eq!(augment(&window).coverage.as_ref().expect("measured").versions, Some(1));
    assert!(window.has("Factor 1"));
    // Settings of an earlier run are loaded in the Train workspace.
    window.shown_mut().train.config.augment = AugmentChoice::Preset("recipe".to_owned());
    settled(&mut window);
    assert_eq!(augment(&window).pipeline, Pipeline::default());
    assert_eq!(augment(&window).origin, "recipe");
}

#[test]
fn steps_are_added_moved_and_removed_from_their_cards() {
    let mut window = opened([1280.0, 832.0]);
    let names =
        |window: &Window| augment(window).pipeline.steps.iter().map(|step| step.transform.name()).collect::<Vec<_>>();
    assert_eq!(names(&window), ["random-resized-crop", "horizontal-flip"]);
    window.click("Show settings: Horizontal flip");
    window.click("Move up: Horizontal flip");
    assert_eq!(names(&window), ["horizontal-flip", "random-resized-crop"]);
    window.click("Remove: Horizontal flip");
    assert_eq!(names(&window), ["random-resized-crop"]);
    window.click("Add a step");
    window.get_by_role_and_label(Role::Button, "Horizontal flip").click();
    window.run_steps(2);
    assert_eq!(names(&window), ["random-resized-crop", "horizontal-flip"]);
    assert!(window.has("Hide settings: Horizontal flip"), "a new step is open");
    settled(&mut window);
    assert_eq!(chosen(&window), AugmentChoice::Preset("recipe".to_owned()), "the same pipeline as before");
}

#[test]
fn originals_and_the_marked_tile_are_shown() {
    let mut window = opened([1280.0, 832.0]);
    assert!(!augment(&window).originals);
    window.get_by_role_and_label(Role::CheckBox, "Originals").click();
    settled(&mut window);
    assert!(augment(&window).originals);
    let last = augment(&window).tiles.last().expect("tiles").item;
    let item = window.shown().project.as_ref().and_then(|project| project.item(last)).expect("an item").clone();
    let class = if item.class == Some(0) { "ants" } else { "bees" };
    window.get_by_role_and_label(Role::Button, &format!("{class}: {}", item.file_name())).click();
    window.run_steps(2);
    window.run_until("the strip is there", |app| {
        app.state().augment.strip.as_ref().is_some_and(|strip| strip.item == last)
    });
    assert!(window.has("Step by step: Original"));
    assert!(window.has_text("Random resized crop"));
}

#[test]
fn a_pipeline_is_saved_to_a_file_and_read_again() {
    let mut window = opened([1280.0, 832.0]);
    window.get_by_role_and_label(Role::CheckBox, "Horizontal flip").click();
    window.run_steps(2);
    let edited = augment(&window).pipeline.clone();
    let path = window.home.path().join("my insects.toml");
    window.command(Command::Augment(AugmentCommand::Save(path.clone())));
    window.settle();
    assert!(path.is_file() && augment(&window).origin == "my insects" && !augment(&window).is_edited());
    window.command(Command::Augment(AugmentCommand::UsePreset("none".to_owned())));
    window.command(Command::Augment(AugmentCommand::Open(path.clone())));
    window.settle();
    assert_eq!(augment(&window).pipeline, edited);
    std::fs::write(&path, "[[steps]]\ntransform = \"horizontal-flip\"\nprobability = 7\n").expect("written");
    window.command(Command::Augment(AugmentCommand::Open(path)));
    window.settle();
    assert_eq!(augment(&window).pipeline, edited, "a file that is wrong changes nothing");
    let notice = window.shown().notices.last().expect("a notice").text.clone();
    assert!(notice.contains("my insects.toml") && notice.contains("line 3"), "{notice}");
}

#[test]
fn a_picture_that_cannot_be_read_is_one_broken_tile() {
    let mut window = harness_with([1280.0, 832.0], |parent| {
        let root = gradients(parent);
        std::fs::write(root.join("train/bees/broken.jpg"), b"not a picture at all").expect("written");
        root
    });
    window.command(Command::Go(Workspace::Augment));
    settled(&mut window);
    let failed: Vec<_> = augment(&window)
        .tiles
        .iter()
        .filter_map(|tile| match &tile.shown.as_ref()?.content {
            TileContent::Failed(reason) => Some(reason.clone()),
            TileContent::Ready { .. } => None,
        })
        .collect();
    assert_eq!((failed.len(), pictures(&window).len()), (1, 12));
    assert!(!failed[0].is_empty());
}

#[test]
fn without_labelled_training_pictures_the_workspace_says_so() {
    let mut window = harness_with([1024.0, 700.0], |parent| {
        let root = parent.join("loose");
        std::fs::create_dir_all(&root).expect("a folder");
        image::RgbImage::new(30, 20).save(root.join("a.png")).expect("a PNG");
        root
    });
    window.command(Command::Go(Workspace::Augment));
    assert!(window.has("No training pictures"));
    window.click("Go to Data");
    assert_eq!(window.shown().workspace, Workspace::Data);
}

#[test]
fn other_sizes_and_tile_counts_show_as_many_tiles() {
    for size in [[1024.0, 700.0], [1440.0, 900.0]] {
        let mut window = harness_with(size, colours);
        window.command(Command::Go(Workspace::Augment));
        settled(&mut window);
        assert_eq!(augment(&window).tiles.len(), 10, "all there are");
        window.shown_mut().augment.tile_count = 4;
        settled(&mut window);
        assert_eq!(augment(&window).tiles.len(), 4);
    }
}

/// Opens the dialog for offline augmentation. A dialog measures itself in its first frame and shows in the next.
fn enlarge_dialog(window: &mut Window) {
    window.click("Enlarge offline…");
    window.run_steps(3);
}

/// Every file below a folder with its bytes.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).expect("below the folder").to_path_buf();
            (name, std::fs::read(entry.path()).expect("readable"))
        })
        .collect()
}

#[test]
fn the_data_set_is_enlarged_into_a_folder_of_its_own() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    let before = snapshot(&root);
    enlarge_dialog(&mut window);
    window.shot("augment-enlarge");
    assert!(window.has_text("12 → 48 training pictures"));
    set_value(&mut window, Role::SpinButton, "Factor", 3.0);
    assert_eq!(augment(&window).enlarge.factor, 3);
    assert!(window.has_text("12 → 36 training pictures"));
    let out = root.with_file_name("gradients-enlarged");
    assert_eq!(augment(&window).enlarge.folder.path, out, "a folder beside the data set is proposed");
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("the data set is enlarged", |app| app.state().augment.enlarge.outcome.is_some());
    window.run_steps(2);
    assert!(window.has_text("Done: 36 training pictures (12 originals, 24 variants), 4 for validation and test."));
    assert!(window.has("Show folder") && window.has("Open as data set"));
    window.shot("augment-enlarged");
    let notice = window.shown().notices.last().expect("a notice").text.clone();
    assert!(notice.contains("gradients-enlarged"), "{notice}");
    assert_eq!(snapshot(&root), before, "the data set was changed");
    let files = snapshot(&out);
    assert_eq!(files.iter().filter(|(name, _)| name.starts_with("train")).count(), 36);
    assert_eq!(files.iter().filter(|(name, _)| name.starts_with("val")).count(), 4);
    assert!(!out.join("INCOMPLETE.txt").exists());
    // The first version of a picture is what the tiles show of epoch 1.
    let variant = imago::imaging::decode_file(&out.join("train/ants/ants 0_aug1.jpg")).expect("a picture");
    assert_eq!(variant.dimensions(), (224, 224));
    window.click("Open as data set");
    window.run_until("it is open", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.root == out && app.state().opening.is_none())
    });
    assert!(!augment(&window).enlarge.open);
}

#[test]
fn enlarging_can_be_stopped_and_gone_on_with() {
    let mut window = opened([1280.0, 832.0]);
    let out = window.home.path().join("larger");
    enlarge_dialog(&mut window);
    window.shown_mut().augment.enlarge.factor = 200;
    window.command(Command::Augment(AugmentCommand::EnlargeInto(out.clone())));
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("it is under way", |app| app.state().augment.enlarge.job.is_some());
    window.step();
    assert!(window.has("Progress of enlarging") && window.has("Cancel: Enlarging"), "in the dialog and at the foot");
    window.click("Stop");
    window.run_until("it has stopped", |app| app.state().augment.enlarge.outcome.is_some());
    window.run_steps(2);
    assert_eq!(augment(&window).enlarge.outcome, Some(EnlargeOutcome::Cancelled(out.clone())));
    assert!(out.join("INCOMPLETE.txt").exists() && window.has_text("is incomplete"));
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("it is done", |app| {
        matches!(app.state().augment.enlarge.outcome, Some(EnlargeOutcome::Done { .. }))
    });
    assert!(!out.join("INCOMPLETE.txt").exists());
    assert_eq!(snapshot(&out).iter().filter(|(name, _)| name.starts_with("train")).count(), 2400);
}

#[test]
fn a_folder_that_may_not_be_used_is_refused_in_the_dialog() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    let before = snapshot(&root);
    enlarge_dialog(&mut window);
    for (folder, words) in [(root.join("new"), "in the data set"), (PathBuf::from("not whole"), "not a whole path")] {
        window.command(Command::Augment(AugmentCommand::EnlargeInto(folder)));
        window.get_by_role_and_label(Role::Button, "Enlarge").click();
        window.run_until("it is refused", |app| {
            matches!(app.state().augment.enlarge.outcome, Some(EnlargeOutcome::Failed(_)))
        });
        window.run_steps(2);
        assert!(window.has_text(words), "{words}");
    }
    assert_eq!(snapshot(&root), before);
    window.click("Close");
    assert!(!augment(&window).enlarge.open);
}

#[test]
fn pictures_that_cannot_be_read_are_listed_after_enlarging() {
    let mut window = harness_with([1280.0, 832.0], |parent| {
        let root = gradients(parent);
        std::fs::write(root.join("train/bees/broken.jpg"), b"not a picture at all").expect("written");
        root
    });
    window.command(Command::Go(Workspace::Augment));
    settled(&mut window);
    enlarge_dialog(&mut window);
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("the data set is enlarged", |app| app.state().augment.enlarge.outcome.is_some());
    window.run_steps(2);
    assert!(window.has_text("broken.jpg") && window.has_text("12 originals"));
}

#[test]
fn mixed_tiles_are_what_training_will_see_and_name_both_labels() {
    let mut window = opened([1280.0, 832.0]);
    let before = pictures(&window);
    window.get_by_role_and_label(Role::CheckBox, "Mix pictures").click();
    settled(&mut window);
    assert_eq!(augment(&window).pipeline.batch, Some(BatchMix::default()));
    window.shown_mut().augment.pipeline.batch = Some(BatchMix { mix: Mix::CutMix, alpha: 1.0, probability: 1.0 });
    settled(&mut window);
    let AugmentChoice::Pipeline(chosen) = chosen(&window) else { panic!("not what training will use") };
    assert_eq!(chosen, augment(&window).pipeline);
    let project = window.shown().project.as_ref().expect("a project");
    let seen = |item: ItemId| {
        let item = project.item(item).expect("an item of the data set");
        let original = imago::imaging::decode_file(&project.dataset.path_of(item)).expect("a picture");
        Pipeline::default().apply(&original, 224, &mut rng_for(0, 1, item.id.0))
    };
    let tiles = &augment(&window).tiles;
    assert_eq!(tiles.len(), 12, "three batches of four");
    for (slot, tile) in tiles.iter().enumerate() {
        let shown = tile.shown.as_ref().expect("a tile");
        let other = tiles[slot / 4 * 4 + (slot + 3) % 4].item;
        let plan = chosen.batch.expect("mixing").draw_for_batch(0, 1, slot / 4 + 1, 224).expect("always mixed");
        let mixed = shown.mixed.expect("mixed");
        assert_eq!((mixed.item, mixed.own_share), (other, plan.own_share));
        let mut expected = seen(tile.item);
        plan.mix_picture(&mut expected, &seen(other));
        let TileContent::Ready { pixels, .. } = &shown.content else { panic!("no picture") };
        let side = pixels.size[0] as u32;
        let expected = if side == 224 { expected } else { imago::imaging::resize(&expected, side, side) };
        assert!(**pixels == ColorImage::from_rgb(pixels.size, expected.as_raw()), "tile {slot}");
    }
    assert!(window.has_text(" % · "), "both labels on a tile");
    window.shot("augment-mixed");
    window.get_by_role_and_label(Role::CheckBox, "Mix pictures").click();
    settled(&mut window);
    assert!(before == pictures(&window) && !augment(&window).is_edited());
}
