//! The settings of the next run.

use egui::{ComboBox, DragValue, Id, RichText, Ui, vec2};
use egui_material_icons::icons;

use super::hints::{self, Numbers};
use super::{models, words};
use crate::app::command::{Command, Commands};
use crate::app::state::{self, DeviceChoice, DeviceState, State, TrainState, Workspace};
use crate::dataset::Split;
use crate::lang::{self, key, t, tn};
use crate::train::{AugmentChoice, TrainConfig, TrainMode};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws models and settings. While a run of this data set is under way they show what it was started with, and explain it.
pub fn settings_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    // A run that goes on may have other settings than the next one.
    let running = state.locked_run().map(|run| run.config.clone());
    let is_locked = running.is_some();
    let next = running.map(|config| std::mem::replace(&mut state.train.config, config));
    let numbers = numbers(state);
    if is_locked {
        // They can't be changed now, but they are what one wants to know of the run.
        ui.visuals_mut().disabled_alpha = theme::READ_ONLY_ALPHA;
    }
    ui.add_enabled_ui(!is_locked, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        widgets::section_label(ui, t!("Model"));
        models::models_ui(ui, state, numbers, commands);
        ui.add_space(space::M);
        ui.spacing_mut().item_spacing.y = space::S;
        heading_ui(ui, &mut state.train);
        learning_ui(ui, &mut state.train, numbers);
        augment_ui(ui, &mut state.train, commands);
        views_ui(ui, &mut state.train);
        schedule_line_ui(ui, &state.train.config, numbers);
        ui.add_space(space::M);
        widgets::section_label(ui, t!("Machine"));
        machine_ui(ui, &mut state.train);
    });
    if let Some(next) = next {
        state.train.config = next;
    }
}

fn numbers(state: &State) -> Numbers {
    let train = state.project.as_ref().map_or(0, |project| project.dataset.labelled(Split::Train).count());
    let last_layer = state
        .train
        .sizes
        .iter()
        .find(|size| size.arch == state.train.config.arch)
        .or_else(|| state.train.sizes.iter().find(|size| size.arch.is_resnet()))
        .map(|size| size.last_layer);
    Numbers { train, batch: state.train.config.batch_size, last_layer }
}

/// “Settings”, and whether they are the recipe's.
fn heading_ui(ui: &mut Ui, train: &mut TrainState) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL_HEIGHT);
        widgets::section_label(ui, t!("Settings"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if state::is_recipe(&train.config) {
                let text = RichText::new(format!("{}  {}", t!("the recipe"), icons::ICON_CHECK.codepoint))
                    .size(theme::size::SMALL)
                    .color(colors.good);
                ui.add(egui::Label::new(text).selectable(false))
                    .on_hover_text(t!("All settings have the values of PyTorch’s transfer learning tutorial."));
            } else {
                let text =
                    RichText::new(format!("{}  {}", icons::ICON_RESTART_ALT.codepoint, t!("Reset to the recipe")))
                        .size(theme::size::SMALL);
                let button = ui.add(egui::Button::new(text));
                let enabled = ui.is_enabled();
                button
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, t!("Reset to the recipe")));
                let tip = t!(
                    "25 epochs, batches of 4, learning rate 0.001 (a tenth every 7 epochs), momentum 0.9, the recipe’s \
                           augmentation. Model, seed and machine stay."
                );
                if button.on_hover_text(tip).clicked() {
                    state::reset_to_recipe(&mut train.config);
                }
            }
        });
    });
}

/// Two fields side by side.
fn pair(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let width = (ui.available_width() - space::M) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        ui.allocate_ui(vec2(width, 0.0), |ui| ui.vertical(left));
        ui.allocate_ui(vec2(width, 0.0), |ui| ui.vertical(right));
    });
}

/// A caption with its “?”, and the control below it as wide as there is room.
fn field(ui: &mut Ui, caption: &str, hint: &str, control: impl FnOnce(&mut Ui, Id)) {
    let colors = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 3.0;
    let id = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            ui.set_min_height(16.0);
            if !ui.is_enabled() {
                // A run shows here what it was started with: only the values that can't be changed are dimmed.
                ui.set_opacity(1.0);
            }
            let text = RichText::new(caption).size(theme::size::SMALL).color(colors.text_weak);
            let label = ui.add(egui::Label::new(text).selectable(false));
            widgets::hint(ui, &caption.to_lowercase(), lang::text(hint));
            label.id
        })
        .inner;
    control(ui, id);
}

fn drag(ui: &mut Ui, value: DragValue<'_>, label: Id) {
    let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.add_sized(size, value.clip_text(true)).labelled_by(label);
}

fn learning_ui(ui: &mut Ui, train: &mut TrainState, numbers: Numbers) {
    let TrainConfig { epochs, batch_size, lr, momentum, step_size, gamma, weight_decay, seed, .. } = &mut train.config;
    ui.spacing_mut().item_spacing.y = 10.0;
    pair(
        ui,
        |ui| field(ui, t!("Epochs"), &hints::epochs(numbers), |ui, id| drag(ui, whole(epochs, 1, 10_000), id)),
        |ui| field(ui, t!("Batch size"), hints::BATCH, |ui, id| drag(ui, whole(batch_size, 1, 1024), id)),
    );
    pair(
        ui,
        |ui| field(ui, t!("Learning rate"), hints::RATE, |ui, id| drag(ui, fine(lr, 1e-8, 10.0), id)),
        |ui| {
            field(ui, t!("Momentum"), hints::MOMENTUM, |ui, id| {
                drag(ui, DragValue::new(momentum).range(0.0..=0.999).speed(0.002).max_decimals(3), id);
            });
        },
    );
    pair(
        ui,
        |ui| {
            field(ui, t!("Reduce rate every"), hints::STEP_SIZE, |ui, id| {
                let unit = lang::plural(*step_size, key!(" epoch"), key!(" epochs"));
                drag(ui, whole(step_size, 1, 10_000).suffix(unit), id);
            });
        },
        |ui| field(ui, t!("Reduce rate by"), hints::GAMMA, |ui, id| drag(ui, fine(gamma, 1e-3, 1.0).prefix("× "), id)),
    );
    pair(
        ui,
        |ui| field(ui, t!("Weight decay"), hints::WEIGHT_DECAY, |ui, id| drag(ui, fine(weight_decay, 0.0, 1.0), id)),
        |ui| field(ui, t!("Seed"), hints::SEED, |ui, id| drag(ui, DragValue::new(seed).speed(0.1), id)),
    );
}

fn whole(value: &mut usize, least: usize, most: usize) -> DragValue<'_> {
    let speed = (*value as f64 * 0.01).clamp(0.05, 10.0);
    DragValue::new(value).range(least..=most).speed(speed)
}

/// A number that spans magnitudes: dragging changes it in proportion, and it is shown without surplus digits.
fn fine(value: &mut f64, least: f64, most: f64) -> DragValue<'_> {
    let speed = (*value * 0.02).max(1e-5);
    DragValue::new(value)
        .range(least..=most)
        .speed(speed)
        .custom_formatter(|value, _| words::rate(value))
        .custom_parser(|text| text.trim().trim_start_matches('×').trim().replace(',', ".").parse().ok())
}

fn augment_ui(ui: &mut Ui, train: &mut TrainState, commands: &mut Commands) {
    if ui.is_enabled()
        && let AugmentChoice::Pipeline(_) = &train.config.augment
    {
        train.custom_augment = Some(train.config.augment.clone());
    }
    field(ui, t!("Augmentation"), hints::AUGMENT, |ui, label| {
        ui.horizontal(|ui| {
            let link = 92.0;
            let combo = ComboBox::from_id_salt("train_augment")
                .width(ui.available_width() - link - space::S)
                .selected_text(words::augment_title(&train.config.augment));
            let shown = combo.show_ui(ui, |ui| {
                for name in &train.presets {
                    let choice = AugmentChoice::Preset(name.clone());
                    let title = words::preset_title(name);
                    ui.selectable_value(&mut train.config.augment, choice, title);
                }
                if let Some(custom) = &train.custom_augment {
                    ui.selectable_value(&mut train.config.augment, custom.clone(), words::augment_title(custom));
                }
            });
            shown.response.labelled_by(label);
            let button = egui::Button::new(t!("Try it out…")).min_size(vec2(link, theme::CONTROL_HEIGHT));
            if ui.add(button).on_hover_text(t!("See in Augment what it does to the pictures, and change it")).clicked()
            {
                commands.push(Command::Go(Workspace::Augment));
            }
        });
    });
}

/// Numbers of views to choose from.
const VIEWS: [usize; 4] = [1, 2, 4, 8];

/// Turbo: only where the backbone is frozen, as all else has to see the pictures anew.
fn views_ui(ui: &mut Ui, train: &mut TrainState) {
    let config = &mut train.config;
    let mixes = config.pipeline().is_ok_and(|pipeline| pipeline.batch.is_some());
    if config.mode() != TrainMode::Frozen || mixes {
        config.views = None;
        return;
    }
    let title = |views: Option<usize>| match views {
        None => t!("A new one in every epoch").to_owned(),
        Some(views) => tn!(views, "Turbo: {n} view, used over and over", "Turbo: {n} views, used over and over"),
    };
    ui.add_space(space::S);
    field(ui, t!("Views of each picture"), hints::VIEWS, |ui, label| {
        let combo = ComboBox::from_id_salt("train_views").width(ui.available_width());
        let shown = combo.selected_text(title(config.views)).truncate().show_ui(ui, |ui| {
            for views in std::iter::once(None).chain(VIEWS.map(Some)) {
                ui.selectable_value(&mut config.views, views, title(views));
            }
        });
        shown.response.labelled_by(label);
    });
}

/// What the numbers come to.
fn schedule_line_ui(ui: &mut Ui, config: &TrainConfig, numbers: Numbers) {
    let colors = theme::colors(ui);
    ui.add_space(space::XS);
    let steps = numbers.steps();
    let mut text = t!(
        "{pictures} pictures make {steps} updates an epoch, {all} in all.",
        pictures = widgets::thousands(numbers.train),
        steps = widgets::thousands(steps),
        all = widgets::thousands(steps * config.epochs)
    );
    let reductions = config.epochs.saturating_sub(1) / config.step_size.max(1);
    if reductions > 0 && config.gamma != 1.0 {
        let last = config.lr * config.gamma.powi(reductions.min(10_000) as i32);
        text += &t!(" The learning rate ends at {rate}.", rate = words::rate(last));
    }
    ui.add(egui::Label::new(RichText::new(text).size(theme::size::SMALL).color(colors.text_weak)).wrap());
}

fn machine_ui(ui: &mut Ui, train: &mut TrainState) {
    let TrainState { config, devices, cores, .. } = train;
    let cores = (*cores).max(1);
    pair(
        ui,
        |ui| {
            field(ui, t!("Device"), hints::DEVICE, |ui, label| {
                let combo = ComboBox::from_id_salt("train_device").width(ui.available_width());
                let shown = combo.selected_text(words::device_title(config.device)).truncate().show_ui(ui, |ui| {
                    for line in devices.iter() {
                        let title = words::device_title(line.choice);
                        let is_usable = !matches!(line.state, DeviceState::Unavailable(_));
                        ui.add_enabled_ui(is_usable, |ui| {
                            let response = ui.selectable_value(&mut config.device, line.choice, title);
                            if let DeviceState::Unavailable(reason) = &line.state {
                                response.on_disabled_hover_text(lang::sentence(reason));
                            }
                        });
                    }
                });
                shown.response.labelled_by(label);
            });
        },
        |ui| {
            field(ui, t!("Threads"), hints::THREADS, |ui, label| {
                let all = t!("All cores ({cores})", cores = cores);
                let text = config.threads.map_or_else(|| all.clone(), |threads| threads.to_string());
                let combo = ComboBox::from_id_salt("train_threads").width(ui.available_width());
                let shown = combo.selected_text(text).truncate().show_ui(ui, |ui| {
                    ui.selectable_value(&mut config.threads, None, all);
                    for threads in 1..=cores {
                        ui.selectable_value(&mut config.threads, Some(threads), threads.to_string());
                    }
                });
                shown.response.labelled_by(label);
            });
        },
    );
    device_state_ui(ui, train);
}

/// What the device that is chosen turned out to be.
fn device_state_ui(ui: &mut Ui, train: &TrainState) {
    let colors = theme::colors(ui);
    let Some(line) = train.devices.iter().find(|line| line.choice == train.config.device) else { return };
    let weak = |text: &str| RichText::new(text).size(theme::size::SMALL).color(colors.text_weak);
    match &line.state {
        DeviceState::Checking => {
            ui.horizontal(|ui| {
                widgets::spinner_ui(ui, 12.0);
                ui.label(weak(t!("Testing the device…")));
            });
        }
        DeviceState::Ready { label, note } => {
            let has_gpu =
                train.devices.iter().any(|line| matches!(line.choice, DeviceChoice::Cuda | DeviceChoice::Metal));
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 5.0;
                ui.label(RichText::new(icons::ICON_CHECK_CIRCLE.codepoint).size(theme::icon::S).color(colors.good));
                ui.label(weak(&t!("Computes on {device}.", device = lang::sentence(label))));
                if !has_gpu && note.is_none() {
                    let tip = t!(
                        "This build of Imago computes on the processor. A build with `--features cuda` or `--features \
                               metal` uses a graphics card."
                    );
                    ui.label(weak(t!("No GPU in this build"))).on_hover_text(tip);
                }
            });
            if let Some(note) = note {
                super::warning_ui(ui, note, false);
            }
        }
        DeviceState::Unavailable(reason) => super::warning_ui(ui, reason, true),
    }
}
