//! Tests of the list shown: counts, filters, orders, what stays selected.

use super::*;
use crate::app::state::predict::ModelLine;
use crate::app::state::project::FileFacts;
use crate::dataset::{DatasetLayout, Item};

fn item(number: u64, name: &str, split: Split, class: Option<usize>, file_bytes: u64) -> Item {
    Item { id: ItemId(number), rel_path: PathBuf::from(name), split, class, file_bytes }
}

fn project() -> Project {
    let items = vec![
        item(0, "train/ants/10.jpg", Split::Train, Some(0), 50),
        item(1, "train/ants/Big 2.JPG", Split::Train, Some(0), 90),
        item(2, "train/bees/1.jpg", Split::Train, Some(1), 10),
        item(3, "val/ants/3.jpg", Split::Val, Some(0), 70),
        item(4, "val/new.jpg", Split::Val, None, 30),
    ];
    let dataset = Dataset {
        root: PathBuf::from("/data"),
        layout: DatasetLayout::Splits,
        classes: vec!["ants".into(), "bees".into()],
        items,
        issues: Vec::new(),
    };
    Project::new(dataset, PathBuf::from("/runs"))
}

fn opened() -> (Project, DataState) {
    let project = project();
    let mut data = DataState::default();
    data.project_changed(Some(&project));
    data.index = Some(Arc::new(DataIndex::of(&project.dataset)));
    data.refresh(&project, 0.0);
    (project, data)
}

#[test]
fn counts_are_by_split_and_class_and_empty_splits_are_left_out() {
    let (_, data) = opened();
    let counts = data.counts();
    assert_eq!((counts.total, counts.unlabelled), (5, 1));
    let splits: Vec<_> =
        counts.splits.iter().map(|(split, of)| (split.name(), of.total, of.by_class.clone())).collect();
    assert_eq!(splits, [("train", 3, vec![2, 1]), ("val", 2, vec![1, 0])]);
}

#[test]
fn filters_go_together_and_words_are_found_in_any_case() {
    let (project, mut data) = opened();
    data.filter.class = ClassFilter::Class(0);
    data.filter.split = Some(Split::Train);
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [0, 1]);
    data.filter.text = "  jpg BIG ".into();
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [1]);
    data.filter = DataFilter { class: ClassFilter::Unlabelled, ..DataFilter::default() };
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [4]);
}

#[test]
fn names_are_sorted_by_the_numbers_in_them_and_sizes_either_way() {
    let (project, mut data) = opened();
    data.sort = SortBy::Name;
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [2, 3, 0, 1, 4]);
    data.sort = SortBy::FileSize;
    data.descending = true;
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [1, 3, 0, 4, 2]);
}

#[test]
fn pictures_of_unknown_dimensions_come_last_in_both_orders() {
    let (mut project, mut data) = opened();
    let known = |width| FileFacts::Known { width, height: 10, format: "JPEG" };
    project.facts = [(ItemId(2), known(30)), (ItemId(3), known(20))].into();
    project.facts.insert(ItemId(0), FileFacts::Unreadable("it is empty".into()));
    data.sort = SortBy::Pixels;
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [3, 2, 0, 1, 4]);
    data.descending = true;
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [2, 3, 0, 1, 4]);
    data.filter.unreadable_only = true;
    data.refresh(&project, 0.0);
    assert_eq!((data.shown(), data.counts().unreadable), (&[0][..], 1));
}

#[test]
fn what_a_filter_hides_is_not_selected_any_more() {
    let (project, mut data) = opened();
    data.select_only(&project.dataset, 0);
    data.extend_to(&project.dataset, 2);
    assert_eq!(data.selection.ids.len(), 3);
    assert_eq!(data.selection.cursor, Some(ItemId(2)));
    data.filter.class = ClassFilter::Class(0);
    data.refresh(&project, 0.0);
    assert_eq!(data.selection.ids, HashSet::from([ItemId(0), ItemId(1)]));
    assert_eq!(data.selection.cursor, None);
    data.toggle(&project.dataset, 0);
    assert_eq!(data.selection.ids, HashSet::from([ItemId(1)]));
}

/// A picture gets another label.
fn label(project: &mut Project, position: usize, class: usize) {
    Arc::make_mut(&mut project.dataset).items[position].class = Some(class);
    project.labels.revision += 1;
}

#[test]
fn where_a_label_takes_the_marked_picture_out_of_the_list_the_one_in_its_place_is_marked() {
    let (mut project, mut data) = opened();
    data.filter.class = ClassFilter::Class(0);
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [0, 1, 3]);
    data.select_only(&project.dataset, 1);
    label(&mut project, 1, 1);
    data.refresh(&project, 1.0);
    assert_eq!(data.selection.ids, HashSet::from([ItemId(3)]));
    assert_eq!((data.shown(), data.selection.cursor, data.scroll_to), (&[0, 3][..], Some(ItemId(3)), Some(1)));
    label(&mut project, 3, 1);
    data.refresh(&project, 2.0);
    assert_eq!((data.shown(), data.selection.cursor), (&[0][..], Some(ItemId(0))), "there is none after it");
    // What stays is left alone, also where another one goes.
    label(&mut project, 3, 0);
    data.refresh(&project, 3.0);
    data.select_only(&project.dataset, 1);
    label(&mut project, 0, 1);
    data.refresh(&project, 4.0);
    assert_eq!((data.shown(), data.selection.cursor), (&[3][..], Some(ItemId(3))));
    label(&mut project, 3, 1);
    data.refresh(&project, 5.0);
    assert_eq!((data.shown().len(), data.selection.cursor), (0, None));
    assert!(data.selection.ids.is_empty());
}

#[test]
fn of_several_that_are_selected_the_keyboard_goes_to_one_that_stays_and_of_two_compared_to_none() {
    let (mut project, mut data) = opened();
    data.filter.class = ClassFilter::Class(0);
    data.refresh(&project, 0.0);
    data.select_only(&project.dataset, 0);
    data.extend_to(&project.dataset, 1);
    label(&mut project, 1, 1);
    data.refresh(&project, 1.0);
    assert_eq!((&data.selection.ids, data.selection.cursor), (&HashSet::from([ItemId(0)]), Some(ItemId(0))));
    data.select_only(&project.dataset, 0);
    data.large = Some(LargeView::new(Some([ItemId(0), ItemId(3)])));
    label(&mut project, 0, 1);
    data.refresh(&project, 2.0);
    assert_eq!((data.selection.ids.len(), data.selection.cursor), (0, None));
}

#[test]
fn while_a_picture_is_marked_the_order_waits_until_all_suggestions_are_there() {
    let (project, mut data) = opened();
    let classes = project.dataset.classes.clone();
    let model = ModelLine { path: "run".into(), title: "run".to_owned(), classes: classes.clone() };
    data.suggestions.begin(model, &classes);
    data.suggestions.progress = Some((0, 5));
    let say = |data: &mut DataState, id: u64, sure: f32| {
        data.suggestions.insert(ItemId(id), [sure, 1.0 - sure].into());
    };
    data.sort = SortBy::Confidence;
    say(&mut data, 0, 0.8);
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [0, 1, 2, 3, 4]);
    say(&mut data, 1, 0.7);
    data.refresh(&project, 2.0);
    assert_eq!(data.shown(), [1, 0, 2, 3, 4], "nothing is marked");
    data.select_only(&project.dataset, 0);
    data.scroll_to = None;
    say(&mut data, 2, 0.6);
    data.refresh(&project, 4.0);
    assert_eq!((data.shown(), data.scroll_to), (&[1, 0, 2, 3, 4][..], None));
    // Also where something else is new.
    data.filter.split = Some(Split::Train);
    data.refresh(&project, 6.0);
    assert_eq!(data.shown(), [1, 0, 2]);
    data.scroll_to = None;
    data.suggestions.progress = None;
    data.refresh(&project, 6.1);
    assert_eq!((data.shown(), data.scroll_to), (&[2, 1, 0][..], Some(1)));
    assert_eq!(data.selection.cursor, Some(ItemId(1)));
}

#[test]
fn a_rescan_keeps_filter_and_selection_and_another_folder_does_not() {
    let (project, mut data) = opened();
    data.filter.class = ClassFilter::Class(1);
    data.refresh(&project, 0.0);
    data.select_only(&project.dataset, 0);
    let again = self::project();
    data.project_changed(Some(&again));
    data.refresh(&again, 1.0);
    assert_eq!((data.shown(), data.selection.cursor), (&[2][..], Some(ItemId(2))));
    let mut other = self::project();
    Arc::make_mut(&mut other.dataset).root = PathBuf::from("/other");
    data.project_changed(Some(&other));
    data.refresh(&other, 2.0);
    assert_eq!((data.shown().len(), data.selection.cursor), (5, None));
}

#[test]
fn the_model_sees_the_middle_square_of_a_picture() {
    let (rect, share) = model_view([768, 512]);
    assert!((rect.width() - 448.0).abs() < 2.0 && (rect.height() - 448.0).abs() < 2.0, "{rect:?}");
    assert!((rect.center() - pos2(384.0, 256.0)).length() < 2.0, "{rect:?}");
    assert!((share - 448.0 * 448.0 / (768.0 * 512.0)).abs() < 0.01);
}

#[test]
fn dates_are_those_of_the_camera_where_it_noted_them_and_else_those_of_the_files() {
    let (mut project, mut data) = opened();
    let day = |number: u64| number * 86_400 * 1_000_000_000;
    project.modified = [(0, 5), (1, 4), (2, 3), (3, 2)].map(|(id, at)| (ItemId(id), day(at))).into();
    data.sort = SortBy::Date;
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [3, 2, 1, 0, 4], "by file; the last was not looked at");
    let taken_secs = [(ItemId(1), -5), (ItemId(3), 9 * 86_400)].into();
    let survey = crate::health::Survey { taken_secs, ..crate::health::Survey::default() };
    data.health.set_survey(Some(Arc::new(survey)));
    data.refresh(&project, 0.0);
    assert_eq!(data.shown(), [1, 2, 0, 3, 4], "a scan of an old photograph is older than 1970");
}
