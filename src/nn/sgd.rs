//! Stochastic gradient descent with momentum, as PyTorch's `SGD`: in place, one pass over memory on the CPU.
//!
//! For each parameter p with gradient g: g ← g + decay · p, v ← momentum · v + g, p ← p − lr · v (v starts at 0; dampening 0, no
//! Nesterov).

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor};
use rayon::prelude::*;

use super::kernels::gemm::{Mat, Store, gemm};
use super::kernels::vectorized::vectorized;
use super::param::{Gradient, Param, gradients};
use super::tensor_data::{floats, slice, slice_mut, tensor};

/// Numbers that one thread updates at a time; 16 KB of each of the three arrays.
const CHUNK: usize = 4096;

/// Settings that stay the same during a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdConfig {
    /// Share of the earlier velocity that is kept.
    pub momentum: f64,
    /// L2 penalty.
    pub weight_decay: f64,
}

impl Default for SgdConfig {
    fn default() -> Self {
        Self { momentum: 0.9, weight_decay: 0.0 }
    }
}

/// The optimiser with its velocities.
#[derive(Debug)]
pub struct Sgd {
    config: SgdConfig,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    param: Param,
    velocity: Velocity,
}

/// A parameter's velocity: `Cpu` is updated together with the parameter, in one pass.
#[derive(Debug)]
enum Velocity {
    Cpu(Vec<f32>),
    Device(Tensor),
}

impl Sgd {
    /// An optimiser of `params`, all velocities 0.
    ///
    /// # Errors
    /// When the device refuses the velocities.
    pub fn new(params: Vec<Param>, config: SgdConfig) -> Result<Self> {
        let entries = params.into_iter().map(|param| {
            let var = param.var();
            let velocity = if var.device().is_cpu() {
                Velocity::Cpu(vec![0.0; var.elem_count()])
            } else {
                Velocity::Device(var.zeros_like()?)
            };
            Ok(Entry { param, velocity })
        });
        Ok(Self { config, entries: entries.collect::<Result<_>>()? })
    }

    /// Backward pass from the scalar `loss`, then one update with learning rate `lr`. Parameters that took no part in the loss
    /// stay as they are.
    ///
    /// # Errors
    /// When the backward pass or the device fails; parameters may then be updated in part.
    pub fn backward_step(&mut self, loss: &Tensor, lr: f64) -> Result<()> {
        let params: Vec<Param> = self.entries.iter().map(|entry| entry.param.clone()).collect();
        let gradients = gradients(loss, &params)?;
        self.step(&gradients, lr)
    }

    /// One update with gradients from [`gradients`].
    ///
    /// # Errors
    /// When a gradient's shape differs from its parameter's, or the device fails.
    pub fn step(&mut self, gradients: &BTreeMap<String, Gradient>, lr: f64) -> Result<()> {
        for Entry { param, velocity } in &mut self.entries {
            let Some(gradient) = gradients.get(param.name()) else { continue };
            match velocity {
                Velocity::Cpu(velocity) => update_cpu(param, velocity, gradient, self.config, lr)?,
                Velocity::Device(velocity) => {
                    let p = param.var().as_detached_tensor();
                    let g = (gradient.to_tensor()? + (&p * self.config.weight_decay)?)?;
                    *velocity = ((velocity.clone() * self.config.momentum)? + g)?.detach();
                    param.var().set(&(p - (velocity.clone() * lr)?)?)?;
                }
            }
        }
        Ok(())
    }

    /// The velocities by parameter name, on the CPU: what a checkpoint keeps.
    ///
    /// # Errors
    /// When they can't be copied from the device.
    pub fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        let state = self.entries.iter().map(|Entry { param, velocity }| {
            let tensor = match velocity {
                Velocity::Cpu(values) => tensor(values.clone(), param.var().dims())?,
                Velocity::Device(values) => values.to_device(&candle_core::Device::Cpu)?,
            };
            Ok((param.name().to_owned(), tensor))
        });
        state.collect()
    }

    /// Takes the velocities back from a checkpoint.
    ///
    /// # Errors
    /// When one is missing or has another shape; none is then changed.
    pub fn load_state(&mut self, state: &HashMap<String, Tensor>) -> Result<()> {
        let mut loaded = Vec::with_capacity(self.entries.len());
        for Entry { param, velocity } in &self.entries {
            let Some(values) = state.get(param.name()) else {
                candle_core::bail!("the optimiser's state has no velocity of {}", param.name());
            };
            if values.dims() != param.var().dims() {
                let (expected, found) = (param.var().dims(), values.dims());
                candle_core::bail!("the velocity of {} is {found:?}, expected {expected:?}", param.name());
            }
            loaded.push(match velocity {
                Velocity::Cpu(_) => Velocity::Cpu(values.flatten_all()?.to_vec1()?),
                Velocity::Device(tensor) => Velocity::Device(values.to_device(tensor.device())?),
            });
        }
        for (entry, velocity) in self.entries.iter_mut().zip(loaded) {
            entry.velocity = velocity;
        }
        Ok(())
    }
}

/// The factors of an update.
#[derive(Clone, Copy)]
struct Factors {
    momentum: f32,
    decay: f32,
    lr: f32,
}

vectorized! {
    fn apply(f: Factors, p: &mut [f32], v: &mut [f32], g: &[f32]) {
        for ((p, v), g) in p.iter_mut().zip(v).zip(g) {
            *v = f.momentum * *v + (g + f.decay * *p);
            *p -= f.lr * *v;
        }
    }
}

fn update_cpu(param: &Param, velocity: &mut [f32], gradient: &Gradient, config: SgdConfig, lr: f64) -> Result<()> {
    let factors = Factors { momentum: config.momentum as f32, decay: config.weight_decay as f32, lr: lr as f32 };
    let var = param.var();
    match gradient {
        Gradient::Dense(g) => {
            if g.dims() != var.dims() {
                candle_core::bail!("the gradient of {} is {:?}, expected {:?}", param.name(), g.dims(), var.dims());
            }
            let g = g.contiguous()?;
            var.inplace_op2(&g, &Update { velocity: RefCell::new(velocity), factors, rows: None })
        }
        Gradient::Outer { rows, columns } => {
            let (n, outputs) = rows.dims2()?;
            if var.dims() != [outputs, columns.dim(1)?] || columns.dim(0)? != n {
                let found = [outputs, columns.dim(1)?];
                candle_core::bail!("the gradient of {} is {found:?}, expected {:?}", param.name(), var.dims());
            }
            let rows = floats(rows)?.to_vec();
            var.inplace_op2(columns, &Update { velocity: RefCell::new(velocity), factors, rows: Some((rows, outputs)) })
        }
    }
}

/// Updates a parameter and its velocity together. With `rows`, the second tensor is the layer's input and the gradient
/// `rowsᵀ · input` is formed a few numbers at a time, in the cache.
struct Update<'a> {
    velocity: RefCell<&'a mut [f32]>,
    factors: Factors,
    rows: Option<(Vec<f32>, usize)>,
}

impl InplaceOp2 for Update<'_> {
    fn name(&self) -> &'static str {
        "sgd"
    }

    fn cpu_fwd(&self, p: &mut CpuStorage, pl: &Layout, s: &CpuStorage, l: &Layout) -> Result<()> {
        let (p, second) = (slice_mut(p, pl)?, slice(s, l)?);
        let factors = self.factors;
        let mut borrowed = self.velocity.borrow_mut();
        let velocity: &mut [f32] = &mut borrowed;
        match &self.rows {
            None => {
                let pieces = p.par_chunks_mut(CHUNK).zip(velocity.par_chunks_mut(CHUNK)).zip(second.par_chunks(CHUNK));
                pieces.for_each(|((p, v), g)| apply(factors, p, v, g));
            }
            Some((rows, outputs)) => {
                let Some(&[n, inputs]) = l.dims().first_chunk::<2>() else {
                    candle_core::bail!("sgd: a layer's input must be (batch, inputs)");
                };
                // A few rows of the weight at a time, and of those a stretch of columns: `columns` of the input stay cached.
                const ROWS: usize = 8;
                let pieces = p.par_chunks_mut(ROWS * inputs).zip(velocity.par_chunks_mut(ROWS * inputs)).enumerate();
                pieces.for_each_init(Vec::new, |gradient, (piece, (p, v))| {
                    let count = p.len() / inputs;
                    let rows = Mat::columns(&rows[piece * ROWS..], *outputs);
                    for first in (0..inputs).step_by(CHUNK) {
                        let width = CHUNK.min(inputs - first);
                        gradient.resize(count * width, 0.0);
                        gemm((count, width, n), rows, Mat::rows(&second[first..], inputs), gradient, width, Store::Set);
                        for (row, g) in gradient.chunks_exact(width).enumerate() {
                            let range = row * inputs + first..row * inputs + first + width;
                            apply(factors, &mut p[range.clone()], &mut v[range], g);
                        }
                    }
                });
            }
        }
        Ok(())
    }
}
