//! The last layer of a network with a frozen backbone: a linear layer, cross-entropy and SGD with momentum, written out.
//!
//! 512 × classes numbers: a graph of tensors would take far longer to build than this takes to compute.

use super::{SgdSettings, Targets, cross_entropy_in_place};
use crate::train::metrics::BatchOutcome;

/// A linear layer with its momentum.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// Numbers in one picture's features.
    features: usize,
    /// (classes, features)
    pub(crate) weight: Vec<f32>,
    /// (classes)
    pub(crate) bias: Vec<f32>,
    /// (classes, features)
    pub(crate) weight_momentum: Vec<f32>,
    /// (classes)
    pub(crate) bias_momentum: Vec<f32>,
}

impl Head {
    /// A head with these parameters: `weight` is (classes, features), `bias` (classes).
    pub(crate) fn new(weight: Vec<f32>, bias: Vec<f32>) -> Self {
        let features = weight.len() / bias.len().max(1);
        let (weight_momentum, bias_momentum) = (vec![0.0; weight.len()], vec![0.0; bias.len()]);
        Self { features, weight, bias, weight_momentum, bias_momentum }
    }

    /// Numbers in one picture's features.
    pub(crate) fn features(&self) -> usize {
        self.features
    }

    /// Classes.
    pub(crate) fn classes(&self) -> usize {
        self.bias.len()
    }

    /// `features` is (n, features); the result is (n, classes).
    fn logits(&self, features: &[f32]) -> Vec<f32> {
        let mut logits = Vec::with_capacity(features.len() / self.features.max(1) * self.classes());
        for picture in features.chunks_exact(self.features.max(1)) {
            for (weights, bias) in self.weight.chunks_exact(self.features.max(1)).zip(&self.bias) {
                logits.push(dot(weights, picture) + bias);
            }
        }
        logits
    }

    /// Loss and right answers, learning nothing.
    pub(crate) fn judge(&self, features: &[f32], labels: &[u32]) -> BatchOutcome {
        cross_entropy_in_place(&mut self.logits(features), Targets::hard(labels))
    }

    /// One update as PyTorch's SGD makes it: `v ← momentum·v + (gradient + weight_decay·w)`, `w ← w − lr·v`. When the loss is
    /// not finite, nothing is changed.
    pub(crate) fn learn(&mut self, features: &[f32], targets: Targets<'_>, lr: f64, sgd: SgdSettings) -> BatchOutcome {
        let mut slope = self.logits(features);
        let outcome = cross_entropy_in_place(&mut slope, targets);
        if !outcome.loss.is_finite() {
            return outcome;
        }
        let classes = self.classes();
        let (lr, momentum, decay) = (lr as f32, sgd.momentum as f32, sgd.weight_decay as f32);
        let mut gradient = vec![0.0_f32; self.features];
        for class in 0..classes {
            gradient.fill(0.0);
            let mut bias_gradient = 0.0;
            for (picture, slopes) in features.chunks_exact(self.features.max(1)).zip(slope.chunks_exact(classes)) {
                let slope = slopes[class];
                bias_gradient += slope;
                for (sum, feature) in gradient.iter_mut().zip(picture) {
                    *sum += slope * feature;
                }
            }
            let row = class * self.features..(class + 1) * self.features;
            let weights = self.weight[row.clone()].iter_mut().zip(&mut self.weight_momentum[row]);
            for ((weight, velocity), gradient) in weights.zip(&gradient) {
                *velocity = momentum * *velocity + (gradient + decay * *weight);
                *weight -= lr * *velocity;
            }
            let velocity = momentum * self.bias_momentum[class] + (bias_gradient + decay * self.bias[class]);
            self.bias_momentum[class] = velocity;
            self.bias[class] -= lr * velocity;
        }
        outcome
    }
}

/// Eight running sums, so that the compiler can use its vectors; always added up in the same order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor, Var};
    use rand::RngExt;

    /// Five updates by automatic differentiation, with the formula of PyTorch's documentation written in tensors.
    #[test]
    fn updates_equal_those_of_automatic_differentiation() {
        let (classes, features, n) = (3, 21, 4);
        let mut rng = crate::base::rng_for(1, 2, 3);
        let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random_range(-1.0_f32..1.0)).collect() };
        let (weight, bias) = (draw(classes * features), draw(classes));
        let mut head = Head::new(weight.clone(), bias.clone());
        let device = Device::Cpu;
        let w = Var::from_vec(weight, (classes, features), &device).unwrap();
        let b = Var::from_vec(bias, classes, &device).unwrap();
        let (mut v_w, mut v_b) = (w.zeros_like().unwrap(), b.zeros_like().unwrap());
        let sgd = SgdSettings { momentum: 0.9, weight_decay: 0.01 };
        for step in 0..5_u32 {
            let lr = 0.1 / f64::from(step + 1);
            let x = draw(n * features);
            let labels = [step % 3, (step + 1) % 3, 2, 0];
            let outcome = head.learn(&x, Targets::hard(&labels), lr, sgd);
            let x = Tensor::from_vec(x, (n, features), &device).unwrap();
            let logits = x.matmul(&w.t().unwrap()).unwrap().broadcast_add(&b).unwrap();
            let targets = Tensor::new(&labels, &device).unwrap();
            let loss = candle_nn::loss::cross_entropy(&logits, &targets).unwrap();
            let gradients = loss.backward().unwrap();
            assert!((outcome.loss - f64::from(loss.to_scalar::<f32>().unwrap())).abs() < 1e-5);
            for (var, velocity) in [(&w, &mut v_w), (&b, &mut v_b)] {
                let gradient = (gradients.get(var).unwrap() + (var.as_tensor() * sgd.weight_decay).unwrap()).unwrap();
                *velocity = ((&*velocity * sgd.momentum).unwrap() + gradient).unwrap();
                var.set(&(var.as_tensor() - (&*velocity * lr).unwrap()).unwrap()).unwrap();
            }
        }
        let close = |found: &[f32], expected: &Tensor| {
            let expected = expected.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5)
        };
        assert!(close(&head.weight, &w) && close(&head.bias, &b));
        assert!(close(&head.weight_momentum, &v_w) && close(&head.bias_momentum, &v_b));
    }

    #[test]
    fn a_loss_that_is_not_finite_changes_nothing() {
        let mut head = Head::new(vec![1.0; 6], vec![0.0; 2]);
        let before = head.clone();
        let outcome = head.learn(
            &[f32::NAN, 0.0, 0.0],
            Targets::hard(&[0]),
            0.1,
            SgdSettings { momentum: 0.9, weight_decay: 0.0 },
        );
        assert!(!outcome.loss.is_finite());
        assert_eq!(head, before);
    }
}
