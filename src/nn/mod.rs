//! What Candle lacks or does slowly: convolution on the CPU, pooling with the right gradient, seeded initialisation, SGD with
//! momentum, choosing a device.
//!
//! Must not know: architectures, pictures, training runs, the window.

pub mod device;
pub mod fused;

pub use device::DeviceChoice;
