//! (being written)

mod preprocess;

pub use preprocess::Preprocess;
