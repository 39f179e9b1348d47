//! Which renderer draws the window, and what is remembered of those that failed.
//!
//! Before the window opens, a small file says which renderer is being tried; after the first frame the entry is taken out. If it
//! is still there at the next start, and whoever wrote it is gone or silent, that renderer crashed or hung the program: the other
//! one goes first from then on, until a new version of Imago or a `--renderer` that works.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::Renderer;
use serde::{Deserialize, Serialize};

use crate::base::write_atomically;

/// A start that has not drawn after this long hangs.
const HANGS_AFTER: Duration = Duration::from_secs(20);

/// Which renderer is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RendererChoice {
    /// What fits the system best, then the other one.
    #[default]
    Auto,
    /// OpenGL.
    Glow,
    /// Vulkan, Metal or Direct3D.
    Wgpu,
}

impl RendererChoice {
    /// Reads `auto`, `glow` or `wgpu`.
    ///
    /// # Errors
    /// What may be written.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "glow" => Ok(Self::Glow),
            "wgpu" => Ok(Self::Wgpu),
            _ => Err("choose auto, glow or wgpu".to_owned()),
        }
    }
}

/// What a renderer is called in sentences.
pub(super) fn title(renderer: Renderer) -> &'static str {
    match renderer {
        Renderer::Glow => "OpenGL (glow)",
        Renderer::Wgpu if cfg!(target_os = "macos") => "Metal (wgpu)",
        Renderer::Wgpu if cfg!(windows) => "Direct3D or Vulkan (wgpu)",
        Renderer::Wgpu => "Vulkan (wgpu)",
    }
}

fn name(renderer: Renderer) -> &'static str {
    match renderer {
        Renderer::Glow => "glow",
        Renderer::Wgpu => "wgpu",
    }
}

fn named(name: &str) -> Option<Renderer> {
    [Renderer::Glow, Renderer::Wgpu].into_iter().find(|renderer| self::name(*renderer) == name)
}

/// The renderers to try, in order.
pub(super) fn order(choice: RendererChoice, failed: Option<Renderer>) -> Vec<Renderer> {
    let mut order = match choice {
        RendererChoice::Glow => return vec![Renderer::Glow],
        RendererChoice::Wgpu => return vec![Renderer::Wgpu],
        // OpenGL is deprecated there, and drawn by way of Metal anyway.
        RendererChoice::Auto if cfg!(target_os = "macos") => return vec![Renderer::Wgpu],
        RendererChoice::Auto if cfg!(windows) => vec![Renderer::Wgpu, Renderer::Glow],
        RendererChoice::Auto => vec![Renderer::Glow, Renderer::Wgpu],
    };
    order.sort_by_key(|renderer| Some(*renderer) == failed);
    order
}

/// What is in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Record {
    /// Of which version of Imago the rest speaks.
    version: String,
    /// The renderer that is being tried.
    starting: String,
    /// The renderer that crashed or hung.
    failed: String,
}

/// The file that remembers.
pub(super) struct Memory {
    path: PathBuf,
    record: Record,
    /// Held until the first frame: whoever holds it lives.
    lock: Option<File>,
    /// The renderer that crashed or hung at the last start.
    pub(super) failed_last_time: Option<Renderer>,
}

impl Memory {
    /// Reads what the last start left in `folder`. A file that can't be read says nothing.
    pub(super) fn read(folder: &Path) -> Self {
        let path = folder.join("renderer.toml");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut record: Record = toml::from_str(&text).unwrap_or_default();
        if record.version != crate::VERSION {
            record = Record { version: crate::VERSION.to_owned(), ..Record::default() };
        }
        let lock = lock(&path.with_extension("lock"));
        let is_over = match &lock {
            Ok(Some(_)) => true,
            // Another window is opening, or hangs.
            Ok(None) => age(&path).is_some_and(|age| age > HANGS_AFTER),
            Err(_) => false,
        };
        let mut failed_last_time = None;
        if is_over && !record.starting.is_empty() {
            failed_last_time = named(&record.starting);
            record.failed = std::mem::take(&mut record.starting);
        }
        Self { path, record, lock: lock.ok().flatten(), failed_last_time }
    }

    /// The renderer that goes last.
    pub(super) fn failed(&self) -> Option<Renderer> {
        named(&self.record.failed)
    }

    /// Says that a renderer is being tried. What can't be written is not remembered, which hinders nobody.
    pub(super) fn starting(&mut self, renderer: Renderer) {
        name(renderer).clone_into(&mut self.record.starting);
        self.write();
    }

    /// The renderer draws; `asked_for`: it was named, so that it is trusted again.
    pub(super) fn draws(&mut self, asked_for: bool) {
        if asked_for && self.record.failed == self.record.starting {
            self.record.failed.clear();
        }
        self.over();
    }

    /// The trial is over, whatever came of it.
    pub(super) fn over(&mut self) {
        self.record.starting.clear();
        self.write();
        self.lock = None;
    }

    fn write(&self) {
        let written = toml::to_string(&self.record).map_err(io::Error::other).and_then(|text| {
            fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
            write_atomically(&self.path, |out| out.write_all(text.as_bytes()))
        });
        if let Err(error) = written {
            tracing::warn!("{} can't be written: {error}", self.path.display());
        }
    }
}

/// The lock, or nothing where another program holds it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn age(path: &Path) -> Option<Duration> {
    fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_renderer_that_crashed_goes_last_until_it_is_named_and_works() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Memory::read(folder.path());
        assert_eq!((first.failed(), first.failed_last_time), (None, None));
        first.starting(Renderer::Glow);
        // The program is gone before its first frame.
        drop(first);
        let mut second = Memory::read(folder.path());
        assert_eq!((second.failed(), second.failed_last_time), (Some(Renderer::Glow), Some(Renderer::Glow)));
        second.starting(Renderer::Wgpu);
        second.draws(false);
        let mut third = Memory::read(folder.path());
        assert_eq!((third.failed(), third.failed_last_time), (Some(Renderer::Glow), None));
        third.starting(Renderer::Glow);
        third.draws(true);
        assert_eq!(Memory::read(folder.path()).failed(), None);
    }

    #[test]
    fn another_window_that_is_just_opening_is_no_crash() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Memory::read(folder.path());
        first.starting(Renderer::Glow);
        assert_eq!(Memory::read(folder.path()).failed(), None);
        first.draws(false);
        assert_eq!(Memory::read(folder.path()).failed(), None);
    }

    #[test]
    fn another_window_that_is_opening_for_too_long_hangs_and_its_renderer_goes_last() {
        let folder = tempfile::tempdir().unwrap();
        let mut hanging = Memory::read(folder.path());
        hanging.starting(Renderer::Glow);
        let file = File::options().write(true).open(folder.path().join("renderer.toml")).unwrap();
        file.set_modified(SystemTime::now() - 2 * HANGS_AFTER).unwrap();
        let next = Memory::read(folder.path());
        assert!(hanging.lock.is_some() && next.lock.is_none(), "the other window lives");
        assert_eq!((next.failed(), next.failed_last_time), (Some(Renderer::Glow), Some(Renderer::Glow)));
    }

    #[test]
    fn a_renderer_that_said_no_by_itself_is_tried_again_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Memory::read(folder.path());
        memory.starting(Renderer::Glow);
        memory.over();
        assert_eq!(Memory::read(folder.path()).failed(), None);
    }

    #[test]
    fn what_another_version_remembers_counts_for_nothing_and_neither_does_rubbish() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("renderer.toml");
        for text in ["version = \"0.0.1\"\nstarting = \"glow\"\nfailed = \"wgpu\"\n", "\u{0}rubbish"] {
            fs::write(&path, text).unwrap();
            assert_eq!(Memory::read(folder.path()).failed(), None);
        }
    }

    #[test]
    fn what_is_asked_for_alone_is_tried_and_a_failed_renderer_is_tried_last() {
        assert_eq!(order(RendererChoice::Wgpu, Some(Renderer::Wgpu)), [Renderer::Wgpu]);
        assert_eq!(order(RendererChoice::Glow, None), [Renderer::Glow]);
        if !cfg!(target_os = "macos") {
            let usual = order(RendererChoice::Auto, None);
            let other: Vec<_> = usual.iter().rev().copied().collect();
            assert_eq!(order(RendererChoice::Auto, Some(usual[0])), other);
        }
        assert_eq!(RendererChoice::parse("wgpu"), Ok(RendererChoice::Wgpu));
        assert!(RendererChoice::parse("opengl").is_err());
    }
}
