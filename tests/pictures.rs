//! Every hostile and odd picture of `../shared/badimages` through decoding, as its INDEX.tsv expects: no panic, at most two
//! seconds and 600 MB each. The pictures are other people's and not part of this repository: without them the test says so
//! and passes. `IMAGO_SHARED` names another place for the `shared` folder.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use imago::imaging::{decode_file, read_facts, thumbnail_file};

const MOST_SECONDS: f64 = 2.0;
const MOST_BYTES: usize = 600 << 20;

/// The system's allocator, counting what is in use and the most that ever was.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grown(bytes: usize) {
    let now = IN_USE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: every call is handed on to `System` unchanged; only counters are touched besides.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller's promises are the ones `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Case {
    path: String,
    expected: String,
    special: String,
    size: Option<(u32, u32)>,
}

fn cases(folder: &Path) -> Vec<Case> {
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let case = |line: &str| {
        let fields: Vec<_> = line.split('\t').collect();
        let size = fields.get(5).and_then(|size| size.split_once('x'));
        Case {
            path: fields[0].to_owned(),
            special: fields[2].to_owned(),
            expected: fields[3].to_owned(),
            size: size.map(|(width, height)| (width.parse().unwrap(), height.parse().unwrap())),
        }
    };
    index.lines().skip(1).filter(|line| !line.is_empty()).map(case).collect()
}

#[test]
fn every_hostile_or_odd_picture_decodes_or_fails_as_its_index_expects() {
    let shared = std::env::var_os("IMAGO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("badimages");
    if !folder.is_dir() {
        println!("SKIPPED-NO-SHARED: {} is not here", folder.display());
        return;
    }
    let cases = cases(&folder);
    assert!(cases.len() >= 160, "only {} files in the index", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let path = folder.join(&case.path);
        let before = IN_USE.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let started = Instant::now();
        let decoded = decode_file(&path);
        let seconds = started.elapsed().as_secs_f64();
        let bytes = PEAK.load(Ordering::Relaxed).saturating_sub(before);
        let outcome = match &decoded {
            Ok(picture) => format!("{}x{}", picture.width(), picture.height()),
            Err(error) => error.reason(),
        };
        println!("{:<75} {:<11} {seconds:6.3} s {:4} MB  {outcome}", case.path, case.expected, bytes >> 20);
        let mut complain = |what: String| wrong.push(format!("{} ({}): {what}", case.path, case.special));
        if seconds > MOST_SECONDS {
            complain(format!("took {seconds:.2} s"));
        }
        if bytes > MOST_BYTES {
            complain(format!("took {} MB", bytes >> 20));
        }
        match (case.expected.as_str(), &decoded) {
            ("decode", Err(error)) => complain(format!("should decode, but: {error}")),
            ("error", Ok(_)) => complain(format!("should be an error, came out as {outcome}")),
            ("decode" | "unsupported", Ok(picture)) if case.size.is_some_and(|size| size != picture.dimensions()) => {
                complain(format!("came out as {outcome}"));
            }
            ("unsupported", Err(error)) if !error.reason().contains("supported") => {
                complain(format!("the error names no format: {error}"));
            }
            _ => {}
        }
        // The header alone, and the way to the grid, agree with the whole.
        if let (Ok(picture), Ok(facts)) = (&decoded, read_facts(&path))
            && picture.dimensions() != (facts.width, facts.height)
        {
            complain(format!("its header says {}x{}, decoding {outcome}", facts.width, facts.height));
        }
        match (&decoded, thumbnail_file(&path, 64)) {
            (Ok(picture), Ok(small)) => {
                if (small.original_width, small.original_height) != picture.dimensions() {
                    complain("its thumbnail has other proportions".into());
                }
                if small.image.width().max(small.image.height()) > 64 {
                    complain("its thumbnail is too large".into());
                }
            }
            (Err(_), Err(_)) => {}
            _ => complain("thumbnail and picture disagree".into()),
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// All eight EXIF orientations show the same scene upright: top and bottom of the landscape in their places.
#[test]
fn photographs_with_an_exif_orientation_look_alike_when_upright() {
    let shared = std::env::var_os("IMAGO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("badimages/exif-orient");
    if !folder.is_dir() {
        println!("SKIPPED-NO-SHARED: {} is not here", folder.display());
        return;
    }
    for scene in ["Landscape", "Portrait"] {
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(scene))
            .collect();
        names.sort();
        let small: Vec<_> = names.iter().map(|path| thumbnail_file(path, 48).unwrap().image).collect();
        for (name, picture) in names.iter().zip(&small).skip(1) {
            assert_eq!(picture.dimensions(), small[0].dimensions());
            let sum: u64 = picture.iter().zip(small[0].iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            let mean = sum as f64 / picture.len() as f64;
            println!("{}: mean difference {mean:.2}", name.display());
            assert!(mean < 12.0, "{} is not upright: mean difference {mean:.1}", name.display());
        }
    }
}
