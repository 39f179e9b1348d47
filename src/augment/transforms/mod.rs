//! The transforms, one per file. Each is a plain struct of its parameters; ranges are inclusive.

mod horizontal_flip;
mod random_resized_crop;

pub use horizontal_flip::HorizontalFlip;
pub use random_resized_crop::RandomResizedCrop;
