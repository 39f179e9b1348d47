//! The lessons: opened in every way, tried out by role and label, by keyboard, in both languages.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::ImagoApp;
use imago::app::command::{AugmentCommand, Command, UiCommand};
use imago::app::state::{LessonPage, LessonPicture, LessonSource, ShownPlane, Workspace};
use imago::augment::Pipeline;
use imago::base::rng_for;
use imago::lang::Language;
use imago::lessons::{Kernel, PoolKind};

use crate::common::{Window, colours, harness, harness_with};

/// For training two pictures, dark at the left and bright at the right, and one of a single pixel; for validation a broken one.
fn halves(parent: &Path) -> PathBuf {
    let root = parent.join("halves");
    let folder = root.join("train/red");
    std::fs::create_dir_all(&folder).expect("a folder");
    let picture = |width, height, edge| {
        image::RgbImage::from_fn(width, height, |x, _| image::Rgb([if x < edge { 40 } else { 200 }; 3]))
    };
    picture(40, 30, 20).save(folder.join("a.png")).expect("a PNG");
    picture(40, 30, 8).save(folder.join("b.png")).expect("a PNG");
    picture(1, 1, 0).save(folder.join("c.png")).expect("a PNG");
    let whole = std::fs::read(folder.join("a.png")).expect("a PNG");
    let folder = root.join("val/red");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("d.png"), &whole[..whole.len() / 2]).expect("half a PNG");
    root
}

fn opened(make: fn(&Path) -> PathBuf, page: LessonPage) -> Window {
    let mut window = harness_with([1024.0, 700.0], make);
    window.command(Command::ShowLesson(page));
    window.settle();
    window
}

fn result(window: &Window) -> ShownPlane {
    window.shown().lessons.convolution.result.clone().expect("a result")
}

fn radio(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::RadioButton, name).click();
    window.run_steps(3);
}

#[test]
fn the_lessons_are_opened_by_palette_top_bar_and_links_and_closed_by_escape() {
    let mut window = harness_with([1280.0, 800.0], colours);
    window.press(Modifiers::COMMAND, Key::K);
    window.run_steps(2);
    window.get_by_label("Command").type_text("open lessons");
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    window.settle();
    assert!(window.shown().lessons.open && window.has("Lessons"));
    assert!(matches!(window.shown().lessons.picture, LessonPicture::Ready(_)));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.shown().lessons.open);

    window.click("Open lessons");
    assert!(window.shown().lessons.open);
    window.click("Close");
    assert!(!window.shown().lessons.open);

    window.command(Command::Go(Workspace::Augment));
    window.click("What augmentation changes");
    window.settle();
    assert_eq!((window.shown().lessons.open, window.shown().lessons.page), (true, LessonPage::Augmentation));
    window.press(Modifiers::NONE, Key::Escape);
    window.command(Command::Go(Workspace::Train));
    window.click("CNN + global average pooling");
    window.click("Try out convolution and pooling");
    assert_eq!((window.shown().lessons.open, window.shown().lessons.page), (true, LessonPage::Convolution));
}

#[test]
fn another_kernel_gives_another_result_and_its_arithmetic_can_be_read() {
    let mut window = opened(halves, LessonPage::Convolution);
    let edges = result(&window);
    // Only where dark meets bright: (200 − 40) · (1 + 2 + 1).
    assert_eq!(edges.plane.largest(), 640.0);
    assert!(window.has("(40 + 2·0 − 3) / 1 + 1 = 38") && window.has_text("Result, 38 × 28"));
    radio(&mut window, "Identity");
    assert_eq!(result(&window).plane.largest(), 200.0);
    assert_eq!(Kernel::of_weights(&window.shown().lessons.convolution.settings.weights), Some(Kernel::Identity));
    radio(&mut window, "Vertical edges");
    window.shown_mut().lessons.convolution.marker = [18, 10];
    window.run_steps(2);
    assert!(window.has_text("40 × −1 + 40 × 0 + 200 × 1 + "), "the nine products");
    assert!(window.has_text("= 640"));
    radio(&mut window, "2");
    assert!(window.has("(40 + 2·0 − 3) / 2 + 1 = 19"));
    window.get_by_role_and_label(Role::CheckBox, "Padding with zeros").click();
    window.run_steps(3);
    assert!(window.has("(40 + 2·1 − 3) / 2 + 1 = 20"));
    assert_eq!(result(&window).plane.width(), 20);
}

#[test]
fn a_weight_is_edited_and_relu_takes_what_is_negative() {
    let mut window = opened(halves, LessonPage::Convolution);
    radio(&mut window, "Identity");
    window.get_by_role_and_label(Role::SpinButton, "Weight 2, 2").set_value_accesskit(-2.0);
    window.run_steps(3);
    assert_eq!(window.shown().lessons.convolution.settings.weights[4], -2.0);
    assert!(result(&window).has_negative && result(&window).plane.values().iter().all(|value| *value < 0.0));
    assert!(window.has_text("Tones: −400 to 400"));
    window.get_by_role_and_label(Role::CheckBox, "ReLU").click();
    window.run_steps(3);
    assert!(result(&window).plane.values().iter().all(|value| *value == 0.0));
    assert!(window.has_text(", ReLU 0"));
}

#[test]
fn the_marker_follows_the_pointer_and_the_arrow_keys() {
    let mut window = opened(halves, LessonPage::Convolution);
    let name = "Result: point at a pixel, or move the marker with the arrow keys";
    let place = window.get_by_role_and_label(Role::Image, name).rect().center();
    window.hover_at(place);
    window.run_steps(2);
    let at = window.shown().lessons.convolution.marker;
    assert!((18..=19).contains(&at[0]) && (13..=14).contains(&at[1]), "the middle of 38 × 28: {at:?}");
    window.get_by_role_and_label(Role::Image, name).focus();
    window.hover_at(egui::pos2(4.0, 4.0));
    window.run_steps(2);
    for key in [Key::ArrowRight, Key::ArrowRight, Key::ArrowUp] {
        window.press(Modifiers::NONE, key);
    }
    assert_eq!(window.shown().lessons.convolution.marker, [at[0] + 2, at[1] - 1]);
    for _ in 0..60 {
        window.press(Modifiers::NONE, Key::ArrowLeft);
    }
    assert_eq!(window.shown().lessons.convolution.marker, [0, at[1] - 1]);
}

#[test]
fn pictures_are_gone_through_and_one_that_cannot_be_read_or_is_tiny_gets_a_sentence() {
    let mut window = opened(halves, LessonPage::Convolution);
    assert!(window.has("a.png"));
    window.click("Previous picture");
    window.settle();
    assert!(window.has("d.png") && window.has_text("This picture can’t be read: "));
    assert!(window.unnamed_controls().is_empty());
    window.click("Previous picture");
    window.settle();
    assert!(window.has("c.png") && window.has_text("This picture is smaller than the kernel"));
    window.get_by_role_and_label(Role::CheckBox, "Padding with zeros").click();
    window.run_steps(3);
    assert_eq!(result(&window).plane.values().len(), 1);
    window.get_by_role_and_label(Role::Tab, "Pooling").click();
    window.settle();
    assert!(window.has_text("This picture is smaller than the square"));
    window.get_by_role_and_label(Role::Tab, "Augmentation").click();
    window.settle();
    assert_eq!(window.shown().lessons.augmentation.variants.len(), 8);
    window.click("Next picture");
    window.click("Next picture");
    window.settle();
    assert!(window.has("a.png"));
}

#[test]
fn the_selected_picture_is_the_one_that_is_tried_out_on() {
    let mut window = harness_with([1024.0, 700.0], halves);
    let id = window.shown().project.as_ref().unwrap().dataset.items[1].id;
    window.shown_mut().data.selection.cursor = Some(id);
    window.command(Command::Ui(UiCommand::Lessons));
    window.settle();
    assert_eq!(window.shown().lessons.source, Some(LessonSource::Item(id)));
    assert!(window.has("b.png"));
}

#[test]
fn pooling_keeps_few_numbers_and_notices_little_of_a_shift() {
    let mut window = opened(halves, LessonPage::Pooling);
    let lesson = |window: &Window| window.shown().lessons.pooling.clone();
    let (before, after) = lesson(&window).differences.expect("measured");
    assert!(before > 0.0 && after < before, "{before} {after}");
    assert!(window.has_text("Moved by 1 pixel, the picture differs from itself by "));
    let size = |plane: &ShownPlane| (plane.plane.width(), plane.plane.height());
    // 38 × 28 edges, of which 8 columns are kept for the shift.
    assert_eq!(lesson(&window).before.as_ref().map(size), Some((30, 28)));
    assert_eq!(lesson(&window).after.as_ref().map(size), Some((15, 14)));
    assert!(window.has("25 % remain"));
    radio(&mut window, "4");
    assert_eq!((lesson(&window).settings.window, lesson(&window).settings.stride), (4, 4));
    assert_eq!(lesson(&window).after.as_ref().map(size), Some((7, 7)));
    radio(&mut window, "Average");
    radio(&mut window, "Photograph");
    assert_eq!((lesson(&window).settings.kind, lesson(&window).on_edges), (PoolKind::Average, false));
    assert!(window.has_text("In the marked square the average of 16 numbers is "));
    window.get_by_role_and_label(Role::Slider, "Move the picture by").set_value_accesskit(0.0);
    window.run_steps(3);
    assert_eq!(lesson(&window).differences, Some((0.0, 0.0)));
    assert!(window.has_text("Move the picture to see"));
    window.get_by_role_and_label(Role::Slider, "Stride").set_value_accesskit(1.0);
    window.run_steps(3);
    assert_eq!(lesson(&window).settings.stride, 1);
}

#[test]
fn the_variants_are_what_training_sees_and_the_way_leads_to_augment() {
    let mut window = opened(halves, LessonPage::Augmentation);
    let kept = |window: &Window| -> Vec<f32> {
        window.shown().lessons.augmentation.variants.iter().map(|variant| variant.trace.kept_share()).collect()
    };
    let first = kept(&window);
    let project = window.shown().project.as_ref().unwrap();
    let item = &project.dataset.items[0];
    let picture = imago::imaging::decode_file(&project.dataset.path_of(item)).unwrap();
    let expected: Vec<f32> = (1..=8)
        .map(|epoch| {
            let mut rng = rng_for(0, epoch, item.id.0);
            Pipeline::default().apply_traced(&picture, 224, &mut rng).1.kept_share()
        })
        .collect();
    assert_eq!(first, expected);
    assert!(window.has_text("25 epochs × 3 = 75 pictures: hardly two of them alike."));
    window.click("Reroll");
    window.settle();
    assert_ne!(kept(&window), first);
    assert!(window.has("Rerolled: training will draw other numbers."));
    window.click("Preset");
    window.run_steps(2);
    window.click("None");
    window.settle();
    assert!(window.has_text("25 epochs × 3 = 75 pictures: the same 3 every time."));
    assert!(window.has("Epochs with new pictures: 1 of 25"));
    window.click("Open in Augment");
    window.settle();
    assert!(!window.shown().lessons.open);
    assert_eq!(window.shown().workspace, Workspace::Augment);
    assert_eq!(Some(&window.shown().augment.pipeline), Pipeline::preset("none").as_ref());
}

#[test]
fn without_a_data_set_a_drawn_picture_is_tried_out_on_and_another_data_set_takes_its_place() {
    let mut window = harness([1024.0, 700.0]);
    window.command(Command::Ui(UiCommand::Lessons));
    window.settle();
    assert_eq!(window.shown().lessons.source, Some(LessonSource::Drawn(0)));
    assert!(window.has("drawn ant 1") && matches!(window.shown().lessons.picture, LessonPicture::Ready(_)));
    window.click("Next picture");
    window.settle();
    assert!(window.has("drawn bee 2"));
    window.get_by_role_and_label(Role::Tab, "Augmentation").click();
    window.settle();
    assert!(window.has_text("Their label stays “bee”."));
    assert!(!window.has("Open in Augment"));
    let folder = colours(window.home.path());
    window.open(&folder);
    window.settle();
    assert!(matches!(window.shown().lessons.source, Some(LessonSource::Item(_))));
    window.command(Command::Augment(AugmentCommand::UsePreset("strong".to_owned())));
    window.settle();
    assert_eq!(window.shown().lessons.augmentation.variants.len(), 8);
}

#[test]
fn every_control_of_the_lessons_has_a_name_in_both_languages_and_all_fits_into_the_smallest_window() {
    let mut window = opened(halves, LessonPage::Convolution);
    for language in Language::ALL {
        window.command(Command::Ui(UiCommand::Speak(language)));
        for page in LessonPage::ALL {
            window.shown_mut().lessons.page = page;
            window.settle();
            assert!(window.unnamed_controls().is_empty(), "{page:?}: {:#?}", window.unnamed_controls());
            let nodes = window.root().children_recursive();
            let beyond = nodes.filter_map(|node| {
                let node = node.accesskit_node();
                let bounds = node.bounding_box().filter(|bounds| bounds.x1 > 1024.5)?;
                Some(format!("{:?} {bounds:?}", node.label()))
            });
            let beyond: Vec<_> = beyond.collect();
            assert!(beyond.is_empty(), "{page:?} in {language:?}: {beyond:#?}");
            window.shot(&format!("lessons-{page:?}-{}", language.code()));
        }
    }
    assert!(window.has("小课堂") && window.has("卷积"));
}

#[test]
fn a_picture_that_is_written_anew_is_read_again() {
    let mut window = opened(halves, LessonPage::Convolution);
    window.changes_files(&["train/red/a.png"]);
    window.run_until("the watch", ImagoApp::is_watching);
    assert_eq!(result(&window).plane.largest(), 640.0);
    let path = window.home.path().join("halves/train/red/a.png");
    image::RgbImage::from_pixel(40, 30, image::Rgb([90; 3])).save(path).expect("a PNG");
    window.run_until("the flat picture", |app| {
        app.state().lessons.convolution.result.as_ref().is_some_and(|result| result.plane.largest() == 0.0)
    });
}
