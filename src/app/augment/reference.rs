//! The reference picture of a step that moves colours towards it: measured in a job, so that the numbers are in the pipeline
//! and the picture itself is not needed for training.

use std::path::{Path, PathBuf};

use super::AugmentMessage;
use crate::app::imago_app::Cx;
use crate::app::jobs::Message;
use crate::app::state::NoticeLevel;
use crate::augment::Transform;
use crate::augment::transforms::ColorMood;
use crate::imaging;
use crate::lang::{self, t};

/// Measures a picture for the step of `card`.
pub(super) fn measure(card: u64, path: PathBuf, cx: &mut Cx<'_>) {
    cx.services.jobs.spawn("reference", "", move |job| {
        let outcome = mood_of(&path);
        job.send(Message::Augment(AugmentMessage::Measured(card, outcome)));
    });
}

/// The same for the picture of the marked tile.
pub(super) fn measure_marked(card: u64, cx: &mut Cx<'_>) {
    let augment = &cx.state.augment;
    let Some(project) = &cx.state.project else { return };
    let marked = augment.tiles.get(augment.selected).and_then(|tile| project.item(tile.item));
    if let Some(path) = marked.map(|item| project.dataset.path_of(item)) {
        measure(card, path, cx);
    }
}

fn mood_of(path: &Path) -> Result<ColorMood, String> {
    let picture = imaging::decode_file(path).map_err(|error| {
        t!(
            "The picture {path} could not be read: {reason}.",
            path = path.display(),
            reason = lang::sentence(&error.reason())
        )
    })?;
    Ok(ColorMood::of(&super::reduced(picture)))
}

/// Takes over what was measured, unless the step is gone by now.
pub(super) fn measured(card: u64, outcome: Result<ColorMood, String>, cx: &mut Cx<'_>) {
    let mood = match outcome {
        Ok(mood) => mood,
        Err(reason) => return cx.state.notify(NoticeLevel::Error, reason),
    };
    let augment = &mut cx.state.augment;
    let place = augment.views.iter().position(|view| view.id == card);
    let step = place.and_then(|place| augment.pipeline.steps.get_mut(place));
    if let Some(Transform::SeasonAndLight(season)) = step.map(|step| &mut step.transform) {
        season.set_reference(mood);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dusk.png");
        image::RgbImage::from_pixel(4, 3, image::Rgb([20, 40, 90])).save(&path).unwrap();
        let mood = mood_of(&path).unwrap();
        assert!((mood.mean[1] + 20.0).abs() < 1e-6, "{mood:?}");
        std::fs::write(&path, "no picture").unwrap();
        assert!(mood_of(&path).unwrap_err().contains("dusk.png"));
    }
}
