//! Decodes the pictures that panels ask for: a few threads, newest wishes first, a few uploads a frame, a bound in bytes.
//!
//! Small ones are looked for in the thumbnail cache first, and kept there when there is nothing better to do. The first of a
//! data set that is being opened are read before the window knows of it.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context, TextureOptions};

use super::picture_parts::Originals;
use super::state::{Picture, PictureKey, Pictures};
use crate::imaging::{self, DecodeError, Thumbnail, ThumbnailCache};

/// Textures kept at most, in bytes. The ones not seen for longest go first.
const BYTES_KEPT: usize = 256 << 20;
/// Bytes uploaded in one frame at most, so that no frame stutters; one picture always goes. 500 of the smallest: more come
/// together only when a whole screen is filled.
const UPLOAD_BYTES_A_FRAME: usize = 24 << 20;
/// While more pictures are being decoded a frame is drawn this often at most: painting one for each would take the processor
/// from decoding the others where it is done in software.
const DRAW_EVERY: Duration = Duration::from_millis(66);
/// And not before this many times as long as painting a frame takes, for the same reason.
const PAINTINGS: f32 = 2.0;
/// No longer than this, however long painting takes.
const DRAW_AT_LEAST_EVERY: Duration = Duration::from_millis(300);
/// Bytes of the pictures that are read before the window asks for them: as many as fill a large screen.
const AHEAD_BYTES: usize = 48 << 20;
/// Pictures up to this size are kept on disk; larger ones are few and take more room than decoding them takes time.
const KEPT_SIDE: u32 = 320;
/// Bytes of pictures that wait to be kept on disk at most. Beyond it they are kept at once, at the cost of those that wait
/// to be decoded.
const TO_KEEP_BYTES: usize = 64 << 20;

struct Decoded {
    key: PictureKey,
    outcome: Result<(ColorImage, [u32; 2]), String>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    originals: Originals,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    /// What is to be decoded next, first things first.
    wanted: VecDeque<PictureKey>,
    /// What the window will ask for soon, to be decoded when nothing else is.
    ahead: VecDeque<PictureKey>,
    /// Threads that are decoding.
    decoding: usize,
    /// To be kept on disk when nothing is to be decoded.
    to_keep: VecDeque<(PictureKey, Thumbnail)>,
    to_keep_bytes: usize,
    /// Threads that are writing to the disk.
    keeping: usize,
    /// What a thread has taken and is not a texture yet; without it every frame would ask for it again.
    under_way: HashSet<PictureKey>,
    /// Of these, what comes is of a file that was another one.
    outdated: HashSet<PictureKey>,
    /// When the last frame began.
    drawn: Option<Instant>,
    /// Between two frames while pictures are being decoded.
    pause: Duration,
    /// The window is closed.
    ended: bool,
}

impl QueueState {
    /// Pictures that are no textures yet.
    fn on_the_way(&self) -> usize {
        self.wanted.len() + self.ahead.len() + self.under_way.len()
    }

    /// A thread has decoded its picture. When the window is to draw it: at once if it was the last one, else in time.
    fn decoded(&mut self) -> Duration {
        self.decoding -= 1;
        let is_last = self.decoding == 0 && self.wanted.is_empty() && self.ahead.is_empty();
        let since = self.drawn.map_or(Duration::MAX, |drawn| drawn.elapsed());
        if is_last { Duration::ZERO } else { self.pause.max(DRAW_EVERY).saturating_sub(since) }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads pictures before the window asks for them.
#[derive(Clone)]
pub(super) struct Ahead(Arc<Queue>);

impl Ahead {
    /// Has the first of these files decoded, no larger than about `max_side_pixels`, until the window asks for pictures itself.
    pub(super) fn read(&self, paths: impl Iterator<Item = PathBuf>, max_side_pixels: f32) {
        let max_side = super::state::step_up(max_side_pixels);
        let most = AHEAD_BYTES / (max_side as usize * max_side as usize * 4);
        let keys = paths.take(most).map(|path| PictureKey { path: Arc::from(path), max_side, part: None }).collect();
        self.0.lock().ahead = keys;
        self.0.changed.notify_all();
    }
}

/// The decoding threads.
pub(super) struct PictureService {
    queue: Arc<Queue>,
    decoded: Receiver<Decoded>,
    waiting: VecDeque<Decoded>,
}

impl PictureService {
    /// Starts the threads; `wake` makes the window draw again after a time.
    pub(super) fn new(wake: &Arc<dyn Fn(Duration) + Send + Sync>, cache: &Arc<ThumbnailCache>) -> Self {
        let queue = Arc::new(Queue::default());
        let (sender, decoded) = unbounded();
        let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(1, 4));
        for number in 0..threads {
            let (queue, sender, wake, cache) = (queue.clone(), sender.clone(), wake.clone(), cache.clone());
            // Without threads pictures stay skeletons; the rest of the window works.
            let _ = std::thread::Builder::new()
                .name(format!("imago-pictures-{number}"))
                .spawn(move || decode_loop(&queue, &cache, &sender, wake.as_ref()));
        }
        Self { queue, decoded, waiting: VecDeque::new() }
    }

    /// For reading pictures before they are asked for.
    pub(super) fn ahead(&self) -> Ahead {
        Ahead(self.queue.clone())
    }

    /// How long the frame before took with painting, where that is known.
    pub(super) fn frame_took(&self, secs: Option<f32>) {
        let pause =
            secs.map_or(Duration::ZERO, |secs| Duration::try_from_secs_f32(secs * PAINTINGS).unwrap_or_default());
        self.queue.lock().pause = pause.min(DRAW_AT_LEAST_EVERY);
    }

    /// After drawing: passes on what was asked for.
    pub(super) fn request(&self, pictures: &mut Pictures) {
        pictures.frame += 1;
        let mut queue = self.queue.lock();
        let mut seen = HashSet::with_capacity(pictures.wanted.len());
        // What was asked for earlier and is not wanted any more (scrolled past) is dropped.
        queue.wanted.clear();
        if !pictures.wanted.is_empty() {
            queue.ahead.clear();
        }
        for key in pictures.wanted.drain(..) {
            // Of parts one at a time: while the view is moved every frame asks for another one.
            let is_another_part = key.part.is_some()
                && queue.under_way.iter().any(|other| other.part.is_some() && other.path == key.path);
            let is_new = !pictures.entries.contains_key(&key) && !queue.under_way.contains(&key);
            if is_new && !is_another_part && seen.insert(key.clone()) {
                queue.wanted.push_back(key);
            }
        }
        if !std::mem::take(&mut pictures.shows_parts) {
            self.queue.originals.clear();
        }
        pictures.on_the_way = queue.on_the_way();
        if !queue.wanted.is_empty() {
            self.queue.changed.notify_all();
        }
    }

    /// Before drawing: turns decoded pictures into textures, and forgets the oldest.
    pub(super) fn upload(&mut self, ctx: &Context, pictures: &mut Pictures) {
        self.waiting.extend(self.decoded.try_iter());
        self.queue.lock().drawn = Some(Instant::now());
        self.outdate(pictures);
        let mut uploaded = 0;
        while let Some(decoded) = self.waiting.pop_front() {
            {
                let mut queue = self.queue.lock();
                queue.under_way.remove(&decoded.key);
                // It is asked for again in the next frame that shows it.
                if queue.outdated.remove(&decoded.key) {
                    continue;
                }
            }
            let (picture, bytes) = match decoded.outcome {
                Ok((image, original_size)) => {
                    let bytes = image.pixels.len() * 4;
                    let name = decoded.key.path.to_string_lossy().into_owned();
                    (
                        Picture::Ready {
                            texture: ctx.load_texture(name, image, TextureOptions::LINEAR),
                            original_size,
                        },
                        bytes,
                    )
                }
                Err(reason) => (Picture::Failed(reason), 0),
            };
            uploaded += bytes;
            let last_used_frame = pictures.frame;
            let entry = super::state::PictureEntry { picture, bytes, last_used_frame };
            if decoded.key.part.is_some() {
                pictures.forget_other_parts(&decoded.key);
            }
            if let Some(old) = pictures.entries.insert(decoded.key, entry) {
                pictures.bytes -= old.bytes;
            }
            pictures.bytes += bytes;
            if uploaded >= UPLOAD_BYTES_A_FRAME {
                break;
            }
        }
        if !self.waiting.is_empty() {
            ctx.request_repaint();
        }
        pictures.on_the_way = self.queue.lock().on_the_way();
        forget_oldest(pictures);
    }

    /// What is being decoded of files that are others now is not to be shown.
    fn outdate(&self, pictures: &mut Pictures) {
        let forgotten = std::mem::take(&mut pictures.forgotten);
        if forgotten.is_empty() {
            return;
        }
        let mut queue = self.queue.lock();
        let outdated: Vec<_> =
            queue.under_way.iter().filter(|key| forgotten.contains(key.path.as_ref())).cloned().collect();
        queue.outdated.extend(outdated);
    }

    /// Nothing is decoded or waits to be (for tests).
    pub(super) fn is_idle(&self) -> bool {
        let queue = self.queue.lock();
        let nothing_to_keep = queue.to_keep.is_empty() && queue.keeping == 0;
        let nothing_decoded = self.waiting.is_empty() && self.decoded.is_empty();
        queue.wanted.is_empty()
            && queue.ahead.is_empty()
            && queue.under_way.is_empty()
            && nothing_decoded
            && nothing_to_keep
    }
}

impl Drop for PictureService {
    fn drop(&mut self) {
        self.queue.lock().ended = true;
        self.queue.changed.notify_all();
    }
}

fn forget_oldest(pictures: &mut Pictures) {
    if pictures.bytes <= BYTES_KEPT {
        return;
    }
    let mut by_age: Vec<_> =
        pictures.entries.iter().map(|(key, entry)| (entry.last_used_frame, entry.bytes, key.clone())).collect();
    by_age.sort_by_key(|(frame, ..)| *frame);
    for (last_used, bytes, key) in by_age {
        // A margin below the bound, so that this is not done in every frame; what is on screen stays.
        if pictures.bytes <= BYTES_KEPT / 8 * 7 || last_used + 2 >= pictures.frame {
            break;
        }
        pictures.entries.remove(&key);
        pictures.bytes -= bytes;
    }
}

/// What a thread does next.
enum Task {
    Decode(PictureKey),
    Keep(PictureKey, Thumbnail),
}

fn next_task(queue: &Queue) -> Option<Task> {
    let mut state = queue.lock();
    loop {
        if state.ended {
            return None;
        }
        if let Some(key) = state.wanted.pop_front().or_else(|| state.ahead.pop_front()) {
            if state.under_way.insert(key.clone()) {
                state.decoding += 1;
                return Some(Task::Decode(key));
            }
            continue;
        }
        if let Some((key, thumbnail)) = state.to_keep.pop_front() {
            state.to_keep_bytes -= thumbnail.image.as_raw().len();
            state.keeping += 1;
            return Some(Task::Keep(key, thumbnail));
        }
        state = queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

fn decode_loop(
    queue: &Queue,
    cache: &ThumbnailCache,
    sender: &Sender<Decoded>,
    wake: &(dyn Fn(Duration) + Send + Sync),
) {
    while let Some(task) = next_task(queue) {
        let key = match task {
            Task::Decode(key) => key,
            Task::Keep(key, thumbnail) => {
                cache.put(&key.path, key.max_side, &thumbnail);
                queue.lock().keeping -= 1;
                continue;
            }
        };
        let (outcome, is_new) = match key.part {
            Some(part) => (queue.originals.cut(&key.path, part, key.max_side), false),
            None => decode(&key, cache),
        };
        let outcome = outcome.map_err(|error| error.to_string()).map(|thumbnail| {
            let size = [thumbnail.image.width() as usize, thumbnail.image.height() as usize];
            let original_size = [thumbnail.original_width, thumbnail.original_height];
            (ColorImage::from_rgb(size, thumbnail.image.as_raw()), original_size, thumbnail)
        });
        let (outcome, thumbnail) = match outcome {
            Ok((image, size, thumbnail)) => (Ok((image, size)), Some(thumbnail)),
            Err(reason) => (Err(reason), None),
        };
        if sender.send(Decoded { key: key.clone(), outcome }).is_err() {
            return;
        }
        let delay = queue.lock().decoded();
        wake(delay);
        if let Some(thumbnail) = thumbnail.filter(|_| is_new) {
            let mut state = queue.lock();
            if state.to_keep_bytes < TO_KEEP_BYTES {
                state.to_keep_bytes += thumbnail.image.as_raw().len();
                state.to_keep.push_back((key, thumbnail));
            } else {
                drop(state);
                cache.put(&key.path, key.max_side, &thumbnail);
            }
        }
    }
}

/// The picture, and whether it is worth keeping: it was made smaller, and is not kept yet.
fn decode(key: &PictureKey, cache: &ThumbnailCache) -> (Result<Thumbnail, DecodeError>, bool) {
    let is_small = key.max_side <= KEPT_SIDE;
    if let Some(thumbnail) = is_small.then(|| cache.get(&key.path, key.max_side)).flatten() {
        return (Ok(thumbnail), false);
    }
    let made = imaging::thumbnail_file(&key.path, key.max_side);
    let was_shrunk = |thumbnail: &Thumbnail| thumbnail.original_width.max(thumbnail.original_height) > key.max_side;
    let is_new = is_small && made.as_ref().is_ok_and(was_shrunk);
    (made, is_new)
}

#[cfg(test)]
mod tests;
