//! The layer table: names, output shapes, parameters, multiply-adds, without making the network.

use serde::Serialize;

use super::cnn::{CHANNELS, HIDDEN, KERNEL, STRIDES};
use super::model::INPUT_SIDE;
use super::{Arch, ModelSpec};

/// Which parameters learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrainableParts {
    /// All of them.
    All,
    /// The ResNets' last layer alone; for the custom networks the same as all.
    Head,
}

/// One layer of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayerRow {
    /// PyTorch's name; for layers without parameters, what they do.
    pub name: String,
    /// `conv 3×3 stride 2`, `batch norm`, `max pool 2×2`, `linear`, …
    pub kind: String,
    /// Output for one picture: (channels, height, width) or (numbers).
    pub output_shape: Vec<usize>,
    /// Learnable numbers.
    pub parameters: usize,
    /// Whether they learn.
    pub trainable: bool,
    /// Multiply-adds for one picture.
    pub multiply_adds: u64,
}

/// The table with its totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// From the picture to the logits.
    pub layers: Vec<LayerRow>,
    /// All parameters.
    pub total: usize,
    /// Those that learn.
    pub trainable: usize,
    /// Multiply-adds for one picture.
    pub multiply_adds: u64,
}

/// The layers of `spec` for pictures of 224×224.
pub fn summary(spec: &ModelSpec, trainable: TrainableParts) -> Summary {
    let head_only = spec.arch.is_resnet() && trainable == TrainableParts::Head;
    let mut table = Table { rows: Vec::new(), shape: (3, INPUT_SIDE, INPUT_SIDE), trainable: !head_only };
    if spec.arch.is_resnet() {
        resnet(spec, &mut table);
    } else {
        custom(spec, &mut table);
    }
    let layers = table.rows;
    Summary {
        total: layers.iter().map(|row| row.parameters).sum(),
        trainable: layers.iter().filter(|row| row.trainable).map(|row| row.parameters).sum(),
        multiply_adds: layers.iter().map(|row| row.multiply_adds).sum(),
        layers,
    }
}

fn custom(spec: &ModelSpec, table: &mut Table) {
    for (i, stride) in STRIDES.into_iter().enumerate() {
        let number = i + 1;
        table.conv(&format!("conv{number}"), CHANNELS[number], KERNEL, (stride, 0), true);
        if spec.arch == Arch::CnnBn {
            table.batch_norm(&format!("bn{number}"));
        }
        table.relu(&format!("relu{number}"));
        table.max_pool(&format!("pool{number}"), 2, (2, 0));
    }
    if spec.arch == Arch::CnnGap {
        let features = table.average_pool("gap");
        table.linear("fc", features, spec.classes);
    } else {
        let features = table.flatten("flatten");
        table.linear("fc1", features, HIDDEN[0]);
        table.linear("fc2", HIDDEN[0], HIDDEN[1]);
        table.linear("fc3", HIDDEN[1], spec.classes);
    }
}

fn resnet(spec: &ModelSpec, table: &mut Table) {
    let widths = spec.resnet_widths();
    table.conv("conv1", widths[0], 7, (2, 3), false);
    table.batch_norm("bn1");
    table.relu("relu");
    table.max_pool("maxpool", 3, (2, 1));
    for (stage, (width, count)) in widths.into_iter().zip(spec.resnet_blocks()).enumerate() {
        for index in 0..count {
            let name = format!("layer{}.{index}", stage + 1);
            let stride = if stage > 0 && index == 0 { 2 } else { 1 };
            let input = table.shape;
            table.conv(&format!("{name}.conv1"), width, 3, (stride, 1), false);
            table.batch_norm(&format!("{name}.bn1"));
            table.conv(&format!("{name}.conv2"), width, 3, (1, 1), false);
            table.batch_norm(&format!("{name}.bn2"));
            if stride != 1 || input.0 != width {
                let output = table.shape;
                table.shape = input;
                table.conv(&format!("{name}.downsample.0"), width, 1, (stride, 0), false);
                table.batch_norm(&format!("{name}.downsample.1"));
                table.shape = output;
            }
        }
    }
    let features = table.average_pool("avgpool");
    table.trainable = true;
    table.linear("fc", features, spec.classes);
}

/// The table while it is written: the shape after the last row, and whether the rows learn.
struct Table {
    rows: Vec<LayerRow>,
    shape: (usize, usize, usize),
    trainable: bool,
}

impl Table {
    fn row(&mut self, name: &str, kind: String, output_shape: Vec<usize>, parameters: usize, multiply_adds: usize) {
        self.rows.push(LayerRow {
            name: name.to_owned(),
            kind,
            output_shape,
            parameters,
            trainable: self.trainable && parameters > 0,
            multiply_adds: multiply_adds as u64,
        });
    }

    fn map(&self) -> Vec<usize> {
        vec![self.shape.0, self.shape.1, self.shape.2]
    }

    fn numbers(&self) -> usize {
        self.shape.0 * self.shape.1 * self.shape.2
    }

    fn conv(&mut self, name: &str, outputs: usize, kernel: usize, (stride, padding): (usize, usize), bias: bool) {
        let (inputs, h, w) = self.shape;
        let side = |size: usize| (size + 2 * padding - kernel) / stride + 1;
        self.shape = (outputs, side(h), side(w));
        let weight = inputs * outputs * kernel * kernel;
        let stride = if stride > 1 { format!(" stride {stride}") } else { String::new() };
        let work = weight * self.shape.1 * self.shape.2;
        self.row(
            name,
            format!("conv {kernel}×{kernel}{stride}"),
            self.map(),
            weight + if bias { outputs } else { 0 },
            work,
        );
    }

    fn batch_norm(&mut self, name: &str) {
        self.row(name, "batch norm".to_owned(), self.map(), 2 * self.shape.0, self.numbers());
    }

    fn relu(&mut self, name: &str) {
        self.row(name, "ReLU".to_owned(), self.map(), 0, 0);
    }

    fn max_pool(&mut self, name: &str, kernel: usize, (stride, padding): (usize, usize)) {
        let side = |size: usize| (size + 2 * padding - kernel) / stride + 1;
        self.shape = (self.shape.0, side(self.shape.1), side(self.shape.2));
        self.row(name, format!("max pool {kernel}×{kernel}"), self.map(), 0, 0);
    }

    fn average_pool(&mut self, name: &str) -> usize {
        let channels = self.shape.0;
        self.row(name, "global average pool".to_owned(), vec![channels], 0, 0);
        channels
    }

    fn flatten(&mut self, name: &str) -> usize {
        let numbers = self.numbers();
        self.row(name, "flatten".to_owned(), vec![numbers], 0, 0);
        numbers
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) {
        let weight = inputs * outputs;
        self.row(name, "linear".to_owned(), vec![outputs], weight + outputs, weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arch: Arch, classes: usize) -> Summary {
        summary(&ModelSpec::new(arch, classes), TrainableParts::All)
    }

    #[test]
    fn totals_are_those_of_pytorch() {
        assert_eq!(of(Arch::Resnet18, 2).total, 11_177_538);
        assert_eq!(of(Arch::Resnet34, 1000).total, 21_797_672);
        assert_eq!(of(Arch::Cnn, 2).total, 9_841_410);
        assert_eq!(of(Arch::CnnBn, 2).total, 9_841_410 + 2 * (64 + 128 + 256));
        assert_eq!(of(Arch::CnnGap, 2).total, 1792 + 73_856 + 295_168 + 514);
    }

    #[test]
    fn the_custom_network_shrinks_as_the_recipe_says() {
        let sides: Vec<usize> = of(Arch::Cnn, 2)
            .layers
            .iter()
            .filter(|row| row.output_shape.len() == 3 && row.kind != "ReLU")
            .map(|row| row.output_shape[1])
            .collect();
        assert_eq!(sides, [111, 55, 53, 26, 24, 12]);
    }

    #[test]
    fn a_frozen_resnet_learns_its_last_layer_alone() {
        let frozen = summary(&ModelSpec::new(Arch::Resnet18, 2), TrainableParts::Head);
        assert_eq!(frozen.trainable, 512 * 2 + 2);
        let learning: Vec<&str> =
            frozen.layers.iter().filter(|row| row.trainable).map(|row| row.name.as_str()).collect();
        assert_eq!(learning, ["fc"]);
    }

    #[test]
    fn every_network_has_as_many_parameters_as_its_table_says() {
        for arch in Arch::ALL {
            let spec = ModelSpec { arch, classes: 3, widths: arch.is_resnet().then_some([4, 6, 8, 10]) };
            let model = crate::models::Model::new(&spec, 0, &candle_core::Device::Cpu).unwrap();
            let count: usize = model.parameters().iter().map(|(_, var)| var.elem_count()).sum();
            assert_eq!(count, summary(&spec, TrainableParts::All).total, "{}", arch.name());
        }
    }
}
