//! Every kernel against its plain definition, over odd sizes, strides and paddings, one picture, none; and the same numbers with
//! any number of threads.

use proptest::prelude::*;

use super::choose::{Pass, PooledShape, conv_backward, conv_forward, conv_pool_backward, conv_pool_forward};
use super::conv::{self, ConvGrads, Input, Source, Target, Wanted};
use super::lifting::Lifting;
use super::shape::{ConvShape, PoolShape};
use super::transforms::{F2, F4};
use super::winograd::Winograd;
use super::{dense, norm, pool, reference};

const ALL: Wanted = Wanted { input: true, weight: true, bias: true };

/// Winograd's constants cost about a decimal digit of the seven that f32 has.
const CONV_TOLERANCE: f32 = 5e-5;

/// Numbers between −1 and 1 that look random and are the same every time.
fn numbers(count: usize, salt: u64) -> Vec<f32> {
    let value = |i: u64| {
        let hash = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        ((hash >> 40) as f64 / f64::from(1u32 << 23) - 1.0) as f32
    };
    (0..count as u64).map(value).collect()
}

fn assert_close(name: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let largest = theirs.iter().fold(1e-3f32, |largest, value| largest.max(value.abs()));
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= tolerance * largest, "{name}[{i}] = {a}, expected {b}");
    }
}

fn assert_grads_close(ours: &ConvGrads, theirs: &ConvGrads) {
    for (name, a, b) in
        [("dx", &ours.input, &theirs.input), ("dw", &ours.weight, &theirs.weight), ("db", &ours.bias, &theirs.bias)]
    {
        assert_close(name, a.as_ref().unwrap(), b.as_ref().unwrap(), CONV_TOLERANCE);
    }
}

fn operands(s: &ConvShape) -> (Vec<f32>, Vec<f32>, Vec<f32>, Vec<f32>) {
    (numbers(s.n * s.input_len(), 1), numbers(s.weight_len(), 2), numbers(s.o, 3), numbers(s.n * s.output_len(), 4))
}

fn check_conv(s: &ConvShape) {
    let (x, weight, bias, dy) = operands(s);
    for bias in [Some(bias.as_slice()), None] {
        let expected = reference::conv_forward(s, &x, &weight, bias);
        for pass in [Pass::Forward, Pass::Infer] {
            assert_close("y", &conv_forward(s, pass, &x, &weight, bias), &expected, CONV_TOLERANCE);
        }
    }
    assert_grads_close(&conv_backward(s, &x, &weight, &dy, ALL), &reference::conv_backward(s, &x, &weight, &dy));
}

/// A lifting that `choose` might not have chosen.
fn check_lifting(lifting: &impl Lifting) {
    let s = lifting.shape();
    let (x, weight, bias, dy) = operands(s);
    let mut y = vec![f32::NAN; dy.len()];
    conv::forward(lifting, Input::Map(&x), &weight, Some(&bias), Target::Map(&mut y));
    assert_close("y", &y, &reference::conv_forward(s, &x, &weight, Some(&bias)), CONV_TOLERANCE);
    let grads = conv::backward(lifting, Input::Map(&x), &weight, Source::Map(&dy), ALL);
    assert_grads_close(&grads, &reference::conv_backward(s, &x, &weight, &dy));
}

fn pooled(s: &PooledShape, pass: Pass, x: &[f32], parameters: (&[f32], Option<&[f32]>)) -> (Vec<f32>, Vec<u8>) {
    let (mut out, mut winners) = (vec![f32::NAN; s.output_len()], vec![77; s.output_len()]);
    conv_pool_forward(s, pass, x, parameters, &mut out, &mut winners);
    (out, winners)
}

/// With the input's gradient added to ones, which are taken away again.
fn pooled_backward(s: &PooledShape, x: &[f32], weight: &[f32], dy: (&[f32], &[u8])) -> ConvGrads {
    let mut dx = vec![1.0; x.len()];
    let grads = conv_pool_backward(s, x, weight, dy, Some(&mut dx));
    dx.iter_mut().for_each(|value| *value -= 1.0);
    ConvGrads { input: Some(dx), ..grads }
}

/// Convolution, ReLU and pooling fused, against the three one after the other.
fn check_pooled(s: &ConvShape, kernel: usize) {
    let (x, weight, bias, _) = operands(s);
    let Ok(p) = PoolShape::new((s.n, s.oh, s.ow, s.o), kernel, kernel, 0) else { return };
    let fused = PooledShape::new(*s, p).unwrap();
    let (out, winners) = pooled(&fused, Pass::Forward, &x, (&weight, Some(&bias)));
    let map = reference::conv_forward(s, &x, &weight, Some(&bias));
    let (values, indices) = reference::max_pool(&p, &map);
    let expected: Vec<f32> = values.iter().map(|value| value.max(0.0)).collect();
    assert_close("pooled", &out, &expected, CONV_TOLERANCE);
    let (inferred, _) = pooled(&fused, Pass::Infer, &x, (&weight, Some(&bias)));
    assert_close("pooled", &inferred, &expected, CONV_TOLERANCE);
    let dy = numbers(out.len(), 5);
    let mut dmap = vec![0.0; map.len()];
    for ((gradient, value), index) in dy.iter().zip(&values).zip(&indices) {
        if *value > 0.0 {
            dmap[*index] += gradient;
        }
    }
    let ours = pooled_backward(&fused, &x, &weight, (&dy, &winners));
    assert_grads_close(&ours, &reference::conv_backward(s, &x, &weight, &dmap));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_convolution_agrees_with_its_definition(
        n in 0usize..4, h in 1usize..12, w in 1usize..12, c in 1usize..5, o in 1usize..5,
        kh in 1usize..5, kw in 1usize..5, stride in 1usize..4, padding in 0usize..4,
    ) {
        if let Ok(s) = ConvShape::new((n, h, w, c), (o, kh, kw), stride, padding) {
            check_conv(&s);
        }
    }

    #[test]
    fn winograd_agrees_with_the_definition_of_convolution(
        n in 0usize..4, h in 3usize..15, w in 3usize..15, c in 1usize..35, o in 1usize..35, padding in 0usize..3,
    ) {
        let s = ConvShape::new((n, h, w, c), (o, 3, 3), 1, padding).unwrap();
        check_lifting(&Winograd::<2, 4, F2>::new(s).unwrap());
        check_lifting(&Winograd::<4, 6, F4>::new(s).unwrap());
    }

    #[test]
    fn a_pooled_convolution_agrees_with_its_three_steps(
        n in 0usize..4, h in 5usize..15, w in 5usize..15, c in 1usize..4, stride in 1usize..3, kernel in 1usize..4,
    ) {
        check_pooled(&ConvShape::new((n, h, w, c), (5, 3, 3), stride, 0).unwrap(), kernel);
    }

    #[test]
    fn any_max_pool_agrees_with_its_definition(
        n in 0usize..3, h in 1usize..10, w in 1usize..10, c in 1usize..40,
        kernel in 1usize..5, stride in 1usize..4, padding in 0usize..3, ties: bool,
    ) {
        let Ok(s) = PoolShape::new((n, h, w, c), kernel, stride, padding) else { return Ok(()) };
        let mut x = numbers(n * s.input_len(), 7);
        if ties {
            x.iter_mut().for_each(|value| *value = (*value * 2.0).round());
        }
        let mut out = vec![0.0; n * s.output_len()];
        let mut winners = vec![0; out.len()];
        pool::forward(&s, &x, false, &mut out, &mut winners);
        let (values, indices) = reference::max_pool(&s, &x);
        prop_assert_eq!(&out, &values);
        let dy = numbers(out.len(), 8);
        let (mut ours, mut theirs) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        pool::backward(&s, &dy, &winners, &mut ours);
        dy.iter().zip(indices).for_each(|(gradient, index)| theirs[index] += gradient);
        assert_close("dx", &ours, &theirs, 1e-6);
    }

    #[test]
    fn a_dense_layer_agrees_with_its_definition(n in 0usize..6, inputs in 1usize..70, outputs in 1usize..70) {
        let s = dense::DenseShape { n, inputs, outputs };
        // A fully connected layer is a convolution of pictures of one pixel.
        let c = ConvShape::new((n, 1, 1, inputs), (outputs, 1, 1), 1, 0).unwrap();
        let (x, weight, bias, dy) = operands(&c);
        let grads = reference::conv_backward(&c, &x, &weight, &dy);
        assert_close("y", &dense::forward(s, &x, &weight, &bias), &reference::conv_forward(&c, &x, &weight, Some(&bias)), 1e-5);
        assert_close("dx", &dense::grad_input(s, &dy, &weight), &grads.input.unwrap(), 1e-5);
        assert_close("dw", &dense::grad_weight(s, &x, &dy), &grads.weight.unwrap(), 1e-5);
    }
}

#[test]
fn the_layers_of_the_networks_agree_with_their_definition() {
    // Sizes that are cut into several groups, and those of which several pictures make one.
    for (input, kernel, stride, padding) in [
        ((2, 57, 61, 3), (20, 3, 3), 2, 0),
        ((2, 27, 25, 48), (64, 3, 3), 1, 0),
        ((3, 7, 7, 64), (48, 3, 3), 1, 1),
        ((2, 30, 26, 3), (16, 7, 7), 2, 3),
        ((5, 9, 9, 24), (32, 1, 1), 2, 0),
    ] {
        let s = ConvShape::new(input, kernel, stride, padding).unwrap();
        check_conv(&s);
        check_pooled(&s, 2);
    }
}

#[test]
fn nan_and_infinity_are_not_swallowed_by_a_pool() {
    let s = PoolShape::new((1, 2, 4, 1), 2, 2, 0).unwrap();
    let x = [1.0, f32::NAN, 0.0, f32::NEG_INFINITY, 2.0, 3.0, f32::INFINITY, 1.0];
    let (mut out, mut winners) = ([0.0; 2], [0; 2]);
    pool::forward(&s, &x, true, &mut out, &mut winners);
    assert!(out[0].is_nan());
    assert_eq!(out[1], f32::INFINITY);
}

#[test]
fn no_number_depends_on_the_number_of_threads() {
    let shapes = [
        ConvShape::new((3, 41, 37, 3), (16, 3, 3), 2, 1).unwrap(),
        ConvShape::new((3, 31, 29, 48), (50, 3, 3), 1, 0).unwrap(),
        ConvShape::new((1, 31, 29, 48), (50, 3, 3), 1, 1).unwrap(),
        ConvShape::new((5, 7, 7, 64), (48, 3, 3), 1, 1).unwrap(),
    ];
    let work = || {
        let mut all = Vec::new();
        for s in &shapes {
            let (x, weight, bias, dy) = operands(s);
            all.push(conv_forward(s, Pass::Forward, &x, &weight, Some(&bias)));
            all.push(conv_forward(s, Pass::Infer, &x, &weight, Some(&bias)));
            let grads = conv_backward(s, &x, &weight, &dy, ALL);
            all.extend([grads.input, grads.weight, grads.bias].into_iter().flatten());
            let p = PoolShape::new((s.n, s.oh, s.ow, s.o), 2, 2, 0).unwrap();
            let fused = PooledShape::new(*s, p).unwrap();
            let (out, winners) = pooled(&fused, Pass::Forward, &x, (&weight, Some(&bias)));
            let grads = pooled_backward(&fused, &x, &weight, (&numbers(out.len(), 6), &winners));
            all.extend([Some(out), grads.input, grads.weight, grads.bias].into_iter().flatten());
            let (mean, variance) = norm::moments(&dy, s.o);
            let grads = norm::backward(&dy, &dy, None, (&mean, &variance, &bias), true, true);
            all.extend([mean, variance, grads.weight, grads.bias]);
            all.extend(grads.input);
        }
        for n in [1, 4, 33] {
            let s = dense::DenseShape { n, inputs: 3000, outputs: 70 };
            let (x, weight, bias) = (numbers(n * 3000, 1), numbers(70 * 3000, 2), numbers(70, 3));
            let y = dense::forward(s, &x, &weight, &bias);
            all.extend([dense::grad_input(s, &y, &weight), dense::grad_weight(s, &x, &y), y]);
        }
        all
    };
    let with = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work);
    let one = with(1);
    for threads in [2, 3] {
        for (i, (a, b)) in one.iter().zip(with(threads)).enumerate() {
            let same = a.iter().zip(&b).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same && a.len() == b.len(), "result {i} with {threads} threads");
        }
    }
}
