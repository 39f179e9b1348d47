//! What is asked for while fetching.

use crate::app::state::FetchKind;

/// What is asked for while fetching.
#[derive(Clone, Debug, PartialEq)]
pub enum FetchCommand {
    /// Say what it is, how large, from where; nothing is fetched yet.
    Show(FetchKind),
    /// Fetch what is shown.
    Start,
}
