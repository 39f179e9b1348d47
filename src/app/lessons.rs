//! Keeps the lessons up to date: has the picture read in a job, works out convolution and pooling on the spot (well under a
//! millisecond each), and has the variants drawn in a job.

use std::collections::HashSet;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureOptions};
use image::RgbImage;

use super::augment::{drawing_seed, reduced};
use super::imago_app::Cx;
use super::jobs::Message;
use super::state::{
    JobId, LESSON_VARIANTS, LessonOriginal, LessonPage, LessonPicture, LessonSource, LessonVariant, MOST_SHIFT,
    PoolingLesson, ShownPlane,
};
use super::textures::upload;
use crate::augment::{Pipeline, Trace};
use crate::base::rng_for;
use crate::dataset::sample::draw_scene;
use crate::dataset::{ItemId, Specimen};
use crate::imaging::{self, Preprocess};
use crate::lang::t;
use crate::lessons::{Convolution, Plane, Pooling, difference, tones};

/// The longer side of the picture that is convolved and pooled: few enough pixels to see each of them.
const PLANE_SIDE: u32 = 112;
/// The longer side of the picture in colour.
const COLOUR_SIDE: u32 = 480;
/// The seed of the drawn pictures.
const DRAWN_SEED: u64 = 5;

/// A picture that was read.
pub struct Loaded {
    /// As large as variants need it.
    whole: Arc<RgbImage>,
    plane: Plane,
    colour: ColorImage,
}

/// What its jobs report.
pub enum LessonsMessage {
    /// The picture is there, or can't be read.
    Loaded(JobId, Result<Box<Loaded>, String>),
    /// The variants are there.
    Varied(JobId, Vec<(ColorImage, Trace)>),
}

/// What decides the variants.
#[derive(Clone, PartialEq)]
struct Wanted {
    serial: u64,
    item: u64,
    pipeline: Pipeline,
    seed: u64,
}

/// What the lessons keep that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// The picture that is there, or can't be read.
    loaded: Option<LessonSource>,
    whole: Option<Arc<RgbImage>>,
    serial: u64,
    /// One at a time, so that going fast through pictures starts no crowd of threads.
    loading: Option<(JobId, LessonSource)>,
    convolved: Option<(u64, Convolution)>,
    pooled: Option<(u64, Pooling, bool, usize)>,
    varied: Option<Wanted>,
    varying: Option<(JobId, Wanted)>,
}

/// Opens the lessons, at `page` where one is named, on the picture that is looked at.
pub(super) fn show(page: Option<LessonPage>, cx: &mut Cx<'_>) {
    let lessons = &mut cx.state.lessons;
    lessons.open = true;
    lessons.page = page.unwrap_or(lessons.page);
    if let Some(id) = cx.state.data.selection.cursor.filter(|_| cx.state.project.is_some()) {
        lessons.source = Some(LessonSource::Item(id));
    }
    tick(cx);
}

/// Another data set is open, or the same, read again; or none.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    cx.state.lessons.forget_picture();
    let service = &mut cx.services.lessons;
    // Whatever a job still brings belongs to the data set before.
    *service = Service { serial: service.serial, ..Service::default() };
}

/// These pictures' files are others now.
pub(super) fn rewritten(pictures: &HashSet<ItemId>, cx: &mut Cx<'_>) {
    let service = &mut cx.services.lessons;
    let is_one = |source: &LessonSource| matches!(source, LessonSource::Item(id) if pictures.contains(id));
    // What is shown stays until it was read again.
    service.loaded.take_if(|source| is_one(source));
    service.loading.take_if(|(_, source)| is_one(source));
}

/// Once a frame, before drawing.
pub(super) fn tick(cx: &mut Cx<'_>) {
    if !cx.state.lessons.open {
        return;
    }
    choose(cx);
    load(cx);
    match cx.state.lessons.page {
        LessonPage::Convolution => convolve(cx),
        LessonPage::Pooling => pool(cx),
        LessonPage::Augmentation => vary(cx),
    }
}

/// Sees to it that the source is a picture that there is.
fn choose(cx: &mut Cx<'_>) {
    let project = cx.state.project.as_ref();
    let is_there = match cx.state.lessons.source {
        Some(LessonSource::Item(id)) => project.is_some_and(|project| project.item(id).is_some()),
        Some(LessonSource::Drawn(_)) => project.is_none_or(|project| project.dataset.items.is_empty()),
        None => false,
    };
    if !is_there {
        let first = project.and_then(|project| project.dataset.items.first());
        let source = first.map_or(LessonSource::Drawn(0), |item| LessonSource::Item(item.id));
        cx.state.lessons.source = Some(source);
    }
}

/// Has the picture read where it is not the one that is there.
fn load(cx: &mut Cx<'_>) {
    let service = &mut cx.services.lessons;
    let Some(source) = cx.state.lessons.source.filter(|source| service.loaded != Some(*source)) else { return };
    if service.loading.is_some() {
        return;
    }
    let read: Box<dyn FnOnce() -> Result<RgbImage, String> + Send> = match source {
        LessonSource::Drawn(number) => Box::new(move || Ok(draw_scene(drawn_kind(number), DRAWN_SEED, number))),
        LessonSource::Item(id) => {
            let Some(project) = &cx.state.project else { return };
            let Some(path) = project.item(id).map(|item| project.dataset.path_of(item)) else { return };
            Box::new(move || imaging::decode_file(&path).map_err(|error| error.to_string()))
        }
    };
    let line = cx.services.jobs.spawn("lesson-picture", "", move |job| {
        let outcome = read().map(|picture| Box::new(Loaded::new(picture)));
        job.send(Message::Lessons(LessonsMessage::Loaded(job.id, outcome)));
    });
    service.loading = Some((line.id, source));
}

/// What the drawn picture of this number shows.
fn drawn_kind(number: u64) -> Specimen {
    if number.is_multiple_of(2) { Specimen::Ant } else { Specimen::Bee }
}

impl Loaded {
    fn new(picture: RgbImage) -> Self {
        let whole = reduced(picture);
        let small = imaging::at_most(whole.clone(), PLANE_SIDE);
        let colour = imaging::at_most(whole.clone(), COLOUR_SIDE);
        Self {
            plane: Plane::from_rgb(small.width() as usize, small.as_raw()),
            colour: color_image(&colour),
            whole: Arc::new(whole),
        }
    }
}

fn color_image(picture: &RgbImage) -> ColorImage {
    ColorImage::from_rgb([picture.width() as usize, picture.height() as usize], picture.as_raw())
}

/// Folds in what a job reports.
pub(super) fn receive(message: LessonsMessage, cx: &mut Cx<'_>) {
    let service = &mut cx.services.lessons;
    match message {
        LessonsMessage::Loaded(job, outcome) => {
            let Some((_, source)) = service.loading.take_if(|(loading, _)| *loading == job) else { return };
            loaded(source, outcome, cx);
        }
        LessonsMessage::Varied(job, variants) => {
            let Some((_, wanted)) = service.varying.take_if(|(varying, _)| *varying == job) else { return };
            // Of the picture before: those of the new one are asked for next.
            if wanted.serial != service.serial {
                return;
            }
            service.varied = Some(wanted);
            let mut old = std::mem::take(&mut cx.state.lessons.augmentation.variants).into_iter();
            let variants = variants.into_iter().map(|(picture, trace)| {
                let old = old.next().map(|old| old.texture);
                let texture = upload(old, cx.ctx, "lesson-variant", picture, TextureOptions::LINEAR);
                LessonVariant { texture, trace: Box::new(trace) }
            });
            cx.state.lessons.augmentation.variants = variants.collect();
        }
    }
}

fn loaded(source: LessonSource, outcome: Result<Box<Loaded>, String>, cx: &mut Cx<'_>) {
    let service = &mut cx.services.lessons;
    let lessons = &mut cx.state.lessons;
    service.loaded = Some(source);
    lessons.forget_picture();
    match outcome {
        Ok(loaded) => {
            service.serial += 1;
            let Loaded { whole, plane, colour } = *loaded;
            let middle = [plane.width() / 2, plane.height() / 2];
            let grey = plane_image(&plane, &tones(&plane).rgb);
            let load = |name: &str, image, options| cx.ctx.load_texture(name, image, options);
            lessons.picture = LessonPicture::Ready(LessonOriginal {
                serial: service.serial,
                plane: Arc::new(plane),
                grey: load("lesson-grey", grey, TextureOptions::NEAREST),
                colour: load("lesson-colour", colour, TextureOptions::LINEAR),
            });
            service.whole = Some(whole);
            // In the middle, where the thing itself is more likely than at the border.
            lessons.convolution.marker = middle;
            lessons.pooling.marker = middle.map(|at| at / lessons.pooling.settings.stride.max(1));
        }
        Err(reason) => {
            lessons.picture = LessonPicture::Failed(reason);
            service.whole = None;
        }
    }
}

/// A job is over; one that brought nothing failed, which was said.
pub(super) fn ended(job: JobId, cx: &mut Cx<'_>) {
    let service = &mut cx.services.lessons;
    if let Some((_, wanted)) = service.varying.take_if(|(varying, _)| *varying == job) {
        // Not tried again with the same numbers.
        service.varied = Some(wanted);
    }
    if let Some((_, source)) = service.loading.take_if(|(loading, _)| *loading == job) {
        loaded(source, Err(t!("reading this picture failed unexpectedly").to_owned()), cx);
    }
}

/// The picture that is there and is the one that is wanted.
fn original(cx: &Cx<'_>) -> Option<LessonOriginal> {
    match &cx.state.lessons.picture {
        LessonPicture::Ready(original) => Some(original.clone()),
        _ => None,
    }
}

fn convolve(cx: &mut Cx<'_>) {
    let Some(original) = original(cx) else { return };
    let lesson = &mut cx.state.lessons.convolution;
    let wanted = (original.serial, lesson.settings);
    if lesson.result.is_some() && cx.services.lessons.convolved == Some(wanted) {
        return;
    }
    cx.services.lessons.convolved = Some(wanted);
    let result = lesson.settings.apply(&original.plane);
    lesson.result = Some(shown(result, lesson.result.take(), cx.ctx, "lesson-convolved"));
}

fn pool(cx: &mut Cx<'_>) {
    let Some(original) = original(cx) else { return };
    let lesson = &mut cx.state.lessons.pooling;
    let PoolingLesson { settings, on_edges, shift, .. } = *lesson;
    let wanted = (original.serial, settings, on_edges, shift);
    if lesson.after.is_some() && cx.services.lessons.pooled == Some(wanted) {
        return;
    }
    cx.services.lessons.pooled = Some(wanted);
    let edges = Convolution { relu: true, ..Convolution::default() };
    let whole = if on_edges { edges.apply(&original.plane) } else { original.plane.as_ref().clone() };
    // A part of the picture is moved over the whole, so that nothing has to be made up at its border.
    let margin = margin_of(whole.width());
    let part = |shift: usize| whole.columns(margin - shift.min(margin), whole.width() - margin);
    let (still, moved) = (part(0), part(shift));
    let (still_after, moved_after) = (settings.apply(&still), settings.apply(&moved));
    lesson.differences = Some((difference(&still, &moved), difference(&still_after, &moved_after)));
    lesson.before = Some(shown(moved, lesson.before.take(), cx.ctx, "lesson-before"));
    lesson.after = Some(shown(moved_after, lesson.after.take(), cx.ctx, "lesson-pooled"));
}

/// How far a picture of this width can be moved.
fn margin_of(width: usize) -> usize {
    MOST_SHIFT.min(width / 4)
}

fn vary(cx: &mut Cx<'_>) {
    let Some(original) = original(cx) else { return };
    let state = &cx.state.lessons.augmentation;
    let pipeline = state.preset.and_then(Pipeline::preset).unwrap_or_else(|| cx.state.augment.pipeline.clone());
    let item = match cx.state.lessons.source {
        Some(LessonSource::Item(id)) => id.0,
        Some(LessonSource::Drawn(number)) => number,
        None => return,
    };
    let seed = drawing_seed(cx.state.train.config.seed, state.reroll);
    let wanted = Wanted { serial: original.serial, item, pipeline, seed };
    let service = &mut cx.services.lessons;
    let (Some(whole), None) = (&service.whole, &service.varying) else { return };
    if service.varied.as_ref() == Some(&wanted) {
        return;
    }
    let (whole, asked) = (whole.clone(), wanted.clone());
    let line = cx.services.jobs.spawn("lesson-variants", "", move |job| {
        let size = Preprocess::default().crop;
        // Exactly what training sees of this picture in its first epochs, as in the Augment workspace.
        let variants = (1..=LESSON_VARIANTS as u64).map(|epoch| {
            let mut rng = rng_for(asked.seed, epoch, asked.item);
            let (picture, trace) = asked.pipeline.apply_traced(&whole, size, &mut rng);
            (color_image(&picture), trace)
        });
        let variants = variants.collect();
        job.send(Message::Lessons(LessonsMessage::Varied(job.id, variants)));
    });
    service.varying = Some((line.id, wanted));
}

fn shown(plane: Plane, old: Option<ShownPlane>, ctx: &Context, name: &str) -> ShownPlane {
    let tones = tones(&plane);
    let old = old.and_then(|old| old.texture);
    let texture =
        (!plane.is_empty()).then(|| upload(old, ctx, name, plane_image(&plane, &tones.rgb), TextureOptions::NEAREST));
    ShownPlane { plane: Arc::new(plane), texture, white: tones.white, has_negative: tones.has_negative }
}

fn plane_image(plane: &Plane, rgb: &[u8]) -> ColorImage {
    ColorImage::from_rgb([plane.width(), plane.height()], rgb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_becomes_small_enough_to_see_its_pixels_and_is_never_enlarged() {
        let loaded = Loaded::new(RgbImage::from_pixel(1200, 600, image::Rgb([9, 9, 9])));
        assert_eq!((loaded.plane.width(), loaded.plane.height()), (112, 56));
        assert_eq!(loaded.colour.size, [480, 240]);
        let tiny = Loaded::new(RgbImage::new(1, 1));
        assert_eq!((tiny.plane.width(), tiny.plane.height(), tiny.whole.dimensions()), (1, 1, (1, 1)));
    }

    #[test]
    fn even_a_picture_of_a_few_pixels_keeps_some_when_it_is_moved() {
        assert_eq!([0, 1, 3, 4, 31, 128].map(margin_of), [0, 0, 0, 1, 7, 8]);
    }
}
