//! Copies pictures from elsewhere into a class of the open data set, and says what became of them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{REPORT_EVERY, TransferMessage};
use crate::app::command::LabelCommand;
use crate::app::imago_app::Cx;
use crate::app::jobs::Message;
use crate::app::state::{ClassFilter, ImportedInto, Incoming, JobId, NoticeLevel};
use crate::app::{labels, project};
use crate::base::is_within;
use crate::dataset::{Dataset, Imported, Split, class_folder, draws_validation, import_pictures, reads_as_split};
use crate::lang::{self, t, tn};

/// Pictures with another name that a notice names; of more it says how many.
const NAMED: usize = 5;

/// Files and folders were dropped on the Data workspace: asks into which class they are to be copied, or says why they can't be.
/// `false`: they mean something else.
pub(in crate::app) fn dropped(paths: &[PathBuf], cx: &mut Cx<'_>) -> bool {
    let Some(project) = &cx.state.project else { return false };
    // The data set is not copied into itself, nor is a folder that it is in: they are opened.
    if holds_data_set(paths, &project.dataset) {
        return false;
    }
    let folder = match paths {
        [only] if only.is_dir() => Some(only.clone()),
        _ => None,
    };
    // There is no class, and none can be made: a folder can still be opened.
    if let Some(why) = project.labels.refusal().filter(|_| project.dataset.classes.is_empty()) {
        if folder.is_some() {
            return false;
        }
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return true;
    }
    // What is shown is what is meant.
    let filter = &cx.state.data.filter;
    let class = match filter.class {
        ClassFilter::Class(class) if class < project.dataset.classes.len() => class,
        _ => 0,
    };
    let split = filter.split.unwrap_or(Split::Train);
    let paths = paths.to_vec();
    cx.state.transfer.incoming = Some(Incoming { paths, folder, split, class, new_class: String::new() });
    true
}

/// Whether one of `paths` is the data set's folder, or one that it is in.
fn holds_data_set(paths: &[PathBuf], dataset: &Dataset) -> bool {
    paths.iter().any(|path| is_within(&dataset.root, path))
}

/// Makes a class and copies pictures into it. A name that no class can have is said, and the dialog stays for another.
pub(super) fn import_into_new(paths: Vec<PathBuf>, split: Split, name: String, cx: &mut Cx<'_>) {
    // Before the class is made.
    if cx.state.project.as_ref().is_some_and(|project| reads_as_split(&project.dataset, name.trim())) {
        refuse_name_of_split(cx);
        return;
    }
    labels::handle(LabelCommand::CreateClass(name.clone()), cx);
    let Some(project) = &cx.state.project else { return };
    let class = project.dataset.classes.iter().position(|class| class == name.trim());
    if let Some(class) = class {
        import(paths, split, class, cx);
    }
}

fn refuse_name_of_split(cx: &mut Cx<'_>) {
    let text = t!(
        "A folder of this name would be taken for a split, and the other pictures would be in none. Give the class another name."
    );
    cx.state.notify(NoticeLevel::Warning, text);
}

/// Pictures were chosen for a class of this name in the data set in this folder: while the dialog was open another one may have
/// been opened, and classes may have changed places.
pub(in crate::app) fn import_into_named(paths: Vec<PathBuf>, split: Split, root: &Path, name: &str, cx: &mut Cx<'_>) {
    let project = cx.state.project.as_ref().filter(|project| project.dataset.root == root);
    let class = project.and_then(|project| project.dataset.classes.iter().position(|class| class == name));
    if let Some(class) = class {
        import(paths, split, class, cx);
    } else {
        let text = t!("Nothing was copied: the class {class} is not there any more.", class = name);
        cx.state.notify(NoticeLevel::Warning, text);
    }
}

pub(super) fn import(paths: Vec<PathBuf>, split: Split, class: usize, cx: &mut Cx<'_>) {
    cx.state.transfer.incoming = None;
    let Some(project) = &cx.state.project else { return };
    let dataset = &project.dataset;
    // Every picture would be there twice, most of them in a class that is not theirs.
    if holds_data_set(&paths, dataset) {
        let text = t!("A data set is not copied into a class of its own. Choose a folder inside it or elsewhere.");
        cx.state.notify(NoticeLevel::Warning, text);
        return;
    }
    // Where validation is drawn they are copied to those for training and then moved: a folder would end the drawing.
    let moved_to = (split == Split::Val && draws_validation(dataset)).then_some(split);
    let split = if moved_to.is_some() { Split::Train } else { split };
    let Some(folder) = class_folder(dataset, project.labels.layer.as_ref(), split, class) else { return };
    if let Some(why) = project.labels.refusal().filter(|_| folder.is_of_another || moved_to.is_some()) {
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return;
    }
    let folder = folder.path;
    // The class's name may come from a table or from renaming.
    if !folder.is_dir() && reads_as_split(dataset, project.class_name(Some(class))) {
        refuse_name_of_split(cx);
        return;
    }
    // A folder that holds the class's own, such as that of its split, has the pictures of other classes too.
    if paths.iter().any(|path| is_within(&folder, path) && !is_within(path, &folder)) {
        let text =
            t!("A folder that has the class's own folder in it is not copied into the class. Choose another one.");
        cx.state.notify(NoticeLevel::Warning, text);
        return;
    }
    let (root, name) = (dataset.root.clone(), project.class_name(Some(class)).to_owned());
    let line = cx.services.jobs.spawn("import", t!("Copying pictures"), move |job| {
        let mut reported: Option<Instant> = None;
        let outcome = import_pictures(&paths, &folder, &job.cancel, &mut |done, total| {
            if done == total || reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
                reported = Some(Instant::now());
                job.progress(
                    Some(done as f32 / total.max(1) as f32),
                    t!("{done} of {total}", done = done, total = total),
                );
            }
        });
        let outcome = outcome.map_err(|error| {
            t!("The pictures could not be imported. {error}.", error = lang::sentence(&error.to_string()))
        });
        job.send(Message::Transfer(TransferMessage::Imported(root, name, moved_to, outcome)));
    });
    let running: Vec<JobId> = cx.state.jobs.iter().map(|job| job.id).collect();
    let imports = &mut cx.state.transfer.imports;
    imports.retain(|import| running.contains(import));
    imports.push(line.id);
    cx.state.jobs.push(line);
}

pub(super) fn imported(
    root: &Path,
    class: &str,
    split: Option<Split>,
    outcome: Result<Imported, String>,
    cx: &mut Cx<'_>,
) {
    let imported = match outcome {
        Ok(imported) => imported,
        Err(text) => {
            cx.state.notify(NoticeLevel::Error, text);
            return;
        }
    };
    let (level, text) = what_was_imported(&imported, class);
    cx.state.notify(level, text);
    let is_open = cx.state.project.as_ref().is_some_and(|project| project.dataset.root == root);
    if imported.copied > 0 && is_open {
        let (root, class, pictures) = (root.to_owned(), class.to_owned(), imported.pictures);
        project::open(&root, cx);
        cx.state.transfer.imported.push(ImportedInto { root, class, split, pictures, at_ms: labels::now_ms() });
    }
}

/// A data set was read: pictures that were copied into a class and are not taken for it are labelled so, and moved to the split
/// that they are for. The first happens where the class's name is that of a folder which stands for another class by now.
pub(in crate::app) fn opened(cx: &mut Cx<'_>) {
    for imported in std::mem::take(&mut cx.state.transfer.imported) {
        settle(&imported, cx);
    }
}

/// The folder was looked at again while its data set stayed open, maybe before all copies were there: then they are waited for.
pub(in crate::app) fn refreshed(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let is_there = |imported: &mut ImportedInto| {
        imported.root == project.dataset.root && imported.pictures.iter().all(|path| project.item_at(path).is_some())
    };
    let there: Vec<ImportedInto> = cx.state.transfer.imported.extract_if(.., is_there).collect();
    there.iter().for_each(|imported| settle(imported, cx));
}

/// Labels what was copied, and moves it. What was labelled by hand since is left as it is.
fn settle(imported: &ImportedInto, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let dataset = &project.dataset;
    let class = dataset.classes.iter().position(|name| *name == imported.class);
    let (Some(class), true) = (class, dataset.root == imported.root) else { return };
    let copies = imported.pictures.iter().filter_map(|path| project.item_at(path));
    let positions = copies.filter_map(|item| project.index_of.get(&item.id).copied());
    let layer = project.labels.layer.as_ref();
    // A label from before is that of a file that was there under the same name, or of the same content.
    let by_hand = |position: &usize| {
        let last = layer.and_then(|layer| layer.history(dataset, *position).pop());
        last.is_some_and(|event| event.time_ms >= imported.at_ms)
    };
    let positions: Vec<usize> = positions.filter(|position| !by_hand(position)).collect();
    labels::label_imported(&positions, class, imported.split, cx);
}

/// What became of pictures that were to be copied into a class.
fn what_was_imported(imported: &Imported, class: &str) -> (NoticeLevel, String) {
    let text =
        tn!(imported.copied, "{n} picture copied into {class}.", "{n} pictures copied into {class}.", class = class);
    let (level, remarks) = remarks(imported);
    (level, text + &remarks)
}

/// How well copying went, and what else is to be said of it: nothing, or sentences that follow the one that says how many there
/// are. Each brings the space before it, which Chinese does without.
pub(in crate::app) fn remarks(imported: &Imported) -> (NoticeLevel, String) {
    let mut text = String::new();
    match imported.renamed.as_slice() {
        [] => {}
        [(from, to)] => {
            let (from, name) = (name_of(from), name_of(to));
            text += &t!(" {from} was there already, so it is called {name}.", from = from, name = name);
        }
        many => {
            let called = many.iter().take(NAMED).map(|(from, to)| {
                let (from, name) = (name_of(from), name_of(to));
                t!("{from} is called {name}", from = from, name = name)
            });
            let called: Vec<String> = called.collect();
            text += &tn!(
                many.len(),
                " {n} picture got another name, since theirs was taken: {names}{more}.",
                " {n} pictures got another name, since theirs was taken: {names}{more}.",
                names = lang::list(&called),
                more = and_more(many.len() - called.len())
            );
        }
    }
    if imported.there_already > 0 {
        text += &tn!(
            imported.there_already,
            " {n} picture of the same content and name were there already.",
            " {n} pictures of the same content and name were there already."
        );
    }
    if imported.passed_over > 0 {
        text += &t!(" Files that are no pictures were left out: {count}.", count = imported.passed_over);
    }
    if imported.cancelled {
        text += t!(" It was stopped before its end.");
    }
    let level = if imported.copied > 0 { NoticeLevel::Success } else { NoticeLevel::Info };
    if let Some((path, why)) = imported.failed.first() {
        let more = and_more(imported.failed.len() - 1);
        let (path, why) = (path.display(), lang::sentence(why));
        text += &t!(" Not copied: {path}: {why}{more}.", path = path, why = why, more = more);
        return (NoticeLevel::Warning, text);
    }
    (level, text)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The end of a list that does not name all.
fn and_more(more: usize) -> String {
    if more > 0 { t!(", and {more} more", more = more) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Language, within};

    /// So many pictures `a.jpg`, `b.jpg`, …, all of which got another name.
    fn renamed(count: u8) -> Imported {
        let pair = |number: u8| {
            let letter = char::from(b'a' + number);
            (PathBuf::from(format!("in/{letter}.jpg")), PathBuf::from(format!("ants/{letter} (2).jpg")))
        };
        Imported { copied: count.into(), renamed: (0..count).map(pair).collect(), ..Imported::default() }
    }

    #[test]
    fn pictures_that_got_another_name_are_named_up_to_five_of_them() {
        let said = |count: u8| what_was_imported(&renamed(count), "ants").1;
        assert_eq!(said(1), "1 picture copied into ants. a.jpg was there already, so it is called a (2).jpg.");
        assert_eq!(
            said(2),
            "2 pictures copied into ants. 2 pictures got another name, since theirs was taken: a.jpg is called a (2).jpg, \
             b.jpg is called b (2).jpg."
        );
        let five = said(5);
        assert!(five.ends_with("d.jpg is called d (2).jpg, e.jpg is called e (2).jpg."), "{five}");
        let seven = said(7);
        assert!(seven.ends_with("e.jpg is called e (2).jpg, and 2 more."), "{seven}");
        within(Language::Chinese, || {
            assert_eq!(
                said(2),
                "已将 2 张图片复制到 ants。2 张图片因重名已改名：a.jpg 改名为 a (2).jpg、b.jpg 改名为 b (2).jpg。"
            );
            let seven = said(7);
            assert!(seven.ends_with("e.jpg 改名为 e (2).jpg，另有 2 个。"), "{seven}");
        });
    }
}
