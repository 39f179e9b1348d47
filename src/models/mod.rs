//! The architectures; reading foreign weight files; layer summaries; Imago's own model file.
//!
//! ```text
//! arch        names and sizes              cnn, resnet      one family of networks a file
//! model       one type for all of them     summary          shapes, parameters, multiply-adds
//! weights     pretrained files             model_file       model.safetensors, self-describing
//! ```
//!
//! Parameters carry PyTorch's and torchvision's names, so that files go both ways.
//!
//! Must not know: training runs, files of pictures, the window.

pub mod arch;
mod cnn;
pub mod fused_resnet;
pub mod model;
pub mod model_file;
mod resnet;
pub mod summary;
mod tensor_file;
pub mod weights;

pub use arch::{Arch, ModelSpec};
pub use model::{ForwardMode, Model, ModelError};
pub use model_file::{ModelFile, ModelFileError, load_model, save_model};
pub use summary::{LayerRow, Summary, TrainableParts, summary};
pub(crate) use tensor_file::write as write_tensors;
pub use weights::{ForeignWeights, WeightsError, read_weights, starter};
