//! The figures of the run that is shown, in a row.

use egui::{Align, Frame, Layout, Margin, RichText, Stroke, Ui, vec2};
use egui_material_icons::icons;

use super::words;
use crate::app::state::{RunPhase, RunView};
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

struct Figure {
    caption: &'static str,
    value: String,
    /// Share of the width.
    weight: f32,
    tip: Option<String>,
    has_star: bool,
    has_note: bool,
}

impl Figure {
    fn new(caption: &'static str, value: String, weight: f32) -> Self {
        Self { caption, value, weight, tip: None, has_star: false, has_note: false }
    }
}

/// Draws the figures; nothing where there is no run.
pub fn figures_ui(ui: &mut Ui, run: Option<&RunView>) {
    let Some(run) = run else { return };
    let colors = theme::colors(ui);
    let figures = figures(run);
    let total: f32 = figures.iter().map(|figure| figure.weight).sum();
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            let width = ui.available_width();
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                for figure in &figures {
                    let size = vec2(width * figure.weight / total, 34.0);
                    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                        ui.set_min_size(size);
                        ui.set_max_width(size.x);
                        figure_ui(ui, figure);
                    });
                }
            });
            if run.phase.is_running() {
                let bar = egui::ProgressBar::new(run.fraction_done())
                    .desired_width(width)
                    .desired_height(4.0)
                    .corner_radius(2.0)
                    .fill(if run.phase == RunPhase::Paused { colors.text_weak } else { colors.accent });
                ui.add_space(2.0);
                ui.add(bar);
            }
        });
}

fn figure_ui(ui: &mut Ui, figure: &Figure) {
    let colors = theme::colors(ui);
    ui.spacing_mut().item_spacing = vec2(space::XS, 1.0);
    let caption = RichText::new(figure.caption).font(theme::caption()).color(colors.text_weak);
    ui.add(egui::Label::new(caption).selectable(false).truncate());
    let response = ui
        .horizontal(|ui| {
            if figure.has_star {
                ui.add(
                    egui::Label::new(
                        RichText::new(icons::ICON_STAR.codepoint).size(theme::icon::S).color(colors.accent),
                    )
                    .selectable(false),
                );
            }
            let room = ui.available_width() - if figure.has_note { 22.0 } else { 6.0 };
            let font = theme::tabular(theme::size::LEAD);
            let shown = widgets::first_facts(ui, &figure.value, &font, room);
            ui.add(egui::Label::new(RichText::new(shown).font(font)).selectable(false));
            if figure.has_note {
                let note = RichText::new(icons::ICON_INFO.codepoint).size(theme::icon::S).color(colors.info);
                ui.add(egui::Label::new(note).selectable(false));
            }
        })
        .response;
    if let Some(tip) = &figure.tip {
        response.on_hover_text(tip);
    }
}

fn figures(run: &RunView) -> Vec<Figure> {
    let none = || "–".to_owned();
    let is_running = run.phase.is_running();
    let mut figures = vec![Figure::new(t!("Epoch"), format!("{} / {}", run.current_epoch(), run.config.epochs), 0.8)];
    figures.push(match run.best() {
        Some(best) => Figure {
            has_star: true,
            tip: Some(
                t!("Highest accuracy on the validation pictures. Its weights are the ones that are kept.").to_owned(),
            ),
            ..Figure::new(
                t!("Best accuracy"),
                t!("{acc} · epoch {epoch}", acc = words::accuracy(best.val_acc), epoch = best.epoch),
                1.8,
            )
        },
        None => Figure::new(t!("Best accuracy"), none(), 1.8),
    });
    let last_lr = run.history.epochs.last().map(|record| record.lr);
    let lr = if is_running { run.last_step.as_ref().map(|step| step.lr).or(last_lr) } else { last_lr };
    figures.push(Figure::new(t!("Learning rate"), lr.map_or_else(none, words::rate), 0.9));
    let speed = run
        .images_per_sec
        .map_or_else(none, |speed| if speed < 100.0 { format!("{speed:.1}") } else { format!("{speed:.0}") });
    figures.push(Figure {
        tip: Some(t!("Training pictures a second: decoding, augmentation and learning together.").to_owned()),
        ..Figure::new(t!("Pictures / s"), speed, 0.9)
    });
    figures.push(Figure::new(t!("Elapsed"), widgets::duration(run.elapsed_secs), 0.95));
    if is_running {
        let left = run.eta_secs.map_or_else(none, |secs| format!("≈ {}", widgets::duration(secs)));
        figures.push(Figure::new(t!("Left"), left, 1.1));
    } else {
        let per_epoch = mean_epoch_secs(run).map_or_else(none, widgets::duration);
        figures.push(Figure::new(t!("An epoch took"), per_epoch, 1.1));
    }
    let device = if run.device.is_empty() { none() } else { lang::sentence(&run.device) };
    figures.push(Figure {
        tip: match &run.device_note {
            Some(note) => Some(lang::sentence(note)),
            None => (!run.device.is_empty()).then(|| lang::sentence(&run.device)),
        },
        has_note: run.device_note.is_some(),
        ..Figure::new(t!("Device"), device, 1.3)
    });
    figures
}

fn mean_epoch_secs(run: &RunView) -> Option<f64> {
    let epochs = &run.history.epochs;
    let total: f64 = epochs.iter().map(|record| record.seconds).sum();
    (!epochs.is_empty()).then(|| total / epochs.len() as f64)
}
