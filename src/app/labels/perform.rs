//! Carries out one action: on what is shown, and by handing its record to the thread that writes.

use super::now_ms;
use crate::app::imago_app::Cx;
use crate::app::state::{LabelSaving, NoticeLevel};
use crate::dataset::labels::{Edit, LabelLayer, Record};
use crate::dataset::{Dataset, Split};
use crate::lang::{self, t};

/// Carries out an edit, or says why it can't be.
pub(super) fn perform_checked(edit: Result<Edit, String>, cx: &mut Cx<'_>) {
    match edit {
        Ok(edit) => perform(Some(edit), cx),
        Err(why) => cx.state.notify(NoticeLevel::Warning, why),
    }
}

/// Carries out an edit, if there is anything to do, and has it written down.
pub(super) fn perform(edit: Option<Edit>, cx: &mut Cx<'_>) {
    let Some(edit) = edit else { return };
    match change(cx, |layer, dataset| layer.carry_out(dataset, edit, now_ms())) {
        Some(Ok(record)) => {
            say(None, cx);
            write(record, cx);
        }
        Some(Err(why)) => cx.state.notify(NoticeLevel::Error, t!("This can't be done: {why}.", why = why)),
        None => {}
    }
}

/// Takes back the last action.
pub(super) fn take_back(cx: &mut Cx<'_>) {
    if let Some(Some((record, title))) = change(cx, |layer, dataset| layer.undo(dataset, now_ms())) {
        say(Some(t!("Undone: {what}", what = lang::told(&title))), cx);
        write(record, cx);
    }
}

/// Does again what was taken back last.
pub(super) fn do_again(cx: &mut Cx<'_>) {
    if let Some(Some((record, title))) = change(cx, |layer, dataset| layer.redo(dataset, now_ms())) {
        say(Some(t!("Redone: {what}", what = lang::told(&title))), cx);
        write(record, cx);
    }
}

/// Changes labels. What names a class by its place (a filter, a dialog) goes on naming that class.
fn change<T>(cx: &mut Cx<'_>, change: impl FnOnce(&mut LabelLayer, &mut Dataset) -> T) -> Option<T> {
    let project = cx.state.project.as_mut()?;
    let before = project.labels.layer.as_ref()?.class_places();
    let outcome = project.change_labels(change);
    let layer = project.labels.layer.as_ref()?;
    let now = |class: usize| layer.place_now(&before, class);
    cx.state.data.follow_classes(now);
    cx.state.transfer.follow_classes(now);
    outcome
}

/// What the last action did, to be shown for a moment.
fn say(text: Option<String>, cx: &mut Cx<'_>) {
    if let Some(project) = &mut cx.state.project {
        project.labels.said = text.map(|text| (text, project.labels.revision));
    }
}

/// Pictures were copied into the folder of a class that has another name by now, or whose name was known otherwise: they get the
/// label that was meant, and the split where they are in another one's folder.
pub(in crate::app) fn label_imported(positions: &[usize], class: usize, split: Option<Split>, cx: &mut Cx<'_>) {
    let Some(project) = cx.state.project.as_ref().filter(|project| project.labels.refusal().is_none()) else { return };
    let dataset = &project.dataset;
    let edit = project.labels.layer.as_ref().and_then(|layer| match split {
        Some(split) => layer.label_and_move(dataset, positions, class, split),
        None => layer.label(dataset, positions, Some(class)),
    });
    perform(edit, cx);
}

fn write(record: Record, cx: &mut Cx<'_>) {
    let Some(writer) = &cx.services.labels.writer else { return };
    cx.services.labels.session.push(record.clone());
    if !writer.write(record)
        && let Some(project) = &mut cx.state.project
    {
        let why = t!("The thread that saves labels has ended; read the folder again (F5).").to_owned();
        project.labels.saving = LabelSaving::Failed(why.clone());
        cx.state.notify(NoticeLevel::Error, why);
    }
}
