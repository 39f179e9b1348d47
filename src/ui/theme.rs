//! The look: colours for dark and light, the type scale, spacing, radii. Everything drawn takes them from here.

mod classes;

use std::sync::Arc;

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::style::{ScrollAnimation, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontData, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Ui, vec2,
};

pub use classes::{CLASS_COLORS, class_color, class_color_of, contrast, edge_of, give_class_colors, paint_mark};

/// Length of animations in seconds.
pub const ANIMATION_SECS: f32 = 0.12;

/// Distances in points, on a grid of four.
pub mod space {
    /// Between things that belong together.
    pub const XS: f32 = 4.0;
    /// Between controls.
    pub const S: f32 = 8.0;
    /// Inside cards.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Between sections.
    pub const XL: f32 = 24.0;
    /// Round empty states.
    pub const XXL: f32 = 32.0;
}

/// The type scale, in points.
pub mod size {
    /// Captions, axes, badges.
    pub const CAPTION: f32 = 11.0;
    /// Explanations and remarks.
    pub const SMALL: f32 = 12.0;
    /// Text and controls.
    pub const BODY: f32 = 13.0;
    /// The sentence below a title, the figures of a training.
    pub const LEAD: f32 = 14.0;
    /// The numbers of a confusion matrix.
    pub const FIGURE: f32 = 15.0;
    /// Section headings.
    pub const SECTION: f32 = 16.0;
    /// Titles.
    pub const TITLE: f32 = 20.0;
    /// The welcome screen's title, the accuracy of a run.
    pub const DISPLAY: f32 = 28.0;
}

/// Sizes of icons, in points.
pub mod icon {
    /// Beside small text.
    pub const S: f32 = 14.0;
    /// Beside text.
    pub const M: f32 = 15.0;
    /// By itself, and in buttons.
    pub const L: f32 = 17.0;
    /// In the middle of a tile.
    pub const XL: f32 = 24.0;
    /// Of an empty state.
    pub const EMPTY: f32 = 44.0;
}

/// What lies on pictures: the same in both themes, since it is the pictures that vary.
pub mod on_picture {
    use egui::Color32;

    /// Text and signs on a plate or a shade.
    pub const TEXT: Color32 = Color32::from_gray(245);
    /// Behind text.
    pub const PLATE: Color32 = Color32::from_black_alpha(190);
    /// Behind large signs, and over what is left out.
    pub const SHADE: Color32 = Color32::from_black_alpha(150);
}

/// Corner radius of controls.
pub const RADIUS: u8 = 6;
/// Corner radius of cards and tiles.
pub const CARD_RADIUS: u8 = 10;
/// Height of a control in points.
pub const CONTROL_HEIGHT: f32 = 28.0;
/// Height of a primary button in points.
pub const PRIMARY_HEIGHT: f32 = 32.0;

/// What is left of the colour of controls that can't be used now. egui's half is too little to read them by.
pub const DISABLED_ALPHA: f32 = 0.65;
/// The same where they are there to be read.
pub const READ_ONLY_ALPHA: f32 = 0.9;

/// Semi-bold text.
pub const STRONG: &str = "inter-strong";
/// The interface's own Chinese, regular and bold: whatever fonts the system has, its texts can be read.
const CHINESE: &str = "chinese";
const CHINESE_STRONG: &str = "chinese-strong";
/// Digits of one width, for tables and axes.
pub const TABULAR: &str = "inter-tabular";

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colors {
    /// Behind everything.
    pub window: Color32,
    /// Side panels and bars.
    pub panel: Color32,
    /// Cards and tiles.
    pub card: Color32,
    /// What the pointer is over.
    pub hover: Color32,
    /// Wells: text fields, tracks, skeletons.
    pub well: Color32,
    /// Hairlines.
    pub stroke: Color32,
    /// Text.
    pub text: Color32,
    /// Less important text.
    pub text_weak: Color32,
    /// Amber: primary button, selection, best epoch.
    pub accent: Color32,
    /// Text on amber.
    pub on_accent: Color32,
    /// Amber, faint: behind what is selected.
    pub accent_faint: Color32,
    /// Right, done. Always with a sign or a word as well.
    pub good: Color32,
    /// Wrong, failed. Always with a sign or a word as well.
    pub bad: Color32,
    /// Good to know.
    pub info: Color32,
    /// Training curves.
    pub train: Color32,
    /// Validation curves (dashed as well).
    pub val: Color32,
}

/// The dark theme.
pub const DARK: Colors = Colors {
    window: Color32::from_rgb(0x0F, 0x11, 0x15),
    panel: Color32::from_rgb(0x16, 0x1A, 0x20),
    card: Color32::from_rgb(0x1D, 0x22, 0x2A),
    hover: Color32::from_rgb(0x27, 0x2D, 0x37),
    well: Color32::from_rgb(0x0C, 0x0E, 0x12),
    stroke: Color32::from_rgb(0x2B, 0x32, 0x3C),
    text: Color32::from_rgb(0xE8, 0xEB, 0xF0),
    text_weak: Color32::from_rgb(0x9A, 0xA4, 0xB2),
    accent: Color32::from_rgb(0xF2, 0xA9, 0x3B),
    on_accent: Color32::from_rgb(0x1A, 0x12, 0x04),
    accent_faint: Color32::from_rgb(0x3A, 0x2C, 0x14),
    good: Color32::from_rgb(0x3F, 0xB6, 0x8B),
    bad: Color32::from_rgb(0xF0, 0x70, 0x60),
    info: Color32::from_rgb(0x4C, 0x9B, 0xE8),
    train: Color32::from_rgb(0xF2, 0xA9, 0x3B),
    val: Color32::from_rgb(0x4C, 0x9B, 0xE8),
};

/// The light theme.
pub const LIGHT: Colors = Colors {
    window: Color32::from_rgb(0xF6, 0xF4, 0xEF),
    panel: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    hover: Color32::from_rgb(0xF1, 0xEC, 0xE2),
    well: Color32::from_rgb(0xEF, 0xEB, 0xE3),
    stroke: Color32::from_rgb(0xE0, 0xDA, 0xCE),
    text: Color32::from_rgb(0x1D, 0x21, 0x29),
    text_weak: Color32::from_rgb(0x5D, 0x66, 0x73),
    accent: Color32::from_rgb(0x96, 0x58, 0x00),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    accent_faint: Color32::from_rgb(0xFB, 0xEB, 0xCF),
    good: Color32::from_rgb(0x17, 0x78, 0x55),
    bad: Color32::from_rgb(0xB9, 0x38, 0x26),
    info: Color32::from_rgb(0x23, 0x68, 0xB5),
    train: Color32::from_rgb(0x96, 0x58, 0x00),
    val: Color32::from_rgb(0x23, 0x68, 0xB5),
};

/// The colours of the theme in force.
pub fn colors(ui: &Ui) -> &'static Colors {
    colors_of(ui.visuals().dark_mode)
}

/// The colours of the dark or the light theme.
pub fn colors_of(dark: bool) -> &'static Colors {
    if dark { &DARK } else { &LIGHT }
}

/// The paper that drawn insects stand on: they are dark, and would be lost on the dark theme's surfaces.
pub fn paper(ui: &Ui) -> Color32 {
    if ui.visuals().dark_mode { Color32::from_rgb(0xF2, 0xEE, 0xE4) } else { Color32::WHITE }
}

/// Caption, 11 points.
pub fn caption() -> FontId {
    FontId::proportional(size::CAPTION)
}

/// Body, 13 points.
pub fn body() -> FontId {
    FontId::proportional(size::BODY)
}

/// Semi-bold of any size.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Figures of one width, of any size.
pub fn tabular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(TABULAR.into()))
}

/// Section heading, 16 points.
pub fn section() -> FontId {
    strong(size::SECTION)
}

/// Title, 20 points.
pub fn title() -> FontId {
    strong(size::TITLE)
}

/// Display, 28 points.
pub fn display() -> FontId {
    strong(size::DISPLAY)
}

/// Installs fonts and both themes.
pub fn install(ctx: &Context) {
    install_fonts(ctx);
    for (theme, colors) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| apply(style, colors, theme == Theme::Dark));
    }
}

/// Lets things move, or not: whoever asked for no animations sees none, not even a cursor that blinks.
pub fn set_motion(style: &mut Style, moves: bool) {
    style.animation_time = if moves { ANIMATION_SECS } else { 0.0 };
    style.scroll_animation = if moves { ScrollAnimation::default() } else { ScrollAnimation::none() };
    style.visuals.text_cursor.blink = moves;
}

/// Whether things may move.
pub fn moves(ui: &Ui) -> bool {
    ui.style().animation_time > 0.0
}

const CHINESE_FONT: &[u8] = include_bytes!("../../assets/fonts/Chinese-Regular.otf");
const CHINESE_STRONG_FONT: &[u8] = include_bytes!("../../assets/fonts/Chinese-Bold.otf");

fn install_fonts(ctx: &Context) {
    let mut fonts = egui::FontDefinitions::default();
    for (name, bytes) in [(CHINESE, CHINESE_FONT), (CHINESE_STRONG, CHINESE_STRONG_FONT)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    fonts.families.entry(FontFamily::Monospace).or_default().push(CHINESE.to_owned());
    let faces: [(&str, &'static [u8]); 3] = [
        ("inter", include_bytes!("../../assets/fonts/Inter-Regular.ttf")),
        (STRONG, include_bytes!("../../assets/fonts/Inter-SemiBold.ttf")),
        (TABULAR, include_bytes!("../../assets/fonts/Inter-Tabular-Regular.ttf")),
    ];
    let fallbacks = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, bytes) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let family = if name == "inter" { FontFamily::Proportional } else { FontFamily::Name(name.into()) };
        let chinese = if name == STRONG { CHINESE_STRONG } else { CHINESE };
        let mut names = vec![name.to_owned(), chinese.to_owned()];
        names.extend(fallbacks.clone());
        fonts.families.insert(family, names);
    }
    ctx.set_fonts(fonts);
    let icons = egui_material_icons::font_insert();
    let families = [FontFamily::Proportional, FontFamily::Name(STRONG.into()), FontFamily::Name(TABULAR.into())];
    let mut everywhere: Vec<_> =
        families.into_iter().map(|family| InsertFontFamily { family, priority: FontPriority::Lowest }).collect();
    everywhere.push(InsertFontFamily {
        family: FontFamily::Name(egui_material_icons::FONT_FAMILY.into()),
        priority: FontPriority::Highest,
    });
    ctx.add_font(FontInsert::new(&icons.name, icons.data, everywhere));
}

fn apply(style: &mut Style, colors: &Colors, dark: bool) {
    style.text_styles = [
        (TextStyle::Small, caption()),
        (TextStyle::Body, body()),
        (TextStyle::Button, body()),
        (TextStyle::Heading, section()),
        (TextStyle::Monospace, FontId::monospace(12.0)),
    ]
    .into();
    style.animation_time = ANIMATION_SECS;
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::S);
    spacing.button_padding = vec2(10.0, 5.0);
    spacing.interact_size = vec2(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.slider_width = 140.0;
    spacing.slider_rail_height = 4.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 6.0;
    spacing.combo_width = 120.0;
    spacing.tooltip_width = 360.0;
    let visuals = &mut style.visuals;
    visuals.dark_mode = dark;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(colors.text_weak);
    visuals.hyperlink_color = colors.info;
    visuals.faint_bg_color =
        if dark { Color32::from_rgb(0x1A, 0x1E, 0x25) } else { Color32::from_rgb(0xFB, 0xF9, 0xF5) };
    visuals.extreme_bg_color = colors.well;
    visuals.text_edit_bg_color = Some(colors.well);
    visuals.code_bg_color = colors.well;
    visuals.warn_fg_color = colors.accent;
    visuals.error_fg_color = colors.bad;
    visuals.window_fill = colors.panel;
    visuals.panel_fill = colors.panel;
    visuals.window_stroke = Stroke::new(1.0, colors.stroke);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.selection.bg_fill = colors.accent_faint;
    visuals.selection.stroke = Stroke::new(1.0, colors.accent);
    visuals.indent_has_left_vline = false;
    visuals.disabled_alpha = DISABLED_ALPHA;
    let widget = |fill: Color32, stroke: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, stroke),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let control = if dark { Color32::from_rgb(0x24, 0x2A, 0x33) } else { Color32::from_rgb(0xF8, 0xF5, 0xEF) };
    visuals.widgets = Widgets {
        noninteractive: widget(colors.card, colors.stroke, colors.text),
        // `bg_fill` is what rails of sliders and checkboxes are drawn with: they have to show on every surface.
        inactive: WidgetVisuals { bg_fill: colors.stroke, ..widget(control, colors.stroke, colors.text) },
        hovered: widget(colors.hover, colors.text_weak.gamma_multiply(0.6), colors.text),
        active: widget(colors.accent_faint, colors.accent, colors.text),
        open: widget(colors.hover, colors.stroke, colors.text),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any character that Inter lacks, but not those of the icon font.
    fn is_chinese(character: char) -> bool {
        matches!(u32::from(character), 0x2E80..=0x9FFF | 0xFF00..=0xFFEF)
    }

    #[test]
    fn every_chinese_character_of_the_interface_is_in_the_fonts_that_are_built_in() {
        let mut wanted: std::collections::BTreeSet<char> = std::collections::BTreeSet::new();
        let texts = crate::lang::chinese_texts().into_iter();
        let sentences = crate::lang::sentences().into_iter().chain(crate::lang::system_sentences());
        for (_, chinese) in texts.chain(sentences) {
            wanted.extend(chinese.chars());
        }
        let in_code = [
            include_str!("../lang/numbers.rs"),
            include_str!("../lang/mod.rs"),
            include_str!("../app/command/table.rs"),
            include_str!("top_bar.rs"),
        ];
        wanted.extend(in_code.into_iter().flat_map(str::chars));
        for (name, bytes) in [(CHINESE, CHINESE_FONT), (CHINESE_STRONG, CHINESE_STRONG_FONT)] {
            let mut fonts = egui::FontDefinitions::empty();
            fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
            fonts.families.insert(FontFamily::Proportional, vec![name.to_owned()]);
            fonts.families.insert(FontFamily::Monospace, vec![name.to_owned()]);
            let mut fonts = egui::epaint::text::Fonts::new(egui::epaint::text::TextOptions::default(), fonts);
            let missing: String = wanted
                .iter()
                .filter(|character| is_chinese(**character) && !fonts.has_glyph(&body(), **character))
                .collect();
            assert!(missing.is_empty(), "{name} lacks {missing}: run assets/fonts/make_chinese.py");
        }
    }

    #[test]
    fn text_has_a_contrast_of_at_least_4_5_to_1_on_every_surface() {
        for colors in [&DARK, &LIGHT] {
            for surface in [colors.window, colors.panel, colors.card, colors.well, colors.hover] {
                for text in [colors.text, colors.text_weak, colors.good, colors.bad, colors.accent, colors.info] {
                    let found = contrast(text, surface);
                    assert!(found >= 4.5, "{text:?} on {surface:?}: {found:.2}");
                }
            }
            assert!(contrast(colors.on_accent, colors.accent) >= 4.5);
            // What is selected: on a breath of amber.
            for text in [colors.text, colors.text_weak, colors.good, colors.bad, colors.accent, colors.info] {
                let found = contrast(text, colors.accent_faint);
                assert!(found >= 4.5, "{text:?} on {:?}: {found:.2}", colors.accent_faint);
            }
        }
    }

    #[test]
    fn what_is_disabled_can_still_be_read() {
        let faded = |color: Color32, surface: Color32, alpha| surface.lerp_to_gamma(color, alpha);
        for colors in [&DARK, &LIGHT] {
            for surface in [colors.window, colors.panel, colors.card] {
                let found = contrast(faded(colors.text, surface, DISABLED_ALPHA), surface);
                assert!(found >= 4.5, "disabled text on {surface:?}: {found:.2}");
            }
            // What is there to be read is on panels, and on cards in them.
            for surface in [colors.panel, colors.card] {
                let found = contrast(faded(colors.text_weak, surface, READ_ONLY_ALPHA), surface);
                assert!(found >= 4.5, "weak text on {surface:?}: {found:.2}");
            }
        }
    }

    #[test]
    fn what_lies_on_pictures_can_be_read_on_white_ones() {
        for behind in [on_picture::PLATE, on_picture::SHADE] {
            let found = contrast(on_picture::TEXT, Color32::WHITE.blend(behind));
            assert!(found >= 4.5, "{behind:?}: {found:.2}");
        }
    }

    #[test]
    fn whoever_wants_no_animations_sees_none() {
        let mut style = Style::default();
        set_motion(&mut style, false);
        assert_eq!(style.animation_time, 0.0);
        assert_eq!(style.scroll_animation, ScrollAnimation::none());
        assert!(!style.visuals.text_cursor.blink);
        set_motion(&mut style, true);
        assert!(style.animation_time > 0.0 && style.visuals.text_cursor.blink);
        assert_ne!(style.scroll_animation, ScrollAnimation::none());
    }
}
