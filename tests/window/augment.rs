//! The Augment workspace: the pipeline's cards, the tiles that follow them, and what training gets of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{ColorImage, Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;
use imago::app::ImagoApp;
use imago::app::command::{AugmentCommand, Command};
use imago::app::state::{AugmentState, MIX_CARD, TileContent, Workspace};
use imago::augment::{BatchMix, Mix, Pipeline, Transform};
use imago::base::rng_for;
use imago::dataset::{ItemId, Split};
use imago::train::AugmentChoice;

use crate::common::{Window, colours, harness_with};

/// Pictures in which no two places look alike: 12 for training, 4 for validation, and a broken one.
pub(crate) fn gradients(parent: &Path) -> PathBuf {
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

pub(crate) fn opened(size: [f32; 2]) -> Window {
    let mut window = harness_with(size, gradients);
    window.command(Command::Go(Workspace::Augment));
    settled(&mut window);
    window
}

/// Waits until every tile shows what was last asked for and the pipeline is measured.
pub(crate) fn settled(window: &mut Window) {
    window.run_steps(2);
    window.run_until("all tiles are there", |app: &ImagoApp| {
        let augment = &app.state().augment;
        augment.tiles_settled() && !augment.coverage_is_stale && !augment.tiles.is_empty()
    });
    window.run_steps(2);
}

pub(crate) fn augment(window: &Window) -> &AugmentState {
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

pub(crate) fn chosen(window: &Window) -> AugmentChoice {
    window.shown().train.config.augment.clone()
}

pub(crate) fn set_value(window: &mut Window, role: Role, label: &str, value: f64) {
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
    assert!(window.has_text("Rerolled 3 times: seed 3"));
    window.click("Back to training's draw");
    settled(&mut window);
    assert!(before == pictures(&window));
}

#[test]
fn a_draw_that_one_likes_can_be_trained_with() {
    let mut window = opened([1280.0, 832.0]);
    window.click("Reroll");
    window.click("Reroll");
    settled(&mut window);
    let liked = pictures(&window);
    window.click("Train with seed 2");
    settled(&mut window);
    assert_eq!((window.shown().train.config.seed, augment(&window).reroll), (2, 0));
    assert!(window.has_text("What epoch 1 will see"));
    assert!(liked == pictures(&window), "each picture is drawn as it was");
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
fn a_card_is_dragged_to_another_place() {
    let mut window = opened([1280.0, 832.0]);
    let names =
        |window: &Window| augment(window).pipeline.steps.iter().map(|step| step.transform.name()).collect::<Vec<_>>();
    let at = |window: &Window, label: &str| window.get_by_label(label).rect().center();
    let (from, to) = (at(&window, "Drag Random resized crop"), at(&window, "Drag Horizontal flip"));
    window.drag_at(from);
    window.step();
    for step in 1..=8 {
        window.hover_at(from + (to - from) * 1.5 * (step as f32 / 8.0));
        window.step();
    }
    assert_eq!(names(&window), ["random-resized-crop", "horizontal-flip"], "nothing moves before it is dropped");
    window.drop_at(from + (to - from) * 1.5);
    window.run_steps(3);
    assert_eq!(names(&window), ["horizontal-flip", "random-resized-crop"]);
    assert!(matches!(chosen(&window), AugmentChoice::Pipeline(_)));
    // Back again, and dropped where it was: nothing changes.
    for (distance, expected) in [(1.5, "random-resized-crop"), (0.2, "random-resized-crop")] {
        let (from, to) = (at(&window, "Drag Random resized crop"), at(&window, "Drag Horizontal flip"));
        let to = if distance > 1.0 { to + (to - from) * 0.5 } else { from + (to - from) * distance };
        window.drag_at(from);
        window.step();
        window.hover_at(from + (to - from) * 0.5);
        window.step();
        window.hover_at(to);
        window.step();
        window.drop_at(to);
        window.run_steps(3);
        assert_eq!(names(&window)[0], expected);
    }
}

#[test]
fn a_batch_of_one_picture_is_said_to_have_nothing_to_mix_with() {
    let mut window = opened([1280.0, 832.0]);
    window.get_by_role_and_label(Role::CheckBox, "Mix pictures").click();
    settled(&mut window);
    let alone = "A batch of one picture has nothing to be mixed with";
    assert!(window.has_text("Each tile shows both labels") && !window.has_text(alone));
    window.shown_mut().train.config.batch_size = 1;
    settled(&mut window);
    assert!(window.has_text(alone) && !window.has_text("Each tile shows both labels"));
}

#[test]
fn the_factor_says_that_mixing_has_no_end() {
    let mut window = opened([1280.0, 832.0]);
    window.command(Command::Augment(AugmentCommand::UsePreset("none".to_owned())));
    settled(&mut window);
    assert!(window.has("Factor 1"));
    window.get_by_role_and_label(Role::CheckBox, "Mix pictures").click();
    settled(&mut window);
    assert!(window.has("Factor ∞ (online)") && !window.has("Factor 1"));
    window.get_by_role_and_label(Role::CheckBox, "Mix pictures").click();
    window.run_steps(2);
    let flip = Transform::by_name("horizontal-flip").expect("a flip");
    let seldom = imago::augment::Step { enabled: true, probability: 0.01, transform: flip };
    window.shown_mut().augment.add_step(seldom);
    settled(&mut window);
    assert!(window.has("Factor 2"), "a flip counts however seldom it is");
}

#[test]
fn mixing_has_an_example_and_is_the_last_of_the_steps() {
    let mut window = opened([1280.0, 832.0]);
    window.shown_mut().augment.pipeline.batch = Some(BatchMix { mix: Mix::CutMix, alpha: 1.0, probability: 1.0 });
    settled(&mut window);
    window.run_until("the example and the strip are there", |app| {
        let augment = &app.state().augment;
        let last = augment.strip.as_ref().and_then(|strip| strip.frames.last());
        augment.examples.contains_key(&MIX_CARD) && last.is_some_and(|frame| frame.title == "CutMix")
    });
    window.run_steps(2);
    assert!(window.has("Example: the marked picture, and mixed with another"));
    assert_eq!(augment(&window).examples[&MIX_CARD].after.len(), 3);
    window.command(Command::Augment(AugmentCommand::UsePreset("none".to_owned())));
    window.run_until("the strip follows", |app| {
        app.state().augment.strip.as_ref().is_some_and(|strip| strip.frames.is_empty())
    });
    assert!(!window.has("Example: the marked picture, and mixed with another"));
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
        for count in [4, 2, 1] {
            window.shown_mut().augment.tile_count = count;
            settled(&mut window);
            assert_eq!(augment(&window).tiles.len(), count);
        }
    }
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
