//! What can go wrong while fetching, each as a sentence; [`FetchError::advice`] says what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It was asked to stop. What came is kept.
    #[error("cancelled")]
    Cancelled,
    /// The proxy's address can't be understood.
    #[error("“{text}” is no proxy’s address: write http://host:port or socks5://host:port")]
    BadProxy {
        /// What was given.
        text: String,
    },
    /// An address that can't be asked.
    #[error("“{address}” is no address that can be asked: {reason}")]
    BadAddress {
        /// What was given, or where a server pointed.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection.
    #[error("{host} could not be reached: {reason}")]
    Unreachable {
        /// Whom.
        host: String,
        /// Why.
        reason: String,
    },
    /// Nothing came for a while.
    #[error("{host} sent nothing for {} seconds", waited.as_secs_f32().ceil())]
    Stalled {
        /// Who.
        host: String,
        /// How long.
        waited: Duration,
    },
    /// The connection ended too early.
    #[error("the connection to {host} broke off after {} of {}", megabytes(*done), total.map_or_else(|| "an unknown size".to_owned(), megabytes))]
    BrokenOff {
        /// Whose.
        host: String,
        /// Bytes that are there.
        done: u64,
        /// Of so many.
        total: Option<u64>,
    },
    /// The server said no.
    #[error("{host} answered with {status}{}", meaning(*status))]
    Status {
        /// Who.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// Redirects without end.
    #[error("{host} points from one address to the next without end")]
    Redirects {
        /// Who was asked first.
        host: String,
    },
    /// From a secure address to one that is not.
    #[error("{host} points to an address without encryption ({to}), which is not followed")]
    Downgrade {
        /// Who.
        host: String,
        /// Where to.
        to: String,
    },
    /// A page for people where a file was asked for.
    #[error("{host} answered with a web page instead of the file")]
    WebPage {
        /// Who.
        host: String,
    },
    /// The file was packed on its way.
    #[error("{host} sent the file in a packed form ({encoding}), which was not asked for")]
    Encoded {
        /// Who.
        host: String,
        /// Which.
        encoding: String,
    },
    /// The server's file has another size.
    #[error("the file at {host} has {stated} bytes where {expected} are right: it is another file, or not all of it")]
    WrongSize {
        /// Who.
        host: String,
        /// What is right.
        expected: u64,
        /// What it says, or sent at least.
        stated: u64,
    },
    /// The server says that its file is another one.
    #[error("{host} has another file (its SHA-256 begins with {}, not {})", start(found), start(expected))]
    OtherFile {
        /// Who.
        host: String,
        /// What is right.
        expected: String,
        /// What the server states.
        found: String,
    },
    /// What came is not what was asked for.
    #[error(
        "what came from {host} is damaged or another file (its SHA-256 begins with {}, not {}); it was thrown away",
        start(found),
        start(expected)
    )]
    Checksum {
        /// From whom.
        host: String,
        /// What is right.
        expected: String,
        /// What came.
        found: String,
    },
    /// The checksum is right, and yet it can't be used.
    #[error("{title}: what came can’t be used: it {reason}")]
    NotUsable {
        /// What.
        title: String,
        /// Why.
        reason: String,
    },
    /// Another Imago fetches the same.
    #[error("another Imago is fetching {} just now", name(path))]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The place where it would go is taken.
    #[error("{} is not empty", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("the disk is full: {} could not be written", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// It can't be written.
    #[error("{} could not be written: {reason}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An archive that is not unpacked.
    #[error("the archive {reason}; nothing of it was kept")]
    Archive {
        /// What is wrong with it.
        reason: String,
    },
}

impl FetchError {
    /// Why `path` could not be written.
    pub(super) fn write(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            // A quota and a limit on the size of files mean the same to the user: there is no room.
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { path }
            }
            io::ErrorKind::PermissionDenied => Self::Write { path, reason: "you may not write there".to_owned() },
            io::ErrorKind::ReadOnlyFilesystem => Self::Write { path, reason: "the disk is read-only".to_owned() },
            _ => Self::Write { path, reason: error.to_string() },
        }
    }

    /// Whether another attempt may well do better.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Stalled { .. } | Self::BrokenOff { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 416 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// What to do about it, as sentences.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Cancelled => "What came is kept: ask for it again to go on.",
            Self::BrokenOff { .. } | Self::Stalled { .. } => {
                "What came is kept: ask for it again to go on. If it goes on failing, name a mirror in the settings (or with \
                 --mirror), or open a file that you fetched yourself."
            }
            Self::Unreachable { .. } => {
                "Check the connection. Behind a proxy, name it in the settings (or with --proxy, or in HTTPS_PROXY). Where the \
                 address is blocked, name a mirror in the settings (or with --mirror), or open a file that you fetched yourself."
            }
            Self::Status { status: 407, .. } => {
                "Name the proxy with its user and password in the settings, or with --proxy http://user:password@host:port."
            }
            Self::Status { status: 408 | 429 | 500..=599, .. } => {
                "Try again later, or name a mirror in the settings (or with --mirror). What came is kept."
            }
            Self::Status { .. } | Self::Redirects { .. } | Self::Downgrade { .. } | Self::Encoded { .. } => {
                "Try a mirror (in the settings, or with --mirror), or open a file that you fetched yourself."
            }
            Self::WebPage { .. } => {
                "Some networks want you to log in first: open any page in a browser, then try again. Or try a mirror, or open a \
                 file that you fetched yourself."
            }
            Self::WrongSize { .. } | Self::OtherFile { .. } | Self::Checksum { .. } => {
                "Try again, or without the mirror. A file of another version that you trust can be opened as a file."
            }
            Self::BadProxy { .. } | Self::BadAddress { .. } => "Correct the address in the settings, or the option.",
            Self::NotUsable { .. } | Self::Archive { .. } => {
                "It is not what it should be: try again without the mirror and without --sha256, or open a file of your own."
            }
            Self::Busy { .. } => "Wait until it is done, then try again.",
            Self::Taken { .. } => "Name a new or an empty folder.",
            Self::DiskFull { .. } => "Make room and ask for it again: what came is kept.",
            Self::Write { .. } => "Choose a folder that you may write to; IMAGO_HOME moves Imago’s own folder.",
        }
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => ": it does not give the file to you",
        404 | 410 => ": the file is not there",
        407 => ": the proxy wants a user and a password",
        408 | 504 => ": it took too long",
        416 => ": the part that was asked for does not exist",
        429 => ": too many have asked",
        500..=599 => ": it is out of order",
        _ => "",
    }
}

/// `46.8 MB`.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn start(sha256: &str) -> &str {
    sha256.get(..8).unwrap_or(sha256)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_or_read_only_disk_is_said_in_plain_words() {
        let path = Path::new("/weights/resnet18.part");
        let said = |kind: io::ErrorKind| {
            let error = FetchError::write(path, &io::Error::from(kind));
            format!("{error}. {}", error.advice())
        };
        assert!(said(io::ErrorKind::StorageFull).starts_with("the disk is full: /weights/resnet18.part"));
        assert!(said(io::ErrorKind::QuotaExceeded).contains("Make room"));
        assert!(said(io::ErrorKind::ReadOnlyFilesystem).contains("read-only"));
        assert!(said(io::ErrorKind::PermissionDenied).contains("you may not write there"));
    }
}
