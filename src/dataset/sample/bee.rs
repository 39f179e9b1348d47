//! Bees, seen from above or from the side: fuzzy, striped, with translucent wings. Units as for ants: about 100 from the face
//! to the tip of the abdomen, looking along +x.

use std::f32::consts::TAU;

use super::canvas::{Canvas, Skin};
use super::color::{Ink, chance, pick, span};
use super::limbs::{Leg, draw_antenna, draw_eye, draw_leg};
use super::shapes::{At, Hairs, blob, curve, ellipse, limb, polar, turned};
use super::wings::{Wing, draw_wing};
use crate::base::ImagoRng;

/// A bee's looks and pose, drawn by lot.
pub struct Bee {
    fuzz: Ink,
    pale: Ink,
    dark: Ink,
    tail: Ink,
    /// Stripes on the abdomen.
    stripes: usize,
    /// Plumpness, about 1; bumblebees have more.
    plump: f32,
    /// Angle of the wings from the body's axis, backwards, in radians.
    spread: f32,
    /// Opacity of the wings' blur in flight; 0 at rest.
    beat: f32,
    pollen: Option<Ink>,
    bend: f32,
    sway: f32,
}

/// Fuzz, pale bands, dark bands, tail; stripes; plumpness: honeybees, a dark one, bumblebees, a carder bee.
const KINDS: [(u32, u32, u32, u32, usize, f32); 6] = [
    (0x00D6_952E, 0x00EA_B23C, 0x003A_2418, 0x0034_2118, 5, 1.0),
    (0x00C9_8A34, 0x00E0_9E2E, 0x0042_2A1A, 0x003A_2418, 5, 0.97),
    (0x00DF_A032, 0x00F2_BE38, 0x002B_1E1A, 0x0028_1C18, 4, 1.05),
    (0x00E9_B01E, 0x00F4_C42A, 0x0022_1B1A, 0x00F0_EBDD, 3, 1.24),
    (0x00F0_BE2A, 0x00F6_CC3A, 0x0024_1C1A, 0x00E0_8A3A, 3, 1.2),
    (0x00C8_7A2C, 0x00DC_A050, 0x0044_2C1E, 0x0048_2E1E, 5, 1.1),
];

impl Bee {
    /// Draws looks and pose by lot; `flying` bees beat their wings.
    pub fn new(rng: &mut ImagoRng, flying: bool) -> Self {
        let (fuzz, pale, dark, tail, stripes, plump) = pick(rng, &KINDS);
        let spread = if flying { span(rng, 1.15, 1.65) } else { span(rng, 0.36, 1.25) };
        let pollen = [Ink::hex(0x00F2_A01E), Ink::hex(0x00E8_C53A), Ink::hex(0x00E2_7A2A), Ink::hex(0x00D9_CFA0)];
        Self {
            fuzz: Ink::hex(fuzz).jitter(rng, 0.035),
            pale: Ink::hex(pale).jitter(rng, 0.03),
            dark: Ink::hex(dark).jitter(rng, 0.02),
            tail: Ink::hex(tail),
            stripes,
            plump: plump * span(rng, 0.95, 1.06),
            spread,
            beat: if flying { span(rng, 0.3, 0.55) } else { 0.0 },
            pollen: chance(rng, 0.55).then(|| pick(rng, &pollen)),
            bend: span(rng, -0.14, 0.14),
            sway: span(rng, -1.0, 1.0),
        }
    }

    /// The bee from above.
    pub fn draw_from_above(&self, canvas: &mut Canvas, rng: &mut ImagoRng) {
        let waist = (-4.0, 0.0);
        let aft = |at: At| turned(at, waist, self.bend);
        let legs = [
            Leg { hip: (19.0, 9.0), knee: (30.0, 19.0), ankle: (38.0, 26.0), toe: (44.0, 29.0) },
            Leg { hip: (12.0, 12.0), knee: (14.0, 27.0), ankle: (6.0, 37.0), toe: (1.0, 43.0) },
            Leg { hip: (4.0, 12.0), knee: (-7.0, 26.0), ankle: (-21.0, 34.0), toe: (-29.0, 40.0) },
        ];
        let ink = self.dark.lighter(0.06);
        for (index, leg) in legs.into_iter().enumerate() {
            for side in [1.0, -1.0] {
                let leg = leg.swung(span(rng, -0.1, 0.1) + self.sway * 0.08 * side);
                let leg = if side > 0.0 { leg } else { leg.mirrored() };
                draw_leg(canvas, leg, if index == 2 { 5.0 } else { 4.2 }, ink);
                if index == 2 {
                    self.pollen_on(canvas, rng, leg);
                }
            }
        }
        self.abdomen(canvas, rng, aft((-25.0, 0.0)), (28.0, 16.0 * self.plump), self.bend);
        self.head_from_above(canvas, rng);
        self.fuzzy_ball(canvas, rng, (11.0, 0.0), (15.5, 15.0 * self.plump.min(1.12)));

        for side in [1.0, -1.0] {
            let hind = Wing { base: (4.0, 9.0 * side), angle: (self.spread * 0.8 + 0.12) * side, length: 44.0, side };
            let fore = Wing { base: (12.0, 10.5 * side), angle: self.spread * side, length: 62.0, side };
            draw_wing(canvas, &hind, self.beat);
            draw_wing(canvas, &fore, self.beat);
            // The wing's root sits in the fuzz.
            let mut root = Hairs::default();
            for _ in 0..44 {
                let from = (12.0 + span(rng, -5.0, 3.0), (9.5 + span(rng, -2.5, 1.0)) * side);
                root.add(from, polar(from, span(rng, 2.5, 4.5), span(rng, 0.9, 2.6) * side));
            }
            if let Some(path) = root.finish() {
                canvas.stroke(&path, 0.38, self.fuzz.lighter(0.22));
            }
        }
    }

    fn head_from_above(&self, canvas: &mut Canvas, rng: &mut ImagoRng) {
        for side in [1.0, -1.0] {
            let open = 0.5 + span(rng, -0.15, 0.15);
            let base = (39.0, 3.2 * side);
            let elbow = polar(base, 9.0, open * side);
            let through = polar(elbow, 6.5, (open + 0.35) * side);
            let tip = polar(through, 6.0, (open + 0.15) * side);
            draw_antenna(canvas, base, elbow, through, tip, 2.5, self.dark);
        }
        canvas.bead((32.5, 0.0), (8.8, 12.2), 0.0, Skin { ink: self.dark, gloss: 0.4 });
        for side in [1.0, -1.0] {
            draw_eye(canvas, (32.8, 9.2 * side), (7.0, 3.9), 0.18 * side, Ink::hex(0x0022_1820));
        }
        // A fuzzy brow between the eyes.
        self.tuft(canvas, rng, (31.0, 0.0), (5.5, 5.0), 120, 2.6);
    }

    /// The bee from the side. At rest its feet stand on `y = 34`.
    pub fn draw_from_the_side(&self, canvas: &mut Canvas, rng: &mut ImagoRng, flying: bool) {
        let ink = self.dark.lighter(0.06);
        let hang = if flying { 0.86 } else { 1.0 };
        let swing = self.sway * if flying { 5.0 } else { 2.5 };
        let legs = [
            Leg { hip: (19.0, 8.0), knee: (28.0, 15.0), ankle: (31.0, 27.0), toe: (36.0, 34.0) },
            Leg { hip: (11.0, 11.0), knee: (14.0, 22.0), ankle: (9.0, 29.0), toe: (7.0, 34.0) },
            Leg { hip: (3.0, 10.0), knee: (-7.0, 19.0), ankle: (-13.0, 29.0), toe: (-18.0, 34.0) },
        ];
        let posed = |leg: Leg, index: usize| {
            let lag = swing * (index as f32 * 0.4 - 0.6);
            let fold = |at: At, share: f32| (at.0 + lag * share - if flying { 4.0 * share } else { 0.0 }, at.1 * hang);
            Leg { hip: leg.hip, knee: fold(leg.knee, 0.5), ankle: fold(leg.ankle, 0.9), toe: fold(leg.toe, 1.0) }
        };
        let up = if flying { 1.25 + self.sway * 0.25 } else { 0.42 + self.spread * 0.24 };
        // The far side: wings and legs, a little paler and higher.
        for (base, angle, length) in [((5.0, -13.0), up + 0.06, 42.0), ((11.0, -15.0), up + 0.34, 59.0)] {
            draw_wing(canvas, &Wing { base, angle: -angle, length, side: -1.0 }, self.beat * 0.8);
        }
        for (index, leg) in legs.into_iter().enumerate() {
            draw_leg(canvas, posed(leg, index).moved((4.5, -1.5)), 3.6, ink.mix(Ink::hex(0x0060_5450), 0.25));
        }
        let tail_down = -0.28 - self.bend.abs() * 0.6;
        self.abdomen(canvas, rng, (-24.0, 6.0), (27.5, 15.0 * self.plump), tail_down);
        for (index, leg) in legs.into_iter().enumerate() {
            let leg = posed(leg, index);
            draw_leg(canvas, leg, if index == 2 { 4.8 } else { 4.0 }, ink);
            if index == 2 {
                self.pollen_on(canvas, rng, leg);
            }
        }
        self.head_from_the_side(canvas, rng);
        self.fuzzy_ball(canvas, rng, (9.5, -2.0), (16.0, 15.0 * self.plump.min(1.1)));
        for (base, angle, length) in [((4.0, -11.0), up - 0.28, 43.0), ((10.0, -13.5), up, 61.0)] {
            draw_wing(canvas, &Wing { base, angle: -angle, length, side: -1.0 }, self.beat);
        }
        let mut root = Hairs::default();
        for _ in 0..70 {
            let from = (8.0 + span(rng, -6.0, 6.0), -10.5 + span(rng, -2.5, 3.5));
            root.add(from, polar(from, span(rng, 2.5, 5.0), -span(rng, 1.2, 2.6)));
        }
        if let Some(path) = root.finish() {
            canvas.stroke(&path, 0.38, self.fuzz.lighter(0.2));
        }
    }

    fn head_from_the_side(&self, canvas: &mut Canvas, rng: &mut ImagoRng) {
        let tongue = [(35.0, 13.0), (38.5, 19.0), (37.5, 25.0)];
        if let Some(path) = limb(&tongue, &[2.4, 1.8, 0.9]) {
            canvas.fill(&path, Ink::hex(0x0070_4426));
        }
        let antenna = |canvas: &mut Canvas, base: At, lift: f32, ink: Ink| {
            let elbow = polar(base, 9.5, -lift);
            let through = polar(elbow, 7.0, -lift + 0.8);
            let tip = polar(through, 6.5, -lift + 1.1);
            draw_antenna(canvas, base, elbow, through, tip, 2.5, ink);
        };
        antenna(canvas, (38.5, -6.0), 1.15, self.dark.darker(0.2));
        canvas.bead((31.5, 3.0), (9.6, 12.4), -0.22, Skin { ink: self.dark, gloss: 0.4 });
        self.tuft(canvas, rng, (38.0, 4.0), (3.5, 7.0), 100, 2.6);
        draw_eye(canvas, (32.4, 0.6), (5.2, 8.6), -0.3, Ink::hex(0x0022_1820));
        antenna(canvas, (37.5, -5.0), 0.72 + self.sway * 0.12, self.dark);
    }

    /// The abdomen: fuzzy bands across an egg, a point at its end.
    fn abdomen(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radii: At, turn: f32) {
        let (rx, ry) = radii;
        let place = |x: f32, y: f32| turned((center.0 + x * rx, center.1 + y * ry), center, turn);
        let outline = [
            (1.0, 0.0),
            (0.9, 0.55),
            (0.5, 0.94),
            (0.0, 1.0),
            (-0.48, 0.82),
            (-0.84, 0.42),
            (-1.05, 0.0),
            (-0.84, -0.42),
            (-0.48, -0.82),
            (0.0, -1.0),
            (0.5, -0.94),
            (0.9, -0.55),
        ]
        .map(|(x, y)| place(x, y));
        let Some(path) = blob(&outline) else { return };
        canvas.fill(&path, self.pale);
        let Some(mask) = canvas.mask(&path) else { return };
        let bands = self.stripes as f32;
        let step = 1.9 / (bands + 0.35);
        let half_band = step * 0.27;
        let across = |x: f32| {
            [
                place(x + 0.13, -1.1),
                place(x - 0.02, -0.6),
                place(x - 0.07, 0.0),
                place(x - 0.02, 0.6),
                place(x + 0.13, 1.1),
            ]
        };
        for index in 0..self.stripes {
            let x = 0.62 - index as f32 * step;
            if let Some(band) = curve(&across(x)) {
                canvas.stroke_in(&band, half_band * 2.0 * rx, self.dark, Some(&mask));
            }
        }
        let tail = place(-1.05, 0.0);
        canvas.glow_in(tail, (rx * 0.42, ry * 0.72), turn, self.tail, Some(&mask));
        canvas.glow_in(tail, (rx * 0.3, ry * 0.6), turn, self.tail, Some(&mask));
        // Roundness: dark towards the edge away from the light, bright towards it.
        let shade = [(0.0, Ink::SHADE.alpha(0.0)), (0.62, Ink::SHADE.alpha(0.08)), (1.0, Ink::SHADE.alpha(0.7))];
        if let Some(shader) = canvas.ball(center, (rx * 1.06, ry * 1.06), turn, 0.5, &shade) {
            canvas.fill_shaded(&path, shader, Some(&mask));
        }
        let high = (center.0 + canvas.light.0 * rx * 0.3, center.1 + canvas.light.1 * ry * 0.5);
        canvas.glow_in(high, (rx * 0.7, ry * 0.34), turn, Ink::hex(0x00FF_F4D8).alpha(0.42), Some(&mask));
        // Hairs blur each band into the next.
        for index in 0..=self.stripes {
            let x = 0.62 - index as f32 * step + step * 0.5;
            self.band_hairs(canvas, rng, &place, x, half_band * 1.5, self.pale.lighter(0.4).alpha(0.55), rx);
            let dark = self.dark.lighter(0.05).alpha(0.5);
            self.band_hairs(canvas, rng, &place, x - step * 0.5, half_band * 1.2, dark, rx);
        }
        // A soft outline.
        let mut edge = Hairs::default();
        for _ in 0..190 {
            let angle = span(rng, 0.35, TAU - 0.35);
            let from = place(angle.cos() * 0.97, angle.sin() * 0.95);
            let out = angle + turn + 0.5 * (angle.sin()).signum() + span(rng, -0.3, 0.3);
            edge.add(from, polar(from, span(rng, 1.0, 2.8), out));
        }
        if let Some(path) = edge.finish() {
            canvas.stroke(&path, 0.3, self.fuzz.lighter(0.3).alpha(0.6));
        }
    }

    /// A row of short hairs, lying backwards, along the band at `x` (in radii).
    #[allow(clippy::too_many_arguments)] // one call site's loop, spelled out once
    fn band_hairs(
        &self,
        canvas: &mut Canvas,
        rng: &mut ImagoRng,
        place: &impl Fn(f32, f32) -> At,
        x: f32,
        depth: f32,
        ink: Ink,
        rx: f32,
    ) {
        let mut hairs = Hairs::default();
        for _ in 0..70 {
            let y = span(rng, -0.96, 0.96);
            let bow = 0.13 * y * y - 0.06;
            let at = x + bow + span(rng, -depth, depth) * 0.8;
            if at * at + y * y > 0.94 {
                continue;
            }
            let from = place(at, y);
            let to = place(at - span(rng, 1.4, 3.2) / rx, y * 1.03 + span(rng, -0.03, 0.03));
            hairs.add(from, to);
        }
        if let Some(path) = hairs.finish() {
            canvas.stroke(&path, 0.32, ink);
        }
    }

    /// A ball of fur: dark depth, a middle coat, bright tips towards the light, hairs standing off the edge.
    fn fuzzy_ball(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radii: At) {
        let (rx, ry) = radii;
        canvas.bead(center, (rx * 0.95, ry * 0.95), 0.0, Skin { ink: self.fuzz.darker(0.12), gloss: 0.0 });
        let layers = [
            (420, 1.03, self.fuzz.darker(0.4), 0.5),
            (520, 1.0, self.fuzz.darker(0.06), 0.42),
            (420, 0.93, self.fuzz.lighter(0.32), 0.34),
        ];
        for (count, reach, ink, width) in layers {
            let mut hairs = Hairs::default();
            for _ in 0..count {
                let angle = span(rng, 0.0, TAU);
                let radius = reach * span(rng, 0.0, 1.0).sqrt();
                let from = (center.0 + rx * radius * angle.cos(), center.1 + ry * radius * angle.sin());
                // Bright hairs only where the light falls.
                let lit = (angle.cos() * canvas.light.0 + angle.sin() * canvas.light.1) * radius;
                if reach < 0.97 && lit < span(rng, -0.35, 0.5) {
                    continue;
                }
                let out = angle + span(rng, -0.5, 0.5);
                hairs.add_bent(
                    from,
                    polar(from, span(rng, 1.6, 3.9) * (0.6 + 0.5 * radius), out),
                    span(rng, -0.25, 0.25),
                );
            }
            if let Some(path) = hairs.finish() {
                canvas.stroke(&path, width, ink.alpha(0.8));
            }
        }
        let low = (center.0 - canvas.light.0 * rx * 0.55, center.1 - canvas.light.1 * ry * 0.55);
        canvas.glow(low, (rx * 0.75, ry * 0.75), 0.0, Ink::SHADE.alpha(0.42));
        let high = (center.0 + canvas.light.0 * rx * 0.4, center.1 + canvas.light.1 * ry * 0.4);
        canvas.glow(high, (rx * 0.6, ry * 0.6), 0.0, Ink::hex(0x00FF_F2CC).alpha(0.4));
    }

    fn tuft(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radii: At, count: usize, length: f32) {
        for (ink, share) in [(self.fuzz.darker(0.25), 1.0), (self.fuzz.lighter(0.3), 0.6)] {
            let mut hairs = Hairs::default();
            for _ in 0..(count as f32 * share) as usize {
                let angle = span(rng, 0.0, TAU);
                let radius = span(rng, 0.0, 1.0).sqrt();
                let from = (center.0 + radii.0 * radius * angle.cos(), center.1 + radii.1 * radius * angle.sin());
                hairs.add(from, polar(from, length * span(rng, 0.5, 1.1), angle + span(rng, -0.6, 0.6)));
            }
            if let Some(path) = hairs.finish() {
                canvas.stroke(&path, 0.36, ink.alpha(0.8));
            }
        }
    }

    /// A ball of pollen on the hind leg.
    fn pollen_on(&self, canvas: &mut Canvas, rng: &mut ImagoRng, leg: Leg) {
        let Some(ink) = self.pollen else { return };
        let at = super::shapes::lerp(leg.knee, leg.ankle, 0.45);
        canvas.bead(at, (4.8, 4.2), 0.4, Skin { ink, gloss: 0.25 });
        for _ in 0..14 {
            let dot = polar(at, span(rng, 0.5, 4.4), span(rng, 0.0, TAU));
            if let Some(path) = ellipse(dot, (0.6, 0.6), 0.0) {
                canvas.fill(&path, ink.lighter(0.45).alpha(0.7));
            }
        }
    }
}
