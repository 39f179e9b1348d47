//! Kernels: plain functions over slices of f32, one kernel a file. Feature maps are channels last (n, h, w, c).
//!
//! ```text
//! shape       sizes, checked once                gemm, product   matrix products: any order; on the register tile
//! turn        between the orders of dimensions
//! planes      buffers                            vectorized  one loop for every processor
//! lifting     what a convolution must know       im2col, winograd    those that know it (with transforms)
//! conv        drives either, with threads        choose      which of them runs
//! pool, norm, normed, dense, sums                        reference   the plainest form of all, for the tests
//! ```
//!
//! Work is cut by shape alone (never by the number of threads) and partial sums are added in a fixed order, so that results
//! are the same with any number of threads. Rayon's current pool does the work.
//!
//! Must not know: Candle, parameters, layers.

pub mod choose;
pub mod conv;
mod cut;
pub mod dense;
pub mod gemm;
pub mod im2col;
pub mod lifting;
pub mod norm;
pub mod normed;
pub mod planes;
pub mod pool;
pub mod product;
pub mod reference;
pub mod shape;
pub mod sums;
#[cfg(test)]
mod tests;
pub mod transforms;
pub mod turn;
pub mod vectorized;
pub mod winograd;

pub use shape::{ConvShape, PoolShape};
