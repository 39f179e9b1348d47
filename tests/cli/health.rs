//! `imago scan --health`.

use serde_json::Value;

use super::support::Bench;

#[test]
fn leaks_and_blank_pictures_are_named_with_their_files_and_nothing_is_touched() {
    let bench = Bench::new(3, 2);
    std::fs::copy(bench.at("data/train/blue/1.png"), bench.at("data/val/blue/twin.png")).unwrap();
    image::RgbImage::from_pixel(40, 40, image::Rgb([9; 3])).save(bench.at("data/train/blue/black.png")).unwrap();
    let before = bench.snapshot("data");
    let text = bench.run(&["scan", "data", "--health"]).ok().stdout();
    assert!(text.contains("5 validation pictures are also in train"), "{text}");
    assert!(text.contains("train/blue/1.png  =  val/blue/1.png  =  val/blue/twin.png"), "{text}");
    assert!(text.contains("1 picture shows nothing but one colour"), "{text}");
    // The second time it comes from the cache, and is the same.
    assert_eq!(bench.run(&["scan", "data", "--health"]).ok().stdout(), text);
    let json = bench.run(&["scan", "data", "--health", "--json"]).ok().stdout();
    let value: Value = serde_json::from_str(&json).unwrap();
    let leak = value["health"].as_array().unwrap().iter().find(|finding| finding["kind"] == "leak").unwrap();
    assert_eq!((&leak["count"], &leak["of"], &leak["also_in"]), (&5.into(), &"val".into(), &"train".into()));
    assert_eq!(leak["groups"][1][2], "val/blue/twin.png");
    assert_eq!(bench.snapshot("data"), before);
    // Without the option the pictures are not read, and nothing is said.
    let value: Value = serde_json::from_str(&bench.run(&["scan", "data", "--json"]).ok().stdout()).unwrap();
    assert!(value.get("health").is_none());
}

#[test]
fn a_picture_that_breaks_off_is_unreadable_although_its_header_is_fine() {
    let bench = Bench::new(3, 2);
    let whole = std::fs::read(bench.at("data/train/blue/0.png")).unwrap();
    bench.write("data/train/blue/cut.png", &whole[..whole.len() / 2]);
    assert_eq!(bench.run(&["scan", "data"]).code(), 0);
    let checked = bench.run(&["scan", "data", "--health"]);
    assert_eq!(checked.code(), 3);
    assert!(checked.stderr().contains("cut.png"), "{}", checked.stderr());
    assert!(checked.stdout().contains("1 picture can't be read"), "{}", checked.stdout());
}
