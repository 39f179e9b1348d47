//! The languages of the window: switched at once, complete, and on every workspace.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, PredictCommand, UiCommand};
use imago::app::state::{LanguageChoice, LessonPage, ThemeChoice, Workspace};
use imago::lang::Language;

use crate::common::{Window, colours, harness, harness_with};

/// Words that are the same in Chinese, and names of the pictures that the tests make.
const NAMES: [&str; 47] = [
    "imago",
    "Imago",
    "English",
    "Language",
    "CNN",
    "ResNet",
    "Mixup",
    "CutMix",
    "JPEG",
    "TOML",
    "CSV",
    "CPU",
    "GPU",
    "NaN",
    "Ctrl",
    "Shift",
    "Alt",
    "Enter",
    "Backspace",
    "Space",
    "Plus",
    "Comma",
    "Period",
    "Minus",
    "Escape",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "green",
    "red",
    "colours",
    "jpg",
    "txt",
    "cnn",
    "gap",
    "conv",
    "Conv",
    "safetensors",
    "model",
    "relu",
    "ReLU",
    "linear",
    "pool",
    "features",
    "classifier",
    "resnet",
];

/// Everything that a screen reader would find: names and values.
fn spoken(window: &Window) -> Vec<String> {
    let mut texts = Vec::new();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        texts.extend(node.label());
        texts.extend(node.value());
    }
    texts
}

/// Latin words in a Chinese window that are no names.
fn english_in(window: &Window) -> Vec<String> {
    let is_english = |text: &String| {
        // Paths are the user's own; handles of panels are named by egui, the version by what it is.
        !text.contains('/')
            && text != "Resize panel"
            && !text.ends_with(imago::VERSION)
            // The name of a data set.
            && (text.replace("hymenoptera_data", ""))
                .split(|char: char| !char.is_ascii_alphabetic())
                .any(|word| word.len() > 2 && !NAMES.contains(&word))
    };
    spoken(window).into_iter().filter(is_english).collect()
}

#[test]
fn the_language_is_switched_at_once_and_back_and_kept() {
    let mut window = harness([1024.0, 700.0]);
    assert!(window.has("Open folder…"));
    window.click("Language");
    window.click("简体中文");
    assert_eq!(window.shown().settings.language, LanguageChoice::Chinese);
    window.run_steps(2);
    assert!(window.has("打开文件夹…") && !window.has("Open folder…"));
    window.app_mut().close();
    let text = std::fs::read_to_string(window.home.path().join("imago/config/settings.toml")).unwrap();
    assert!(text.contains("language = \"zh-CN\""), "{text}");
    // The palette finds it by its name in that language, and in Latin letters too.
    window.press(Modifiers::COMMAND, Key::K);
    window.run_steps(2);
    window.get_by_label("命令").type_text("language english");
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    window.run_steps(2);
    assert!(window.has("Open folder…"));
}

#[test]
fn without_a_choice_the_systems_language_is_spoken_and_a_choice_overrules_it() {
    let mut window = harness([1024.0, 700.0]);
    window.app_mut().set_system_language(Language::Chinese);
    window.run_steps(2);
    assert!(window.has("打开文件夹…"));
    window.command(Command::Ui(UiCommand::Speak(Language::English)));
    assert!(window.has("Open folder…"));
}

#[test]
fn a_command_is_found_in_a_chinese_palette_by_chinese_and_by_latin_letters() {
    for query in ["往训练", "gotrain"] {
        let mut window = harness_with([1280.0, 800.0], colours);
        window.command(Command::Ui(UiCommand::Speak(Language::Chinese)));
        window.press(Modifiers::COMMAND, Key::K);
        window.run_steps(2);
        window.get_by_label("命令").type_text(query);
        window.run_steps(2);
        window.press(Modifiers::NONE, Key::Enter);
        window.run_steps(2);
        assert_eq!(window.shown().workspace, Workspace::Train, "{query}");
    }
}

/// Every workspace, with a model that was really trained, in both languages, both themes and two sizes.
#[test]
fn no_english_is_left_in_a_chinese_window() {
    let mut window = harness_with([1440.0, 900.0], colours);
    window.train(2);
    window
        .run_until("the run is judged", |app| app.state().results.judged.is_some() && app.state().predict.has_model());
    let pictures = window.shown().project.as_ref().map(|project| project.dataset.root.join("val/red")).unwrap();
    window.command(Command::Predict(PredictCommand::Classify(vec![pictures])));
    window.command(Command::Go(Workspace::Predict));
    window.settle();
    window.shown_mut().results.verdict = imago::app::state::Verdict::All;
    // What was said so far was said in English.
    window.shown_mut().notices_view.cards.clear();
    window.command(Command::Ui(UiCommand::Speak(Language::Chinese)));
    window.settle();
    let mut left = Vec::new();
    for workspace in Workspace::ALL {
        window.shown_mut().workspace = workspace;
        window.settle();
        left.extend(english_in(&window).into_iter().map(|text| format!("{workspace:?}: {text}")));
        let unnamed = window.unnamed_controls();
        assert!(unnamed.is_empty(), "{workspace:?}: {unnamed:#?}");
    }
    for page in LessonPage::ALL {
        window.command(Command::ShowLesson(page));
        window.settle();
        left.extend(english_in(&window).into_iter().map(|text| format!("{page:?}: {text}")));
    }
    window.shown_mut().lessons.open = false;
    for (command, name) in [(UiCommand::Settings, "settings"), (UiCommand::Shortcuts, "shortcuts")] {
        window.command(Command::Ui(command));
        window.settle();
        left.extend(english_in(&window).into_iter().map(|text| format!("{name}: {text}")));
        window.command(Command::Ui(command));
    }
    window.shot_all("all", &Workspace::ALL);
    assert!(left.is_empty(), "{left:#?}");
}

impl Window {
    /// Pictures of workspaces in both languages, both themes and two sizes, where `IMAGO_SHOTS` asks for them.
    fn shot_all(&mut self, name: &str, workspaces: &[Workspace]) {
        if std::env::var_os("IMAGO_SHOTS").is_none() {
            return;
        }
        for language in Language::ALL {
            self.command(Command::Ui(UiCommand::Speak(language)));
            for (theme, theme_name) in [(ThemeChoice::Dark, "dark"), (ThemeChoice::Light, "light")] {
                self.shown_mut().settings.theme = theme;
                for size in [[1024.0, 700.0], [1440.0, 900.0]] {
                    self.set_size(egui::vec2(size[0], size[1]));
                    for workspace in workspaces {
                        self.shown_mut().workspace = *workspace;
                        self.settle();
                        let width = size[0];
                        self.shot(&format!("{name}-{workspace:?}-{}-{theme_name}-{width}", language.code()));
                    }
                }
            }
        }
    }
}

#[test]
fn the_welcome_screen_speaks_both_languages() {
    let mut window = harness([1024.0, 700.0]);
    window.run_until("three insects are drawn", |app| app.state().data.specimens.len() == 3);
    for language in Language::ALL {
        window.command(Command::Ui(UiCommand::Speak(language)));
        window.settle();
        if language == Language::Chinese {
            let left = english_in(&window);
            assert!(left.is_empty(), "{left:#?}");
        }
        for width in [1024.0, 1440.0] {
            window.set_size(egui::vec2(width, width * 0.625));
            window.settle();
            window.shot(&format!("welcome-{}-{width}", language.code()));
        }
    }
}
