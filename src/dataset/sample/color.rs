//! Colours of the drawing, and the small random choices that everything drawn shares.

use rand::RngExt;
use tiny_skia::Color;

use crate::base::ImagoRng;

/// A colour with opacity; each part 0 to 1, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    pub r: f32,
    pub g: f32,
    pub b: f32,
    pub a: f32,
}

impl Ink {
    pub const WHITE: Self = Self { r: 1.0, g: 1.0, b: 1.0, a: 1.0 };
    /// Shadows are never plain black: a cool dark brown.
    pub const SHADE: Self = Self { r: 0.07, g: 0.05, b: 0.08, a: 1.0 };

    /// From `0xRRGGBB`.
    pub const fn hex(rgb: u32) -> Self {
        Self {
            r: ((rgb >> 16) & 255) as f32 / 255.0,
            g: ((rgb >> 8) & 255) as f32 / 255.0,
            b: (rgb & 255) as f32 / 255.0,
            a: 1.0,
        }
    }

    /// The same colour at another opacity.
    pub fn alpha(self, a: f32) -> Self {
        Self { a, ..self }
    }

    /// `t` of the way to `other`.
    pub fn mix(self, other: Self, t: f32) -> Self {
        let part = |a: f32, b: f32| a + (b - a) * t;
        Self { r: part(self.r, other.r), g: part(self.g, other.g), b: part(self.b, other.b), a: part(self.a, other.a) }
    }

    /// Nearer to warm white.
    pub fn lighter(self, t: f32) -> Self {
        self.mix(Self { r: 1.0, g: 0.98, b: 0.93, a: self.a }, t)
    }

    /// Nearer to [`Ink::SHADE`].
    pub fn darker(self, t: f32) -> Self {
        self.mix(Self { a: self.a, ..Self::SHADE }, t)
    }

    /// A neighbouring colour: each part off by up to `by`, brightness moving together more than hue.
    pub fn jitter(self, rng: &mut ImagoRng, by: f32) -> Self {
        let all = span(rng, -by, by);
        let mut part = |value: f32| (value + all + span(rng, -by, by) * 0.4).clamp(0.0, 1.0);
        Self { r: part(self.r), g: part(self.g), b: part(self.b), a: self.a }
    }

    /// For tiny-skia.
    pub fn color(self) -> Color {
        let part = |value: f32| if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
        Color::from_rgba(part(self.r), part(self.g), part(self.b), part(self.a)).unwrap_or(Color::TRANSPARENT)
    }
}

/// Evenly between `lo` and `hi`.
pub fn span(rng: &mut ImagoRng, lo: f32, hi: f32) -> f32 {
    lo + (hi - lo) * rng.random::<f32>()
}

/// True with probability `p`.
pub fn chance(rng: &mut ImagoRng, p: f32) -> bool {
    rng.random::<f32>() < p
}

/// One of `choices`, each as likely. There must be at least one.
pub fn pick<T: Copy>(rng: &mut ImagoRng, choices: &[T]) -> T {
    choices[rng.random_range(0..choices.len())]
}
