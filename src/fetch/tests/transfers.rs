//! Whole files from servers that break off, lie, stall, redirect, or serve something else.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::server::{Question, Reply, Server};
use crate::base::CancelToken;
use crate::fetch::transfer::transfer;
use crate::fetch::{Asked, Download, FetchError, Network, Origin, Patience, Phase, Progress, offer};

/// Bytes that no compression and no shift leaves alike.
fn bytes() -> Vec<u8> {
    (0..200_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A folder, and what is fetched into it.
struct Bench {
    folder: tempfile::TempDir,
    download: Download,
    asked: Asked,
    progress: Vec<Progress>,
}

impl Bench {
    fn new(server: &Server) -> Self {
        let bytes = bytes();
        let download = Download {
            name: "thing".to_owned(),
            title: "Thing".to_owned(),
            about: "a thing".to_owned(),
            origin: Origin::Hub,
            path: "some/thing.bin".to_owned(),
            file_name: "thing.bin".to_owned(),
            bytes: Some(bytes.len() as u64),
            sha256: sha256(&bytes),
            licence: String::new(),
        };
        let network = Network { weights_mirror: server.address(), proxy: "none".to_owned(), ..Network::default() };
        let patience = Patience {
            connect: Duration::from_secs(5),
            stall: Duration::from_secs(5),
            retry_wait: Duration::from_millis(1),
            attempts: 3,
        };
        let asked = Asked { network, patience, cancel: CancelToken::new() };
        Self { folder: tempfile::tempdir().unwrap(), download, asked, progress: Vec::new() }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("thing.bin")
    }

    fn part(&self) -> u64 {
        fs::metadata(self.folder.path().join("thing.bin.part")).map_or(0, |facts| facts.len())
    }

    /// Fetches; the file's bytes when that worked.
    fn get(&mut self) -> Result<Vec<u8>, FetchError> {
        let (target, progress) = (self.target(), &mut self.progress);
        let part = transfer(&self.download, &target, &self.asked, &mut |step| progress.push(step))?;
        part.finish()?;
        Ok(fs::read(target).unwrap())
    }

    /// It fails, and nothing is there under the file's name.
    #[track_caller]
    fn fails(&mut self) -> FetchError {
        let error = self.get().expect_err("it was fetched");
        assert!(!self.target().exists());
        assert!(!error.to_string().is_empty() && error.advice().ends_with('.'));
        error
    }

    fn phases(&self) -> Vec<Phase> {
        self.progress.iter().map(|step| step.phase).collect()
    }
}

fn good(question: &Question) -> Reply {
    Reply::file(question, &bytes(), "1")
}

#[test]
fn a_file_is_fetched_whole_and_nothing_is_left_beside_it() {
    let server = Server::start(|_, question| good(question));
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(fs::read_dir(bench.folder.path()).unwrap().count(), 1);
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/some/thing.bin"));
    assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
    let last = bench.progress.last().unwrap();
    assert_eq!((last.phase, last.done), (Phase::Checking, 200_000));
}

#[test]
fn a_connection_that_breaks_off_is_gone_on_from_where_it_was() {
    let server = Server::start(|before, question| {
        let reply = good(question);
        if before < 3 { reply.cut(40_000 + before) } else { reply }
    });
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
    let from: Vec<_> = server.asked().iter().map(Question::from).collect();
    assert_eq!(from, [None, Some(40_000), Some(80_001), Some(120_003)]);
    assert!(server.asked()[1..].iter().all(|question| question.header("if-range") == Some("\"1\"")));
    assert_eq!(bench.phases().iter().filter(|phase| **phase == Phase::Waiting).count(), 3);
}

#[test]
fn a_transfer_that_failed_for_good_is_gone_on_from_by_the_next_one() {
    let server = Server::start(|before, question| match before {
        0 => good(question).cut(50_000),
        1..=3 => Reply::new(503, "busy"),
        _ => good(question),
    });
    let mut bench = Bench::new(&server);
    assert!(matches!(bench.fails(), FetchError::Status { status: 503, .. }));
    assert_eq!(bench.part(), 50_000);
    assert_eq!(offer(&bench.download, &bench.target(), &bench.asked).unwrap().there, 50_000);
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(server.asked().last().unwrap().from(), Some(50_000));
}

#[test]
fn a_server_that_knows_no_parts_is_asked_for_all_of_it() {
    let server = Server::start(|before, _| {
        let reply = Reply::new(200, bytes());
        if before == 0 { reply.cut(70_000) } else { reply }
    });
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(server.asked()[1].from(), Some(70_000));
}

#[test]
fn a_file_that_changed_between_two_parts_is_fetched_anew() {
    let server = Server::start(|before, question| match before {
        0 => Reply::file(question, &vec![7; 200_000], "old").cut(60_000),
        _ => Reply::file(question, &bytes(), "new"),
    });
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
}

#[test]
fn a_server_that_sends_a_part_of_another_version_is_not_believed() {
    // It ignores If-Range, and sends the rest of the new version.
    let server = Server::start(|before, question| {
        if before == 0 {
            return Reply::file(question, &vec![7; 200_000], "old").cut(60_000);
        }
        let mut question = question.clone();
        question.headers.remove("if-range");
        Reply::file(&question, &bytes(), "new")
    });
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
    let from: Vec<_> = server.asked().iter().map(Question::from).collect();
    assert_eq!(from, [None, Some(60_000), None]);
}

#[test]
fn pieces_of_two_versions_without_any_mark_are_found_out_by_the_checksum_and_fetched_anew() {
    let server = Server::start(|before, question| {
        let bytes = if before == 0 { vec![7; 200_000] } else { bytes() };
        let mut reply = Reply::file(question, &bytes, "1");
        reply.headers.retain(|(name, _)| name != "ETag");
        if before == 0 { reply.cut(60_000) } else { reply }
    });
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn another_piece_than_the_one_asked_for_is_not_taken() {
    let server = Server::start(|before, question| match before {
        0 => good(question).cut(60_000),
        1 => {
            let bytes = bytes();
            Reply::new(206, &bytes[10..]).with("ETag", "\"1\"").with("Content-Range", "bytes 10-199999/200000")
        }
        _ => good(question),
    });
    let mut bench = Bench::new(&server);
    assert_eq!(bench.get().unwrap(), bytes());
}

#[test]
fn a_part_that_is_longer_than_the_file_is_begun_anew() {
    let server = Server::start(|_, question| good(question));
    let mut bench = Bench::new(&server);
    // The size is not known beforehand, so that the server has to say it.
    bench.download.bytes = None;
    fs::write(bench.folder.path().join("thing.bin.part"), vec![1; 300_000]).unwrap();
    let record = format!("{{\"sha256\":\"{}\"}}", bench.download.sha256);
    fs::write(bench.folder.path().join("thing.bin.part.json"), record).unwrap();
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(server.asked()[0].from(), Some(300_000));
}

#[test]
fn all_that_came_before_is_checked_without_asking_again() {
    let server = Server::start(|_, question| good(question));
    let mut bench = Bench::new(&server);
    fs::write(bench.folder.path().join("thing.bin.part"), bytes()).unwrap();
    let record = format!("{{\"sha256\":\"{}\"}}", bench.download.sha256);
    fs::write(bench.folder.path().join("thing.bin.part.json"), record).unwrap();
    assert_eq!(bench.get().unwrap(), bytes());
    assert!(server.asked().is_empty());
}

#[test]
fn a_server_that_states_too_small_or_too_large_a_size_is_found_out_before_anything_is_kept() {
    for stated in [1_000_u64, 300_000] {
        let server = Server::start(move |_, question| {
            let mut reply = good(question);
            reply.length = Some(stated);
            reply
        });
        let mut bench = Bench::new(&server);
        let error = bench.fails();
        assert!(
            matches!(error, FetchError::WrongSize { expected: 200_000, stated: found, .. } if found == stated),
            "{error}"
        );
        assert_eq!((bench.part(), server.asked().len()), (0, 1));
    }
}

#[test]
fn where_no_size_is_known_a_stated_size_that_is_not_reached_is_a_break_and_the_checksum_finds_a_short_one() {
    let long = Server::start(|_, question| {
        let mut reply = good(question);
        reply.length = Some(500_000);
        reply
    });
    let mut bench = Bench::new(&long);
    bench.download.bytes = None;
    // The whole file comes, then the connection ends; what the server says next decides.
    let error = bench.fails();
    assert!(matches!(error, FetchError::BrokenOff { .. } | FetchError::Status { status: 416, .. }), "{error}");
    let short = Server::start(|_, question| {
        let mut reply = good(question);
        reply.length = Some(1_000);
        reply
    });
    let mut bench = Bench::new(&short);
    bench.download.bytes = None;
    assert!(matches!(bench.fails(), FetchError::Checksum { .. }));
    assert_eq!(bench.part(), 0);
}

#[test]
fn a_server_that_never_stops_is_stopped() {
    let server = Server::start(|_, _| {
        let mut reply = Reply::new(200, vec![1; 400_000]);
        reply.length = None;
        reply
    });
    let mut bench = Bench::new(&server);
    assert!(matches!(bench.fails(), FetchError::WrongSize { .. }));
    assert_eq!(bench.part(), 0);
}

#[test]
fn a_file_without_a_stated_size_is_taken_when_its_checksum_is_right() {
    let server = Server::start(|_, question| {
        let mut reply = good(question);
        reply.length = None;
        reply
    });
    assert_eq!(Bench::new(&server).get().unwrap(), bytes());
}

#[test]
fn a_web_page_is_not_taken_for_the_file() {
    let server = Server::start(|_, _| {
        Reply::new(200, "<html>Please log in</html>").with("Content-Type", "text/html; charset=utf-8")
    });
    let mut bench = Bench::new(&server);
    let error = bench.fails();
    assert!(matches!(error, FetchError::WebPage { .. }) && error.advice().contains("log in"), "{error}");
    assert!(matches!(offer(&bench.download, &bench.target(), &bench.asked), Err(FetchError::WebPage { .. })));
}

#[test]
fn what_the_server_refuses_is_said_and_only_what_may_pass_is_tried_again() {
    for (status, questions, word) in
        [(404, 1, "not there"), (403, 1, "does not give"), (401, 1, "does not give"), (500, 3, "out of order")]
    {
        let server = Server::start(move |_, _| Reply::new(status, "no"));
        let mut bench = Bench::new(&server);
        let error = bench.fails();
        assert!(matches!(error, FetchError::Status { status: found, .. } if found == status), "{error}");
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(server.asked().len(), questions, "{status}");
    }
}

#[test]
fn redirects_are_followed_and_the_checksum_stated_on_the_way_is_believed() {
    let server = Server::start(|_, question| match question.path.as_str() {
        "/some/thing.bin" => Reply::redirect("/elsewhere/x?sig=1")
            .with("X-Linked-Etag", &format!("\"{}\"", sha256(&bytes())))
            .with("X-Linked-Size", "200000"),
        "/elsewhere/x?sig=1" => Reply::redirect("y"),
        "/elsewhere/y" => good(question),
        _ => Reply::new(404, ""),
    });
    let mut bench = Bench::new(&server);
    let offered = offer(&bench.download, &bench.target(), &bench.asked).unwrap();
    assert_eq!((offered.bytes, offered.there), (Some(200_000), 0));
    assert_eq!(bench.get().unwrap(), bytes());
}

#[test]
fn a_server_that_states_another_checksum_is_not_asked_for_the_file() {
    let server = Server::start(|_, _| Reply::redirect("/x").with("X-Linked-Etag", &format!("\"{}\"", "0".repeat(64))));
    // The first answer says enough, wherever it points.
    let server_behind = Server::start(|_, question| good(question));
    let to = server_behind.address();
    let redirecting = Server::start(move |_, _| {
        Reply::redirect(&format!("{to}/x")).with("X-Linked-Etag", &format!("\"{}\"", "0".repeat(64)))
    });
    let mut bench = Bench::new(&redirecting);
    assert!(matches!(bench.fails(), FetchError::OtherFile { .. }));
    assert_eq!(bench.part(), 0);
    drop(server);
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Server::start(|_, question| Reply::redirect(if question.path == "/a" { "/b" } else { "/a" }));
    let error = Bench::new(&server).fails();
    assert!(matches!(error, FetchError::Redirects { .. }), "{error}");
    assert!(server.asked().len() < 20);
}

#[test]
fn a_redirect_to_something_that_is_no_web_address_is_refused() {
    let server = Server::start(|_, _| Reply::redirect("file:///etc/passwd"));
    assert!(matches!(Bench::new(&server).fails(), FetchError::BadAddress { .. }));
}

#[test]
fn a_server_that_falls_silent_is_left_and_asked_again() {
    let server = Server::start(|before, question| {
        let reply = good(question);
        if before == 0 { reply.cut(30_000).stalling() } else { reply }
    });
    let mut bench = Bench::new(&server);
    bench.asked.patience.stall = Duration::from_millis(200);
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(server.asked()[1].from(), Some(30_000));
}

#[test]
fn a_server_that_is_silent_for_good_is_named() {
    let server = Server::start(|_, _| {
        let mut reply = Reply::new(200, "");
        reply.length = Some(200_000);
        reply.stalling()
    });
    let mut bench = Bench::new(&server);
    bench.asked.patience.stall = Duration::from_millis(50);
    let error = bench.fails();
    assert!(matches!(error, FetchError::Stalled { .. }), "{error}");
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn cancelling_ends_a_transfer_that_waits_and_keeps_what_came() {
    let server = Server::start(|before, question| {
        let reply = good(question);
        if before == 0 { reply.cut(30_000).stalling() } else { reply }
    });
    let mut bench = Bench::new(&server);
    // Longer than anyone runs tests: only cancelling can end it.
    bench.asked.patience.stall = Duration::from_secs(100_000);
    let (target, cancel) = (bench.target(), bench.asked.cancel.clone());
    let result = transfer(&bench.download, &target, &bench.asked, &mut |step| {
        if step.phase == Phase::Coming && step.done == 30_000 {
            cancel.cancel();
        }
    });
    assert!(matches!(result, Err(FetchError::Cancelled)));
    assert_eq!(bench.part(), 30_000);
    bench.asked.cancel = CancelToken::new();
    assert_eq!(bench.get().unwrap(), bytes());
    assert_eq!(server.asked()[1].from(), Some(30_000));
}

#[test]
fn cancelling_from_outside_wakes_a_transfer_that_waits_for_the_server() {
    let server = Server::start(|_, question| good(question).cut(30_000).stalling());
    let mut bench = Bench::new(&server);
    bench.asked.patience.stall = Duration::from_secs(100_000);
    let (asked, cancel) = (bench.asked.clone(), bench.asked.cancel.clone());
    let (download, target) = (bench.download.clone(), bench.target());
    let (reached, waits) = std::sync::mpsc::channel();
    let working = std::thread::spawn(move || {
        let mut report = |step: Progress| {
            if step.done == 30_000 {
                let _ = reached.send(());
            }
        };
        transfer(&download, &target, &asked, &mut report).map(|_| ())
    });
    waits.recv().unwrap();
    cancel.cancel();
    assert!(matches!(working.join().unwrap(), Err(FetchError::Cancelled)));
}

#[test]
fn what_comes_with_a_wrong_checksum_is_thrown_away() {
    let server = Server::start(|_, question| Reply::file(question, &vec![7; 200_000], "1"));
    let mut bench = Bench::new(&server);
    let error = bench.fails();
    assert!(matches!(error, FetchError::Checksum { .. }), "{error}");
    assert_eq!(fs::read_dir(bench.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_was_packed_on_its_way_is_refused() {
    for encoding in ["gzip", "deflate", "br", "GZIP"] {
        let server = Server::start(move |_, question| good(question).with("Content-Encoding", encoding));
        let error = Bench::new(&server).fails();
        assert!(matches!(error, FetchError::Encoded { .. }), "{error}");
    }
    let server = Server::start(|_, question| good(question).with("Content-Encoding", "identity"));
    assert_eq!(Bench::new(&server).get().unwrap(), bytes());
}

#[test]
fn a_server_that_is_not_there_is_named_with_what_to_do() {
    let server = Server::start(|_, question| good(question));
    let mut bench = Bench::new(&server);
    bench.asked.network.weights_mirror = "http://127.0.0.1:1".to_owned();
    let error = bench.fails();
    assert!(error.to_string().starts_with("127.0.0.1:1 could not be reached"), "{error}");
    assert!(error.advice().contains("mirror") && error.advice().contains("proxy"));
    assert!(server.asked().is_empty());
}

#[test]
fn an_address_that_is_none_is_said_so() {
    let server = Server::start(|_, question| good(question));
    let mut bench = Bench::new(&server);
    for address in ["ftp://host", "http://a b", "https://"] {
        bench.asked.network.weights_mirror = address.to_owned();
        let error = bench.fails();
        assert!(matches!(error, FetchError::BadAddress { .. }), "{address}: {error}");
    }
}

#[test]
fn a_proxy_is_asked_for_the_connection() {
    let server = Server::start(|_, question| good(question));
    let proxy = Server::start(|_, _| Reply::new(400, "only CONNECT"));
    let mut bench = Bench::new(&server);
    bench.asked.network.proxy = proxy.address();
    assert_eq!(bench.get().unwrap(), bytes());
    let asked = proxy.asked();
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "CONNECT"));
    assert_eq!(format!("http://{}", asked[0].path), server.address());
}

#[test]
fn a_size_is_asked_for_without_fetching_and_a_server_that_does_not_tell_is_no_hindrance() {
    let server =
        Server::start(|_, question| if question.method == "HEAD" { Reply::new(405, "") } else { good(question) });
    let bench = Bench::new(&server);
    let offered = offer(&bench.download, &bench.target(), &bench.asked).unwrap();
    assert_eq!(offered.bytes, Some(200_000));
    assert_eq!(server.asked().iter().map(|question| question.method.as_str()).collect::<Vec<_>>(), ["HEAD"]);
    assert_eq!(fs::read_dir(bench.folder.path()).unwrap().count(), 0);
}
