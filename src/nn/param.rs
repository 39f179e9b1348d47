//! A parameter, and where its gradient goes.
//!
//! Candle's `GradStore` allocates zeros, adds each gradient to them and copies the sum: for the 9.4 million numbers of the
//! custom network's first fully connected layer that is far more memory traffic than the gradient itself. Our CPU operations
//! therefore put a parameter's gradient straight into its slot, and may leave it as the outer product that it is; on a GPU,
//! where Candle's own operations run, gradients come out of the `GradStore`. [`gradients`] hides the difference.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{Result, Tensor, Var};

/// A gradient as the backward pass leaves it.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// Of the parameter's shape.
    Dense(Tensor),
    /// `rowsᵀ · columns`, not yet multiplied out: the weight gradient of a fully connected layer for a small batch.
    /// `rows` is (batch, outputs), `columns` is (batch, inputs).
    Outer {
        /// Gradient of the layer's output, (batch, outputs).
        rows: Tensor,
        /// The layer's input, (batch, inputs).
        columns: Tensor,
    },
}

impl Gradient {
    /// The gradient in the parameter's shape.
    ///
    /// # Errors
    /// When shapes do not fit.
    pub fn to_tensor(&self) -> Result<Tensor> {
        match self {
            Self::Dense(tensor) => Ok(tensor.clone()),
            Self::Outer { rows, columns } => super::linear::outer_product(rows, columns),
        }
    }
}

/// Where an operation leaves a parameter's gradient. Clones are the same slot.
#[derive(Clone, Debug, Default)]
pub struct GradSlot(Arc<Mutex<Option<Gradient>>>);

impl GradSlot {
    /// Adds `gradient` to what is there: a parameter may be used more than once in a forward pass.
    pub(crate) fn add(&self, gradient: Gradient) -> Result<()> {
        let mut held = self.lock();
        let sum = match held.take() {
            None => gradient,
            Some(earlier) => Gradient::Dense((earlier.to_tensor()? + gradient.to_tensor()?)?),
        };
        *held = Some(sum);
        Ok(())
    }

    /// Takes the gradient out; `None` when no operation has left one.
    pub fn take(&self) -> Option<Gradient> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Gradient>> {
        // The slot holds a whole gradient or none at any time, so a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A named parameter. Clones share the variable and the slot.
#[derive(Clone, Debug)]
pub struct Param {
    name: String,
    var: Var,
    slot: GradSlot,
}

impl Param {
    /// A parameter that starts as `value`.
    ///
    /// # Errors
    /// When the variable can't be made on the tensor's device.
    pub fn new(name: impl Into<String>, value: &Tensor) -> Result<Self> {
        Ok(Self { name: name.into(), var: Var::from_tensor(value)?, slot: GradSlot::default() })
    }

    /// PyTorch's name for it, such as `layer1.0.conv1.weight`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variable.
    pub fn var(&self) -> &Var {
        &self.var
    }

    /// Where its gradient goes.
    pub(crate) fn slot(&self) -> &GradSlot {
        &self.slot
    }

    /// The value as an operation's argument: with `track`, gradients flow to it; without, nothing of the operation is kept.
    pub(crate) fn tensor(&self, track: bool) -> Tensor {
        if track { self.var.as_tensor().clone() } else { self.var.as_detached_tensor() }
    }
}

/// Runs the backward pass from the scalar `loss` and collects the gradients of `params` by name. A parameter that took no
/// part in the loss is missing from the result.
///
/// # Errors
/// When an operation of the graph has no gradient, or the device fails.
pub fn gradients(loss: &Tensor, params: &[Param]) -> Result<BTreeMap<String, Gradient>> {
    for param in params {
        // What an abandoned backward pass may have left.
        drop(param.slot.take());
    }
    let mut store = loss.backward()?;
    let mut found = BTreeMap::new();
    for param in params {
        if let Some(tensor) = store.remove(param.var.as_tensor()) {
            param.slot.add(Gradient::Dense(tensor))?;
        }
        if let Some(gradient) = param.slot.take() {
            found.insert(param.name.clone(), gradient);
        }
    }
    Ok(found)
}
