//! Pictures from files as textures. Panels ask for them while drawing; the application decodes what was asked for in the
//! background, uploads a few a frame, and forgets the ones not seen for longest when they take too many bytes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::TextureHandle;

/// A part of a picture, in its pixels, upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Which picture, and how large.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PictureKey {
    /// The file.
    pub path: Arc<Path>,
    /// Longer side in pixels at most; rounded to a few steps, so that a size slider does not decode anew at every pixel.
    pub max_side: u32,
    /// A part of it; none: the whole.
    pub part: Option<Part>,
}

/// What there is of a picture.
#[derive(Clone)]
pub enum Picture {
    /// It is being decoded, or waits for it.
    Loading,
    /// It is there.
    Ready {
        /// The texture, no larger than asked for.
        texture: TextureHandle,
        /// Size of the original in pixels, upright.
        original_size: [u32; 2],
    },
    /// It can't be read: one sentence.
    Failed(String),
}

/// A picture with what is needed to forget it in time.
pub(in crate::app) struct PictureEntry {
    pub picture: Picture,
    pub bytes: usize,
    pub last_used_frame: u64,
}

/// All pictures that are there or wanted.
#[derive(Default)]
pub struct Pictures {
    pub(in crate::app) entries: HashMap<PictureKey, PictureEntry>,
    /// Asked for in this frame and not there, in the order of asking.
    pub(in crate::app) wanted: Vec<PictureKey>,
    /// Asked for and on the way.
    pub(in crate::app) on_the_way: usize,
    /// Files that are others now: what is being decoded of them is of the old ones.
    pub(in crate::app) forgotten: HashSet<PathBuf>,
    /// Whether parts of pictures were asked for in this frame.
    pub(in crate::app) shows_parts: bool,
    pub(in crate::app) frame: u64,
    pub(in crate::app) bytes: usize,
}

impl Pictures {
    /// The picture in `path`, no larger than about `max_side_pixels`. Asking for it is what gets it decoded, so it is to be
    /// asked for in every frame in which it is shown.
    pub fn get(&mut self, path: &Path, max_side_pixels: f32) -> Picture {
        let key = PictureKey { path: Arc::from(path), max_side: step_up(max_side_pixels), part: None };
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.last_used_frame = self.frame;
            if !matches!(entry.picture, Picture::Loading) {
                return entry.picture.clone();
            }
        }
        self.wanted.push(key.clone());
        // Another size of the same picture is better than none until the right one is there; the largest is best.
        for side in SIDES.into_iter().rev() {
            if side != key.max_side {
                let other = PictureKey { path: key.path.clone(), max_side: side, part: None };
                if let Some(entry) = self.entries.get_mut(&other)
                    && matches!(entry.picture, Picture::Ready { .. })
                {
                    entry.last_used_frame = self.frame;
                    return entry.picture.clone();
                }
            }
        }
        Picture::Loading
    }

    /// A part of a picture that is looked at closely, its longer side at most `max_side` pixels, and which part it is: until
    /// the one that is asked for is there, the one before.
    pub fn part(&mut self, path: &Path, part: Part, max_side: u32) -> Option<(TextureHandle, Part)> {
        self.shows_parts = true;
        let mut key = PictureKey { path: Arc::from(path), max_side, part: Some(part) };
        if !self.entries.contains_key(&key) {
            self.wanted.push(key.clone());
            let parts = self.entries.iter().filter(|(other, _)| other.part.is_some() && other.path == key.path);
            key = parts.max_by_key(|(_, entry)| entry.last_used_frame)?.0.clone();
        }
        let entry = self.entries.get_mut(&key)?;
        entry.last_used_frame = self.frame;
        match &entry.picture {
            Picture::Ready { texture, .. } => Some((texture.clone(), key.part?)),
            Picture::Loading | Picture::Failed(_) => None,
        }
    }

    /// The parts that are there, with the size of each one's texture.
    pub fn parts(&self) -> Vec<(Part, [usize; 2])> {
        let ready = self.entries.iter().filter_map(|(key, entry)| match &entry.picture {
            Picture::Ready { texture, .. } => Some((key.part?, texture.size())),
            Picture::Loading | Picture::Failed(_) => None,
        });
        ready.collect()
    }

    /// Forgets the other parts of the same picture: one is shown at a time, and they are large.
    pub(in crate::app) fn forget_other_parts(&mut self, shown: &PictureKey) {
        let bytes = &mut self.bytes;
        self.entries.retain(|key, entry| {
            let stays = key.part.is_none() || key.path != shown.path || key == shown;
            if !stays {
                *bytes -= entry.bytes;
            }
            stays
        });
    }

    /// Asks for a picture that will be shown soon.
    pub fn prefetch(&mut self, path: PathBuf, max_side_pixels: f32) {
        let key = PictureKey { path: Arc::from(path), max_side: step_up(max_side_pixels), part: None };
        if !self.entries.contains_key(&key) {
            self.wanted.push(key);
        }
    }

    /// Whether pictures that were asked for are not there yet.
    pub fn is_loading(&self) -> bool {
        !self.wanted.is_empty() || self.on_the_way > 0
    }

    /// How many pictures are there.
    pub fn ready(&self) -> usize {
        self.entries.values().filter(|entry| matches!(entry.picture, Picture::Ready { .. })).count()
    }

    /// Forgets pictures in all their sizes: the files are others now.
    pub fn forget(&mut self, paths: &HashSet<&Path>) {
        let bytes = &mut self.bytes;
        self.entries.retain(|key, entry| {
            let stays = !paths.contains(key.path.as_ref());
            if !stays {
                *bytes -= entry.bytes;
            }
            stays
        });
        self.forgotten.extend(paths.iter().map(|path| path.to_path_buf()));
    }

    /// Forgets which pictures can't be read: they are tried again when they are in view.
    pub fn retry_failed(&mut self) {
        self.entries.retain(|_, entry| !matches!(entry.picture, Picture::Failed(_)));
    }

    /// Bytes of the textures held.
    pub fn bytes_held(&self) -> usize {
        self.bytes
    }
}

/// A whole picture has this many pixels at its longer side at most; of larger ones a part is shown when they are looked at
/// closely.
pub(in crate::app) const LARGEST_SIDE: u32 = 2048;

/// The sizes that are decoded.
const SIDES: [u32; 6] = [128, 192, 320, 640, 1280, LARGEST_SIDE];

/// The size that is decoded for a picture of which `side` pixels are shown.
pub(in crate::app) fn step_up(side: f32) -> u32 {
    SIDES.into_iter().find(|step| *step as f32 >= side).unwrap_or(SIDES[SIDES.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_not_there_is_wanted_and_sizes_are_rounded_up() {
        let mut pictures = Pictures::default();
        assert!(matches!(pictures.get(Path::new("a.jpg"), 150.0), Picture::Loading));
        assert_eq!(pictures.wanted[0].max_side, 192);
        assert_eq!(step_up(9999.0), 2048);
    }
}
