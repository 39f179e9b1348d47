//! Figures and names in the lessons.

use crate::app::state::{LessonSource, State};
use crate::lang::{self, key, t};
use crate::lessons::Kernel;

/// A number in few characters: whole numbers as they are, others with up to `digits` digits; a true minus.
pub(super) fn number(value: f32, digits: usize) -> String {
    let mut text = format!("{:.digits$}", value.abs());
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if value < 0.0 && text != "0" { format!("−{text}") } else { text }
}

/// What a kernel is called.
pub(super) fn kernel(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::Identity => t!("Identity"),
        Kernel::BoxBlur => t!("Blur (box)"),
        Kernel::GaussianBlur => t!("Blur (Gauss)"),
        Kernel::Sharpen => t!("Sharpen"),
        Kernel::HorizontalEdges => t!("Horizontal edges"),
        Kernel::VerticalEdges => t!("Vertical edges"),
        Kernel::Outline => t!("Outline"),
        Kernel::Emboss => t!("Emboss"),
    }
}

/// What a kernel does, in a sentence.
pub(super) fn about_kernel(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::Identity => t!("The pixel itself, once: the picture stays as it is."),
        Kernel::BoxBlur => t!("The average of nine pixels: fine detail is lost."),
        Kernel::GaussianBlur => t!("An average in which near pixels count more: a softer blur."),
        Kernel::Sharpen => t!("Adds what makes a pixel differ from its neighbours: edges become crisper."),
        Kernel::HorizontalEdges => t!("Sobel’s kernel: large where it is brighter below than above."),
        Kernel::VerticalEdges => t!("Sobel’s kernel: large where it is brighter at the right than at the left."),
        Kernel::Outline => t!("Laplace’s kernel: large where a pixel is brighter than all around it."),
        Kernel::Emboss => t!("As if light fell on a relief from one corner."),
    }
}

/// The name of the picture that is tried out on, and its class.
pub(super) fn picture(state: &State) -> (String, Option<usize>) {
    match state.lessons.source {
        Some(LessonSource::Item(_)) => {
            let item = state.lessons.item(state.project.as_ref());
            item.map_or_else(Default::default, |item| (item.file_name(), item.class))
        }
        Some(LessonSource::Drawn(number)) => {
            let text =
                if number % 2 == 0 { t!("drawn ant {n}", n = number + 1) } else { t!("drawn bee {n}", n = number + 1) };
            (text, Some((number % 2) as usize))
        }
        None => Default::default(),
    }
}

/// The label of the picture.
pub(super) fn label(state: &State) -> (&str, Option<usize>) {
    let (_, class) = picture(state);
    let name = match (&state.lessons.source, &state.project) {
        (Some(LessonSource::Item(_)), Some(project)) => project.class_name(class),
        _ => lang::text(if class == Some(0) { key!("ant") } else { key!("bee") }),
    };
    (name, class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_no_more_room_than_they_need() {
        let written = [0.0, -0.0, 132.0, -40.0, 0.111_11, 0.5, -0.001, 1020.0].map(|value| number(value, 2));
        assert_eq!(written, ["0", "0", "132", "−40", "0.11", "0.5", "0", "1020"]);
        assert_eq!(number(100.0, 0), "100");
    }
}
