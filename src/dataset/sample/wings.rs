//! A bee's wings: clear, with veins, a bright front edge and a breath of rainbow.

use super::canvas::{Canvas, linear};
use super::color::Ink;
use super::shapes::{At, blob, curve, limb};

/// One wing.
pub struct Wing {
    /// Where it joins the body.
    pub base: At,
    /// Its direction: radians from the body's backward axis (-x) towards +y.
    pub angle: f32,
    /// From base to tip.
    pub length: f32,
    /// 1 when its front edge is on the left of its direction, -1 when on the right.
    pub side: f32,
}

/// Outline in units of the length, along the wing and across; the front edge has negative y.
const OUTLINE: [At; 11] = [
    (0.0, 0.0),
    (0.12, -0.05),
    (0.38, -0.10),
    (0.68, -0.12),
    (0.9, -0.085),
    (1.0, 0.01),
    (0.97, 0.12),
    (0.82, 0.22),
    (0.58, 0.25),
    (0.32, 0.18),
    (0.1, 0.06),
];

/// Veins, in the same units.
const VEINS: [&[At]; 7] = [
    &[(0.04, 0.0), (0.3, -0.02), (0.62, -0.05), (0.9, -0.03)],
    &[(0.06, 0.01), (0.3, 0.04), (0.55, 0.06), (0.78, 0.02), (0.88, -0.06)],
    &[(0.1, 0.03), (0.34, 0.12), (0.56, 0.17), (0.72, 0.2)],
    &[(0.4, -0.02), (0.43, 0.05), (0.41, 0.13)],
    &[(0.58, -0.05), (0.61, 0.06), (0.6, 0.17)],
    &[(0.62, 0.06), (0.78, 0.1), (0.93, 0.13)],
    &[(0.74, -0.04), (0.76, 0.03), (0.79, 0.1)],
];

/// Draws a wing. `beat` above 0 adds the faint copies that a beating wing leaves on the eye.
pub fn draw_wing(canvas: &mut Canvas, wing: &Wing, beat: f32) {
    if beat > 0.0 {
        for (offset, share) in [(-0.26, 0.5), (-0.14, 0.75), (0.13, 0.75), (0.24, 0.5)] {
            if let Some(path) = blob(&OUTLINE.map(|at| place(wing, at, offset))) {
                canvas.fill(&path, Ink::hex(0x00E8_EEF4).alpha(0.26 * share * beat));
            }
        }
    }
    let Some(path) = blob(&OUTLINE.map(|at| place(wing, at, 0.0))) else { return };
    let (base, tip) = (place(wing, (0.0, 0.0), 0.0), place(wing, (1.0, 0.02), 0.0));
    let thin = 1.0 - 0.35 * beat;
    let film = [
        (0.0, Ink::hex(0x00C9_B48C).alpha(0.5 * thin)),
        (0.3, Ink::hex(0x00E4_E6E6).alpha(0.42 * thin)),
        (0.62, Ink::hex(0x00D4_E4F0).alpha(0.4 * thin)),
        (0.85, Ink::hex(0x00EA_DCEE).alpha(0.4 * thin)),
        (1.0, Ink::hex(0x00DC_EEDF).alpha(0.46 * thin)),
    ];
    if let Some(shader) = linear(base, tip, &film) {
        canvas.fill_shaded(&path, shader, None);
    }
    // A sheen along the rear half.
    if let Some(mask) = canvas.mask(&path) {
        let at = place(wing, (0.62, 0.1), 0.0);
        let turn = (tip.1 - base.1).atan2(tip.0 - base.0);
        canvas.glow_in(at, (wing.length * 0.36, wing.length * 0.1), turn, Ink::WHITE.alpha(0.5 * thin), Some(&mask));
    }
    let vein = Ink::hex(0x0058_4630).alpha(0.62 * thin);
    for points in VEINS {
        let points: Vec<At> = points.iter().map(|at| place(wing, *at, 0.0)).collect();
        if let Some(path) = curve(&points) {
            canvas.stroke(&path, wing.length * 0.009, vein);
        }
    }
    canvas.stroke(&path, wing.length * 0.006, vein.alpha(0.4 * thin));
    let front: Vec<At> = OUTLINE[..6].iter().map(|at| place(wing, *at, 0.0)).collect();
    if let Some(path) = limb(&front, &[1.5, 1.5, 1.3, 1.1, 0.8, 0.4].map(|width: f32| width * wing.length / 62.0)) {
        canvas.fill(&path, vein.alpha(0.85 * thin));
    }
    // The dark spot near the tip of the front edge.
    if let Some(path) = limb(&[place(wing, (0.6, -0.105), 0.0), place(wing, (0.7, -0.105), 0.0)], &[1.6, 1.2]) {
        canvas.fill(&path, vein.alpha(0.8 * thin));
    }
}

/// From the wing's own units to drawing units, the wing turned by a further `offset`.
fn place(wing: &Wing, at: At, offset: f32) -> At {
    // Backwards along the body is -x; the front edge (negative y) lies towards the head.
    let (along, across) = (at.0 * wing.length, at.1 * wing.length * wing.side);
    let (sin, cos) = (wing.angle + offset).sin_cos();
    let (bx, by) = (-cos, sin);
    let (nx, ny) = (-sin, -cos);
    (wing.base.0 + bx * along + nx * across, wing.base.1 + by * along + ny * across)
}
