//! Where the insects sit: surfaces seen from above, and meadows out of focus with something to stand on. Both kinds of insect
//! get every background, so that a network can't tell them apart by it.

mod bark;
mod cloth;
mod flower;
mod leaf;
mod meadow;
mod perch;
mod soil;
mod stone;

use tiny_skia::{Pixmap, Transform};

pub use perch::Perch;

use super::canvas::Canvas;
use super::color::{Ink, pick, span};
use super::shapes::{At, blob, polar};
use crate::base::ImagoRng;

/// A surface seen from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    Soil,
    Sand,
    Leaf,
    Petals,
    Bark,
    Stone,
    Moss,
    Cloth,
}

impl Surface {
    /// All of them; petals and leaves twice, since they're the prettiest.
    const CHOICES: [Self; 10] = [
        Self::Soil,
        Self::Sand,
        Self::Leaf,
        Self::Petals,
        Self::Bark,
        Self::Stone,
        Self::Moss,
        Self::Cloth,
        Self::Petals,
        Self::Leaf,
    ];

    /// One of them by lot.
    pub fn any(rng: &mut ImagoRng) -> Self {
        pick(rng, &Self::CHOICES)
    }

    /// Paints the surface over the whole canvas (units are pixels); `focus` is where the insect will be.
    pub fn paint(self, canvas: &mut Canvas, rng: &mut ImagoRng, focus: At) {
        match self {
            Self::Soil => soil::soil(canvas, rng),
            Self::Sand => soil::sand(canvas, rng),
            Self::Leaf => leaf::leaf(canvas, rng, focus),
            Self::Petals => flower::petals(canvas, rng, focus),
            Self::Bark => bark::bark(canvas, rng),
            Self::Stone => stone::stone(canvas, rng),
            Self::Moss => stone::moss(canvas, rng),
            Self::Cloth => cloth::cloth(canvas, rng),
        }
    }
}

/// A meadow out of focus.
pub fn meadow(canvas: &mut Canvas, rng: &mut ImagoRng) {
    meadow::meadow(canvas, rng);
}

/// The larger side of the canvas, in pixels.
fn extent(pixels: &Pixmap) -> f32 {
    pixels.width().max(pixels.height()) as f32
}

/// Colours of petals, inner and outer: daisy, rose, violet, lilac, cornflower, coral, cream. None is as yellow as a bee.
const PETALS: [(u32, u32); 8] = [
    (0x00EF_E9DC, 0x00FB_F9F4),
    (0x00D9_5A86, 0x00F2_9DB8),
    (0x007B_4BA8, 0x00A9_7FD0),
    (0x00B9_86C9, 0x00DD_BBE4),
    (0x004E_6CC4, 0x0086_9FE2),
    (0x00D8_5B4E, 0x00EF_8F7C),
    (0x00D9_CFC4, 0x00F3_EBE4),
    (0x00C2_3E6A, 0x00E0_6C92),
];

/// Greens of leaves and stems.
const GREENS: [u32; 6] = [0x004F_7F3A, 0x003F_6F3C, 0x0068_8F45, 0x0058_8553, 0x0038_6447, 0x0076_9A52];

fn petal_inks(rng: &mut ImagoRng) -> (Ink, Ink) {
    let (inner, outer) = pick(rng, &PETALS);
    (Ink::hex(inner).jitter(rng, 0.03), Ink::hex(outer).jitter(rng, 0.03))
}

fn green(rng: &mut ImagoRng) -> Ink {
    Ink::hex(pick(rng, &GREENS)).jitter(rng, 0.04)
}

/// Little stones, shaded, each with its shadow.
fn pebbles(canvas: &mut Canvas, rng: &mut ImagoRng, count: usize, sizes: (f32, f32), inks: &[Ink]) {
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    for _ in 0..count {
        let at = (span(rng, 0.0, width), span(rng, 0.0, height));
        // Small ones are many.
        let t = span(rng, 0.0, 1.0);
        let size = sizes.0 + (sizes.1 - sizes.0) * t * t * t;
        let ink = pick(rng, inks).jitter(rng, 0.06);
        let squeeze = span(rng, 0.65, 1.0);
        let turn = span(rng, 0.0, std::f32::consts::TAU);
        let points: Vec<At> = (0..8)
            .map(|index| {
                let angle = index as f32 / 8.0 * std::f32::consts::TAU;
                let radius = size * span(rng, 0.82, 1.12);
                let local = (radius * angle.cos(), radius * squeeze * angle.sin());
                super::shapes::turned((at.0 + local.0, at.1 + local.1), at, turn)
            })
            .collect();
        let Some(path) = blob(&points) else { continue };
        let away = (-canvas.light.0 * size * 0.35, -canvas.light.1 * size * 0.35);
        if let Some(shadow) = path.clone().transform(Transform::from_translate(away.0, away.1)) {
            canvas.fill(&shadow, Ink::SHADE.alpha(0.32));
        }
        let skin = super::canvas::Skin { ink, gloss: if size > 4.0 { 0.12 } else { 0.0 } };
        canvas.body(&path, at, (size, size * squeeze.max(0.8)), turn, skin);
    }
}

/// A drop of water: dark where the light enters, bright where it leaves, a glint.
fn dewdrop(canvas: &mut Canvas, at: At, size: f32) {
    let (lx, ly) = canvas.light;
    canvas.glow(
        (at.0 - lx * size * 0.5, at.1 - ly * size * 0.5),
        (size * 1.15, size * 1.05),
        0.0,
        Ink::SHADE.alpha(0.45),
    );
    let Some(path) = super::shapes::ellipse(at, (size, size * 0.94), 0.0) else { return };
    let far = (at.0 + lx * size, at.1 + ly * size);
    let near = (at.0 - lx * size, at.1 - ly * size);
    let stops = [
        (0.0, Ink::SHADE.alpha(0.38)),
        (0.45, Ink::hex(0x00C8_E0C0).alpha(0.1)),
        (1.0, Ink::hex(0x00F4_FFF0).alpha(0.7)),
    ];
    if let Some(shader) = super::canvas::linear(far, near, &stops) {
        canvas.fill_shaded(&path, shader, None);
    }
    canvas.stroke(&path, size * 0.07, Ink::WHITE.alpha(0.3));
    let glint = (at.0 + lx * size * 0.45, at.1 + ly * size * 0.45);
    canvas.glow(glint, (size * 0.3, size * 0.24), 0.6, Ink::WHITE);
    canvas.glow(glint, (size * 0.2, size * 0.16), 0.6, Ink::WHITE);
}

/// A blade of grass from `root`, `length` long, leaning `lean` radians from upright.
fn blade(canvas: &mut Canvas, root: At, length: f32, lean: f32, width: f32, ink: Ink) {
    let up = -std::f32::consts::FRAC_PI_2;
    let middle = polar(root, length * 0.55, up + lean * 0.5);
    let tip = polar(middle, length * 0.5, up + lean * 1.4);
    if let Some(path) = super::shapes::limb(&[root, middle, tip], &[width, width * 0.75, width * 0.08]) {
        let shader = super::canvas::linear(root, tip, &[(0.0, ink.darker(0.35)), (1.0, ink.lighter(0.18))]);
        if let Some(shader) = shader {
            canvas.fill_shaded(&path, shader, None);
        }
    }
}
