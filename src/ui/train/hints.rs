//! What the “?” marks say: two sentences each, with the data set's own numbers.

use crate::lang::{key, t};
use crate::ui::widgets::thousands;

/// The numbers of the data set and the model at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// Training pictures.
    pub train: usize,
    /// Pictures in a batch.
    pub batch: usize,
    /// Parameters of the last layer, where known.
    pub last_layer: Option<usize>,
}

impl Numbers {
    /// Updates in an epoch.
    pub fn steps(self) -> usize {
        self.train.div_ceil(self.batch.max(1))
    }
}

/// Epochs.
pub fn epochs(numbers: Numbers) -> String {
    let Numbers { train, batch, .. } = numbers;
    let (pictures, steps) = (thousands(train), thousands(numbers.steps()));
    t!(
        "One pass over all training pictures. {pictures} in batches of {batch} make {steps} updates.",
        pictures = pictures,
        batch = batch,
        steps = steps
    )
}

/// Batch size.
pub const BATCH: &str = key!(
    "How many pictures share one update. Small batches are noisy but update often; large ones need more \
                         memory, and usually a higher learning rate."
);

/// Learning rate.
pub const RATE: &str = key!(
    "How far each step moves the weights. Too high: the loss jumps or becomes NaN; too low: nothing seems \
                        to happen."
);

/// Momentum.
pub const MOMENTUM: &str = key!(
    "Each step keeps part of the previous direction (0.9: nine tenths of it). This smooths zigzags \
                            and speeds steady descent."
);

/// Step size of the schedule.
pub const STEP_SIZE: &str = key!(
    "After this many epochs the learning rate is multiplied by the factor beside it, and again after \
                             as many more. Large steps first, fine ones at the end."
);

/// Factor of the schedule.
pub const GAMMA: &str =
    key!("What the learning rate is multiplied by each time. 0.1 makes it a tenth; 1 leaves it as it is.");

/// Weight decay.
pub const WEIGHT_DECAY: &str = key!(
    "Pulls all weights a little towards zero in every step, which keeps a model from leaning on a \
                                few of them. The recipe has none; 0.0001 is a usual value."
);

/// Augmentation.
pub const AUGMENT: &str = key!(
    "Training pictures are randomly cropped, flipped or altered each time; files never change. \
                           Validation pictures are not altered."
);

/// Turbo.
pub const VIEWS: &str = key!(
    "Turbo computes a few augmented views of each picture once and uses them over and over: later epochs take almost no \
                         time. The model sees less variety than with a new view in every epoch."
);

/// Seed.
pub const SEED: &str = key!(
    "Where all random numbers start from: weights, order of the pictures, augmentation. The same seed \
                        gives the same figures again; another one shows how much is luck."
);

/// Device.
pub const DEVICE: &str = key!(
    "Where the computation runs. “Automatic” takes the fastest that passes a small test, and says so when \
                          that is not the one you would expect."
);

/// Threads.
pub const THREADS: &str = key!(
    "How many processor cores are used. The figures are the same with any number; fewer leave room for \
                           other programs."
);

/// Frozen or fine-tuned.
pub fn learns(numbers: Numbers) -> String {
    let few = numbers.last_layer.map_or_else(String::new, |count| t!(" ({n} numbers)", n = thousands(count)));
    t!(
        "Frozen: pretrained layers stay as they are; only the last layer{few} learns. Fast, and safest with few pictures.\n\n\
         Fine-tuned: all layers go on learning from pretrained weights, best with a small learning rate. It may fit better, \
         but is slower and overfits sooner.",
        few = few
    )
}

/// Weights.
pub const WEIGHTS: &str = key!(
    "A residual network starts from what it learned on other pictures. Official ImageNet weights, as \
                           safetensors with torchvision's, timm's or Hugging Face's names, start better than the built-in \
                           ones."
);

/// Accuracy, and what its two curves are.
pub const ACCURACY: &str = key!(
    "The share of pictures that the model names right: 1 is all of them, 0.5 every other one. The solid curve is for training \
     pictures, the dashed one for validation pictures, which it never learns from; the best epoch is chosen on them, so their \
     score is slightly optimistic."
);

/// Loss, and what its two curves tell.
pub const LOSS: &str = key!(
    "How far the model's probabilities are from the truth: 0 is perfect, and being sure of something wrong costs most. \
     Training makes this number smaller, step by step.\n\nWhen training goes on improving and validation does not, the model \
     learns these pictures by heart. Add pictures or augmentation, freeze, or keep the best epoch, as Imago does."
);

/// The table of epochs.
pub const EPOCH_TABLE: &str = key!(
    "A line for each epoch: loss and accuracy on training and validation pictures, the learning rate, and how many seconds it \
     took. The star marks the epoch with the best validation accuracy: its weights are kept."
);

/// The table of layers.
pub const LAYERS: &str = key!(
    "A line for each step of the network: what it does, the shape of what comes out of it, and how many numbers it has. Only \
     those that learn change in training; frozen ones stay as they are."
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_on_epochs_has_the_data_sets_own_numbers() {
        let numbers = Numbers { train: 244, batch: 4, last_layer: Some(1026) };
        assert!(epochs(numbers).ends_with("244 in batches of 4 make 61 updates."));
        assert!(learns(numbers).contains("1,026 numbers"));
        assert_eq!(Numbers { train: 5, batch: 4, last_layer: None }.steps(), 2);
    }
}
