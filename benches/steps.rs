//! Whole training steps, and the convolutions they are made of, forwards and backwards at every layer shape of both networks.
//!
//! `RAYON_NUM_THREADS=2 cargo bench --bench steps`. Criterion's `elem/s` are pictures a second for steps and multiply-adds a
//! second for layers. Numbers are noise: they don't change the time.

use std::hint::black_box;
use std::time::Duration;

use candle_core::{Device, Tensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use imago::models::{Arch, ForwardMode, Model, ModelSpec};
use imago::nn::kernels::ConvShape;
use imago::nn::kernels::choose::{Pass, conv_backward, conv_forward};
use imago::nn::kernels::conv::Wanted;
use imago::nn::{Sgd, SgdConfig, cross_entropy};

/// Numbers between −1 and 1.
fn noise(n: usize) -> Vec<f32> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn steps(c: &mut Criterion) {
    for (arch, batches) in [(Arch::Cnn, [4, 16, 32].as_slice()), (Arch::CnnBn, &[16]), (Arch::Resnet18, &[4, 16])] {
        let mut group = c.benchmark_group(format!("{} step", arch.name()));
        group.sample_size(10).measurement_time(Duration::from_secs(6));
        for &n in batches {
            let model = Model::new(&ModelSpec::new(arch, 2), 0, &Device::Cpu).expect("a model");
            let mut sgd =
                Sgd::new(model.params(), SgdConfig { momentum: 0.9, weight_decay: 0.0 }).expect("an optimiser");
            let x = Tensor::from_vec(noise(n * 3 * 224 * 224), (n, 3, 224, 224), &Device::Cpu).expect("a batch");
            let labels: Vec<u32> = (0..n as u32).map(|index| index % 2).collect();
            let y = Tensor::new(labels, &Device::Cpu).expect("labels");
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::from_parameter(n), |b| {
                b.iter(|| {
                    let logits = model.forward(black_box(&x), ForwardMode::Train).expect("logits");
                    let loss = cross_entropy(&logits, &y).expect("a loss");
                    sgd.backward_step(&loss, 1e-4).expect("a step");
                });
            });
        }
        group.finish();
    }
}

/// (inputs, outputs, side, kernel, stride, padding), each shape of the networks once.
const LAYERS: [(usize, usize, usize, usize, usize, usize); 14] = [
    (3, 64, 224, 3, 2, 0),
    (64, 128, 55, 3, 1, 0),
    (128, 256, 26, 3, 1, 0),
    (3, 64, 224, 7, 2, 3),
    (64, 64, 56, 3, 1, 1),
    (64, 128, 56, 3, 2, 1),
    (64, 128, 56, 1, 2, 0),
    (128, 128, 28, 3, 1, 1),
    (128, 256, 28, 3, 2, 1),
    (128, 256, 28, 1, 2, 0),
    (256, 256, 14, 3, 1, 1),
    (256, 512, 14, 3, 2, 1),
    (256, 512, 14, 1, 2, 0),
    (512, 512, 7, 3, 1, 1),
];

fn layers(c: &mut Criterion) {
    let n = 16;
    for (inputs, outputs, side, kernel, stride, padding) in LAYERS {
        let shape = ConvShape::new((n, side, side, inputs), (outputs, kernel, kernel), stride, padding)
            .expect("the shape fits");
        let name = format!("{kernel}×{kernel}/{stride} {inputs}→{outputs} at {side}");
        let mut group = c.benchmark_group("convolution");
        group.sample_size(10).measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Elements((n * shape.output_len() * shape.patch()) as u64));
        let (x, weight) = (noise(n * shape.input_len()), noise(shape.weight_len()));
        group.bench_function(format!("{name}, forward"), |b| {
            b.iter(|| conv_forward(&shape, Pass::Forward, black_box(&x), &weight, None));
        });
        let dy = noise(n * shape.output_len());
        // The first layer's input is the picture: nobody wants its gradient.
        let wanted = Wanted { input: inputs > 3, weight: true, bias: false };
        group.bench_function(format!("{name}, backward"), |b| {
            b.iter(|| conv_backward(&shape, black_box(&x), &weight, &dy, wanted));
        });
        group.finish();
    }
}

criterion_group!(benches, steps, layers);
criterion_main!(benches);
