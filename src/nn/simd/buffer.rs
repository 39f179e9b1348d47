//! Memory of the kernels: numbers that start on a cache line, and a pool of them that outlives a call.
//!
//! Must not know: what is stored in them.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Numbers in a cache line of 64 bytes.
pub(crate) const LINE: usize = 16;

/// Numbers whose first one starts a cache line, so that no vector lies across two lines.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    storage: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    /// `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        if len == 0 {
            return Self::default();
        }
        let storage = vec![0.0f32; len + LINE - 1];
        // `align_offset` may give up (it never does for this case): then the start is merely slower.
        let start = storage.as_ptr().align_offset(LINE * size_of::<f32>());
        Self { start: if start < LINE { start } else { 0 }, storage, len }
    }

    /// The most numbers that it can hold.
    pub(crate) fn capacity(&self) -> usize {
        self.storage.len() - self.start
    }

    /// Makes it `len` numbers long, whatever they are: at most its capacity.
    pub(crate) fn set_len(&mut self, len: usize) {
        self.len = len.min(self.capacity());
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

/// Buffers waiting to be used again. A fresh megabyte costs 256 page faults, more than some layers take.
#[derive(Debug, Default)]
pub struct Pool {
    waiting: Mutex<Vec<Buffer>>,
}

/// A buffer on loan: what is in it is left over from earlier use, and it goes back when dropped.
#[derive(Debug)]
pub(crate) struct Lent<'a> {
    buffer: Buffer,
    pool: &'a Pool,
}

impl Pool {
    /// A buffer of `len` numbers holding anything: the borrower writes before reading.
    pub(crate) fn lend(&self, len: usize) -> Lent<'_> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough, unless it would waste most of a large one.
        let found = (waiting.iter().enumerate())
            .filter(|(_, buffer)| buffer.capacity() >= len && buffer.capacity() <= 2 * len + 4096)
            .min_by_key(|(_, buffer)| buffer.capacity())
            .map(|(at, _)| at);
        let buffer = found.map(|at| waiting.swap_remove(at));
        drop(waiting);
        let mut buffer = buffer.unwrap_or_else(|| Buffer::zeros(len));
        buffer.set_len(len);
        Lent { buffer, pool: self }
    }

    /// Gives the memory of all waiting buffers back to the system.
    pub fn release(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Bytes in waiting buffers: when nothing is lent, the most that was ever needed.
    pub fn bytes(&self) -> usize {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.iter().map(|buffer| buffer.storage.len() * size_of::<f32>()).sum()
    }
}

impl Deref for Lent<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.buffer
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.buffer
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        if buffer.capacity() > 0 {
            self.pool.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_starts_on_a_cache_line() {
        for len in [1, 15, 16, 17, 1000, 100_000] {
            assert_eq!(Buffer::zeros(len).as_ptr().align_offset(64), 0);
            assert_eq!(Buffer::zeros(len).len(), len);
        }
        assert!(Buffer::zeros(0).is_empty());
    }

    #[test]
    fn a_pool_lends_the_same_memory_again() {
        let pool = Pool::default();
        let first = pool.lend(1000).as_ptr();
        assert_eq!(pool.lend(900).as_ptr(), first);
        let (a, b) = (pool.lend(1000), pool.lend(1000));
        assert_ne!(a.as_ptr(), b.as_ptr());
        drop((a, b));
        assert!(pool.bytes() >= 8000);
        pool.release();
        assert_eq!(pool.bytes(), 0);
    }
}
