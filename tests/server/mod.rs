//! A small HTTP server that behaves as badly as it is told to, on a port of its own.
#![allow(dead_code, reason = "each test that uses it needs some of it, none needs all")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
}

impl Question {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The first byte of `Range: bytes=N-`.
    pub(crate) fn from(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The `Content-Length` that is stated: the truth unless told otherwise; `None` states none.
    pub length: Option<u64>,
    /// Sends nothing more after the body, and does not close either.
    pub stalls: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { status, headers: Vec::new(), length: Some(body.len() as u64), body, stalls: false }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Only the first `count` bytes of the body are sent, whatever length was stated.
    pub(crate) fn cut(mut self, count: usize) -> Self {
        self.body.truncate(count);
        self
    }

    pub(crate) fn stalling(mut self) -> Self {
        self.stalls = true;
        self
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(302, "").with("Location", to)
    }

    /// A file as a good server gives it: with its mark, and a part of it where that is asked for.
    pub(crate) fn file(question: &Question, bytes: &[u8], etag: &str) -> Self {
        let etag = format!("\"{etag}\"");
        let is_same = question.header("if-range").is_none_or(|wanted| wanted == etag);
        match question.from().filter(|_| is_same) {
            Some(from) if from < bytes.len() => Self::new(206, &bytes[from..])
                .with("ETag", &etag)
                .with("Content-Range", &format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len())),
            Some(_) => Self::new(416, "").with("Content-Range", &format!("bytes */{}", bytes.len())),
            None => Self::new(200, bytes).with("ETag", &etag).with("Accept-Ranges", "bytes"),
        }
    }
}

/// The server. It ends with this.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Question>>>,
    ends: Arc<AtomicBool>,
}

impl Server {
    /// Answers with what `answer` says; it is told how many questions came before.
    pub(crate) fn start(answer: impl Fn(usize, &Question) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, ends) = (Arc::<Mutex<Vec<Question>>>::default(), Arc::new(AtomicBool::new(false)));
        let (questions, ended, answer) = (asked.clone(), ends.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), questions, answer, ended) = (stream, questions.clone(), answer.clone(), ended.clone())
                else {
                    continue;
                };
                std::thread::spawn(move || serve(stream, &questions, &*answer, &ended));
            }
        });
        Self { port, asked, ends }
    }

    /// `http://127.0.0.1:port`.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(
    stream: TcpStream,
    questions: &Mutex<Vec<Question>>,
    answer: &(dyn Fn(usize, &Question) -> Reply + Send + Sync),
    ends: &AtomicBool,
) {
    let Some(question) = read_question(&stream) else { return };
    // A proxy is asked for a connection to somewhere else.
    if question.method == "CONNECT" {
        questions.lock().unwrap().push(question.clone());
        let Ok(other) = TcpStream::connect(&question.path) else { return };
        let mut stream = stream;
        let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        pipe(&stream, &other);
        return;
    }
    let before = {
        let mut questions = questions.lock().unwrap();
        questions.push(question.clone());
        questions.len() - 1
    };
    let reply = answer(before, &question);
    use std::fmt::Write as _;
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if let Some(length) = reply.length {
        let _ = write!(head, "Content-Length: {length}\r\n");
    }
    let mut stream = stream;
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    if question.method != "HEAD" {
        let _ = stream.write_all(&reply.body);
    }
    let _ = stream.flush();
    while reply.stalls && !ends.load(Ordering::SeqCst) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn read_question(stream: &TcpStream) -> Option<Question> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    Some(Question { method, path, headers })
}

/// Passes on what either side says until one of them is silent for good.
fn pipe(one: &TcpStream, other: &TcpStream) {
    let copy = |from: &TcpStream, to: &TcpStream| {
        let (mut from, mut to) = (from, to);
        let mut bytes = [0; 4096];
        while let Ok(count) = from.read(&mut bytes) {
            if count == 0 || to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    };
    std::thread::scope(|scope| {
        scope.spawn(|| copy(one, other));
        copy(other, one);
    });
}
