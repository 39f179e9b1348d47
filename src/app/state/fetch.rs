//! What can be fetched, as the window offers it.

use std::path::PathBuf;

use super::JobId;
use crate::models::Arch;

/// Something to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchKind {
    /// A ResNet's official weights.
    Weights(Arch),
    /// hymenoptera_data.
    Photographs,
}

/// What is said of it before it is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchOffer {
    /// Which.
    pub kind: FetchKind,
    /// `ResNet18`.
    pub title: String,
    /// What it is, in a phrase.
    pub about: String,
    /// Who is asked for it: the origin, or a mirror.
    pub host: String,
    /// `BSD-3-Clause`.
    pub licence: String,
    /// Its size, where it is known.
    pub bytes: Option<u64>,
    /// Bytes that came before a transfer ended.
    pub there: u64,
    /// Where it goes.
    pub place: PathBuf,
}

/// State of fetching.
#[derive(Clone, Debug, Default)]
pub struct FetchState {
    /// The dialog, while it is shown.
    pub offer: Option<FetchOffer>,
    /// The job that fetches, and what.
    pub job: Option<(JobId, FetchKind)>,
    /// Why the last one failed, and what to do: sentences.
    pub error: Option<String>,
    /// Weights that were fetched.
    pub weights: Vec<(Arch, PathBuf)>,
    /// The photographs' folder, when they were fetched.
    pub photographs: Option<PathBuf>,
}

impl FetchState {
    /// The official weights of a network, when they were fetched.
    pub fn weights_of(&self, arch: Arch) -> Option<&PathBuf> {
        self.weights.iter().find(|(other, _)| *other == arch).map(|(_, path)| path)
    }
}
