use std::path::PathBuf;

use super::*;

/// `noise` of the reference values: see `make_reference.py`.
fn noise(n: usize, scale: f64, stream: u64) -> Vec<f32> {
    (0..n as u64)
        .map(|i| {
            let h = (i + 1_000_003 * stream + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let h = (h ^ (h >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
            let h = h ^ (h >> 32);
            (scale * 3f64.sqrt() * (2.0 * (h >> 40) as f64 / f64::from(1u32 << 24) - 1.0)) as f32
        })
        .collect()
}

fn put(all: &mut BTreeMap<String, Tensor>, name: String, shape: &[usize], values: Vec<f32>) {
    all.insert(name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap());
}

/// A network of noise whose activations stay about as large as its input.
fn random_network(arch: Arch, widths: Option<[usize; 4]>) -> (BTreeMap<String, Tensor>, ModelSpec) {
    let mut all = BTreeMap::new();
    let mut stream = 100;
    let mut layer = |conv: String, norm: String, outputs: usize, inputs: usize, kernel: usize| {
        stream += 10;
        let fan_in = inputs * kernel * kernel;
        let weights = noise(outputs * fan_in, (1.0 / fan_in as f64).sqrt(), stream);
        put(&mut all, format!("{conv}.weight"), &[outputs, inputs, kernel, kernel], weights);
        for (i, (leaf, mean, scale)) in
            [("weight", 1.0, 0.2), ("bias", 0.0, 0.1), ("running_mean", 0.0, 0.1), ("running_var", 1.0, 0.2)]
                .into_iter()
                .enumerate()
        {
            let values = noise(outputs, scale, stream + 1 + i as u64).into_iter().map(|v| v + mean).collect();
            put(&mut all, format!("{norm}.{leaf}"), &[outputs], values);
        }
    };
    let sizes = widths.unwrap_or(WIDTHS);
    layer("conv1".into(), "bn1".into(), sizes[0], 3, 7);
    let mut inputs = sizes[0];
    for (stage, outputs) in sizes.into_iter().enumerate() {
        for block in 0..if arch == Arch::Resnet18 { 2 } else { [3, 4, 6, 3][stage] } {
            let name = format!("layer{}.{block}", stage + 1);
            layer(format!("{name}.conv1"), format!("{name}.bn1"), outputs, inputs, 3);
            layer(format!("{name}.conv2"), format!("{name}.bn2"), outputs, outputs, 3);
            if stage > 0 && block == 0 {
                layer(format!("{name}.downsample.0"), format!("{name}.downsample.1"), outputs, inputs, 1);
            }
            inputs = outputs;
        }
    }
    (all, ModelSpec { arch, classes: 2, widths })
}

/// The features by Candle's operations in f64, layer by layer.
fn plain_features(all: &BTreeMap<String, Tensor>, images: &[f32], n: usize, height: usize, width: usize) -> Vec<f64> {
    let get = |name: String| all[&name].to_dtype(DType::F64).unwrap();
    let layer = |x: &Tensor, conv: &str, norm: &str, stride: usize| {
        let weights = get(format!("{conv}.weight"));
        let padding = weights.dims()[2] / 2;
        let y = x.conv2d(&weights, padding, stride, 1, 1).unwrap();
        let leaf = |leaf: &str| get(format!("{norm}.{leaf}")).reshape((1, (), 1, 1)).unwrap();
        let scale = leaf("weight").div(&(leaf("running_var") + EPSILON).unwrap().sqrt().unwrap()).unwrap();
        y.broadcast_sub(&leaf("running_mean"))
            .unwrap()
            .broadcast_mul(&scale)
            .unwrap()
            .broadcast_add(&leaf("bias"))
            .unwrap()
    };
    let x = Tensor::from_slice(images, (n, 3, height, width), &Device::Cpu).unwrap().to_dtype(DType::F64).unwrap();
    let x = layer(&x, "conv1", "bn1", 2).relu().unwrap();
    // After ReLU, zeros are as good a border as minus infinity.
    let x = x.pad_with_zeros(2, 1, 1).unwrap().pad_with_zeros(3, 1, 1).unwrap();
    let mut x = x.max_pool2d_with_stride(3, 2).unwrap();
    for stage in 1..=4 {
        for block in 0.. {
            let name = format!("layer{stage}.{block}");
            if !all.contains_key(&format!("{name}.conv1.weight")) {
                break;
            }
            let stride = if stage > 1 && block == 0 { 2 } else { 1 };
            let y = layer(&x, &format!("{name}.conv1"), &format!("{name}.bn1"), stride).relu().unwrap();
            let y = layer(&y, &format!("{name}.conv2"), &format!("{name}.bn2"), 1);
            let shortcut = if all.contains_key(&format!("{name}.downsample.0.weight")) {
                layer(&x, &format!("{name}.downsample.0"), &format!("{name}.downsample.1"), stride)
            } else {
                x
            };
            x = (y + shortcut).unwrap().relu().unwrap();
        }
    }
    x.mean((2, 3)).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// The largest difference, as a part of the largest value.
fn error(found: &[f32], want: &[f64]) -> f64 {
    assert_eq!(found.len(), want.len());
    let largest = want.iter().fold(0.0, |max: f64, v| max.max(v.abs()));
    let worst = found.iter().zip(want).fold(0.0, |max: f64, (f, w)| max.max((f64::from(*f) - w).abs()));
    assert!(largest > 0.0 && found.iter().all(|v| v.is_finite()));
    worst / largest
}

#[test]
fn features_equal_the_pytorch_reference() {
    let folder = std::env::var_os("IMAGO_REFERENCE")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), PathBuf::from);
    let seed: u64 = std::env::var("IMAGO_REFERENCE_SEED").map_or(0, |seed| seed.parse().unwrap());
    let all = candle_core::safetensors::load(folder.join("resnet_mini.safetensors"), &Device::Cpu).unwrap();
    let want: Vec<f64> =
        all["features"].flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f64::from).collect();
    let weights = all.into_iter().filter_map(|(name, t)| Some((name.strip_prefix("w.")?.to_owned(), t))).collect();
    let spec = ModelSpec { arch: Arch::Resnet18, classes: 2, widths: Some([8, 16, 24, 32]) };
    for cpu in Cpu::all() {
        let net = FusedResnet::for_cpu(cpu, &weights, &spec).unwrap();
        let mut features = Vec::new();
        net.features_of_size(&noise(2 * 3 * 97 * 131, 1.0, 51 + 1000 * seed), 2, 97, 131, &mut features).unwrap();
        let error = error(&features, &want);
        assert!(error < 1e-5, "{}: {error}", cpu.name());
    }
}

#[test]
fn full_width_features_equal_the_plain_network() {
    let (weights, spec) = random_network(Arch::Resnet18, None);
    let net = FusedResnet::new(&weights, &spec).unwrap();
    assert!(!net.wide.is_empty() && !net.deep.is_empty());
    let images = noise(3 * 3 * 75 * 64, 1.0, 1);
    let mut features = Vec::new();
    net.features_of_size(&images, 3, 75, 64, &mut features).unwrap();
    let error = error(&features, &plain_features(&weights, &images, 3, 75, 64));
    assert!(error < 1e-5, "{error}");
}

#[test]
fn a_resnet34_of_uneven_widths_equals_the_plain_network() {
    let (weights, spec) = random_network(Arch::Resnet34, Some([5, 17, 8, 33]));
    for cpu in Cpu::all() {
        let net = FusedResnet::for_cpu(cpu, &weights, &spec).unwrap();
        for (n, height, width) in [(1, 1, 1), (2, 33, 40), (1, 7, 90)] {
            let images = noise(n * 3 * height * width, 1.0, 2);
            let mut features = Vec::new();
            net.features_of_size(&images, n, height, width, &mut features).unwrap();
            let error = error(&features, &plain_features(&weights, &images, n, height, width));
            assert!(error < 1e-5, "{}, {height}×{width}: {error}", cpu.name());
        }
    }
}

#[test]
fn features_depend_neither_on_threads_nor_on_company() {
    for widths in [None, Some([8, 16, 24, 32])] {
        let (weights, spec) = random_network(Arch::Resnet18, widths);
        let net = FusedResnet::new(&weights, &spec).unwrap();
        let (n, picture) = (GROUP + 3, 3 * 40 * 48);
        let images = noise(n * picture, 1.0, 3);
        let mut all = Vec::new();
        net.features_of_size(&images, n, 40, 48, &mut all).unwrap();
        assert_eq!(all.len(), n * net.width());
        for threads in [1, 2, 3, 5] {
            let threads = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            threads.install(|| {
                let mut some = Vec::new();
                for (from, to) in [(0, n), (0, 1), (n - 1, n), (2, 9)] {
                    net.features_of_size(&images[from * picture..to * picture], to - from, 40, 48, &mut some).unwrap();
                    assert!(some == all[from * net.width()..to * net.width()]);
                }
            });
        }
    }
}

#[test]
fn no_pictures_have_no_features_and_wrong_counts_are_refused() {
    let (weights, spec) = random_network(Arch::Resnet18, Some([8, 16, 24, 32]));
    let net = FusedResnet::new(&weights, &spec).unwrap();
    let mut features = vec![1.0];
    net.features(&[], 0, &mut features).unwrap();
    assert!(features.is_empty());
    for (len, n) in [(10, 1), (0, 1), (3 * 224 * 224, 2), (3 * 224 * 224, usize::MAX)] {
        assert!(matches!(net.features(&vec![0.0; len], n, &mut features), Err(FusedError::Input { .. })));
    }
    assert!(net.features_of_size(&[], 1, 0, 224, &mut features).is_err());
    net.release_workspace();
    assert_eq!(net.workspace_bytes(), 0);
}

#[test]
fn weights_that_do_not_fit_are_refused_by_name() {
    let (mut weights, spec) = random_network(Arch::Resnet18, Some([8, 16, 24, 32]));
    assert!(matches!(
        FusedResnet::new(&weights, &ModelSpec { arch: Arch::Cnn, ..spec.clone() }),
        Err(FusedError::NotResnet("cnn"))
    ));
    let wider = ModelSpec { widths: Some([8, 16, 24, 40]), ..spec.clone() };
    assert!(
        matches!(FusedResnet::new(&weights, &wider), Err(FusedError::Shape { name, .. }) if name == "layer4.0.conv1.weight")
    );
    weights.remove("layer3.0.downsample.1.running_var");
    let missing = FusedResnet::new(&weights, &spec);
    assert!(matches!(missing, Err(FusedError::Missing(name)) if name == "layer3.0.downsample.1.running_var"));
}
