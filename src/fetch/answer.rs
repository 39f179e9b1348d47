//! One question to a server, and its answer. Redirects are followed here rather than by the agent: the hub states a file's
//! checksum in the first answer, not in the last; and nothing leads from an encrypted address to an unencrypted one.

use std::io;

use ureq::http::{HeaderMap, Method, Request, Response, Uri};
use ureq::{Agent, Body};

use super::FetchError;
use super::network::{Patience, without_password};

/// Redirects that are followed. The hub needs two.
const MAX_REDIRECTS: usize = 8;

/// The part of a file that is asked for: from a byte to the end.
#[derive(Clone, Debug)]
pub(super) struct From {
    /// The first byte.
    pub byte: u64,
    /// Only of the file with this mark; if it is another one now, all of it.
    pub if_etag: Option<String>,
}

/// What a server answered at last: 200, 206 or 416.
pub(super) struct Answer {
    /// Who it was, for sentences.
    pub host: String,
    /// With the body, which is still to be read.
    pub response: Response<Body>,
    /// The SHA-256 that was stated on the way.
    pub stated_sha256: Option<String>,
    /// The size that was stated on the way.
    pub stated_bytes: Option<u64>,
}

impl Answer {
    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        text(self.response.headers(), name)
    }

    /// The mark of this very version of the file; a weak one marks something else.
    pub(super) fn etag(&self) -> Option<&str> {
        self.header("etag").filter(|etag| etag.starts_with('"'))
    }
}

/// Asks for `address`; `from` asks for a part.
///
/// # Errors
/// When there is no connection, no end to redirects, a way out of encryption, or any status but 200, 206 and 416.
pub(super) fn ask(
    agent: &Agent,
    patience: &Patience,
    method: &Method,
    address: &str,
    from: Option<&From>,
) -> Result<Answer, FetchError> {
    let first_host = host_of(address);
    let mut address = address.to_owned();
    let (mut stated_sha256, mut stated_bytes) = (None, None);
    for _ in 0..=MAX_REDIRECTS {
        let host = host_of(&address);
        let bad = |reason: String| FetchError::BadAddress { address: without_password(&address), reason };
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return Err(bad("it begins with neither https:// nor http://".to_owned()));
        }
        let mut request = Request::builder().method(method.clone()).uri(&address).header("accept-encoding", "identity");
        if let Some(from) = from {
            request = request.header("range", format!("bytes={}-", from.byte));
            if let Some(etag) = &from.if_etag {
                request = request.header("if-range", etag);
            }
        }
        let request = request.body(()).map_err(|error| bad(error.to_string()))?;
        let response = agent.run(request).map_err(|error| explained(error, &host, patience))?;
        let headers = response.headers();
        // Of the hub: what the file behind the redirects is.
        let linked = text(headers, "x-linked-etag").map(|etag| etag.trim_start_matches("W/").trim_matches('"'));
        let is_sha256 = |text: &&str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        stated_sha256 = stated_sha256.or_else(|| linked.filter(is_sha256).map(str::to_ascii_lowercase));
        stated_bytes = stated_bytes.or_else(|| text(headers, "x-linked-size")?.parse().ok());
        match response.status().as_u16() {
            200 | 206 | 416 => return Ok(Answer { host, response, stated_sha256, stated_bytes }),
            status @ (301 | 302 | 303 | 307 | 308) => {
                let Some(to) = text(headers, "location") else { return Err(FetchError::Status { host, status }) };
                address = followed(&address, to)?;
            }
            status => return Err(FetchError::Status { host, status }),
        }
    }
    Err(FetchError::Redirects { host: first_host })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Who is asked: `huggingface.co`, `127.0.0.1:8000`.
pub fn host_of(address: &str) -> String {
    let parsed = address.parse::<Uri>().ok();
    let authority = parsed.as_ref().and_then(Uri::authority).map(ToString::to_string);
    without_password(&authority.unwrap_or_else(|| address.to_owned()))
}

/// Where a redirect from `base` leads.
fn followed(base: &str, location: &str) -> Result<String, FetchError> {
    let to = joined(base, location);
    if base.starts_with("https://") && !to.starts_with("https://") {
        return Err(FetchError::Downgrade { host: host_of(base), to: host_of(&to) });
    }
    Ok(to)
}

/// Where a `Location` points, seen from `base`.
fn joined(base: &str, location: &str) -> String {
    if location.contains("://") {
        return location.to_owned();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    if let Some(elsewhere) = location.strip_prefix("//") {
        return format!("{scheme}://{elsewhere}");
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if location.starts_with('/') {
        return format!("{scheme}://{authority}{location}");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    format!("{scheme}://{authority}/{folder}{location}")
}

/// A connection's failure in our words.
pub(super) fn explained(error: ureq::Error, host: &str, patience: &Patience) -> FetchError {
    let host = host.to_owned();
    let unreachable = |reason: &str| FetchError::Unreachable { host: host.clone(), reason: reason.to_owned() };
    match error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            unreachable(&format!("no connection within {} seconds", patience.connect.as_secs()))
        }
        ureq::Error::Timeout(_) => FetchError::Stalled { host, waited: patience.stall },
        ureq::Error::HostNotFound => unreachable("its name is not known here"),
        ureq::Error::ConnectProxyFailed(reason) => {
            if reason.contains("407") {
                FetchError::Status { host, status: 407 }
            } else {
                unreachable(&format!("the proxy would not connect ({reason})"))
            }
        }
        ureq::Error::Rustls(error) => unreachable(&format!("the secure connection failed ({error})")),
        ureq::Error::BadUri(reason) => FetchError::BadAddress { address: host, reason },
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => unreachable("nobody answers there"),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FetchError::Stalled { host, waited: patience.stall },
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
                unreachable("there is no way to it from here")
            }
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                FetchError::BrokenOff { host, done: 0, total: None }
            }
            // A failed TLS handshake comes as such an error.
            _ => unreachable(&error.to_string()),
        },
        error => unreachable(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_redirect_points_is_seen_from_where_it_stands() {
        let base = "https://hub.example/timm/model/file?download=true";
        assert_eq!(joined(base, "https://cdn.example/x"), "https://cdn.example/x");
        assert_eq!(joined(base, "//cdn.example/x"), "https://cdn.example/x");
        assert_eq!(joined(base, "/api/x"), "https://hub.example/api/x");
        assert_eq!(joined(base, "other"), "https://hub.example/timm/model/other");
        assert_eq!(joined("http://host", "x"), "http://host/x");
    }

    #[test]
    fn no_redirect_leads_from_an_encrypted_address_to_an_unencrypted_one() {
        for location in ["http://cdn.example/x", "ftp://cdn.example/x"] {
            let error = followed("https://hub.example/y", location).unwrap_err();
            assert!(matches!(error, FetchError::Downgrade { .. }), "{error}");
            assert!(error.to_string().contains("cdn.example"), "{error}");
        }
        assert!(followed("https://hub.example/y", "//cdn.example/x").is_ok());
        assert!(followed("http://127.0.0.1/y", "http://127.0.0.1/x").is_ok());
        assert!(followed("http://127.0.0.1/y", "https://hub.example/x").is_ok());
    }

    #[test]
    fn a_host_is_named_without_the_password() {
        assert_eq!(host_of("http://me:secret@127.0.0.1:8000/x?token=1"), "127.0.0.1:8000");
    }
}
