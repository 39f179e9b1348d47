//! Ants, seen from above or from the side. Units: about 100 from the jaws to the tip of the abdomen; the ant looks along +x
//! with the middle of its thorax near the origin.

use rand::RngExt;

use super::canvas::{Canvas, Skin};
use super::color::{Ink, chance, pick, span};
use super::limbs::{Leg, draw_antenna, draw_eye, draw_leg};
use super::shapes::{At, Hairs, blob, curve, ellipse, lerp, limb, polar, turned};
use crate::base::ImagoRng;

/// An ant's looks and pose, drawn by lot.
pub struct Ant {
    head: Skin,
    thorax: Skin,
    abdomen: Skin,
    legs: Ink,
    eye: Ink,
    /// Step of the walk, -1 to 1: which three legs are forward.
    step: f32,
    /// How far the antennae are spread, 0 to 1.
    spread: f32,
    /// Bend of the body to one side, in radians.
    bend: f32,
    /// Plumpness of the abdomen, about 1.
    plump: f32,
    carries: bool,
    wobble: u64,
}

/// Head, thorax, abdomen of common kinds of ants: black garden, red wood, carpenter, brown, crimson.
const KINDS: [(u32, u32, u32); 6] = [
    (0x002B_2226, 0x0026_1F23, 0x0021_1B20),
    (0x008C_3B22, 0x009A_4326, 0x0033_2020),
    (0x002A_1F21, 0x0060_2A20, 0x0024_1C20),
    (0x0055_3021, 0x005E_3522, 0x0044_261D),
    (0x007A_2A1E, 0x0083_2F20, 0x0055_1F1B),
    (0x003A_2A2C, 0x0040_2E30, 0x0030_2529),
];

impl Ant {
    /// Draws looks and pose by lot.
    pub fn new(rng: &mut ImagoRng) -> Self {
        let (head, thorax, abdomen) = pick(rng, &KINDS);
        let gloss = span(rng, 0.55, 0.95);
        let mut skin = |rgb: u32, gloss: f32| Skin { ink: Ink::hex(rgb).jitter(rng, 0.03), gloss };
        let (head, thorax, abdomen) = (skin(head, gloss), skin(thorax, gloss * 0.85), skin(abdomen, gloss * 1.05));
        Self {
            legs: thorax.ink.darker(0.15),
            eye: Ink::hex(0x0018_1418),
            step: span(rng, -1.0, 1.0),
            spread: span(rng, 0.1, 1.0),
            bend: span(rng, -0.2, 0.2),
            plump: span(rng, 0.9, 1.18),
            carries: chance(rng, 0.16),
            wobble: rng.random(),
            head,
            thorax,
            abdomen,
        }
    }

    /// The ant from above.
    pub fn draw_from_above(&self, canvas: &mut Canvas, rng: &mut ImagoRng) {
        let neck = (22.0, 0.0);
        let waist = (-9.0, 0.0);
        let fore = |at: At| turned(at, neck, self.bend);
        let aft = |at: At| turned(at, waist, -self.bend * 1.3);

        let legs = [
            Leg { hip: (15.0, 5.0), knee: (27.0, 25.0), ankle: (44.0, 35.0), toe: (55.0, 38.0) },
            Leg { hip: (7.0, 5.0), knee: (9.0, 31.0), ankle: (2.0, 51.0), toe: (-3.0, 61.0) },
            Leg { hip: (0.0, 4.5), knee: (-17.0, 26.0), ankle: (-38.0, 43.0), toe: (-50.0, 48.0) },
        ];
        for (index, leg) in legs.into_iter().enumerate() {
            for side in [1.0, -1.0] {
                // The tripod walk: front and hind leg of one side go with the middle leg of the other.
                let phase = if (index == 1) == (side > 0.0) { 1.0 } else { -1.0 };
                let swing = (self.step * phase * 0.24) + span(rng, -0.05, 0.05);
                let leg = leg.swung(-swing);
                draw_leg(canvas, if side > 0.0 { leg } else { leg.mirrored() }, 3.9, self.legs);
            }
        }
        self.antennae_from_above(canvas, rng, &fore);

        // Waist and thorax, back to front.
        canvas.bead(aft((-13.0, 0.0)), (3.6, 4.6), 0.0, self.thorax);
        canvas.bead((-7.5, 0.0), (4.0, 3.2), 0.0, self.thorax);
        if let Some(path) = blob(&[
            (-9.0, 0.0),
            (-6.0, 4.8),
            (1.0, 6.4),
            (6.0, 5.2),
            (12.0, 7.8),
            (19.0, 7.0),
            (24.0, 3.6),
            (25.0, 0.0),
            (24.0, -3.6),
            (19.0, -7.0),
            (12.0, -7.8),
            (6.0, -5.2),
            (1.0, -6.4),
            (-6.0, -4.8),
        ]) {
            canvas.body(&path, (9.0, 0.0), (17.5, 8.0), 0.0, self.thorax);
        }
        for (x, half) in [(5.8, 5.0), (14.5, 7.0)] {
            if let Some(path) = curve(&[(x, -half), (x - 1.8, 0.0), (x, half)]) {
                canvas.stroke(&path, 0.9, self.thorax.ink.darker(0.7).alpha(0.55));
            }
        }
        self.abdomen_at(canvas, rng, aft((-33.0, 0.0)), (19.5, 14.0 * self.plump), -self.bend * 1.3);
        self.head_from_above(canvas, rng, &fore);
        if self.carries {
            self.crumb(canvas, fore((58.0, 0.0)));
        }
    }

    fn antennae_from_above(&self, canvas: &mut Canvas, rng: &mut ImagoRng, fore: &impl Fn(At) -> At) {
        for side in [1.0, -1.0] {
            let open = 0.45 + self.spread * 0.5 + span(rng, -0.12, 0.12);
            let base = (42.0, 4.2 * side);
            let elbow = polar(base, 19.0, open * side);
            let through = polar(elbow, 13.0, (open - 0.75) * side);
            let tip = polar(through, 12.0, (open - 1.15) * side);
            draw_antenna(canvas, fore(base), fore(elbow), fore(through), fore(tip), 2.7, self.legs);
        }
    }

    fn head_from_above(&self, canvas: &mut Canvas, rng: &mut ImagoRng, fore: &impl Fn(At) -> At) {
        for side in [1.0, -1.0] {
            let jaw = [(43.5, 5.0 * side), (50.0, 5.6 * side), (54.0, 1.6 * side)].map(fore);
            if let Some(path) = limb(&jaw, &[3.8, 3.0, 1.1]) {
                canvas.fill(&path, self.head.ink.mix(Ink::hex(0x0060_3020), 0.35));
            }
            for tooth in [0.5, 0.72] {
                let at = lerp(fore((50.0, 5.4 * side)), fore((54.0, 1.6 * side)), tooth);
                let inward = lerp(at, fore((48.0, 0.0)), 0.28);
                if let Some(path) = limb(&[at, inward], &[1.2, 0.4]) {
                    canvas.fill(&path, self.head.ink.darker(0.3));
                }
            }
        }
        // A rounded heart: broad and a little notched at the back.
        let outline = [
            (24.5, 0.0),
            (24.0, 4.5),
            (27.0, 9.2),
            (33.0, 10.6),
            (40.0, 9.0),
            (45.0, 5.0),
            (46.5, 0.0),
            (45.0, -5.0),
            (40.0, -9.0),
            (33.0, -10.6),
            (27.0, -9.2),
            (24.0, -4.5),
        ]
        .map(fore);
        if let Some(path) = blob(&outline) {
            canvas.body(&path, fore((34.5, 0.0)), (12.0, 11.0), self.bend, self.head);
        }
        if let Some(path) = curve(&[fore((44.0, 0.0)), fore((36.0, 0.0))]) {
            canvas.stroke(&path, 0.7, self.head.ink.darker(0.6).alpha(0.5));
        }
        for side in [1.0, -1.0] {
            draw_eye(canvas, fore((34.5, 8.6 * side)), (3.3, 2.3), self.bend + 0.25 * side, self.eye);
            canvas.bead(fore((42.2, 4.2 * side)), (1.7, 1.7), 0.0, self.head);
        }
        self.down(canvas, rng, fore((34.0, 0.0)), (11.5, 10.5), 16, 2.2);
    }

    /// The abdomen: an egg with bands, a shine and fine down.
    fn abdomen_at(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radii: At, turn: f32) {
        let (rx, ry) = radii;
        let place = |x: f32, y: f32| turned((center.0 + x * rx, center.1 + y * ry), center, turn);
        let outline = [
            place(1.0, 0.0),
            place(0.78, 0.62),
            place(0.25, 0.98),
            place(-0.35, 0.92),
            place(-0.82, 0.52),
            place(-1.06, 0.0),
            place(-0.82, -0.52),
            place(-0.35, -0.92),
            place(0.25, -0.98),
            place(0.78, -0.62),
        ];
        let Some(path) = blob(&outline) else { return };
        canvas.body(&path, center, radii, turn, self.abdomen);
        let Some(mask) = canvas.mask(&path) else { return };
        for x in [0.5, 0.02, -0.42, -0.76] {
            let band = [
                place(x + 0.1, -1.05),
                place(x - 0.08, -0.5),
                place(x - 0.14, 0.0),
                place(x - 0.08, 0.5),
                place(x + 0.1, 1.05),
            ];
            if let Some(path) = curve(&band) {
                canvas.stroke_in(&path, 1.5, self.abdomen.ink.darker(0.65).alpha(0.6), Some(&mask));
            }
            let light = band.map(|at| (at.0 - 1.3 * turn.cos(), at.1 - 1.3 * turn.sin()));
            if let Some(path) = curve(&light) {
                canvas.stroke_in(&path, 0.8, self.abdomen.ink.lighter(0.42).alpha(0.4), Some(&mask));
            }
        }
        self.down(canvas, rng, center, (rx * 0.98, ry * 0.98), 46, 3.0);
    }

    /// Fine pale hairs that stand off the edge of a body part.
    fn down(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radii: At, count: usize, length: f32) {
        let mut hairs = Hairs::default();
        for _ in 0..count {
            let angle = span(rng, 0.0, std::f32::consts::TAU);
            let from = (center.0 + radii.0 * 0.94 * angle.cos(), center.1 + radii.1 * 0.94 * angle.sin());
            let out = angle + span(rng, -0.4, 0.4);
            hairs.add(from, polar(from, length * span(rng, 0.6, 1.2), out));
        }
        if let Some(path) = hairs.finish() {
            canvas.stroke(&path, 0.35, self.abdomen.ink.lighter(0.55).alpha(0.5));
        }
    }

    /// Something good to carry home.
    fn crumb(&self, canvas: &mut Canvas, at: At) {
        let inks = [Ink::hex(0x00D9_C7A6), Ink::hex(0x007F_A650), Ink::hex(0x00E8_DFD2), Ink::hex(0x00B8_4E5A)];
        let ink = inks[(self.wobble % 4) as usize];
        let points: Vec<At> = (0..7)
            .map(|index| {
                let bits = (self.wobble >> (index * 5)) & 31;
                polar(at, 6.5 + bits as f32 / 31.0 * 4.0, index as f32 / 7.0 * std::f32::consts::TAU)
            })
            .collect();
        if let Some(path) = blob(&points) {
            canvas.body(&path, at, (9.5, 9.5), 0.0, Skin { ink, gloss: 0.12 });
        }
        canvas.glow((at.0 + 2.0, at.1 + 2.0), (2.4, 1.8), 0.4, ink.darker(0.5).alpha(0.5));
        canvas.glow((at.0 - 3.0, at.1 + 1.0), (1.6, 1.4), 0.0, ink.darker(0.5).alpha(0.4));
    }

    /// The ant from the side, its feet on `y = 27`.
    pub fn draw_from_the_side(&self, canvas: &mut Canvas, rng: &mut ImagoRng) {
        const GROUND: f32 = 27.0;
        let foot = |x: f32| (x, GROUND);
        let legs = [
            Leg { hip: (17.0, 4.0), knee: (31.0, -10.0), ankle: (40.0, 20.0), toe: foot(47.0) },
            Leg { hip: (10.0, 5.0), knee: (17.0, -14.0), ankle: (7.0, 20.0), toe: foot(2.0) },
            Leg { hip: (2.0, 5.0), knee: (-14.0, -15.0), ankle: (-27.0, 19.0), toe: foot(-36.0) },
        ];
        let stride = self.step * 6.0;
        let stepped = |leg: Leg, by: f32| {
            let shift = |at: At, share: f32| (at.0 + by * share, at.1);
            Leg { hip: leg.hip, knee: shift(leg.knee, 0.4), ankle: shift(leg.ankle, 0.9), toe: shift(leg.toe, 1.0) }
        };
        for (index, leg) in legs.into_iter().enumerate() {
            let by = if index == 1 { stride } else { -stride };
            let far = stepped(leg, by).moved((4.0, -2.5));
            draw_leg(canvas, far, 3.2, self.legs.mix(Ink::hex(0x0050_4648), 0.3).darker(0.2));
        }
        // The far antenna.
        let lift = 0.55 + self.spread * 0.5;
        let antenna = |canvas: &mut Canvas, base: At, lift: f32, ink: Ink| {
            let elbow = polar(base, 18.0, -lift);
            let through = polar(elbow, 13.0, -lift + 0.85);
            let tip = polar(through, 11.0, -lift + 1.25);
            draw_antenna(canvas, base, elbow, through, tip, 2.6, ink);
        };
        antenna(canvas, (43.0, -11.0), lift + 0.28, self.legs.darker(0.3));

        let droop = 0.14 + self.bend * 0.6;
        self.abdomen_at(canvas, rng, (-34.0, -1.0 - droop * 12.0), (20.0, 14.5 * self.plump), droop);
        // The waist's scale stands up between abdomen and thorax.
        if let Some(path) =
            blob(&[(-16.0, 4.0), (-15.5, -3.0), (-13.2, -7.5), (-11.2, -3.0), (-9.0, 3.5), (-12.5, 5.5)])
        {
            canvas.body(&path, (-13.0, 0.0), (4.5, 6.5), 0.0, self.thorax);
        }
        if let Some(path) = blob(&[
            (-10.0, 3.0),
            (-8.5, -3.0),
            (-3.0, -6.8),
            (3.5, -6.2),
            (7.0, -7.2),
            (13.5, -10.6),
            (20.0, -9.0),
            (25.5, -4.0),
            (25.0, 1.0),
            (19.0, 5.0),
            (8.0, 6.8),
            (-4.0, 6.4),
        ]) {
            canvas.body(&path, (8.0, -1.5), (18.5, 9.5), -0.12, self.thorax);
        }
        for line in [[(5.0, -6.4), (5.8, 0.0), (3.0, 5.8)], [(17.0, -10.0), (15.0, -3.0), (17.5, 4.5)]] {
            if let Some(path) = curve(&line) {
                canvas.stroke(&path, 0.9, self.thorax.ink.darker(0.7).alpha(0.5));
            }
        }
        for (index, leg) in legs.into_iter().enumerate() {
            let by = if index == 1 { -stride } else { stride };
            draw_leg(canvas, stepped(leg, by), 3.9, self.legs);
        }
        self.head_from_the_side(canvas, rng);
        antenna(canvas, (41.5, -12.0), lift, self.legs);
        if self.carries {
            self.crumb(canvas, (54.0, 6.0));
        }
    }

    fn head_from_the_side(&self, canvas: &mut Canvas, rng: &mut ImagoRng) {
        let jaw = [(41.5, -1.0), (48.0, 2.5), (50.0, 7.5)];
        if let Some(path) = limb(&jaw, &[4.4, 3.4, 1.0]) {
            canvas.fill(&path, self.head.ink.mix(Ink::hex(0x0060_3020), 0.35));
        }
        for (at, to) in [((48.6, 4.0), (46.2, 5.0)), ((49.5, 6.2), (47.4, 7.0))] {
            if let Some(path) = limb(&[at, to], &[1.2, 0.4]) {
                canvas.fill(&path, self.head.ink.darker(0.3));
            }
        }
        let outline = [
            (24.0, -8.0),
            (26.0, -14.5),
            (32.0, -18.0),
            (39.0, -16.5),
            (44.5, -11.0),
            (46.0, -4.5),
            (43.5, 0.5),
            (37.0, 1.5),
            (30.0, 0.0),
            (25.5, -3.5),
        ];
        if let Some(path) = blob(&outline) {
            canvas.body(&path, (35.0, -8.0), (11.5, 10.5), 0.35, self.head);
        }
        if let Some(path) = ellipse((41.8, -11.6), (1.9, 1.9), 0.0) {
            canvas.fill(&path, self.head.ink.darker(0.4));
        }
        draw_eye(canvas, (35.2, -10.5), (3.2, 4.0), 0.3, self.eye);
        self.down(canvas, rng, (35.0, -8.0), (10.8, 10.0), 16, 2.2);
    }
}
