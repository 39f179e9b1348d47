//! Decodes the pictures that panels ask for: a few threads, newest wishes first, a few uploads a frame, a bound in bytes.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context, TextureOptions};

use super::state::{Picture, PictureKey, Pictures};
use crate::imaging;

/// Textures kept at most, in bytes. The ones not seen for longest go first.
const BYTES_KEPT: usize = 256 << 20;
/// Bytes uploaded in one frame at most, so that no frame stutters; one picture always goes.
const UPLOAD_BYTES_A_FRAME: usize = 3 << 20;

struct Decoded {
    key: PictureKey,
    outcome: Result<(ColorImage, [u32; 2]), String>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    /// What is to be decoded next, first things first.
    wanted: VecDeque<PictureKey>,
    /// What a thread has taken and is not a texture yet; without it every frame would ask for it again.
    under_way: HashSet<PictureKey>,
    /// The window is closed.
    ended: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The decoding threads.
pub(super) struct PictureService {
    queue: Arc<Queue>,
    decoded: Receiver<Decoded>,
    waiting: VecDeque<Decoded>,
}

impl PictureService {
    /// Starts the threads; `wake` makes the window draw again.
    pub(super) fn new(wake: &Arc<dyn Fn() + Send + Sync>) -> Self {
        let queue = Arc::new(Queue::default());
        let (sender, decoded) = unbounded();
        let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(1, 4));
        for number in 0..threads {
            let (queue, sender, wake) = (queue.clone(), sender.clone(), wake.clone());
            // Without threads pictures stay skeletons; the rest of the window works.
            let _ = std::thread::Builder::new()
                .name(format!("imago-pictures-{number}"))
                .spawn(move || decode_loop(&queue, &sender, wake.as_ref()));
        }
        Self { queue, decoded, waiting: VecDeque::new() }
    }

    /// After drawing: passes on what was asked for.
    pub(super) fn request(&self, pictures: &mut Pictures) {
        pictures.frame += 1;
        let mut queue = self.queue.lock();
        let mut seen = HashSet::with_capacity(pictures.wanted.len());
        // What was asked for earlier and is not wanted any more (scrolled past) is dropped.
        queue.wanted.clear();
        for key in pictures.wanted.drain(..) {
            if !pictures.entries.contains_key(&key) && !queue.under_way.contains(&key) && seen.insert(key.clone()) {
                queue.wanted.push_back(key);
            }
        }
        if !queue.wanted.is_empty() {
            self.queue.changed.notify_all();
        }
    }

    /// Before drawing: turns decoded pictures into textures, and forgets the oldest.
    pub(super) fn upload(&mut self, ctx: &Context, pictures: &mut Pictures) {
        self.waiting.extend(self.decoded.try_iter());
        let mut uploaded = 0;
        while let Some(decoded) = self.waiting.pop_front() {
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
            self.queue.lock().under_way.remove(&decoded.key);
            let last_used_frame = pictures.frame;
            let entry = super::state::PictureEntry { picture, bytes, last_used_frame };
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
        forget_oldest(pictures);
    }

    /// Nothing is decoded or waits to be (for tests).
    pub(super) fn is_idle(&self) -> bool {
        let queue = self.queue.lock();
        queue.wanted.is_empty() && queue.under_way.is_empty() && self.waiting.is_empty() && self.decoded.is_empty()
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

fn decode_loop(queue: &Queue, sender: &Sender<Decoded>, wake: &(dyn Fn() + Send + Sync)) {
    loop {
        let key = {
            let mut state = queue.lock();
            loop {
                if state.ended {
                    return;
                }
                if let Some(key) = state.wanted.pop_front() {
                    state.under_way.insert(key.clone());
                    break key;
                }
                state = queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let outcome = imaging::thumbnail_file(&key.path, key.max_side)
            .map(|thumbnail| {
                let size = [thumbnail.image.width() as usize, thumbnail.image.height() as usize];
                let original_size = [thumbnail.original_width, thumbnail.original_height];
                (ColorImage::from_rgb(size, thumbnail.image.as_raw()), original_size)
            })
            .map_err(|error| error.to_string());
        if sender.send(Decoded { key, outcome }).is_err() {
            return;
        }
        wake();
    }
}
