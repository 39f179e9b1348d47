//! No words of the interface are cut off, in either language.

use egui::epaint::TextShape;
use egui::{Rect, Shape};
use imago::app::command::Command;
use imago::app::state::{LanguageChoice, Workspace};

use crate::common::{Window, furnished};

/// Every text that is drawn, with what is left of it after clipping.
fn texts(window: &Window) -> Vec<(TextShape, Rect)> {
    fn collect(shape: &Shape, clip: Rect, into: &mut Vec<(TextShape, Rect)>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, into)),
            Shape::Text(text) => into.push((text.clone(), clip)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    window.output().shapes.iter().for_each(|shape| collect(&shape.shape, shape.clip_rect, &mut found));
    found
}

/// A path, a file's name, or the title of a run: these may be of any length.
fn is_given_by_the_user(window: &Window, words: &str) -> bool {
    let runs = window.shown().results.runs.iter().map(|run| run.title.clone());
    let mut given = runs.chain([window.home.path().display().to_string(), ".jpg".to_owned()]);
    let start = words.split('…').next().unwrap_or_default();
    words.contains(std::path::MAIN_SEPARATOR) || given.any(|name| name.starts_with(start) || words.contains(&name))
}

/// What is cut off at a side, or ends in "…" though it is no name that the user has given.
fn cut_off(window: &Window) -> Vec<String> {
    let mut wrong = Vec::new();
    for (text, clip) in texts(window) {
        let rect = text.visual_bounding_rect();
        let words = text.galley.text();
        // Rows that are half scrolled out of view are meant.
        let is_in_view = clip.y_range().contains(rect.center().y) && clip.intersects(rect);
        if words.is_empty() || !is_in_view {
            continue;
        }
        if rect.left() < clip.left() - 1.5 || rect.right() > clip.right() + 1.5 {
            wrong.push(format!("“{words}” is cut off: {rect:?} in {clip:?}"));
        }
        // At the end it stands on buttons that open a dialog.
        let is_shortened = text.galley.elided || words.trim_end_matches('…').contains('…');
        if is_shortened && !is_given_by_the_user(window, words) {
            wrong.push(format!("“{words}” is shortened: {rect:?}"));
        }
    }
    wrong
}

#[test]
fn no_words_are_cut_off_in_any_workspace_in_either_language() {
    let mut window = furnished([1280.0, 832.0]);
    let mut wrong = Vec::new();
    for language in [LanguageChoice::English, LanguageChoice::Chinese] {
        window.shown_mut().settings.language = language;
        for [width, height] in [[1024.0, 700.0], [1280.0, 832.0]] {
            window.set_size(egui::vec2(width, height));
            for workspace in Workspace::ALL {
                window.command(Command::Go(workspace));
                window.settle();
                window.run_steps(2);
                assert!(texts(&window).len() > 10);
                wrong.extend(
                    cut_off(&window).into_iter().map(|what| format!("{language:?} {width} {workspace:?}: {what}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
