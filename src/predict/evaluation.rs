//! How good a model is on labelled pictures.

use super::types::{ClassMetrics, Evaluation, ImageOutcome};
use crate::dataset::{Dataset, Item, Split};

/// The standard normal's 97.5 % point: both tails together leave 5 %.
const Z_95: f64 = 1.959_963_984_540_054;

/// Sums labelled outcomes up. Pictures that could not be read, or whose truth is not known, stay in the list and count
/// nowhere. Without any picture to judge, loss and accuracy are 0 and the interval is (0, 1).
pub fn summarise(classes: Vec<String>, outcomes: Vec<ImageOutcome>) -> Evaluation {
    let mut confusion = vec![vec![0_usize; classes.len()]; classes.len()];
    let (mut loss_sum, mut right, mut total) = (0.0, 0, 0);
    for outcome in &outcomes {
        let (Ok(prediction), Some(truth)) = (&outcome.result, outcome.truth) else { continue };
        let label = prediction.label();
        let Some(cell) = confusion.get_mut(truth).and_then(|row| row.get_mut(label)) else { continue };
        *cell += 1;
        total += 1;
        right += usize::from(label == truth);
        let own = prediction.probabilities.get(truth).copied().unwrap_or(0.0);
        // A probability that rounds to nought would make the mean infinite: the smallest normal number stands for it.
        loss_sum -= f64::from(own.max(f32::MIN_POSITIVE)).ln();
    }
    let per_class = classes.iter().enumerate().map(|(class, name)| class_metrics(&confusion, class, name)).collect();
    let count = total.max(1) as f64;
    Evaluation {
        per_class,
        loss: loss_sum / count,
        accuracy: right as f64 / count,
        accuracy_interval: wilson(right, total),
        classes,
        outcomes,
        confusion,
    }
}

/// The same predictions judged by the labels that `split` of `dataset` has now; none where other pictures, or other classes, are
/// to be judged, for which the model has to be asked.
pub fn judge_anew(before: &Evaluation, dataset: &Dataset, split: Split) -> Option<Evaluation> {
    let class_of = |item: &Item| {
        let name = dataset.classes.get(item.class?)?;
        before.classes.iter().position(|class| class == name)
    };
    let mut items = dataset.labelled(split);
    let outcomes: Option<Vec<ImageOutcome>> = before
        .outcomes
        .iter()
        .map(|outcome| {
            let item = items.next().filter(|item| dataset.path_of(item) == outcome.path)?;
            Some(ImageOutcome { truth: Some(class_of(item)?), ..outcome.clone() })
        })
        .collect();
    items.next().is_none().then(|| Some(summarise(before.classes.clone(), outcomes?)))?
}

fn class_metrics(confusion: &[Vec<usize>], class: usize, name: &str) -> ClassMetrics {
    let hits = confusion[class][class];
    let support: usize = confusion[class].iter().sum();
    let predicted: usize = confusion.iter().map(|row| row[class]).sum();
    let share = |whole: usize| (whole > 0).then(|| hits as f64 / whole as f64);
    // 2·hits / (support + predicted) is the harmonic mean of precision and recall.
    let f1 = (support + predicted > 0).then(|| 2.0 * hits as f64 / (support + predicted) as f64);
    ClassMetrics { class: name.to_owned(), precision: share(predicted), recall: share(support), f1, support }
}

/// The 95 % score interval of a share (Wilson, 1927), which behaves at 0 and 1 where the usual one does not.
fn wilson(right: usize, total: usize) -> (f64, f64) {
    if total == 0 {
        return (0.0, 1.0);
    }
    let n = total as f64;
    let p = right as f64 / n;
    let z2 = Z_95 * Z_95;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetLayout, ItemId};
    use crate::predict::Prediction;

    fn outcome(truth: Option<usize>, probabilities: &[f32]) -> ImageOutcome {
        let result = Ok(Prediction { probabilities: probabilities.to_vec(), millis: 0.0 });
        ImageOutcome { path: "x".into(), truth, result }
    }

    #[test]
    fn confusion_and_class_figures_are_counted_by_hand() {
        let classes = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let outcomes = vec![
            outcome(Some(0), &[0.8, 0.1, 0.1]),
            outcome(Some(0), &[0.2, 0.7, 0.1]),
            outcome(Some(1), &[0.1, 0.8, 0.1]),
            outcome(None, &[1.0, 0.0, 0.0]),
            ImageOutcome { path: "y".into(), truth: Some(1), result: Err("broken".to_owned()) },
        ];
        let evaluation = summarise(classes, outcomes);
        assert_eq!(evaluation.confusion, [[1, 1, 0], [0, 1, 0], [0, 0, 0]]);
        assert!((evaluation.accuracy - 2.0 / 3.0).abs() < 1e-12);
        let expected = -(0.8_f64.ln() + 0.2_f64.ln() + 0.8_f64.ln()) / 3.0;
        assert!((evaluation.loss - expected).abs() < 1e-6);
        let a = &evaluation.per_class[0];
        assert_eq!((a.precision, a.recall, a.support), (Some(1.0), Some(0.5), 2));
        assert!((a.f1.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        let c = &evaluation.per_class[2];
        assert_eq!((c.precision, c.recall, c.f1, c.support), (None, None, None, 0));
        assert_eq!(evaluation.outcomes.len(), 5);
    }

    #[test]
    fn other_labels_are_counted_without_asking_the_model_and_other_pictures_are_not() {
        let item = |name: &str, class: usize| Item {
            id: ItemId(class as u64),
            rel_path: name.into(),
            split: Split::Val,
            class: Some(class),
            file_bytes: 1,
        };
        let mut dataset = Dataset {
            root: "/data".into(),
            layout: DatasetLayout::Splits,
            classes: vec!["bees".to_owned(), "ants".to_owned()],
            items: vec![item("a", 1), item("b", 0)],
            issues: Vec::new(),
        };
        let outcomes = ["a", "b"].map(|name| ImageOutcome {
            path: dataset.root.join(name),
            ..outcome(Some(0), if name == "a" { &[0.9, 0.1] } else { &[0.8, 0.2] })
        });
        // The model's classes are in another order than the data set's.
        let before = summarise(vec!["ants".to_owned(), "bees".to_owned()], outcomes.to_vec());
        assert_eq!(before.accuracy, 1.0);
        let now = judge_anew(&before, &dataset, Split::Val).expect("the same pictures");
        assert_eq!((now.accuracy, now.outcomes[1].truth), (0.5, Some(1)), "b is labelled bees");
        assert!(judge_anew(&before, &dataset, Split::Train).is_none());
        dataset.items.swap(0, 1);
        assert!(judge_anew(&before, &dataset, Split::Val).is_none());
        dataset.items.swap(0, 1);
        dataset.classes[0] = "wasps".to_owned();
        assert!(judge_anew(&before, &dataset, Split::Val).is_none(), "a class that the model does not know");
        dataset.items.push(item("c", 1));
        assert!(judge_anew(&before, &dataset, Split::Val).is_none(), "one picture more");
    }

    #[test]
    fn the_interval_equals_published_values() {
        // Newcombe (1998), table I, method 3: 81 of 263 and 0 of 20.
        let (low, high) = wilson(81, 263);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let (low, high) = wilson(0, 20);
        assert!(low.abs() < 1e-12 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn nothing_to_judge_is_no_division_by_nought() {
        let evaluation = summarise(vec!["a".to_owned()], Vec::new());
        assert_eq!((evaluation.loss, evaluation.accuracy), (0.0, 0.0));
    }
}
