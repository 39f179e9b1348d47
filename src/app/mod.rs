//! The eframe application: state, commands, jobs, draining of events.
//!
//! `ui` draws [`state::State`] and pushes [`command::Command`]s; this room carries them out, on the spot or in a job (a named
//! thread with a cancel token), and folds the jobs' messages back into the state. Each workspace has one file here that does so.

pub mod command;
pub mod state;

mod augment;
mod contents;
mod data;
mod dropped;
mod fetch;
mod frame_stats;
mod guard;
mod health;
mod imago_app;
mod jobs;
mod labels;
mod lessons;
mod message_box;
mod native;
mod no_window;
mod picture_parts;
mod pictures;
mod predict;
mod project;
mod refresh;
mod renderer;
mod report;
mod results;
mod run_title;
mod settings_file;
mod split;
mod suggest;
mod table_commands;
mod textures;
mod train;
mod transfer;
mod watch;

pub use imago_app::ImagoApp;
pub use jobs::{JobContext, Jobs, Message};
pub use native::{WindowOptions, run};
pub use renderer::RendererChoice;
