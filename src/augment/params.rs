//! Parameters that describe themselves: a window draws sliders, a file is read and checked, a value is set, all without
//! knowing the transform.
//!
//! A transform lists its parameters once (`Adjustable::params_mut`); everything else follows from that list.

/// How a parameter is shown and which values it may take. Bounds are inclusive and in the stored unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamKind {
    /// One number.
    Number {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Step of a slider.
        step: f64,
        /// Digits after the point, as shown.
        decimals: u8,
    },
    /// Two numbers, low ≤ high, between which a value is drawn: `NAME.low` and `NAME.high` for
    /// [`get`](crate::augment::Transform::get) and [`set`](crate::augment::Transform::set).
    Range {
        /// Smallest value of the lower end.
        min: f64,
        /// Largest value of the upper end.
        max: f64,
        /// Step of a slider.
        step: f64,
        /// Digits after the point, as shown.
        decimals: u8,
    },
    /// One of several names; its value is the index.
    Choice(&'static [&'static str]),
    /// On (1) or off (0).
    Toggle,
    /// A colour, 0 to 255: `NAME.red`, `NAME.green`, `NAME.blue`.
    Color,
    /// Three measured numbers that nobody sets by hand: `NAME.0`, `NAME.1`, `NAME.2`. A window leaves them out.
    Measured {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
}

/// One parameter of a transform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamSpec {
    /// Name in files and for `get` and `set`: `area`.
    pub name: &'static str,
    /// Title in the window: `Area kept`.
    pub title: &'static str,
    /// Unit as shown: `°`, `px`, `%` or nothing. With `%` the stored value is a share, see [`ParamSpec::display_factor`].
    pub unit: &'static str,
    /// How to show it and what it may be.
    pub kind: ParamKind,
}

impl ParamSpec {
    /// What a stored value is multiplied by to be shown with [`ParamSpec::unit`]: 100 for `%`, else 1.
    pub fn display_factor(&self) -> f64 {
        if self.unit == "%" { 100.0 } else { 1.0 }
    }

    pub(crate) const fn number(
        name: &'static str,
        title: &'static str,
        unit: &'static str,
        bounds: (f64, f64, f64, u8),
    ) -> Self {
        let (min, max, step, decimals) = bounds;
        Self { name, title, unit, kind: ParamKind::Number { min, max, step, decimals } }
    }

    pub(crate) const fn range(
        name: &'static str,
        title: &'static str,
        unit: &'static str,
        bounds: (f64, f64, f64, u8),
    ) -> Self {
        let (min, max, step, decimals) = bounds;
        Self { name, title, unit, kind: ParamKind::Range { min, max, step, decimals } }
    }
}

/// An enumeration that a file and a window choose from by name.
pub(crate) trait Choice {
    /// The names, in order.
    fn names(&self) -> &'static [&'static str];
    /// Which one is chosen.
    fn index(&self) -> usize;
    /// Chooses one; an index beyond the last is ignored.
    fn choose(&mut self, index: usize);
}

/// Implements [`Choice`] for a field-less enumeration by listing its values and their names.
macro_rules! choice {
    ($type:ty { $($value:ident = $name:literal),+ $(,)? }) => {
        impl $crate::augment::params::Choice for $type {
            fn names(&self) -> &'static [&'static str] {
                &[$($name),+]
            }
            fn index(&self) -> usize {
                const ALL: &[$type] = &[$(<$type>::$value),+];
                ALL.iter().position(|value| value == self).unwrap_or(0)
            }
            fn choose(&mut self, index: usize) {
                const ALL: &[$type] = &[$(<$type>::$value),+];
                if let Some(value) = ALL.get(index) {
                    *self = *value;
                }
            }
        }
    };
}
pub(crate) use choice;

/// Where a parameter's value lives.
pub(crate) enum Slot<'a> {
    Number(&'a mut f64),
    Range(&'a mut [f64; 2]),
    Choice(&'a mut dyn Choice),
    Toggle(&'a mut bool),
    Color(&'a mut [u8; 3]),
    Measured(&'a mut [f64; 3]),
}

/// A parameter and its value.
pub(crate) struct Param<'a> {
    pub spec: ParamSpec,
    pub slot: Slot<'a>,
}

impl<'a> Param<'a> {
    pub fn number(spec: ParamSpec, value: &'a mut f64) -> Self {
        Self { spec, slot: Slot::Number(value) }
    }

    pub fn range(spec: ParamSpec, value: &'a mut [f64; 2]) -> Self {
        Self { spec, slot: Slot::Range(value) }
    }

    pub fn toggle(name: &'static str, title: &'static str, value: &'a mut bool) -> Self {
        Self { spec: ParamSpec { name, title, unit: "", kind: ParamKind::Toggle }, slot: Slot::Toggle(value) }
    }

    pub fn choice(name: &'static str, title: &'static str, value: &'a mut dyn Choice) -> Self {
        let kind = ParamKind::Choice(value.names());
        Self { spec: ParamSpec { name, title, unit: "", kind }, slot: Slot::Choice(value) }
    }

    pub fn color(name: &'static str, title: &'static str, value: &'a mut [u8; 3]) -> Self {
        Self { spec: ParamSpec { name, title, unit: "", kind: ParamKind::Color }, slot: Slot::Color(value) }
    }
}

/// Something with parameters.
pub(crate) trait Adjustable {
    /// The parameters and where their values live, in the order in which they are shown and written.
    fn params_mut(&mut self) -> Vec<Param<'_>>;
}

/// The descriptions of `thing`'s parameters.
pub(crate) fn specs(thing: &mut dyn Adjustable) -> Vec<ParamSpec> {
    thing.params_mut().into_iter().map(|param| param.spec).collect()
}

/// The value of `name` (`area.low` for one end of a range, `fill.red` for one channel); NaN where there is no such parameter.
pub(crate) fn get(thing: &mut dyn Adjustable, name: &str) -> f64 {
    let (base, part) = split(name);
    for param in thing.params_mut() {
        if param.spec.name != base {
            continue;
        }
        return match param.slot {
            Slot::Number(value) => *value,
            Slot::Range(ends) => ends[usize::from(part == "high")],
            Slot::Choice(choice) => choice.index() as f64,
            Slot::Toggle(on) => f64::from(u8::from(*on)),
            Slot::Color(color) => channel(part).and_then(|c| color.get(c)).map_or(f64::NAN, |v| f64::from(*v)),
            Slot::Measured(values) => channel(part).and_then(|c| values.get(c)).map_or(f64::NAN, |v| *v),
        };
    }
    f64::NAN
}

/// Sets the value of `name`, held within its bounds. Moving one end of a range past the other takes that one along.
/// An unknown name or a value that is not finite changes nothing.
pub(crate) fn set(thing: &mut dyn Adjustable, name: &str, value: f64) {
    if !value.is_finite() {
        return;
    }
    let (base, part) = split(name);
    for param in thing.params_mut() {
        if param.spec.name != base {
            continue;
        }
        match (param.slot, param.spec.kind) {
            (Slot::Number(place), ParamKind::Number { min, max, .. }) => *place = value.clamp(min, max),
            (Slot::Range(ends), ParamKind::Range { min, max, .. }) => {
                let value = value.clamp(min, max);
                if part == "high" {
                    *ends = [ends[0].min(value), value];
                } else {
                    *ends = [value, ends[1].max(value)];
                }
            }
            (Slot::Choice(choice), _) => choice.choose(value.max(0.0) as usize),
            (Slot::Toggle(on), _) => *on = value != 0.0,
            (Slot::Color(color), _) => {
                if let Some(place) = channel(part).and_then(|c| color.get_mut(c)) {
                    *place = value.round().clamp(0.0, 255.0) as u8;
                }
            }
            (Slot::Measured(values), ParamKind::Measured { min, max }) => {
                if let Some(place) = channel(part).and_then(|c| values.get_mut(c)) {
                    *place = value.clamp(min, max);
                }
            }
            _ => {}
        }
        return;
    }
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, ""))
}

fn channel(part: &str) -> Option<usize> {
    match part {
        "red" | "0" => Some(0),
        "green" | "1" => Some(1),
        "blue" | "2" => Some(2),
        _ => None,
    }
}
