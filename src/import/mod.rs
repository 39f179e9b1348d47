//! Importing PyTorch's `.pth` files: converted to safetensors by a child process with limits, so that a hostile file can hurt
//! neither the program nor the machine.
//!
//! A `.pth` is a zip with a pickle in it, and a pickle is a program. Nothing of it is run here: the pickle is read as data, and a
//! file that asks for anything but the making of tensors is refused. What is left (a pickle made to fill the memory or to take
//! for ever, a fault in the reader) ends the child: after a time everywhere, and beyond an amount of memory on Unix.
//!
//! ```text
//! child      the parent's side: starts the child, waits, checks what it wrote        convert    the child's side
//! ```
//!
//! Must not know: egui, training, data sets.

mod child;
mod convert;

pub use child::{ImportError, Limits, import, is_pytorch_file};
pub use convert::{convert, limit_this_process};
