//! Transfers from a server that misbehaves, and hostile archives.

#[path = "../../../tests/server/mod.rs"]
mod server;

mod archives;
mod transfers;
