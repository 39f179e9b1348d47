//! Labels given in Imago count on the command line.

use imago::base::CancelToken;
use imago::dataset::labels::{LabelAccess, LabelLayer, LabelPlaces, Mark, open_labels};
use imago::dataset::{ScanOptions, scan};

use super::support::Bench;

/// Labels `moved` pictures of the first class with the second, and sets the last picture aside.
fn label(bench: &Bench, moved: usize) {
    let mut dataset = scan(&bench.at("data"), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
    let places = LabelPlaces::of(&bench.at("data"), &bench.at("home"));
    let opened = open_labels(&dataset, &places, 1, &CancelToken::new()).unwrap();
    let LabelAccess::Writable(mut journal) = opened.access else { panic!("nobody else is here") };
    let mut layer = LabelLayer::new(&mut dataset, opened.labels, 0.2);
    let edit = layer.label(&dataset, &(0..moved).collect::<Vec<_>>(), Some(1)).unwrap();
    journal.append(&[layer.carry_out(&mut dataset, edit, 1).unwrap()]).unwrap();
    let last = dataset.items.len() - 1;
    let edit = layer.mark(&dataset, &[last], Mark::SetAside, true).unwrap();
    journal.append(&[layer.carry_out(&mut dataset, edit, 2).unwrap()]).unwrap();
}

#[test]
fn scan_train_and_evaluate_honour_the_journal_and_say_so() {
    let bench = Bench::new(4, 3);
    label(&bench, 1);
    let before = bench.snapshot("data");
    let text = bench.run(&["scan", "data"]).ok().stdout();
    assert!(text.contains("13 pictures") && text.contains("1 picture with another label than the folder's"), "{text}");
    assert!(text.contains("1 picture set aside and left out"), "{text}");
    let value: serde_json::Value = serde_json::from_str(&bench.run(&["scan", "data", "--json"]).ok().stdout()).unwrap();
    assert_eq!((&value["classes"][0]["train"], &value["classes"][1]["train"]), (&3.into(), &5.into()));
    assert_eq!((&value["labels"]["changed"], &value["labels"]["set_aside"]), (&1.into(), &1.into()));
    let run = bench.train("run", &["--epochs", "1"]).ok();
    assert!(run.stderr().contains("8 training and 5 validation pictures"), "{}", run.stderr());
    assert!(run.stderr().contains("labels given in Imago"), "{}", run.stderr());
    let value: serde_json::Value =
        serde_json::from_str(&bench.run(&["evaluate", "run", "data", "--json"]).ok().stdout()).unwrap();
    assert_eq!(value["count"], 5);
    assert_eq!(bench.snapshot("data"), before, "the command line only reads labels");
}

#[test]
fn a_damaged_line_of_the_journal_is_named_and_the_rest_counts() {
    let bench = Bench::new(4, 3);
    let before = bench.snapshot("data");
    label(&bench, 2);
    let file = bench.at("data/.imago/labels.jsonl");
    let damaged = std::fs::read_to_string(&file).unwrap().replacen("\"set_aside\":true", "\"set_aside\":frue", 1);
    std::fs::write(&file, &damaged).unwrap();
    let run = bench.run(&["scan", "data", "--json"]).ok();
    assert!(run.stderr().contains("labels.jsonl: line 2"), "{}", run.stderr());
    let value: serde_json::Value = serde_json::from_str(&run.stdout()).unwrap();
    assert_eq!((&value["labels"]["changed"], &value["labels"]["set_aside"]), (&2.into(), &0.into()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged, "the command line only reads labels");
    let mut after = bench.snapshot("data");
    after.retain(|(path, _)| !path.starts_with(bench.at("data/.imago")));
    assert!(after == before, "an original was changed");
}
