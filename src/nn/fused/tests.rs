//! Every kernel against plain code, over odd sizes and channel counts that no vector divides, on every instruction set of this
//! machine; and against itself, computed by other threads or in other company.

use proptest::prelude::*;

use super::direct::DirectConv;
use super::plain::{convolve, difference, max_pool, noise, noise_filter, to_pixels};
use super::stem::Stem;
use super::winograd::{Layer, Winograd};
use super::{Cpu, Pool, Size, Workers};

/// Several pictures, plain and in the kernels' layout.
fn pictures(n: usize, channels: usize, size: Size, padded: usize, seed: u64) -> (Vec<Vec<f32>>, Vec<f32>) {
    let planes: Vec<Vec<f32>> = (0..n).map(|i| noise(channels * size.pixels(), seed + i as u64)).collect();
    let pixels = planes.iter().flat_map(|p| to_pixels(p, channels, size, padded)).collect();
    (planes, pixels)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn direct_convolution_equals_plain_code(
        n in 0usize..4, height in 1usize..14, width in 1usize..14, inputs in 1usize..20, outputs in 1usize..20,
        kernel in 1usize..5, stride in 1usize..4, padding in 0usize..3, relu: bool, seed in 0u64..1000,
    ) {
        let size = Size { height, width };
        let filter = noise_filter(outputs, inputs, kernel, seed);
        for cpu in Cpu::all() {
            let conv = DirectConv::new(cpu, &filter, stride, padding);
            let (planes, input) = pictures(n, inputs, size, conv.inputs(), seed);
            let len = conv.output_size(size).pixels() * conv.outputs();
            let mut out = vec![f32::NAN; n * len];
            conv.run(Workers::All, &input, size, relu, &mut out);
            for (i, planes) in planes.iter().enumerate() {
                let (mut want, want_size) = convolve(planes, size, &filter, stride, padding);
                prop_assert_eq!(want_size, conv.output_size(size));
                if relu {
                    want.iter_mut().for_each(|v| *v = v.max(0.0));
                }
                let worst = difference(&want, outputs, want_size, &out[i * len..][..len], conv.outputs());
                prop_assert!(worst < 1e-5, "{}: {}", cpu.name(), worst);
            }
            let mut alone = vec![f32::NAN; n * len];
            conv.run(Workers::One, &input, size, relu, &mut alone);
            prop_assert!(out == alone);
        }
    }

    #[test]
    fn winograd_convolution_equals_plain_code(
        n in 0usize..6, height in 1usize..20, width in 1usize..20, inputs in 1usize..20, outputs in 1usize..20,
        residual: bool, relu: bool, seed in 0u64..1000,
    ) {
        let size = Size { height, width };
        let filter = noise_filter(outputs, inputs, 3, seed);
        let pool = Pool::default();
        for cpu in Cpu::all() {
            let both = [Winograd::keeping(cpu, &filter, true), Winograd::keeping(cpu, &filter, false)].map(Option::unwrap);
            let conv = &both[0];
            let (planes, input) = pictures(n, inputs, size, conv.inputs(), seed);
            let (added, added_pixels) = pictures(n, outputs, size, conv.outputs(), seed + 500);
            let layer = Layer { input: &input, size, residual: residual.then_some(&added_pixels[..]), relu };
            let len = size.pixels() * conv.outputs();
            let mut out = vec![f32::NAN; n * len];
            conv.run(Workers::One, &pool, layer, &mut out);
            for (i, planes) in planes.iter().enumerate() {
                let (mut want, _) = convolve(planes, size, &filter, 1, 1);
                for (want, &added) in want.iter_mut().zip(&added[i]) {
                    *want += if residual { f64::from(added) } else { 0.0 };
                    *want = if relu { want.max(0.0) } else { *want };
                }
                let worst = difference(&want, outputs, size, &out[i * len..][..len], conv.outputs());
                prop_assert!(worst < 3e-5, "{}: {}", cpu.name(), worst);
            }
            // Kept or transformed anew, band by band or step by step, alone or together: the same bits.
            for conv in &both {
                for workers in [Workers::One, Workers::All] {
                    let mut again = vec![f32::NAN; n * len];
                    conv.run(workers, &pool, layer, &mut again);
                    prop_assert!(out == again, "{}", cpu.name());
                    for i in 0..n {
                        let mut single = vec![f32::NAN; len];
                        let pixels = size.pixels();
                        let layer = Layer {
                            input: &input[i * pixels * conv.inputs()..][..pixels * conv.inputs()],
                            residual: layer.residual.map(|all| &all[i * len..][..len]),
                            ..layer
                        };
                        conv.run(workers, &pool, layer, &mut single);
                        prop_assert!(out[i * len..][..len] == single[..], "{}", cpu.name());
                    }
                }
            }
        }
    }

    #[test]
    fn the_stem_equals_plain_convolution_relu_and_pooling(height in 1usize..40, width in 1usize..40, outputs in 1usize..20, seed in 0u64..1000) {
        let size = Size { height, width };
        let filter = noise_filter(outputs, 3, 7, seed);
        let picture = noise(3 * size.pixels(), seed);
        let (mut want, want_size) = convolve(&picture, size, &filter, 2, 3);
        want.iter_mut().for_each(|v| *v = v.max(0.0));
        let (want, want_size) = max_pool(&want, outputs, want_size);
        for cpu in Cpu::all() {
            let stem = Stem::new(cpu, &filter).unwrap();
            prop_assert_eq!(want_size, Stem::output_size(size));
            let mut out = [vec![f32::NAN; want_size.pixels() * stem.outputs()], vec![f32::NAN; want_size.pixels() * stem.outputs()]];
            stem.run(Workers::One, &Pool::default(), &picture, size, &mut out[0]);
            stem.run(Workers::All, &Pool::default(), &picture, size, &mut out[1]);
            let worst = difference(&want, outputs, want_size, &out[0], stem.outputs());
            prop_assert!(worst < 1e-5, "{}: {}", cpu.name(), worst);
            prop_assert!(out[0] == out[1]);
        }
    }
}

/// Channels that take several pieces where filters are transformed on the way, the last of them shorter.
#[test]
fn winograd_with_many_inputs_is_the_same_however_it_is_computed() {
    let size = Size { height: 9, width: 10 };
    for inputs in [33, 48, 70] {
        let filter = noise_filter(5, inputs, 3, 7);
        for cpu in Cpu::all() {
            let conv = Winograd::keeping(cpu, &filter, false).unwrap();
            let (planes, input) = pictures(3, inputs, size, conv.inputs(), 11);
            let layer = Layer { input: &input, size, residual: None, relu: false };
            let len = size.pixels() * conv.outputs();
            let mut out = vec![f32::NAN; 3 * len];
            conv.run(Workers::One, &Pool::default(), layer, &mut out);
            for (i, planes) in planes.iter().enumerate() {
                let (want, _) = convolve(planes, size, &filter, 1, 1);
                let worst = difference(&want, 5, size, &out[i * len..][..len], conv.outputs());
                assert!(worst < 3e-5, "{} with {inputs} inputs: {worst}", cpu.name());
            }
            for (kept, workers) in [(false, Workers::All), (true, Workers::One), (true, Workers::All)] {
                let mut again = vec![f32::NAN; 3 * len];
                Winograd::keeping(cpu, &filter, kept).unwrap().run(workers, &Pool::default(), layer, &mut again);
                assert!(out == again, "{} with {inputs} inputs, kept: {kept}", cpu.name());
            }
        }
    }
}

#[test]
fn filters_of_another_size_are_refused() {
    let cpu = Cpu::best();
    assert!(Stem::new(cpu, &noise_filter(4, 3, 3, 1)).is_none());
    assert!(Stem::new(cpu, &noise_filter(4, 1, 7, 1)).is_none());
    assert!(Winograd::new(cpu, &noise_filter(4, 4, 1, 1)).is_none());
}
