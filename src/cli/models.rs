//! `imago models`: the layers of the networks.

use std::io::Write;

use super::{Done, numbers, output, table};
use crate::models::summary::{Summary, TrainableParts, summary};
use crate::models::{Arch, ModelSpec};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  imago models --model resnet18")]
pub(super) struct Args {
    /// One network only: cnn, cnn-bn, cnn-gap, resnet18 or resnet34.
    #[arg(long, value_parser = super::train::parse_arch)]
    model: Option<Arch>,
    /// Number of classes.
    #[arg(long, default_value = "2", allow_negative_numbers = true, value_parser = numbers::at_least_one)]
    classes: usize,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let chosen: Vec<Arch> = args.model.map_or_else(|| Arch::ALL.to_vec(), |arch| vec![arch]);
    let mut out = output::out();
    for (index, arch) in chosen.into_iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let spec = ModelSpec { arch, classes: args.classes, widths: None };
        write_one(&mut out, arch, &summary(&spec, trainable(arch)))?;
    }
    out.flush()?;
    Ok(Done::All)
}

fn write_one(out: &mut dyn Write, arch: Arch, summary: &Summary) -> std::io::Result<()> {
    writeln!(out, "{}", arch.name())?;
    let mut rows = vec![["layer", "kind", "output", "parameters", "multiply-adds"].map(str::to_owned).to_vec()];
    for layer in &summary.layers {
        let shape: Vec<String> = layer.output_shape.iter().map(usize::to_string).collect();
        rows.push(vec![
            layer.name.clone(),
            layer.kind.clone(),
            shape.join("×"),
            layer.parameters.to_string(),
            layer.multiply_adds.to_string(),
        ]);
    }
    table::print(out, &rows)?;
    writeln!(out, "total {} parameters, {} of them learn", summary.total, summary.trainable)
}

/// What learns by default: the last layer of a ResNet, all of the others.
fn trainable(arch: Arch) -> TrainableParts {
    if arch.is_resnet() { TrainableParts::Head } else { TrainableParts::All }
}
