//! `imago weights` and `imago data`, against a server of our own.

use std::path::PathBuf;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::server::{Reply, Server};
use super::support::{Bench, Run};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A ResNet18's weights.
fn weights() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/resnet18-starter.safetensors")).unwrap()
}

/// The program with a home of its own, and no proxy or mirror from outside.
fn command(bench: &Bench, args: &[&str]) -> Command {
    let mut command = bench.command(args);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "HF_ENDPOINT"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env("IMAGO_HOME", bench.at("imago"));
    command
}

fn run(bench: &Bench, args: &[&str]) -> Run {
    Run(command(bench, args).output().unwrap())
}

fn place(bench: &Bench) -> PathBuf {
    bench.at("imago/data/weights/resnet18.tv_in1k.safetensors")
}

#[test]
fn weights_are_fetched_once_and_their_place_is_printed() {
    let (bench, bytes) = (Bench::empty(), weights());
    let sum = sha256(&bytes);
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    let mirror = server.address();
    let args = ["weights", "get", "resnet18", "--yes", "--mirror", &mirror, "--sha256", &sum];
    run(&bench, &["train", "x", "--model", "resnet18", "--weights", "imagenet"])
        .fails(1, &["imago weights get resnet18"]);
    let first = run(&bench, &args).ok();
    assert_eq!(first.stdout().trim(), place(&bench).display().to_string());
    assert!(first.stderr().contains("BSD-3-Clause") && first.stderr().contains("MB"), "{}", first.stderr());
    assert!(place(&bench).is_file());
    let asked = server.asked();
    assert_eq!(asked.iter().map(|question| question.method.as_str()).collect::<Vec<_>>(), ["HEAD", "GET"]);
    assert!(asked[1].path.starts_with("/timm/resnet18.tv_in1k/resolve/"), "{}", asked[1].path);
    run(&bench, &args).ok();
    assert_eq!(server.asked().len(), 2);
    let listed = run(&bench, &["weights", "list"]).ok().stdout();
    assert!(listed.contains("46.8 MB") && listed.contains(&place(&bench).display().to_string()), "{listed}");
}

#[test]
fn nothing_is_fetched_without_being_asked_for() {
    let bench = Bench::empty();
    let bytes = weights();
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    let mirror = server.address();
    let args = ["weights", "get", "resnet18", "--mirror", &mirror];
    let host = mirror.trim_start_matches("http://");
    run(&bench, &args).fails(2, &["--yes", "46.8 MB", host, "BSD-3-Clause"]);
    // Another version, whose size only the server could tell.
    run(&bench, &[&args[..], &["--sha256", &"0".repeat(64)]].concat()).fails(2, &["--yes", "size unknown", host]);
    assert!(!bench.at("imago/data/weights").exists());
    // Another file in its place is no reason to fetch without asking, and stays until the right one is there.
    bench.write("imago/data/weights/resnet18.tv_in1k.safetensors", b"another");
    run(&bench, &args).fails(2, &["--yes"]);
    assert_eq!(std::fs::read(place(&bench)).unwrap(), b"another");
    assert_eq!(server.asked().len(), 0, "a connection before the answer");
}

#[test]
fn what_broke_off_is_gone_on_from_by_the_same_command() {
    let (bench, bytes) = (Bench::empty(), weights());
    let (sum, half) = (sha256(&bytes), bytes.len() / 2);
    let server = Server::start(move |before, question| match before {
        1 => Reply::file(question, &bytes, "1").cut(half),
        // Refused for good, so that the program need not be waited for.
        2 => Reply::new(403, ""),
        _ => Reply::file(question, &bytes, "1"),
    });
    let mirror = server.address();
    let args = ["weights", "get", "resnet18", "--yes", "--mirror", &mirror, "--sha256", &sum];
    run(&bench, &args).fails(1, &["403", "mirror"]);
    assert!(!place(&bench).exists());
    let again = run(&bench, &args).ok();
    assert!(again.stderr().contains("are there already"), "{}", again.stderr());
    assert_eq!(server.asked().last().unwrap().from(), Some(half));
    assert!(place(&bench).is_file());
}

#[test]
fn what_is_no_resnet18_is_not_kept_however_right_its_checksum() {
    let bench = Bench::empty();
    let server = Server::start(|_, question| Reply::file(question, b"GGUF and so on", "1"));
    let (mirror, sum) = (server.address(), sha256(b"GGUF and so on"));
    let args = ["weights", "get", "resnet18", "--yes", "--mirror", &mirror, "--sha256", &sum];
    run(&bench, &args).fails(1, &["ResNet18", "GGUF"]);
    let bytes = weights();
    let sum = sha256(&bytes);
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    let mirror = server.address();
    let args = ["weights", "get", "resnet34", "--yes", "--mirror", &mirror, "--sha256", &sum];
    run(&bench, &args).fails(1, &["ResNet34", "resnet18"]);
    assert_eq!(std::fs::read_dir(bench.at("imago/data/weights")).unwrap().count(), 0);
}

#[test]
fn the_pinned_file_is_told_from_any_other() {
    let (bench, bytes) = (Bench::empty(), weights());
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    let mirror = server.address();
    run(&bench, &["weights", "get", "resnet18", "--yes", "--mirror", &mirror]).fails(1, &["46807446", "another file"]);
}

#[test]
fn mirror_and_proxy_are_taken_from_the_environment_and_the_settings() {
    let bench = Bench::empty();
    // Asked once and refused for good, so that nothing is fetched.
    let server = Server::start(|_, _| Reply::new(403, ""));
    let proxy = Server::start(|_, _| Reply::new(400, ""));
    let args = ["weights", "get", "resnet18", "--yes"];
    let asks = |name: &str, value: &str, more: Option<(&str, &str)>| {
        let mut command = command(&bench, &args);
        command.env("HF_ENDPOINT", server.address()).env(name, value);
        if let Some((name, value)) = more {
            command.env(name, value);
        }
        Run(command.output().unwrap()).fails(1, &["403"]);
        (server.asked().len(), proxy.asked().len())
    };
    assert_eq!(asks("NO_PROXY", "elsewhere", None), (1, 0));
    assert_eq!(asks("HTTPS_PROXY", &proxy.address(), None), (2, 1));
    assert_eq!(asks("HTTPS_PROXY", &proxy.address(), Some(("NO_PROXY", "127.0.0.1"))), (3, 1));
    let settings = format!("[network]\nproxy = \"{}\"\nweights_mirror = \"{}\"\n", proxy.address(), server.address());
    bench.write("imago/config/settings.toml", settings.as_bytes());
    run(&bench, &args).fails(1, &["403"]);
    assert_eq!((server.asked().len(), proxy.asked().len()), (4, 2));
    // An option counts for more than the settings.
    run(&bench, &["weights", "get", "resnet18", "--yes", "--proxy", "none"]).fails(1, &["403"]);
    assert_eq!((server.asked().len(), proxy.asked().len()), (5, 2));
}

#[test]
fn what_makes_no_sense_is_a_wrong_usage() {
    let bench = Bench::empty();
    run(&bench, &["weights", "get", "resnet50", "--yes"]).fails(2, &["resnet50", "resnet18 or resnet34"]);
    run(&bench, &["data", "get", "cats", "--yes"]).fails(2, &["cats", "hymenoptera"]);
    run(&bench, &["weights", "get", "resnet18", "--sha256", "abc"]).fails(2, &["64"]);
    let args = ["weights", "get", "resnet18", "--yes", "--proxy", "gopher://x"];
    run(&bench, &args).fails(1, &["gopher://x", "no proxy"]);
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_so_and_what_came_is_kept() {
    let (bench, bytes) = (Bench::empty(), weights());
    let sum = sha256(&bytes);
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    let mirror = server.address();
    let exact = command(&bench, &["weights", "get", "resnet18", "--yes", "--mirror", &mirror, "--sha256", &sum]);
    let mut bash = Command::new("bash");
    // A limit on the size of files stands for a disk that is full; the signal that usually kills is ignored.
    bash.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\""])
        .arg(exact.get_program())
        .args(exact.get_args());
    bash.env_clear().envs(std::env::vars()).envs(exact.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Run(bash.output().unwrap()).fails(1, &["the disk is full", "Make room"]);
    let part = bench.at("imago/data/weights/resnet18.tv_in1k.safetensors.part");
    assert_eq!(std::fs::metadata(part).unwrap().len(), 4096 * 1024);
    let args = ["weights", "get", "resnet18", "--yes", "--mirror", &mirror, "--sha256", &sum];
    run(&bench, &args).ok();
    assert_eq!(server.asked().last().unwrap().from(), Some(4096 * 1024));
}

fn archive() -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["data/train/ants/1.jpg", "data/train/bees/2.jpg", "data/val/ants/3.jpg", "data/val/bees/4.jpg"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(name.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn photographs_are_fetched_and_unpacked_into_a_new_folder() {
    let (bench, bytes) = (Bench::empty(), archive());
    let sum = sha256(&bytes);
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    let mirror = server.address();
    let args = ["data", "get", "hymenoptera", "photos/insects", "--yes", "--mirror", &mirror, "--sha256", &sum];
    let done = run(&bench, &args).ok();
    assert_eq!(done.stdout().trim(), "photos/insects");
    assert_eq!(server.asked()[1].path, "/tutorial/hymenoptera_data.zip");
    assert_eq!(std::fs::read(bench.at("photos/insects/val/bees/4.jpg")).unwrap(), b"data/val/bees/4.jpg");
    // The archive is of no use any more.
    assert_eq!(std::fs::read_dir(bench.at("imago/data/photographs")).unwrap().count(), 0);
    // It is there: not fetched again. Something else there: left alone.
    run(&bench, &args).ok();
    assert_eq!(server.asked().len(), 2);
    bench.write("mine/letter.txt", b"mine");
    let before = bench.snapshot("mine");
    let args = ["data", "get", "hymenoptera", "mine", "--yes", "--mirror", &mirror, "--sha256", &sum];
    run(&bench, &args).fails(1, &["mine is not empty"]);
    assert_eq!(bench.snapshot("mine"), before);
    let listed = run(&bench, &["data", "list"]).ok().stdout();
    assert!(listed.contains("hymenoptera") && listed.contains("47.3 MB"), "{listed}");
}
