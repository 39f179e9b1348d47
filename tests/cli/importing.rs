//! `imago weights import`: PyTorch's files, and files that pretend to be.
//!
//! The fixtures were made with PyTorch 2.15:
//!
//! ```python
//! import os, collections, torch
//! torch.manual_seed(0)
//! state = collections.OrderedDict()
//! state["conv1.weight"] = torch.randn(4, 3, 3, 3)
//! state["bn1.weight"] = torch.rand(4)
//! state["bn1.bias"] = torch.zeros(4)
//! state["bn1.running_mean"] = torch.zeros(4)
//! state["bn1.running_var"] = torch.ones(4)
//! state["bn1.num_batches_tracked"] = torch.tensor(7)
//! state["fc.weight"] = torch.nn.Parameter(torch.arange(8, dtype=torch.float32).reshape(4, 2).t())
//! torch.save(state, "plain.pth")
//! half = {"module." + k: v.half() if v.is_floating_point() else v for k, v in state.items()}
//! torch.save({"state_dict": half, "epoch": 3}, "wrapped.pt")
//! torch.save({"first.weight": torch.randn(2, 2)}, "other-names.pth")
//! torch.save(torch.nn.Linear(2, 2), "whole-model.pth")
//! class Evil:
//!     def __reduce__(self):
//!         return os.system, ("touch executed",)
//! torch.save({"conv1.weight": torch.zeros(2), "bn1.weight": Evil()}, "evil.pth")
//! torch.save(state, "old.pth", _use_new_zipfile_serialization=False)
//! ```

use std::io::Write;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::support::Bench;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pth").join(name)
}

/// Imports a file, which is refused with these words and leaves nothing.
#[track_caller]
fn refused(bench: &Bench, file: &Path, words: &[&str]) {
    let path = file.to_string_lossy();
    let run = bench.run(&["weights", "import", &path, "--out", "w.safetensors", "--memory-mb", "700"]);
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    run.fails(1, &[words, &[name.as_str()]].concat());
    assert!(!bench.at("w.safetensors").exists());
    let left: Vec<_> = std::fs::read_dir(bench.at("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".importing")), "{left:?}");
}

/// A zip as PyTorch's are, with this pickle.
fn archive(bench: &Bench, name: &str, pickle: &[u8], method: CompressionMethod) -> PathBuf {
    let mut zip = ZipWriter::new(std::fs::File::create(bench.at(name)).unwrap());
    zip.start_file("x/data.pkl", SimpleFileOptions::default().compression_method(method)).unwrap();
    zip.write_all(pickle).unwrap();
    zip.finish().unwrap();
    bench.at(name)
}

#[test]
fn a_state_dict_becomes_a_safetensors_file_with_the_same_numbers() {
    let bench = Bench::empty();
    let file = fixture("plain.pth");
    bench.run(&["weights", "import", &file.to_string_lossy(), "--out", "made/w.safetensors"]).ok();
    let bytes = std::fs::read(bench.at("made/w.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert_eq!(names, ["bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.weight", "conv1.weight", "fc.weight"]);
    assert_eq!(tensors.tensor("conv1.weight").unwrap().shape(), [4, 3, 3, 3]);
    // Saved transposed: the numbers must be put in order.
    let view = tensors.tensor("fc.weight").unwrap();
    let values: Vec<f32> = view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    assert_eq!((view.shape(), values), (&[2, 4][..], vec![0.0, 2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0]));
    // Nothing is overwritten.
    let again = bench.run(&["weights", "import", &file.to_string_lossy(), "--out", "made/w.safetensors"]);
    again.fails(1, &["is there already"]);
    assert_eq!(std::fs::read(bench.at("made/w.safetensors")).unwrap(), bytes);
}

#[test]
fn a_state_dict_within_a_checkpoint_is_found_and_half_precision_is_widened() {
    let bench = Bench::empty();
    bench.run(&["weights", "import", &fixture("wrapped.pt").to_string_lossy(), "--out", "w.safetensors"]).ok();
    let bytes = std::fs::read(bench.at("w.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(tensors.tensor("module.bn1.running_var").unwrap().data(), [1.0_f32; 4].map(f32::to_le_bytes).concat());
}

#[test]
fn a_pickle_that_asks_for_a_program_to_be_run_is_refused_and_runs_nothing() {
    let bench = Bench::empty();
    refused(&bench, &fixture("evil.pth"), &["posix.system", "Nothing was run"]);
    assert!(!bench.at("executed").exists());
    refused(&bench, &fixture("whole-model.pth"), &["torch.nn.modules.linear.Linear", "state_dict()"]);
}

#[test]
fn what_is_no_state_dict_of_a_resnet_is_said_so() {
    let bench = Bench::empty();
    refused(&bench, &fixture("other-names.pth"), &["no ResNet", "first.weight"]);
    refused(&bench, &fixture("old.pth"), &["old form"]);
    bench.write("picture.pth", b"\xFF\xD8\xFF\xE0 a picture");
    refused(&bench, &bench.at("picture.pth"), &["no PyTorch file"]);
    bench.write("empty.pth", b"");
    refused(&bench, &bench.at("empty.pth"), &["no PyTorch file"]);
    refused(&bench, &bench.at("missing.pth"), &["not there"]);
    let mut zip = ZipWriter::new(std::fs::File::create(bench.at("other.pth")).unwrap());
    zip.start_file("a.txt", SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
    zip.finish().unwrap();
    refused(&bench, &bench.at("other.pth"), &["not one that PyTorch wrote"]);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bench = Bench::empty();
    let whole = std::fs::read(fixture("plain.pth")).unwrap();
    for length in [4, 100, whole.len() / 2, whole.len() - 1] {
        bench.write("cut.pth", &whole[..length]);
        refused(&bench, &bench.at("cut.pth"), &["cut off or damaged"]);
    }
}

#[test]
fn a_zip_that_unpacks_to_far_more_is_not_unpacked() {
    let bench = Bench::empty();
    let bomb = archive(&bench, "bomb.pth", &vec![b'N'; 50 << 20], CompressionMethod::Deflated);
    refused(&bench, &bomb, &["packed part"]);
    let large = archive(&bench, "large.pth", &vec![b'N'; 17 << 20], CompressionMethod::Stored);
    refused(&bench, &large, &["17 MB"]);
}

#[test]
fn a_pickle_made_to_fill_the_memory_or_to_fell_the_reader_hurts_nobody() {
    let bench = Bench::empty();
    // One text of nearly 4 GB, which is not there.
    let text = archive(&bench, "text.pth", b"\x80\x02X\xFF\xFF\xFF\xFFabc", CompressionMethod::Stored);
    refused(&bench, &text, &[]);
    // Each step doubles what was there before: 2^60 in the end.
    let mut doubling = b"\x80\x02)q\x00".to_vec();
    for _ in 0..60 {
        doubling.extend_from_slice(b"h\x00h\x00\x86q\x00");
    }
    doubling.push(b'.');
    let doubling = archive(&bench, "doubling.pth", &doubling, CompressionMethod::Stored);
    refused(&bench, &doubling, &["time or memory"]);
    // A tuple in a tuple, two million times.
    let mut deep = b"\x80\x02)".to_vec();
    deep.extend(std::iter::repeat_n(0x85, 2_000_000));
    deep.push(b'.');
    let deep = archive(&bench, "deep.pth", &deep, CompressionMethod::Stored);
    refused(&bench, &deep, &["damaged"]);
    // What is called like a tensor, and has no parts.
    let parts = b"\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n)Rs.";
    let parts = archive(&bench, "parts.pth", parts, CompressionMethod::Stored);
    refused(&bench, &parts, &["damaged"]);
}
