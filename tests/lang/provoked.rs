//! Errors as they really come, said in Chinese: no English word is left but names.

use std::path::Path;
use std::time::Duration;

use imago::augment::Pipeline;
use imago::base::{AppPaths, CancelToken};
use imago::dataset::labels::{CsvError, check_class_name};
use imago::dataset::{ScanOptions, scan, write_sample};
use imago::fetch::{Asked, Download, Origin, Patience, unpack};
use imago::imaging::decode_file;
use imago::import::{ImportError, convert};
use imago::lang::{Language, sentence, within};
use imago::models::{Arch, load_model, read_weights};
use imago::predict::PredictError;
use imago::train::{TrainConfig, TrainError, load_run};

use super::server::{Reply, Server};

/// Words that are the same in every language.
const NAMES: [&str; 34] = [
    "Imago",
    "JPEG",
    "PNG",
    "PDF",
    "ZIP",
    "HEIC",
    "SVG",
    "HTTPS",
    "TOML",
    "PyTorch",
    "ResNet",
    "ResNet18",
    "ResNet34",
    "resnet18",
    "resnet34",
    "safetensors",
    "model",
    "torchvision",
    "timm",
    "Hugging",
    "Face",
    "MB",
    "train",
    "val",
    "jpg",
    "png",
    "bmp",
    "webp",
    "tif",
    "ppm",
    "pgm",
    "gamma",
    "SHA",
    "zip",
];

/// What is said in Chinese of an error. Quoted names (`conv1.weight`) and those given may stay English.
fn chinese(error: &dyn std::fmt::Display, names: &[&str]) -> String {
    let english = error.to_string();
    let said = within(Language::Chinese, || sentence(&english));
    let mut rest = said.clone();
    for name in names {
        rest = rest.replace(name, " ");
    }
    let unquoted: String = rest.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words = unquoted.split(|c: char| !c.is_ascii_alphanumeric());
    let is_checksum = |word: &str| word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
    let is_english = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() > 1;
    let left: Vec<&str> = words.filter(is_english).filter(|word| !NAMES.contains(word) && !is_checksum(word)).collect();
    assert!(left.is_empty(), "{left:?} in {said:?}\nof {english:?}");
    assert!(said.chars().any(|c| matches!(u32::from(c), 0x4E00..=0x9FFF)), "no Chinese in {said:?}");
    said
}

fn text_of(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_wrong_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let name = text_of(root);
    let error = |path: &Path| {
        scan(path, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).expect_err("no data set").to_string()
    };
    assert!(chinese(&error(root), &[&name]).contains("这里没有图片；请选择"));
    std::fs::write(root.join("my notes.txt"), "x").unwrap();
    assert!(chinese(&error(root), &[&name, "my notes.txt", ".txt"]).contains("不扫描 .txt 文件）"));
    std::fs::write(root.join("table.csv"), "x").unwrap();
    std::fs::write(root.join("word.doc"), "x").unwrap();
    let names = [name.as_str(), "my notes.txt", "table.csv", "word.doc", ".txt", ".csv", ".doc"];
    assert!(chinese(&error(root), &names).contains("另有 2 个"));
    chinese(&error(&root.join("not there")), &[&name, "not there"]);
    chinese(&error(&root.join("table.csv")), &[&name, "table.csv"]);
    chinese(&write_sample(&root.join("word.doc"), 0, &CancelToken::new(), &mut |_, _| {}).unwrap_err(), &names);
    chinese(&write_sample(root, 0, &CancelToken::new(), &mut |_, _| {}).unwrap_err(), &names);
}

#[test]
fn a_picture_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let mut png = Vec::new();
    let picture = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8 * 3, y as u8 * 3, (x * y) as u8]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let mut jpeg = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    let mut broken = png.clone();
    let middle = broken.len() / 2;
    broken[middle..middle + 40].fill(0xAA);
    let mut odd = jpeg.clone();
    // Its header asks for 12 bits a sample.
    if let Some(at) = odd.windows(2).position(|pair| pair == [0xFF, 0xC0]) {
        odd[at + 4] = 12;
    }
    let contents: [(&[u8], &str); 12] = [
        (b"", "文件为空"),
        (b"just words", "文本"),
        (b"<!DOCTYPE html><p>404", "网页"),
        (b"<svg xmlns=''>", "矢量图"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 zip", "ZIP"),
        (&[0; 99], "零"),
        (b"\x01\x02\x03\x04\x05", "不是已知的图片格式"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (&png[..png.len() / 2], "不完整"),
        (&broken, "已损坏"),
        (&odd, ""),
    ];
    for (bytes, expected) in contents {
        std::fs::write(&path, bytes).unwrap();
        let said = chinese(&decode_file(&path).unwrap_err(), &[]);
        assert!(said.contains(expected), "{said}");
    }
    chinese(&decode_file(&folder.path().join("none.jpg")).unwrap_err(), &[]);
    chinese(&decode_file(folder.path()).unwrap_err(), &[]);
}

#[test]
fn a_server_that_sends_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let paths = AppPaths::below(folder.path().to_owned());
    let download = |bytes: u64| Download {
        name: "resnet18".into(),
        title: "ResNet18".into(),
        about: "weights".into(),
        origin: Origin::Hub,
        path: "file".into(),
        file_name: "resnet18.safetensors".into(),
        bytes: Some(bytes),
        sha256: "0".repeat(64),
        licence: "BSD-3-Clause".into(),
    };
    let patience = Patience {
        connect: Duration::from_secs(5),
        stall: Duration::from_secs(10),
        retry_wait: Duration::from_millis(10),
        attempts: 1,
    };
    let error = |address: &str, bytes: u64| {
        let mut asked = Asked { patience: patience.clone(), ..Asked::default() };
        asked.network.proxy = "none".into();
        asked.network.weights_mirror = address.into();
        imago::fetch::weights::get(&download(bytes), &paths, &asked, &mut |_| {}).unwrap_err()
    };
    let said = |reply: Reply, bytes: u64| {
        let server = Server::start(move |_, _| reply.clone());
        let error = error(&server.address(), bytes);
        let names = [text_of(folder.path())];
        chinese(&error, &[&names[0]]);
        // The advice may name where to look.
        chinese(&error.advice(), &["http://", "IMAGO_HOME", "user:password@host:port"])
            + &within(Language::Chinese, || sentence(&error.to_string()))
    };
    let page = Reply::new(200, "<!doctype html><p>log in").with("Content-Type", "text/html");
    assert!(said(page, 24).contains("网页"));
    for status in [401, 404, 407, 410, 418, 429, 500, 503] {
        assert!(said(Reply::new(status, ""), 10).contains(&status.to_string()), "{status}");
    }
    assert!(said(Reply::new(200, "ten bytes!"), 10).contains("SHA-256"));
    assert!(said(Reply::new(200, "ten bytes!").cut(3), 10).contains("中断"));
    assert!(said(Reply::new(200, "ten bytes!"), 99).contains("99"));
    said(Reply::redirect("/file"), 10);
    // Nobody is there any more.
    let gone = Server::start(|_, _| Reply::new(200, "")).address();
    std::thread::sleep(Duration::from_millis(50));
    let error = error(&gone, 10);
    within(Language::Chinese, || assert!(!sentence(&error.to_string()).contains("could not be"), "{error}"));

    let archive = folder.path().join("a.zip");
    std::fs::write(&archive, "no zip").unwrap();
    let limits = imago::fetch::Limits::default();
    let to = folder.path().join("data");
    let error = unpack(&archive, &to, &limits, &CancelToken::new(), &mut |_, _| {}).unwrap_err();
    assert!(chinese(&error, &[]).contains("压缩包已损坏"));
}

#[test]
fn a_damaged_model_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my model.safetensors");
    let name = text_of(&path);
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/resnet18-starter.safetensors");
    let whole = std::fs::read(&starter).unwrap();
    let device = candle_core::Device::Cpu;
    let contents: [&[u8]; 6] =
        [b"", b"\xFF\xD8\xFF\xE0 picture", b"PK\x03\x04", &whole[..whole.len() / 2], &whole[..20], &whole];
    for bytes in contents {
        std::fs::write(&path, bytes).unwrap();
        let error = load_model(&path, &device).unwrap_err();
        chinese(&error, &[&name, ".pth", "torch.save_file"]);
        // As it comes up in Predict.
        chinese(&PredictError::Model(error.to_string()), &[&name, ".pth", "torch.save_file"]);
        if let Err(error) = read_weights(&path) {
            chinese(&error, &[&name, ".pth", "torch.save_file"]);
        }
    }
    chinese(
        &load_model(&folder.path().join("none.safetensors"), &device).unwrap_err(),
        &[&text_of(folder.path()), "none"],
    );
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schedule.json");
    chinese(&read_weights(&other).unwrap_err(), &[&text_of(&other)]);
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cnn_step.safetensors");
    chinese(&read_weights(&other).unwrap_err(), &[&text_of(&other)]);
}

#[test]
fn a_pytorch_file_that_cannot_be_converted() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    for file in ["pth/evil.pth", "pth/old.pth", "pth/whole-model.pth", "schedule.json"] {
        let path = fixtures.join(file);
        let reason = convert(&path, &folder.path().join("out.safetensors")).unwrap_err();
        let error = ImportError::File { path: path.clone(), reason };
        // As the window says it: with a full stop.
        let names = [text_of(&path)];
        chinese(&format!("{error}."), &[&names[0], "state dict", "torch.save", "(model.state_dict(), …)"]);
    }
}

#[test]
fn a_bad_pipeline_or_run() {
    let texts = [
        "steps = [",
        "steps = 3",
        "nonsense = 1",
        "[[steps]]\ntransform = \"rotat\"",
        "[[steps]]\ntransform = \"nothing like it\"",
        "[[steps]]\nprobability = 0.5",
        "[[steps]]\ntransform = \"rotate\"\nprobability = 3",
        "[[steps]]\ntransform = \"rotate\"\nenabled = 3",
        "[[steps]]\ntransform = \"rotate\"\nangle = \"wide\"",
        "[[steps]]\ntransform = \"rotate\"\nwings = 2",
        "[batch]\nmix = \"blend\"",
        "[batch]\nalpha = [\"x\"]",
    ];
    for text in texts {
        let error = Pipeline::from_toml(text).unwrap_err();
        let english = error.to_string();
        // Names of settings and transforms are those in the file.
        let words: Vec<&str> = english.split(|c: char| c.is_whitespace() || ",;\"?".contains(c)).collect();
        let names: Vec<&str> = words
            .into_iter()
            .filter(|word| {
                word.contains('-')
                    || ["rotate", "batch", "steps", "transform", "true", "false", "rotat", "blend", "mixup", "cutmix"]
                        .contains(word)
                    || word.contains("[[steps]]")
            })
            .chain([
                "nothing like it",
                "[[steps]]",
                "[batch]",
                "string",
                "probability",
                "enabled",
                "angle",
                "border",
                "color",
            ])
            .chain(["rotate", "true", "false", "translate", "scale", "shear", "batch", "mix"])
            .collect();
        let said = within(Language::Chinese, || sentence(&english));
        assert_ne!(said, english);
        if !said.contains("可用的有") {
            chinese(&error, &names);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let name = text_of(folder.path());
    assert!(chinese(&load_run(folder.path()).unwrap_err(), &[&name]).contains("没有可继续的训练"));
    std::fs::write(folder.path().join("config.toml"), "epochs = \"many\"").unwrap();
    chinese(&load_run(folder.path()).unwrap_err(), &[&name, "config.toml"]);
}

#[test]
fn settings_and_names_that_are_refused() {
    for name in ["", " a", "a/b", ".a", "a.", &"x".repeat(300)] {
        chinese(&check_class_name(name).unwrap_err(), &[]);
    }
    let config = TrainConfig::default();
    let wrong = [
        TrainConfig { epochs: 0, ..config.clone() },
        TrainConfig { batch_size: 0, ..config.clone() },
        TrainConfig { lr: -1.0, ..config.clone() },
        TrainConfig { momentum: 2.0, ..config.clone() },
        TrainConfig { step_size: 0, ..config.clone() },
        TrainConfig { gamma: 0.0, ..config.clone() },
        TrainConfig { weight_decay: -1.0, ..config.clone() },
        TrainConfig { val_fraction: 1.0, ..config.clone() },
        TrainConfig { threads: Some(0), ..config.clone() },
        TrainConfig { arch: Arch::Resnet34, ..config },
    ];
    for config in wrong {
        chinese(&format!("{}.", config.check().unwrap_err()), &[]);
    }
    let why = "row 3: “both” is no split; use train, val or test; nothing was changed".to_owned();
    chinese(&CsvError::Content { path: "/t/my labels.csv".into(), why }, &["/t/my labels.csv", "both", "test"]);
    let missing = std::io::Error::from_raw_os_error(2);
    let error = TrainError::File {
        doing: "reading",
        path: "/r/config.toml".into(),
        source: missing,
        advice: "Check that it is there and may be read",
    };
    if cfg!(unix) {
        chinese(&error, &["/r/config.toml"]);
    }
    let error =
        TrainError::NotFinite { phase: "training", value: f64::NAN, epoch: 3, step: " at step 7".into(), lr: 0.1 };
    assert!(chinese(&error, &["NaN", "cnn-bn"]).starts_with("训练损失在第 3 轮第 7 步变成了 NaN"));
    let error = TrainError::NotFinite { phase: "validation", value: f64::NAN, epoch: 3, step: String::new(), lr: 0.1 };
    assert!(chinese(&error, &["NaN", "cnn-bn"]).starts_with("验证损失在第 3 轮变成了 NaN。已完成的最后一轮已保留。请"));
    let error =
        TrainError::NotFinite { phase: "training", value: f64::NAN, epoch: 1, step: " at step 7".into(), lr: 0.1 };
    assert!(chinese(&error, &["NaN", "cnn-bn"]).starts_with("训练损失在第 1 轮第 7 步变成了 NaN。请尝试"));
    let error = TrainError::NotFinite { phase: "validation", value: f64::NAN, epoch: 1, step: String::new(), lr: 0.1 };
    assert!(chinese(&error, &["NaN", "cnn-bn"]).starts_with("验证损失在第 1 轮变成了 NaN。请尝试"));
    let error = TrainError::Mismatch {
        dir: "/runs/1".into(),
        reason:
            "it was started with other settings (lr, val-fraction, seed); use the same ones, or start a new run in \
                 another folder"
                .into(),
    };
    assert!(chinese(&error, &["/runs/1"]).contains("（学习率、验证比例、随机种子）"));
    let note = "CUDA can't be used: the driver crashed. The processor is used instead.";
    assert_eq!(chinese(&note, &["CUDA"]), "无法使用 CUDA：驱动程序崩溃。改用处理器。");
}
