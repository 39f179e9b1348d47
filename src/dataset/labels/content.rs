//! What a file holds, as a number: to find a labelled picture again after it was renamed or moved.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use crate::base::stable_hash;

/// A file is hashed in blocks of this many bytes.
const BLOCK: usize = 1 << 16;

/// Size and 64-bit hash of a file's bytes. Not proof against forgery, which nobody gains anything by here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash {
    /// Size in bytes.
    pub bytes: u64,
    /// Hash of the bytes.
    pub hash: u64,
}

impl ContentHash {
    /// Reads a file.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        Self::of_reader(File::open(path)?)
    }

    /// Of bytes that were read already; the same as of a file that holds them.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        // Reading from memory can't fail.
        Self::of_reader(bytes).unwrap_or(Self { bytes: bytes.len() as u64, hash: 0 })
    }

    fn of_reader(mut reader: impl Read) -> io::Result<Self> {
        let mut block = Vec::with_capacity(BLOCK);
        let (mut bytes, mut hash) = (0_u64, 0_u64);
        loop {
            block.clear();
            let read = reader.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
            bytes += read as u64;
            if read > 0 {
                let pair = [hash.to_le_bytes(), stable_hash(&block).to_le_bytes()];
                hash = stable_hash(&pair.concat());
            }
            if read < BLOCK {
                return Ok(Self { bytes, hash });
            }
        }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}-{}", self.hash, self.bytes)
    }
}

impl FromStr for ContentHash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (hash, bytes) = text.split_once('-').ok_or(())?;
        Ok(Self { hash: u64::from_str_radix(hash, 16).map_err(drop)?, bytes: bytes.parse().map_err(drop)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_of_the_bytes_however_they_come() {
        struct Dribble<'a>(&'a [u8]);
        impl Read for Dribble<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let count = out.len().min(self.0.len()).min(977);
                let (now, later) = self.0.split_at(count);
                out[..count].copy_from_slice(now);
                self.0 = later;
                Ok(count)
            }
        }
        let bytes: Vec<u8> = (0..200_000_u32).map(|number| (number * 7 % 251) as u8).collect();
        let whole = ContentHash::of_reader(bytes.as_slice()).unwrap();
        assert_eq!(ContentHash::of_reader(Dribble(&bytes)).unwrap(), whole);
        assert_eq!(whole.to_string().parse(), Ok(whole));
        let mut other = bytes.clone();
        other[150_000] ^= 1;
        assert_ne!(ContentHash::of_reader(other.as_slice()).unwrap(), whole);
        assert_ne!(
            ContentHash::of_reader(&bytes[..BLOCK]).unwrap(),
            ContentHash::of_reader(&bytes[..BLOCK - 1]).unwrap()
        );
    }

    #[test]
    fn nonsense_is_no_hash() {
        for text in ["", "12", "xyz-3", "12-"] {
            assert!(text.parse::<ContentHash>().is_err(), "{text}");
        }
    }
}
