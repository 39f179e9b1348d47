//! A whole file: asked for, gone on from where an earlier attempt ended, checked by size and checksum.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::Method;

use super::answer::{Answer, From, ask, explained, host_of};
use super::part::{Part, bytes_there};
use super::{Download, FetchError, Network, Patience};
use crate::base::CancelToken;

/// Largest file that is taken where its size is not known beforehand.
const MAX_BYTES: u64 = 2 << 30;
/// Attempts altogether, also when each brings something.
const MAX_ATTEMPTS: u32 = 200;
/// How often it is looked whether to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The server is being asked.
    Asking,
    /// Bytes are coming.
    Coming,
    /// The connection broke off; another attempt is made after a while.
    Waiting,
    /// The checksum is being computed.
    Checking,
    /// The archive is being unpacked.
    Unpacking,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What goes on.
    pub phase: Phase,
    /// Bytes, or files while unpacking.
    pub done: u64,
    /// Of so many.
    pub total: Option<u64>,
}

/// Who is asked, and how.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Proxy and mirrors.
    pub network: Network,
    /// How long to wait.
    pub patience: Patience,
    /// Stops it.
    pub cancel: CancelToken,
}

/// What a server offers, before anything is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Who offers it.
    pub host: String,
    /// How large it is, where that is known.
    pub bytes: Option<u64>,
    /// How much of it is there already.
    pub there: u64,
}

/// Asks how large the file is, and whether it is the right one. `target` is where it would go.
///
/// # Errors
/// When the server can't be asked, or has another file.
pub fn offer(download: &Download, target: &Path, asked: &Asked) -> Result<Offer, FetchError> {
    let there = bytes_there(target, &download.sha256);
    let address = asked.network.address_of(download);
    let agent = asked.network.agent(&asked.patience)?;
    let _watch = Watch::start(&agent, &asked.cancel);
    match ask(&agent, &asked.patience, &Method::HEAD, &address, None) {
        Ok(answer) => {
            check_offer(download, &answer)?;
            let bytes = download.bytes.or(answer.stated_bytes).or(content_length(&answer));
            Ok(Offer { host: host_of(&address), bytes, there })
        }
        Err(_) if asked.cancel.is_cancelled() => Err(FetchError::Cancelled),
        // Not every server answers the question for headers alone.
        Err(FetchError::Status { status: 405 | 501, host }) => Ok(Offer { host, bytes: download.bytes, there }),
        Err(error) => Err(error),
    }
}

/// Fetches the file into a part beside `target` and checks it; making it the file is the caller's.
pub(super) fn transfer(
    download: &Download,
    target: &Path,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<Part, FetchError> {
    let address = asked.network.address_of(download);
    let agent = asked.network.agent(&asked.patience)?;
    let watch = Watch::start(&agent, &asked.cancel);
    let mut part = Part::open(target, &download.sha256)?;
    let mut is_second_try = false;
    loop {
        fetch_rest(&agent, &address, download, &mut part, asked, progress)?;
        progress(Progress { phase: Phase::Checking, done: part.length(), total: Some(part.length()) });
        let found = part.sha256(&asked.cancel)?;
        if found == download.sha256 {
            drop(watch);
            return Ok(part);
        }
        if is_second_try || !part.in_pieces {
            part.discard();
            let expected = download.sha256.clone();
            return Err(FetchError::Checksum { host: host_of(&address), expected, found });
        }
        // Pieces of two versions: once more, from the beginning.
        is_second_try = true;
        part.restart()?;
    }
}

/// Attempts until all is there, or too many in a row brought nothing.
fn fetch_rest(
    agent: &Agent,
    address: &str,
    download: &Download,
    part: &mut Part,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    let mut in_vain = 0;
    for _ in 0..MAX_ATTEMPTS {
        // All of it came before, and the check after it did not happen.
        if download.bytes.is_some_and(|bytes| bytes == part.length()) {
            return Ok(());
        }
        let before = part.length();
        progress(Progress { phase: Phase::Asking, done: before, total: download.bytes });
        let error = match attempt(agent, address, download, part, asked, progress) {
            Ok(()) => return Ok(()),
            Err(_) if asked.cancel.is_cancelled() => return Err(FetchError::Cancelled),
            Err(error) if error.is_passing() => error,
            Err(error) => return Err(error),
        };
        in_vain = if part.length() > before { 0 } else { in_vain + 1 };
        if in_vain >= asked.patience.attempts {
            return Err(error);
        }
        tracing::debug!("{error}; trying again");
        progress(Progress { phase: Phase::Waiting, done: part.length(), total: download.bytes });
        wait(asked.patience.retry_wait, &asked.cancel)?;
    }
    Err(FetchError::BrokenOff { host: host_of(address), done: part.length(), total: download.bytes })
}

fn wait(time: Duration, cancel: &CancelToken) -> Result<(), FetchError> {
    let start = Instant::now();
    while start.elapsed() < time {
        if cancel.is_cancelled() {
            return Err(FetchError::Cancelled);
        }
        std::thread::sleep(LOOK_EVERY.min(time));
    }
    Ok(())
}

/// One question, and what comes of it.
fn attempt(
    agent: &Agent,
    address: &str,
    download: &Download,
    part: &mut Part,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    let from = (part.length() > 0).then(|| From {
        byte: part.length(),
        // Another server marks the same version otherwise; the checksum decides at the end.
        if_etag: part.record.etag.clone().filter(|_| part.record.address == address),
    });
    let answer = ask(agent, &asked.patience, &Method::GET, address, from.as_ref())?;
    check_offer(download, &answer)?;
    match answer.response.status().as_u16() {
        206 if is_what_was_asked(&answer, from.as_ref()) => part.in_pieces = true,
        // Another piece, or of another version: useless.
        206 | 416 => {
            part.restart()?;
            return Err(FetchError::Status { host: answer.host, status: 416 });
        }
        _ => part.restart()?,
    }
    let total =
        download.bytes.or(answer.stated_bytes).or_else(|| content_length(&answer).map(|left| left + part.length()));
    part.note(address, answer.etag())?;
    read_body(answer, total, part, asked, progress)
}

/// Whether a partial answer goes on where the part ends, with the same version.
fn is_what_was_asked(answer: &Answer, from: Option<&From>) -> bool {
    let Some(from) = from else { return false };
    let starts_there = answer
        .header("content-range")
        .and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok())
        .is_some_and(|start| start == from.byte);
    let is_same = match (&from.if_etag, answer.etag()) {
        (Some(before), Some(now)) => before == now,
        _ => true,
    };
    starts_there && is_same
}

fn read_body(
    answer: Answer,
    total: Option<u64>,
    part: &mut Part,
    asked: &Asked,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), FetchError> {
    use std::io::Read;
    let host = answer.host;
    let limit = total.unwrap_or(MAX_BYTES);
    let mut body = answer.response.into_body().into_reader();
    let mut bytes = vec![0; 1 << 16];
    loop {
        if asked.cancel.is_cancelled() {
            return Err(FetchError::Cancelled);
        }
        let count = match body.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => {
                return Err(match explained(ureq::Error::from(error), &host, &asked.patience) {
                    stalled @ FetchError::Stalled { .. } => stalled,
                    _ => FetchError::BrokenOff { host, done: part.length(), total },
                });
            }
        };
        if part.length() + count as u64 > limit {
            let stated = part.length() + count as u64;
            part.restart()?;
            return Err(FetchError::WrongSize { host, expected: limit, stated });
        }
        part.append(&bytes[..count])?;
        progress(Progress { phase: Phase::Coming, done: part.length(), total });
    }
    match total {
        Some(total) if part.length() < total => {
            Err(FetchError::BrokenOff { host, done: part.length(), total: Some(total) })
        }
        _ => Ok(()),
    }
}

/// Whether the answer can be the file at all, before anything of it is kept.
fn check_offer(download: &Download, answer: &Answer) -> Result<(), FetchError> {
    let host = || answer.host.clone();
    let status = answer.response.status().as_u16();
    if status == 416 {
        return Ok(());
    }
    if let Some(encoding) =
        answer.header("content-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
    {
        return Err(FetchError::Encoded { host: host(), encoding: encoding.to_owned() });
    }
    if answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html")) {
        return Err(FetchError::WebPage { host: host() });
    }
    if let Some(found) = answer.stated_sha256.as_ref().filter(|found| **found != download.sha256) {
        let expected = download.sha256.clone();
        return Err(FetchError::OtherFile { host: host(), expected, found: found.clone() });
    }
    let stated = if status == 206 { range_total(answer) } else { content_length(answer) };
    for stated in [answer.stated_bytes, stated].into_iter().flatten() {
        match download.bytes {
            Some(expected) if stated != expected => {
                return Err(FetchError::WrongSize { host: host(), expected, stated });
            }
            None if stated > MAX_BYTES => {
                return Err(FetchError::WrongSize { host: host(), expected: MAX_BYTES, stated });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The size of what follows, as the server states it.
fn content_length(answer: &Answer) -> Option<u64> {
    answer.header("content-length")?.trim().parse().ok()
}

/// The size of the whole file in a partial answer: `bytes 5-9/10`.
fn range_total(answer: &Answer) -> Option<u64> {
    answer.header("content-range")?.rsplit_once('/')?.1.trim().parse().ok()
}

/// Ends what a connection waits for as soon as it is cancelled.
struct Watch {
    // Dropped with it, which ends the thread.
    _alive: Sender<()>,
}

impl Watch {
    fn start(agent: &Agent, cancel: &CancelToken) -> Self {
        let (alive, ended) = channel();
        let (agent, cancel) = (agent.clone(), cancel.clone());
        let watching = std::thread::Builder::new().name("imago-fetch-watch".to_owned()).spawn(move || {
            while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                if cancel.is_cancelled() {
                    agent.shutdown();
                    return;
                }
            }
        });
        if let Err(error) = watching {
            tracing::debug!("cancelling will wait for the server: {error}");
        }
        Self { _alive: alive }
    }
}
