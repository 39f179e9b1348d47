//! What Candle lacks or does slowly: convolution and pooling on the CPU with the right gradients, BatchNorm in training mode,
//! seeded initialisation, SGD with momentum, choosing a device.
//!
//! ```text
//! simd/        vector instructions, the register tile of the convolutions' matrix products, aligned memory
//! kernels/     plain functions over slices of f32, one kernel a file; `reference` is what the tests compare them with
//! maps         feature maps and how they lie in memory: channels last on the CPU, Candle's (n, c, h, w) on a GPU
//! conv, pool, batch_norm, linear, activation      Candle operations (forward and backward) over those kernels
//! residual     a ResNet's stem and blocks in training, joined into one operation each
//! pooled       the custom networks' convolutions with their ReLUs and poolings, joined into one operation
//! param        a parameter and the slot its gradient is put into; `gradients` runs the backward pass
//! sgd, schedule, loss, init, device
//! ```
//!
//! Which implementation runs is decided in two places only: [`Maps::from_nchw`] (CPU kernels or Candle's own, by device) and
//! [`kernels::choose`] (which CPU convolution, by shape).
//!
//! No figure depends on the number of threads: work is cut by shape alone, and sums over pieces run in a fixed order.
//!
//! Must not know: architectures, pictures, training runs, the window.

pub mod activation;
pub mod batch_norm;
pub mod conv;
pub mod device;
pub mod fused;
pub mod init;
pub mod kernels;
pub mod linear;
pub mod loss;
pub mod maps;
pub mod param;
pub mod pool;
pub mod pooled;
pub mod residual;
pub mod schedule;
pub mod sgd;
pub mod simd;
mod tensor_data;

pub use activation::{add_relu, relu};
pub use batch_norm::BatchNorm2d;
pub use conv::{Conv2d, ConvConfig, conv2d};
pub use device::{DeviceChoice, DeviceError, SelectedDevice, select_device};
pub use linear::{Linear, linear};
pub use loss::{cross_entropy, soft_cross_entropy};
pub use maps::Maps;
pub use param::{GradSlot, Gradient, Param, gradients};
pub use pool::{PoolConfig, global_average_pool, max_pool2d};
pub use pooled::pooled_stages;
pub use residual::{ConvNorm, basic_block_train, stem_train};
pub use schedule::step_lr;
pub use sgd::{Sgd, SgdConfig};
