//! Carries out what the Data workspace asks for: the index for searching and sorting, the file manager, the drawings of the
//! welcome screen and of empty states, and the name mark.

use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

use egui::{Color32, ColorImage, TextureOptions};

use super::command::DataCommand;
use super::imago_app::Cx;
use super::jobs::Message;
use super::state::{DataIndex, JobId, NameMark, NoticeLevel, Specimen, Workspace};
use crate::dataset::{self, ItemId};
use crate::imaging::{self, ExifFacts};
use crate::lang::{self, key, t, tn};

/// Up to this many pictures are indexed on the spot, in a few milliseconds; more of them in a job.
const INDEXED_AT_ONCE: usize = 2_000;
/// Pictures whose camera's facts are kept at most.
const EXIF_KEPT: usize = 4_096;
/// Side of the drawings in pixels.
const SPECIMEN_PIXELS: u32 = 480;
/// The name mark for dark surfaces, and for light ones.
const NAME_MARKS: [&[u8]; 2] =
    [include_bytes!("../../assets/wordmark-dark.png"), include_bytes!("../../assets/wordmark.png")];

/// What its jobs report.
pub enum DataMessage {
    /// A data set's index is there.
    Indexed(JobId, DataIndex),
    /// One of the drawings is there: its place, what it shows, its class, and the same at half its size.
    Drawn(usize, &'static str, usize, [ColorImage; 2]),
    /// The name mark for dark surfaces, and for light ones.
    Marked([ColorImage; 2]),
    /// What a camera wrote into a picture.
    Exif(JobId, ItemId, ExifFacts),
    /// The thumbnail cache is empty: how many there were, and their bytes.
    Cleared(usize, u64),
    /// The file manager could not be started: why.
    NotShown(String),
}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// The job that makes the index of the data set that is open.
    indexing: Option<JobId>,
    /// The job that reads what a camera wrote; one at a time, so that going fast through pictures starts no crowd of threads.
    reading_exif: Option<JobId>,
    /// Whether the drawings are there or under way.
    specimens_asked: bool,
}

/// Carries out a command.
pub(super) fn handle(command: DataCommand, cx: &mut Cx<'_>) {
    match command {
        DataCommand::Suggest(command) => super::suggest::handle(command, cx),
        DataCommand::ClearThumbnails => {
            let cache = cx.services.thumbnails.clone();
            let line = cx.services.jobs.spawn("thumbnails", t!("Clearing the thumbnail cache"), move |job| {
                let (count, bytes) = cache.clear();
                job.send(Message::Data(DataMessage::Cleared(count, bytes)));
            });
            cx.state.jobs.push(line);
        }
        DataCommand::ShowInFolder(path) => {
            cx.services.jobs.spawn("file-manager", "", move |job| {
                if let Err(reason) = show_in_folder(&path) {
                    job.send(Message::Data(DataMessage::NotShown(reason)));
                }
            });
        }
    }
}

/// Folds in what a job reports.
pub(super) fn receive(message: DataMessage, cx: &mut Cx<'_>) {
    match message {
        DataMessage::Indexed(job, index) if cx.services.data.indexing == Some(job) => {
            cx.services.data.indexing = None;
            cx.state.data.index = Some(Arc::new(index));
        }
        DataMessage::Indexed(..) => {}
        DataMessage::Drawn(place, name, class, [image, small]) => {
            let small = cx.ctx.load_texture(format!("small specimen {place}"), small, TextureOptions::LINEAR);
            let texture = cx.ctx.load_texture(format!("specimen {place}"), image, TextureOptions::LINEAR);
            let specimens = &mut cx.state.data.specimens;
            let at = place.min(specimens.len());
            specimens.insert(at, Specimen { texture, small, name, class });
        }
        DataMessage::Marked(pictures) => {
            let [on_dark, on_light] =
                pictures.map(|picture| cx.ctx.load_texture("name mark", picture, TextureOptions::LINEAR));
            cx.state.data.name_mark = Some(NameMark { on_dark, on_light });
        }
        DataMessage::Exif(job, id, facts) if cx.services.data.reading_exif == Some(job) => {
            cx.services.data.reading_exif = None;
            let exif = &mut cx.state.data.exif;
            if exif.len() >= EXIF_KEPT {
                exif.clear();
            }
            exif.insert(id, facts);
        }
        DataMessage::Exif(..) => {}
        DataMessage::Cleared(count, bytes) => {
            let text = tn!(
                count,
                "The thumbnail cache is empty: {n} small picture ({megabytes:.1} MB) was removed. It is made again as needed.",
                "The thumbnail cache is empty: {n} small pictures ({megabytes:.1} MB) were removed. They are made again as needed.",
                megabytes = bytes as f64 / 1e6
            );
            cx.state.notify(NoticeLevel::Success, text);
        }
        DataMessage::NotShown(reason) => cx.state.notify(NoticeLevel::Error, reason),
    }
}

/// Another data set is open, or none any more.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    if let Some(job) = cx.services.data.indexing.take() {
        cx.services.jobs.cancel(job);
    }
    cx.services.data.reading_exif = None;
    cx.state.data.project_changed(cx.state.project.as_ref());
    let Some(project) = &cx.state.project else { return };
    let dataset = project.dataset.clone();
    if dataset.items.len() <= INDEXED_AT_ONCE {
        cx.state.data.index = Some(Arc::new(DataIndex::of(&dataset)));
    } else {
        let line = cx.services.jobs.spawn("index", "", move |job| {
            let index = DataIndex::of(&dataset);
            job.send(Message::Data(DataMessage::Indexed(job.id, index)));
        });
        cx.services.data.indexing = Some(line.id);
    }
}

/// Once a frame, before drawing.
pub(super) fn tick(cx: &mut Cx<'_>) {
    read_exif(cx);
    // For the welcome screen, and for whatever of an open data set is empty: drawn once.
    if !cx.services.data.specimens_asked {
        cx.services.data.specimens_asked = true;
        cx.services.jobs.spawn("specimens", "", |job| {
            if let [Some(on_dark), Some(on_light)] = NAME_MARKS.map(name_mark) {
                job.send(Message::Data(DataMessage::Marked([on_dark, on_light])));
            }
            let drawings = [
                (dataset::Specimen::Ant, key!("ant"), 0, 3),
                (dataset::Specimen::Bee, key!("bee"), 1, 5),
                (dataset::Specimen::Ant, key!("ant"), 0, 11),
            ];
            for (place, (kind, name, class, seed)) in drawings.into_iter().enumerate() {
                if job.cancel.is_cancelled() {
                    return;
                }
                let drawn = dataset::draw_specimen(kind, seed, SPECIMEN_PIXELS);
                let size = [drawn.width() as usize, drawn.height() as usize];
                let image = ColorImage::from_rgba_unmultiplied(size, drawn.as_raw());
                let small = halved(&image);
                job.send(Message::Data(DataMessage::Drawn(place, name, class, [image, small])));
            }
        });
    }
}

/// The name mark with as many pixels as a screen of twice the usual density has for it.
fn name_mark(png: &[u8]) -> Option<ColorImage> {
    let mark = image::load_from_memory_with_format(png, image::ImageFormat::Png).ok()?.into_rgba8();
    let size = [mark.width() as usize, mark.height() as usize];
    Some(halved(&ColorImage::from_rgba_unmultiplied(size, mark.as_raw())))
}

/// The picture at half its size: each pixel is the mean of four.
fn halved(image: &ColorImage) -> ColorImage {
    let [width, height] = image.size.map(|side| side / 2);
    let at = |x: usize, y: usize| image.pixels[y * image.size[0] + x].to_array().map(u16::from);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let four = [at(2 * x, 2 * y), at(2 * x + 1, 2 * y), at(2 * x, 2 * y + 1), at(2 * x + 1, 2 * y + 1)];
            // Colours are premultiplied: what is transparent takes no part.
            let mean = |channel: usize| (four.iter().map(|pixel| pixel[channel]).sum::<u16>() / 4) as u8;
            pixels.push(Color32::from_rgba_premultiplied(mean(0), mean(1), mean(2), mean(3)));
        }
    }
    ColorImage::new([width, height], pixels)
}

/// Has what a camera wrote into the picture in the inspector read, where it is not known yet.
fn read_exif(cx: &mut Cx<'_>) {
    let data = &cx.state.data;
    let is_seen = cx.state.workspace == Workspace::Data && data.inspector_open;
    let (true, None, Some(id)) = (is_seen, cx.services.data.reading_exif, data.selection.cursor) else { return };
    let Some(project) = cx.state.project.as_ref().filter(|_| !data.exif.contains_key(&id)) else { return };
    let Some(path) = project.item(id).map(|item| project.dataset.path_of(item)) else { return };
    let line = cx.services.jobs.spawn("exif", "", move |job| {
        let facts = imaging::read_exif(&path);
        job.send(Message::Data(DataMessage::Exif(job.id, id, facts)));
    });
    cx.services.data.reading_exif = Some(line.id);
}

/// Starts the system's file manager at a file's folder, with the file marked where that can be asked for.
fn show_in_folder(path: &Path) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    let mut process = if cfg!(target_os = "macos") {
        let mut open = Process::new("open");
        open.arg("-R").arg(path);
        open
    } else if cfg!(windows) {
        let mut explorer = Process::new("explorer");
        explorer.arg("/select,").arg(path);
        explorer
    } else {
        let mut open = Process::new("xdg-open");
        open.arg(folder);
        open
    };
    let cannot = |why: String| {
        t!(
            "The file manager could not be opened at {path}: {why}. The path can be copied instead.",
            path = folder.display(),
            why = why
        )
    };
    let status = process
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| cannot(format!("{} ({})", process.get_program().to_string_lossy(), lang::said(&error))))?;
    // Explorer answers 1 even when all is well.
    if status.success() || cfg!(windows) { Ok(()) } else { Err(cannot(t!("it ended with {status}", status = status))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_mark_can_be_read_for_both_themes() {
        for png in NAME_MARKS {
            assert_eq!(name_mark(png).map(|mark| mark.size), Some([211, 84]));
        }
    }

    #[test]
    fn a_picture_at_half_its_size_has_the_means_of_four_pixels_and_loses_an_odd_edge() {
        let pixels = (0..15_u8).map(|shade| Color32::from_rgba_premultiplied(shade, 0, 0, 255)).collect();
        let small = halved(&ColorImage::new([5, 3], pixels));
        assert_eq!(small.size, [2, 1]);
        // Of 0, 1, 5, 6 and of 2, 3, 7, 8.
        let means = small.pixels.iter().map(|pixel| (pixel.r(), pixel.a())).collect::<Vec<_>>();
        assert_eq!(means, [(3, 255), (5, 255)]);
    }
}
