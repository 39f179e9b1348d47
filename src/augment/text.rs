//! Pipelines as TOML, and inside other files through serde.
//!
//! ```toml
//! [[steps]]
//! transform = "random-resized-crop"
//! area = [0.08, 1.0]
//!
//! [[steps]]
//! transform = "horizontal-flip"
//! probability = 0.5
//! enabled = true
//!
//! [batch]
//! mix = "mixup"
//! alpha = 0.2
//! ```
//!
//! What is left out has its default. What is unknown, of the wrong type or out of bounds is an error that names the line.

use std::fmt::Write as _;

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::de::{DeTable, DeValue};

use super::batch::BatchMix;
use super::params::{Adjustable, Param, ParamKind, Slot};
use super::pipeline::{Pipeline, Step};
use super::transform::Transform;
use crate::base::edits;

/// What is wrong with a pipeline's text. One sentence; the caller adds the file's name.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}{problem}", match line { Some(line) => format!("line {line}: "), None => String::new() })]
pub struct PipelineError {
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong there and what would be right.
    pub problem: String,
}

impl PipelineError {
    fn new(line: Option<usize>, problem: impl Into<String>) -> Self {
        Self { line, problem: problem.into() }
    }
}

/// A value as it stands in a file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Plain {
    Switch(bool),
    Number(f64),
    Text(String),
    Numbers(Vec<f64>),
}

/// `key = value` and where it stands.
struct Entry {
    key: String,
    line: Option<usize>,
    value: Result<Plain, String>,
}

impl Pipeline {
    /// Reads a pipeline. See the [module](self) for the form.
    ///
    /// # Errors
    /// Text that is not TOML; a transform or a field that does not exist; a value of the wrong type or out of bounds.
    pub fn from_toml(text: &str) -> Result<Pipeline, PipelineError> {
        let line_of = |at: usize| Some(1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count());
        let document = DeTable::parse(text).map_err(|error| {
            let line = error.span().and_then(|span| line_of(span.start));
            PipelineError::new(line, format!("this is not valid TOML: {}", error.message().trim()))
        })?;
        let mut pipeline = Pipeline::of_steps(Vec::new());
        for (key, value) in document.into_inner() {
            let line = line_of(key.span().start);
            match (key.get_ref().as_ref(), value.into_inner()) {
                ("steps", DeValue::Array(steps)) => {
                    for step in steps {
                        let line = line_of(step.span().start);
                        let DeValue::Table(table) = step.into_inner() else {
                            return Err(PipelineError::new(line, "every step must be a [[steps]] table"));
                        };
                        pipeline.steps.push(step_from(entries(table, &line_of), line)?);
                    }
                }
                ("steps", _) => return Err(PipelineError::new(line, "`steps` must be a list of [[steps]] tables")),
                ("batch", DeValue::Table(table)) => {
                    let mut batch = BatchMix::default();
                    for entry in entries(table, &line_of) {
                        set_entry(&mut batch, "batch", entry, &[])?;
                    }
                    pipeline.batch = Some(batch);
                }
                ("batch", _) => return Err(PipelineError::new(line, "`batch` must be a [batch] table")),
                (other, _) => {
                    let problem = format!("there is no setting `{other}` in a pipeline; it has [[steps]] and [batch]");
                    return Err(PipelineError::new(line, problem));
                }
            }
        }
        Ok(pipeline)
    }

    /// The pipeline as TOML that [`Pipeline::from_toml`] reads back to the same.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            text.push_str(if text.is_empty() { "[[steps]]\n" } else { "\n[[steps]]\n" });
            for (key, value) in step_fields(step) {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{key} = {}", toml_value(&value));
            }
        }
        if self.steps.is_empty() {
            text.push_str("steps = []\n");
        }
        if let Some(batch) = &self.batch {
            text.push_str("\n[batch]\n");
            for (key, value) in fields_of(&mut batch.clone()) {
                let _ = writeln!(text, "{key} = {}", toml_value(&value));
            }
        }
        text
    }
}

fn entries(table: DeTable<'_>, line_of: &dyn Fn(usize) -> Option<usize>) -> Vec<Entry> {
    let mut entries: Vec<(usize, Entry)> = Vec::new();
    for (key, value) in table {
        let at = key.span().start;
        let entry = Entry { key: key.get_ref().to_string(), line: line_of(at), value: plain(value.get_ref()) };
        entries.push((at, entry));
    }
    // Problems are reported from top to bottom.
    entries.sort_by_key(|(at, _)| *at);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn plain(value: &DeValue<'_>) -> Result<Plain, String> {
    match value {
        DeValue::Boolean(on) => Ok(Plain::Switch(*on)),
        DeValue::String(text) => Ok(Plain::Text(text.to_string())),
        DeValue::Array(items) => items
            .iter()
            .map(|item| number(item.get_ref()).ok_or_else(|| "a list may hold numbers only".to_owned()))
            .collect::<Result<_, _>>()
            .map(Plain::Numbers),
        other => number(other).map(Plain::Number).ok_or_else(|| format!("a {} is not allowed here", other.type_str())),
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

/// Builds a step from its entries; `line` is where the step begins.
fn step_from(entries: Vec<Entry>, line: Option<usize>) -> Result<Step, PipelineError> {
    let Some(name) = entries.iter().find(|entry| entry.key == "transform") else {
        return Err(PipelineError::new(line, "this step names no transform, as in transform = \"horizontal-flip\""));
    };
    let Ok(Plain::Text(wanted)) = &name.value else {
        return Err(PipelineError::new(name.line, "`transform` must be a name in quotes"));
    };
    let Some(transform) = Transform::by_name(wanted) else {
        return Err(PipelineError::new(name.line, unknown_transform(wanted)));
    };
    let mut step = Step::new(transform);
    for entry in entries {
        let line = entry.line;
        match (entry.key.as_str(), &entry.value) {
            ("transform", _) => {}
            ("probability", Ok(Plain::Number(value))) if (0.0..=1.0).contains(value) => step.probability = *value,
            ("probability", Ok(Plain::Number(value))) => {
                return Err(PipelineError::new(line, format!("`probability` is {value}; it must be between 0 and 1")));
            }
            ("probability", _) => {
                return Err(PipelineError::new(line, "`probability` must be a number between 0 and 1"));
            }
            ("enabled", Ok(Plain::Switch(on))) => step.enabled = *on,
            ("enabled", _) => return Err(PipelineError::new(line, "`enabled` must be true or false")),
            _ => {
                let owner = step.transform.name();
                set_entry(step.transform.adjustable(), owner, entry, &["probability", "enabled"])?;
            }
        }
    }
    Ok(step)
}

/// Puts an entry into the parameter of its name, or says on which line and why not. `also`: names that `owner` has besides.
fn set_entry(thing: &mut dyn Adjustable, owner: &str, entry: Entry, also: &[&str]) -> Result<(), PipelineError> {
    let Entry { key, line, value } = entry;
    let value = value.map_err(|problem| PipelineError::new(line, format!("`{key}`: {problem}")))?;
    assign(thing, owner, &key, &value, also).map_err(|problem| PipelineError::new(line, problem))
}

/// Puts a value into the parameter `key`, or says why not.
fn assign(thing: &mut dyn Adjustable, owner: &str, key: &str, value: &Plain, also: &[&str]) -> Result<(), String> {
    let mut params = thing.params_mut();
    let Some(place) = params.iter().position(|param| param.spec.name == key) else {
        let known: Vec<&str> = params.iter().map(|param| param.spec.name).chain(also.iter().copied()).collect();
        return Err(format!("{owner} has no setting `{key}`; it has {}", known.join(", ")));
    };
    let Param { spec, slot } = params.swap_remove(place);
    let within = |value: f64, min: f64, max: f64| {
        // NaN is not within anything.
        if (min..=max).contains(&value) {
            Ok(value)
        } else {
            Err(format!("`{key}` of {owner} is {value}; it must be between {min} and {max}"))
        }
    };
    match (slot, spec.kind, value) {
        (Slot::Number(place), ParamKind::Number { min, max, .. }, Plain::Number(value)) => {
            *place = within(*value, min, max)?;
        }
        (Slot::Range(ends), ParamKind::Range { min, max, .. }, Plain::Numbers(values)) if values.len() == 2 => {
            let (low, high) = (within(values[0], min, max)?, within(values[1], min, max)?);
            if low > high {
                return Err(format!("`{key}` of {owner} is [{low}, {high}]; the first number must not be the larger"));
            }
            *ends = [low, high];
        }
        (Slot::Toggle(place), _, Plain::Switch(on)) => *place = *on,
        (Slot::Choice(place), _, Plain::Text(name)) => match place.names().iter().position(|known| known == name) {
            Some(index) => place.choose(index),
            None => {
                return Err(format!(
                    "`{key}` of {owner} is \"{name}\"; it must be one of {}",
                    place.names().join(", ")
                ));
            }
        },
        (Slot::Color(place), _, Plain::Numbers(values)) if values.len() == 3 => {
            for (channel, value) in place.iter_mut().zip(values) {
                *channel = within(*value, 0.0, 255.0)?.round() as u8;
            }
        }
        (Slot::Measured(place), ParamKind::Measured { min, max }, Plain::Numbers(values)) if values.len() == 3 => {
            for (channel, value) in place.iter_mut().zip(values) {
                *channel = within(*value, min, max)?;
            }
        }
        (_, kind, _) => return Err(format!("`{key}` of {owner} must be {}", wanted(kind))),
    }
    Ok(())
}

fn wanted(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Number { .. } => "a number",
        ParamKind::Range { .. } => "two numbers, as in [0.5, 1.0]",
        ParamKind::Choice(_) => "a name in quotes",
        ParamKind::Toggle => "true or false",
        ParamKind::Color => "three numbers from 0 to 255, as in [0, 0, 0]",
        ParamKind::Measured { .. } => "three numbers",
    }
}

fn unknown_transform(wanted: &str) -> String {
    let names: Vec<&str> = Transform::all().iter().map(Transform::name).collect();
    let nearest = names.iter().map(|name| (edits(wanted, name), *name)).min();
    match nearest {
        Some((edits, name)) if edits <= 3 => format!("there is no transform \"{wanted}\"; did you mean \"{name}\"?"),
        _ => format!("there is no transform \"{wanted}\"; there are {}", names.join(", ")),
    }
}

/// The fields of a step in the order in which they are written.
fn step_fields(step: &Step) -> Vec<(&'static str, Plain)> {
    let mut fields = vec![("transform", Plain::Text(step.transform.name().to_owned()))];
    if !step.enabled {
        fields.push(("enabled", Plain::Switch(false)));
    }
    fields.push(("probability", Plain::Number(step.probability)));
    fields.extend(fields_of(step.transform.clone().adjustable()));
    fields
}

fn fields_of(thing: &mut dyn Adjustable) -> Vec<(&'static str, Plain)> {
    let value = |slot: Slot<'_>| match slot {
        Slot::Number(value) => Plain::Number(*value),
        Slot::Range(ends) => Plain::Numbers(ends.to_vec()),
        Slot::Choice(choice) => Plain::Text(choice.names().get(choice.index()).copied().unwrap_or_default().to_owned()),
        Slot::Toggle(on) => Plain::Switch(*on),
        Slot::Color(color) => Plain::Numbers(color.iter().map(|channel| f64::from(*channel)).collect()),
        Slot::Measured(values) => Plain::Numbers(values.to_vec()),
    };
    thing.params_mut().into_iter().map(|param| (param.spec.name, value(param.slot))).collect()
}

fn toml_value(value: &Plain) -> String {
    match value {
        Plain::Switch(on) => on.to_string(),
        // `{:?}` of a float is the shortest text that reads back to the same number, always with a point or an exponent.
        Plain::Number(number) => format!("{number:?}"),
        // Names of transforms and choices hold no character that needs an escape.
        Plain::Text(text) => format!("\"{text}\""),
        Plain::Numbers(numbers) => {
            let items: Vec<String> = numbers.iter().map(|number| format!("{number:?}")).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Plain::Switch(on) => serializer.serialize_bool(*on),
            Plain::Number(number) => serializer.serialize_f64(*number),
            Plain::Text(text) => serializer.serialize_str(text),
            Plain::Numbers(numbers) => numbers.serialize(serializer),
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(step_fields(self))
    }
}

impl Serialize for BatchMix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(fields_of(&mut self.clone()))
    }
}

impl<'de> Deserialize<'de> for BatchMix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut batch = BatchMix::default();
        for (key, value) in std::collections::BTreeMap::<String, Plain>::deserialize(deserializer)? {
            assign(&mut batch, "batch", &key, &value, &[]).map_err(D::Error::custom)?;
        }
        Ok(batch)
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = std::collections::BTreeMap::<String, Plain>::deserialize(deserializer)?;
        let entries = fields.into_iter().map(|(key, value)| Entry { key, line: None, value: Ok(value) }).collect();
        step_from(entries, None).map_err(D::Error::custom)
    }
}

impl Serialize for Pipeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Pipeline", 1 + usize::from(self.batch.is_some()))?;
        fields.serialize_field("steps", &self.steps)?;
        if let Some(batch) = &self.batch {
            fields.serialize_field("batch", batch)?;
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Pipeline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            #[serde(default)]
            steps: Vec<Step>,
            batch: Option<BatchMix>,
        }
        let Fields { steps, batch } = Fields::deserialize(deserializer)?;
        Ok(Pipeline { steps, batch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_and_every_transform_reads_back_to_the_same() {
        for name in Pipeline::PRESETS {
            let pipeline = Pipeline::preset(name).unwrap();
            assert_eq!(Pipeline::from_toml(&pipeline.to_toml()).unwrap(), pipeline, "{name}");
            assert_eq!(toml::from_str::<Pipeline>(&toml::to_string(&pipeline).unwrap()).unwrap(), pipeline, "{name}");
            let json = serde_json::to_string(&pipeline).unwrap();
            assert_eq!(serde_json::from_str::<Pipeline>(&json).unwrap(), pipeline, "{name}");
        }
        let mut all = Pipeline::of_steps(Transform::all().into_iter().map(Step::new).collect());
        all.steps[0].enabled = false;
        all.batch = Some(BatchMix { alpha: 0.7, ..BatchMix::default() });
        assert_eq!(Pipeline::from_toml(&all.to_toml()).unwrap(), all);
        assert_eq!(toml::from_str::<Pipeline>(&toml::to_string(&all).unwrap()).unwrap(), all);
    }

    fn problem(text: &str) -> String {
        Pipeline::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn an_error_names_the_line_and_what_would_be_right() {
        assert_eq!(
            problem("[[steps]]\ntransform = \"horizontal-flop\"\n"),
            "line 2: there is no transform \"horizontal-flop\"; did you mean \"horizontal-flip\"?"
        );
        assert_eq!(
            problem("# crops\n[[steps]]\ntransform = \"random-resized-crop\"\narea = [0.08, 1.5]\n"),
            "line 4: `area` of random-resized-crop is 1.5; it must be between 0.01 and 1"
        );
        assert_eq!(
            problem("[[steps]]\ntransform = \"random-resized-crop\"\nratio = [0.75, 1.5]\n"),
            "line 3: random-resized-crop has no setting `ratio`; it has area, shape, probability, enabled"
        );
        assert_eq!(
            problem("[[steps]]\ntransform = \"horizontal-flip\"\nprobability = 2\n"),
            "line 3: `probability` is 2; it must be between 0 and 1"
        );
        assert_eq!(
            problem("[[steps]]\nprobability = 0.5\n"),
            "line 1: this step names no transform, as in transform = \"horizontal-flip\""
        );
        assert!(problem("[[steps]]\ntransform = \"horizontal-flip\n").starts_with("line 2: this is not valid TOML"));
        assert_eq!(
            problem("[batch]\nmix = \"mixture\"\n"),
            "line 2: `mix` of batch is \"mixture\"; it must be one of mixup, cutmix"
        );
        assert!(problem("\nstep = 1\n").starts_with("line 2: there is no setting `step`"));
        assert!(problem("[[steps]]\ntransform = \"random-resized-crop\"\narea = [0.9, 0.1]").starts_with("line 3:"));
        assert!(problem("[[steps]]\ntransform = \"random-resized-crop\"\narea = nan").starts_with("line 3:"));
        assert!(problem("[[steps]]\ntransform = \"random-resized-crop\"\narea = [nan, 1.0]").starts_with("line 3:"));
    }

    #[test]
    fn whole_numbers_and_missing_fields_are_fine() {
        let pipeline = Pipeline::from_toml("[[steps]]\ntransform = \"horizontal-flip\"\nprobability = 1\n").unwrap();
        assert_eq!(pipeline.steps[0].probability, 1.0);
        let pipeline = Pipeline::from_toml("[[steps]]\ntransform = \"horizontal-flip\"\n").unwrap();
        assert_eq!(pipeline.steps[0].probability, 0.5);
        assert!(Pipeline::from_toml("").unwrap().steps.is_empty());
    }
}
