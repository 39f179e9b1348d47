//! A picture being drawn: tiny-skia's pixels, a coordinate system for the thing that is drawn, and where the light comes from.
//! Bodies are shaded by gradients whose focus lies towards the light.

use tiny_skia::{
    FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, Pixmap, Point, RadialGradient,
    Shader, SpreadMode, Stroke, Transform,
};

use super::color::Ink;
use super::shapes::{At, ellipse};

/// Pixels, coordinates and light.
pub struct Canvas {
    pub pixels: Pixmap,
    /// From drawing units to pixels.
    pub to_pixels: Transform,
    /// Unit vector towards the light, in drawing units.
    pub light: At,
}

/// How the surface of a body part answers the light.
#[derive(Clone, Copy)]
pub struct Skin {
    pub ink: Ink,
    /// Strength of the highlight: 0 dull, 1 lacquer.
    pub gloss: f32,
}

impl Canvas {
    /// A transparent canvas whose drawing units are pixels; light from the upper left.
    pub fn new(width: u32, height: u32) -> Self {
        let pixels = Pixmap::new(width.max(1), height.max(1)).unwrap_or_else(unreachable_pixmap);
        Self { pixels, to_pixels: Transform::identity(), light: (-0.6, -0.8) }
    }

    /// The same canvas with coordinates `to_pixels`; the light stays where it is in the picture.
    pub fn within(mut self, to_pixels: Transform, light_in_picture: At) -> Self {
        self.to_pixels = to_pixels;
        // The light as seen from the turned coordinates.
        if let Some(back) = to_pixels.invert() {
            let x = back.sx * light_in_picture.0 + back.kx * light_in_picture.1;
            let y = back.ky * light_in_picture.0 + back.sy * light_in_picture.1;
            let length = x.hypot(y).max(1e-6);
            self.light = (x / length, y / length);
        }
        self
    }

    /// Fills with one colour.
    pub fn fill(&mut self, path: &Path, ink: Ink) {
        self.fill_shaded(path, Shader::SolidColor(ink.color()), None);
    }

    /// Fills with one colour, only where `mask` is.
    pub fn fill_in(&mut self, path: &Path, ink: Ink, mask: &Mask) {
        self.fill_shaded(path, Shader::SolidColor(ink.color()), Some(mask));
    }

    /// Fills with a gradient.
    pub fn fill_shaded(&mut self, path: &Path, shader: Shader<'_>, mask: Option<&Mask>) {
        let paint = Paint { shader, ..Paint::default() };
        self.pixels.fill_path(path, &paint, FillRule::Winding, self.to_pixels, mask);
    }

    /// Draws a line with round ends.
    pub fn stroke(&mut self, path: &Path, width: f32, ink: Ink) {
        self.stroke_in(path, width, ink, None);
    }

    /// Draws a line with round ends, only where `mask` is.
    pub fn stroke_in(&mut self, path: &Path, width: f32, ink: Ink, mask: Option<&Mask>) {
        let paint = Paint { shader: Shader::SolidColor(ink.color()), ..Paint::default() };
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixels.stroke_path(path, &paint, &stroke, self.to_pixels, mask);
    }

    /// A mask that lets only `path` through.
    pub fn mask(&self, path: &Path) -> Option<Mask> {
        let mut mask = Mask::new(self.pixels.width(), self.pixels.height())?;
        mask.fill_path(path, FillRule::Winding, true, self.to_pixels);
        Some(mask)
    }

    /// A rounded body part: an ellipse shaded as a ball.
    pub fn bead(&mut self, center: At, radii: At, turn: f32, skin: Skin) {
        if let Some(path) = ellipse(center, radii, turn) {
            self.body(&path, center, radii, turn, skin);
        }
    }

    /// Any outline shaded as if it were the ball `center`, `radii`, `turn` that it fills.
    pub fn body(&mut self, path: &Path, center: At, radii: At, turn: f32, skin: Skin) {
        let Skin { ink, gloss } = skin;
        let stops = [
            (0.0, ink.lighter(0.16 + 0.22 * gloss)),
            (0.35, ink.lighter(0.05)),
            (0.75, ink.darker(0.32)),
            (1.0, ink.darker(0.62)),
        ];
        if let Some(shader) = self.ball(center, (radii.0 * 1.12, radii.1 * 1.12), turn, 0.5, &stops) {
            self.fill_shaded(path, shader, None);
        }
        if gloss <= 0.0 {
            return;
        }
        let Some(mask) = self.mask(path) else { return };
        // Light thrown back from the ground, along the dark edge.
        let low = (center.0 - self.light.0 * radii.0 * 0.75, center.1 - self.light.1 * radii.1 * 0.75);
        let bounce = ink.mix(Ink::hex(0x00C9_B9A4), 0.75).alpha(0.26 * gloss);
        self.glow_in(low, (radii.0 * 0.75, radii.1 * 0.45), turn, bounce, Some(&mask));
        // The window of light itself.
        let high = (center.0 + self.light.0 * radii.0 * 0.46, center.1 + self.light.1 * radii.1 * 0.46);
        self.glow_in(high, (radii.0 * 0.5, radii.1 * 0.34), turn, Ink::WHITE.alpha(0.5 * gloss), Some(&mask));
        let high = (center.0 + self.light.0 * radii.0 * 0.5, center.1 + self.light.1 * radii.1 * 0.52);
        self.glow_in(high, (radii.0 * 0.26, radii.1 * 0.15), turn, Ink::WHITE.alpha(0.85 * gloss), Some(&mask));
    }

    /// A spot that fades to nothing at its edge.
    pub fn glow(&mut self, center: At, radii: At, turn: f32, ink: Ink) {
        self.glow_in(center, radii, turn, ink, None);
    }

    /// A spot that fades to nothing at its edge, only where `mask` is.
    pub fn glow_in(&mut self, center: At, radii: At, turn: f32, ink: Ink, mask: Option<&Mask>) {
        let stops = [(0.0, ink), (0.4, ink.alpha(ink.a * 0.62)), (1.0, ink.alpha(0.0))];
        if let (Some(path), Some(shader)) = (ellipse(center, radii, turn), self.ball(center, radii, turn, 0.0, &stops))
        {
            self.fill_shaded(&path, shader, mask);
        }
    }

    /// A radial gradient over an ellipse; its focus moved `focus` (0 to 1) of the radius towards the light.
    pub fn ball(&self, center: At, radii: At, turn: f32, focus: f32, stops: &[(f32, Ink)]) -> Option<Shader<'static>> {
        let (sin, cos) = (-turn).sin_cos();
        let light = (self.light.0 * cos - self.light.1 * sin, self.light.0 * sin + self.light.1 * cos);
        let to_ellipse = Transform::from_translate(center.0, center.1)
            .pre_rotate(turn.to_degrees())
            .pre_scale(radii.0.max(1e-3), radii.1.max(1e-3));
        let start = Point::from_xy(light.0 * focus, light.1 * focus);
        RadialGradient::new(start, Point::zero(), 1.0, gradient_stops(stops), SpreadMode::Pad, to_ellipse)
    }
}

/// A linear gradient from `from` to `to`.
pub fn linear(from: At, to: At, stops: &[(f32, Ink)]) -> Option<Shader<'static>> {
    let (from, to) = (Point::from_xy(from.0, from.1), Point::from_xy(to.0, to.1));
    LinearGradient::new(from, to, gradient_stops(stops), SpreadMode::Pad, Transform::identity())
}

fn gradient_stops(stops: &[(f32, Ink)]) -> Vec<GradientStop> {
    stops.iter().map(|(at, ink)| GradientStop::new(*at, ink.color())).collect()
}

/// tiny-skia refuses only sizes of zero and sizes that overflow; the sample draws neither.
fn unreachable_pixmap() -> Pixmap {
    let one = tiny_skia::IntSize::from_wh(1, 1).and_then(|size| Pixmap::from_vec(vec![0; 4], size));
    one.unwrap_or_else(|| unreachable!("a picture of one pixel always exists"))
}
