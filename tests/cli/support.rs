//! Small data sets, and running the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that goes away with the test, and what is made in it.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// With a data set `data`: `train` and `val` pictures of two classes that differ in colour.
    pub(crate) fn new(train: u32, val: u32) -> Self {
        let bench = Self::empty();
        for (split, count) in [("train", train), ("val", val)] {
            for class in ["blue", "red things"] {
                for index in 0..count {
                    bench.picture(&format!("data/{split}/{class}/{index}.png"), class == "blue", index);
                }
            }
        }
        bench
    }

    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A bluish or reddish picture.
    pub(crate) fn picture(&self, name: &str, blue: bool, seed: u32) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let image = image::RgbImage::from_fn(48, 40, |x, y| {
            let noise = (x * 7 + y * 13 + seed * 31) % 60;
            let (strong, weak) = (170 + noise as u8, 30 + (noise / 2) as u8);
            if blue { image::Rgb([weak, 60, strong]) } else { image::Rgb([strong, 60, weak]) }
        });
        image.save(path).unwrap();
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The program, to be run in this folder, with a data folder of its own.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imago"));
        command.args(args).current_dir(self.folder.path());
        for home in ["HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA"] {
            command.env(home, self.at("home"));
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run(self.command(args).output().unwrap())
    }

    /// `imago train data` with a small network, two threads and `extra`.
    pub(crate) fn train(&self, out: &str, extra: &[&str]) -> Run {
        let mut args = vec!["train", "data", "--model", "cnn-gap", "--device", "cpu", "--out", out];
        args.extend(extra);
        self.run(&args)
    }

    /// Every file below a folder with its bytes: what "left as it was" is measured by.
    pub(crate) fn snapshot(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let walk = walkdir::WalkDir::new(self.at(name)).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
        walk.filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_path_buf(), std::fs::read(entry.path()).unwrap()))
            .collect()
    }
}

/// How a run of the program ended.
pub(crate) struct Run(pub(crate) Output);

impl Run {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// It did its work; shows what it said otherwise.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code(), 0, "{}\n{}", self.stdout(), self.stderr());
        self
    }

    /// It failed with this exit code, one sentence that holds all of `words`, and no panic.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        let message = self.stderr();
        assert_eq!(self.code(), code, "{}\n{message}", self.stdout());
        assert!(!message.contains("panicked"), "{message}");
        for word in words {
            assert!(message.contains(word), "`{word}` is not in: {message}");
        }
        self
    }
}

/// Sends a signal: `-INT` is what Ctrl+C sends.
#[cfg(unix)]
pub(crate) fn send(child: &std::process::Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// `metrics.jsonl` without the seconds.
pub(crate) fn figures(run_dir: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(run_dir.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        value.as_object_mut().unwrap().remove("seconds").unwrap();
        value
    });
    lines.collect()
}
