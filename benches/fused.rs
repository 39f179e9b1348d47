//! The frozen backbone: whole ResNet18 and ResNet34 forward passes at 224×224, and each kernel at the layer shapes of ResNet18.
//!
//! `cargo bench --bench fused`; `RAYON_NUM_THREADS=2` sets the threads. Weights and pictures are noise: their values don't
//! change the time.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use candle_core::{Device, Tensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use imago::models::fused_resnet::FusedResnet;
use imago::models::{Arch, ModelSpec};
use imago::nn::fused::direct::DirectConv;
use imago::nn::fused::stem::Stem;
use imago::nn::fused::winograd::{Layer, Winograd};
use imago::nn::fused::{Cpu, Filter, Pool, Size, Workers};

/// Numbers between −1 and 1.
fn noise(n: usize) -> Vec<f32> {
    let mut state = 1u64;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        })
        .collect()
}

fn filter(outputs: usize, inputs: usize, kernel: usize) -> Filter {
    Filter { weights: noise(outputs * inputs * kernel * kernel), bias: noise(outputs), inputs, outputs, kernel }
}

/// A state dictionary of noise that keeps activations finite.
fn weights(depths: [usize; 4]) -> BTreeMap<String, Tensor> {
    let mut all = BTreeMap::new();
    let mut put = |name: String, shape: &[usize], values: Vec<f32>| {
        all.insert(name, Tensor::from_vec(values, shape, &Device::Cpu).expect("the shape fits"));
    };
    let mut layer = |conv: String, norm: String, outputs: usize, inputs: usize, kernel: usize| {
        let fan_in = (inputs * kernel * kernel) as f32;
        let values = noise(outputs * inputs * kernel * kernel).into_iter().map(|w| w / fan_in.sqrt()).collect();
        put(format!("{conv}.weight"), &[outputs, inputs, kernel, kernel], values);
        for (leaf, value) in [("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)] {
            put(format!("{norm}.{leaf}"), &[outputs], vec![value; outputs]);
        }
    };
    layer("conv1".into(), "bn1".into(), 64, 3, 7);
    let mut inputs = 64;
    for (stage, depth) in depths.into_iter().enumerate() {
        let outputs = 64 << stage;
        for block in 0..depth {
            let name = format!("layer{}.{block}", stage + 1);
            layer(format!("{name}.conv1"), format!("{name}.bn1"), outputs, inputs, 3);
            layer(format!("{name}.conv2"), format!("{name}.bn2"), outputs, outputs, 3);
            if inputs != outputs {
                layer(format!("{name}.downsample.0"), format!("{name}.downsample.1"), outputs, inputs, 1);
            }
            inputs = outputs;
        }
    }
    all
}

fn forward(c: &mut Criterion) {
    for (name, arch, depths) in [("resnet18", Arch::Resnet18, [2, 2, 2, 2]), ("resnet34", Arch::Resnet34, [3, 4, 6, 3])]
    {
        let spec = ModelSpec { arch, classes: 2, widths: None };
        let net = FusedResnet::new(&weights(depths), &spec).expect("the weights fit");
        let mut group = c.benchmark_group(format!("{name} forward, {}", net.instruction_set()));
        group.sample_size(10).measurement_time(Duration::from_secs(8));
        for n in [1, 4, 16, 32] {
            let images = noise(n * 3 * 224 * 224);
            let mut features = Vec::new();
            group.throughput(Throughput::Elements(n as u64));
            group.bench_with_input(BenchmarkId::from_parameter(n), &n, |b, &n| {
                b.iter(|| net.features(black_box(&images), n, &mut features).expect("the size fits"));
            });
        }
        group.finish();
    }
}

fn layers(c: &mut Criterion) {
    let cpu = Cpu::best();
    let pool = Pool::default();
    let mut group = c.benchmark_group("layers");
    group.sample_size(20).measurement_time(Duration::from_secs(2));

    let size = Size { height: 224, width: 224 };
    let stem = Stem::new(cpu, &filter(64, 3, 7)).expect("the filter fits");
    let (picture, mut out) = (noise(3 * size.pixels()), vec![0.0; Stem::output_size(size).pixels() * stem.outputs()]);
    group.bench_function("stem 7×7/2 3→64 and pooling, 1 picture", |b| {
        b.iter(|| stem.run(Workers::All, &pool, &picture, size, &mut out));
    });

    for (side, channels) in [(56, 64), (28, 128), (14, 256), (7, 512)] {
        let size = Size { height: side, width: side };
        let conv = Winograd::new(cpu, &filter(channels, channels, 3)).expect("the filter fits");
        for n in [1, 16] {
            let input = noise(n * size.pixels() * conv.inputs());
            let mut out = vec![0.0; n * size.pixels() * conv.outputs()];
            let layer = Layer { input: &input, size, residual: None, relu: true };
            group.throughput(Throughput::Elements((n * size.pixels() * channels * channels * 9) as u64));
            group.bench_function(format!("3×3 {channels} at {side}, {n} pictures"), |b| {
                b.iter(|| conv.run(Workers::All, &pool, layer, &mut out));
            });
        }
    }
    for (side, inputs, kernel) in [(56, 64, 3), (28, 128, 3), (14, 256, 3), (56, 64, 1), (28, 128, 1), (14, 256, 1)] {
        let size = Size { height: side, width: side };
        let conv = DirectConv::new(cpu, &filter(2 * inputs, inputs, kernel), 2, kernel / 2);
        for n in [1, 16] {
            let input = noise(n * size.pixels() * conv.inputs());
            let mut out = vec![0.0; n * conv.output_size(size).pixels() * conv.outputs()];
            let macs = n * conv.output_size(size).pixels() * inputs * 2 * inputs * kernel * kernel;
            group.throughput(Throughput::Elements(macs as u64));
            group.bench_function(
                format!("{kernel}×{kernel}/2 {inputs}→{} at {side}, {n} pictures", 2 * inputs),
                |b| {
                    b.iter(|| conv.run(Workers::All, &input, size, true, &mut out));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, forward, layers);
criterion_main!(benches);
