//! What the inspector tells of a picture beside its label: what the camera wrote into it, and what became of its label.

use std::time::{SystemTime, UNIX_EPOCH};

use egui::{Label, RichText, Ui};
use egui_material_icons::icons;

use crate::app::state::{ExifFacts, Project};
use crate::dataset::Item;
use crate::dataset::labels::{Happening, LabelEvent};
use crate::lang::{self, t, tn};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Events shown before the rest is folded away.
const SHOWN: usize = 4;

/// Lines of a table of facts: what the camera wrote.
pub fn camera_ui(ui: &mut Ui, facts: &ExifFacts, fact: impl Fn(&mut Ui, &str, &str)) {
    if let Some(camera) = &facts.camera {
        fact(ui, t!("Camera"), camera);
    }
    if let Some(taken) = &facts.taken {
        fact(ui, t!("Taken"), taken);
    }
    let how = [&facts.exposure, &facts.aperture, &facts.sensitivity, &facts.focal_length];
    let how: Vec<&str> = how.into_iter().flatten().map(String::as_str).collect();
    if !how.is_empty() {
        fact(ui, t!("Exposure"), &how.join(" · "));
    }
    if !facts.is_empty() {
        fact(ui, t!("Place"), if facts.has_place { t!("in the file (GPS)") } else { t!("not in the file") });
    }
}

/// What became of the picture's label, the last thing first.
pub fn history_ui(ui: &mut Ui, project: &Project, item: &Item) {
    let position = project.index_of.get(&item.id).copied();
    let layer = project.labels.layer.as_ref();
    let events = layer.zip(position).map(|(layer, at)| layer.history(&project.dataset, at)).unwrap_or_default();
    if events.is_empty() {
        return;
    }
    ui.add_space(space::S);
    widgets::section_label(ui, t!("History of labels"));
    ui.add_space(space::XS);
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut newest_first = events.iter().rev();
    for event in newest_first.by_ref().take(SHOWN) {
        event_ui(ui, event, now_ms);
    }
    let rest: Vec<&LabelEvent> = newest_first.collect();
    if !rest.is_empty() {
        egui::CollapsingHeader::new(tn!(rest.len(), "{n} earlier", "{n} earlier")).show(ui, |ui| {
            for event in rest {
                event_ui(ui, event, now_ms);
            }
        });
    }
}

fn event_ui(ui: &mut Ui, event: &LabelEvent, now_ms: u64) {
    let colors = theme::colors(ui);
    let icon = match event.how {
        Happening::Done => icons::ICON_EDIT,
        Happening::Undone => icons::ICON_UNDO,
        Happening::Redone => icons::ICON_REDO,
    };
    let how = match event.how {
        Happening::Done => "",
        Happening::Undone => t!("undone: "),
        Happening::Redone => t!("redone: "),
    };
    let ago = widgets::ago(now_ms.saturating_sub(event.time_ms) / 1000);
    // Several changes at once are told with commas between them.
    let what: Vec<String> = event.text.split(", ").map(lang::sentence).collect();
    let what = lang::list(&what);
    let text = t!("{icon}  {how}{what}, {ago}", icon = icon.codepoint, how = how, what = what, ago = ago);
    ui.add(Label::new(RichText::new(text).color(colors.text_weak)).wrap());
}
