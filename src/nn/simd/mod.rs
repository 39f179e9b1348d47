//! What the vector kernels share: which instructions run, the register tile that sums matrix products, and aligned memory.
//!
//! Must not know: convolutions, threads.

mod buffer;
pub mod cpu;
pub(in crate::nn) mod tile;

pub use buffer::Pool;
pub(crate) use buffer::{Buffer, LINE};
pub use cpu::Cpu;
