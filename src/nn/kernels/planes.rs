//! Several matrices of the same size in one buffer, and buffers that are used again.

use std::ops::{Deref, DerefMut, Range};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::nn::simd::{Buffer, LINE};

/// Buffers that wait for their next use. A fresh one costs a page fault for every 4 KB, which for the passing results of a
/// convolution is as much time as the arithmetic on them.
static IDLE: Mutex<Vec<Buffer>> = Mutex::new(Vec::new());

/// Most numbers that wait (256 MB: the maps of a ResNet18 that is fine-tuned in batches of 16); the largest go first.
const MAX_IDLE: usize = 64 << 20;

fn idle() -> MutexGuard<'static, Vec<Buffer>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer with whatever numbers its last user left; goes back at the end.
#[derive(Debug)]
pub struct Scratch(Buffer);

impl Scratch {
    /// A buffer of `len` numbers.
    pub fn take(len: usize) -> Self {
        let mut waiting = idle();
        // The smallest that is large enough, else the largest.
        let fitting = (0..waiting.len()).min_by_key(|i| {
            let found = waiting[*i].capacity();
            (found < len, if found < len { usize::MAX - found } else { found })
        });
        let mut buffer = fitting.map_or_else(Buffer::default, |i| waiting.swap_remove(i));
        drop(waiting);
        if buffer.capacity() < len {
            // Growing would copy the old numbers.
            buffer = Buffer::zeros(len);
        }
        buffer.set_len(len);
        Self(buffer)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut waiting = idle();
        waiting.push(std::mem::take(&mut self.0));
        while waiting.iter().map(Buffer::capacity).sum::<usize>() > MAX_IDLE {
            let largest = (0..waiting.len()).max_by_key(|i| waiting[*i].capacity()).unwrap_or(0);
            waiting.swap_remove(largest);
        }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

/// `count` matrices of `rows` × `width`.
#[derive(Debug)]
pub struct Planes {
    buffer: Scratch,
    count: usize,
    rows: usize,
    width: usize,
    stride: usize,
}

impl Planes {
    /// With whatever numbers the buffer holds.
    pub fn take(count: usize, rows: usize, width: usize) -> Self {
        // An odd number of lines: planes a power of two apart would all fall on the same few lines of the cache.
        let lines = (rows * width).div_ceil(LINE);
        let stride = if count > 1 { (lines | 1) * LINE } else { rows * width };
        Self { buffer: Scratch::take(count * stride), count, rows, width, stride }
    }

    /// Filled with noughts.
    pub fn zeros(count: usize, rows: usize, width: usize) -> Self {
        let mut planes = Self::take(count, rows, width);
        planes.buffer.fill(0.0);
        planes
    }

    /// Number of matrices, their rows and the numbers in a row.
    pub fn size(&self) -> (usize, usize, usize) {
        (self.count, self.rows, self.width)
    }

    /// One matrix.
    pub fn plane(&self, index: usize) -> &[f32] {
        &self.buffer[index * self.stride..][..self.rows * self.width]
    }

    /// `rows` of every matrix.
    pub fn rows(&self, rows: Range<usize>) -> Vec<&[f32]> {
        (0..self.count).map(|i| &self.plane(i)[rows.start * self.width..rows.end * self.width]).collect()
    }

    /// All matrices, to write to.
    pub fn all_mut(&mut self) -> Vec<&mut [f32]> {
        let len = self.rows * self.width;
        self.buffer.chunks_mut(self.stride.max(1)).take(self.count).map(|plane| &mut plane[..len]).collect()
    }

    /// Cut into pieces of `rows` rows: for each piece, its rows of every matrix.
    pub fn pieces_mut(&mut self, rows: usize) -> Vec<Vec<&mut [f32]>> {
        let (step, count) = (rows * self.width, self.count);
        let mut pieces: Vec<Vec<&mut [f32]>> =
            (0..self.rows.div_ceil(rows.max(1))).map(|_| Vec::with_capacity(count)).collect();
        for plane in self.all_mut() {
            for (piece, part) in pieces.iter_mut().zip(plane.chunks_mut(step.max(1))) {
                piece.push(part);
            }
        }
        pieces
    }

    /// Every matrix cut into blocks of `rows` rows: (matrix, first row, block).
    pub fn blocks_mut(&mut self, rows: usize) -> Vec<(usize, usize, &mut [f32])> {
        let step = (rows * self.width).max(1);
        let planes = self.all_mut().into_iter().enumerate();
        planes
            .flat_map(|(i, plane)| plane.chunks_mut(step).enumerate().map(move |(b, block)| (i, b * rows, block)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_and_blocks_cover_every_number_once() {
        let mut planes = Planes::zeros(3, 7, 5);
        for (i, piece) in planes.pieces_mut(2).into_iter().enumerate() {
            piece.into_iter().flatten().for_each(|value| *value += 1.0 + i as f32);
        }
        for (plane, row, block) in planes.blocks_mut(3) {
            block.iter_mut().for_each(|value| *value += 100.0 * plane as f32 + 10.0 * row as f32);
        }
        for plane in 0..3 {
            let expected = |row: usize| 1.0 + (row / 2) as f32 + 100.0 * plane as f32 + 10.0 * (row / 3 * 3) as f32;
            let values: Vec<f32> = (0..35).map(|i| expected(i / 5)).collect();
            assert_eq!(planes.plane(plane), values);
        }
        assert_eq!(
            planes.rows(6..7),
            [[103.0 - 39.0; 5], [203.0 - 39.0; 5], [303.0 - 39.0; 5]].map(|row| row.to_vec())
        );
    }

    #[test]
    fn buffers_are_used_again_and_their_number_stays_bounded() {
        for _ in 0..3 {
            let buffers: Vec<Scratch> = (1..5).map(|i| Scratch::take(i * 1000)).collect();
            assert!(buffers.iter().zip(1..5).all(|(buffer, i)| buffer.len() == i * 1000));
        }
        drop(Scratch::take(MAX_IDLE + 1));
        assert!(idle().iter().map(Buffer::capacity).sum::<usize>() <= MAX_IDLE);
    }
}
