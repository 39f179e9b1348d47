//! An ordered list of random transforms.

use serde::{Deserialize, Serialize};

/// An ordered list of random transforms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {}
