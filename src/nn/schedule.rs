//! The learning-rate schedule of the recipe.

/// Learning rate of `epoch` (counted from 0) under PyTorch's `StepLR`: `base` times `gamma` for every `step_size` finished
/// epochs. The product is accumulated step by step, as PyTorch does it, so that the figures agree to the last bit.
/// A `step_size` of 0 never changes the rate.
pub fn step_lr(base: f64, step_size: usize, gamma: f64, epoch: usize) -> f64 {
    let steps = epoch.checked_div(step_size).unwrap_or(0);
    (0..steps).fold(base, |rate, _| rate * gamma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_falls_tenfold_after_each_seven_epochs() {
        assert_eq!(step_lr(1e-3, 7, 0.1, 6), 1e-3);
        assert_eq!(step_lr(1e-3, 7, 0.1, 7), 1e-3 * 0.1);
        assert_eq!(step_lr(1e-3, 7, 0.1, 21), 1e-3 * 0.1 * 0.1 * 0.1);
    }

    #[test]
    fn a_step_size_of_nought_keeps_the_rate() {
        assert_eq!(step_lr(0.5, 0, 0.1, 100), 0.5);
    }
}
