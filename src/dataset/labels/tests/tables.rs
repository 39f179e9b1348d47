//! Labels to and from tables.

use super::*;

/// Carries out what a table asks for.
fn take_over(bench: &mut Bench, text: &str) -> Result<CsvImport, CsvError> {
    let path = bench.root().join("../table.csv");
    fs::write(&path, text).unwrap();
    let import = bench.layer.read_csv(&bench.dataset, &path)?;
    if let Some(edit) = import.edit.clone() {
        bench.act(edit);
    }
    Ok(import)
}

#[test]
fn a_table_written_here_brings_another_data_set_of_the_same_files_to_the_same_labels() {
    let mut bench = bench();
    bench.do_a_lot(40);
    let path = bench.root().join("../out.csv");
    bench.layer.write_csv(&bench.dataset, &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 12);
    assert!(text.starts_with("path,label,split,unsure,skip,set_aside,folder_label\n"), "{text}");
    let mut other = self::bench();
    let import = take_over(&mut other, &text).unwrap();
    assert_eq!((import.pictures, import.unknown.len()), (11, 0));
    for at in 0..11 {
        let name = |bench: &Bench| bench.dataset.items[at].class.map(|class| bench.dataset.classes[class].clone());
        assert_eq!(name(&other), name(&bench));
        assert_eq!(other.dataset.items[at].split, bench.dataset.items[at].split);
        assert_eq!(other.layer.marks(at), bench.layer.marks(at));
    }
    // Once more changes nothing.
    assert!(take_over(&mut other, &text).unwrap().edit.is_none());
    let steps = other.layer.labels().steps().0;
    for _ in 0..steps {
        other.undo();
    }
    assert_eq!(other.seen(), self::bench_again(&other));
}

/// What the folders say, read afresh.
fn bench_again(bench: &Bench) -> (Dataset, Vec<Marks>, Vec<Option<ClassColor>>) {
    let dataset = scanned(&bench.root());
    let (count, classes) = (dataset.items.len(), dataset.classes.len());
    (dataset, vec![Marks::default(); count], vec![None; classes])
}

#[test]
fn pictures_are_found_by_path_and_by_a_name_that_only_one_has() {
    let mut bench = bench_of(&[("train/ants", 2), ("val/bees", 4)]);
    let absolute = bench.root().join("train/ants/0.jpg");
    let text = format!(
        "Label,Path\nbees,{}\nants,3.jpg\nwasps,./val/bees/2.jpg\n,val\\bees\\1.jpg\nbees,0.jpg\n",
        absolute.display()
    );
    let import = take_over(&mut bench, &text).unwrap();
    assert_eq!(import.unknown, ["0.jpg"], "two pictures have this name");
    let classes: Vec<_> = ["train/ants/0.jpg", "val/bees/3.jpg", "val/bees/2.jpg", "val/bees/1.jpg"]
        .map(|path| bench.class(path))
        .to_vec();
    assert_eq!(classes, [Some("bees"), Some("ants"), Some("wasps"), None]);
}

#[test]
fn a_table_that_makes_no_sense_is_refused_as_a_whole_with_the_row() {
    let mut bench = bench();
    let before = bench.seen();
    for (text, word) in [
        ("", "column “path”"),
        ("file,label\na,b\n", "column “path”"),
        ("path,colour\na,b\n", "nothing to take over"),
        ("path,label,split\ntrain/ants/0.jpg,bees,train\ntrain/ants/1.jpg,bees,tomorrow\n", "row 3"),
        ("path,label\ntrain/ants/0.jpg,a/b\n", "row 2"),
        ("path,label,unsure\ntrain/ants/0.jpg,bees,maybe\n", "neither yes nor no"),
    ] {
        let error = take_over(&mut bench, text).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains("table.csv"), "{error}");
    }
    assert_eq!(bench.seen(), before);
}

#[test]
fn a_table_with_new_classes_is_one_step_of_undo() {
    let mut bench = bench();
    let before = bench.seen();
    let text = "path,label,set_aside\ntrain/ants/0.jpg,wasps,\ntrain/ants/1.jpg,flies,1\ntrain/ants/2.jpg,bees,\n";
    let import = take_over(&mut bench, text).unwrap();
    assert_eq!((import.new_classes, import.changed), (vec!["flies".to_owned(), "wasps".to_owned()], 3));
    let after = bench.seen();
    assert_eq!(bench.dataset.classes, ["ants", "bees", "flies", "wasps"]);
    assert_eq!((bench.class("train/ants/0.jpg"), bench.class("train/ants/1.jpg")), (Some("wasps"), Some("flies")));
    assert_eq!(bench.layer.labels().steps(), (1, 0));
    assert!(bench.undo().is_some());
    assert_eq!(bench.seen(), before);
    let mut bench = bench.reopened();
    assert_eq!((bench.seen(), bench.layer.labels().steps()), (before, (0, 1)));
    assert!(bench.redo().is_some());
    assert_eq!(bench.seen(), after);
    assert_eq!(bench.reopened().seen(), after);
}
