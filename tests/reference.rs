//! Numerics against PyTorch. The figures come from the folder in `IMAGO_REFERENCE` (made with the seed in
//! `IMAGO_REFERENCE_SEED`), or from the small ones in `tests/fixtures`.

#[path = "reference/mod.rs"]
mod reference;

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use imago::imaging::{Preprocess, decode_file, normalize_into, val_transform};
use imago::models::fused_resnet::FusedResnet;
use imago::models::{Arch, ForwardMode, Model, ModelSpec, read_weights, starter};
use imago::nn::{Sgd, SgdConfig, cross_entropy, gradients, step_lr};
use reference::{Figures, fixtures, folder, noise, noise_tensor, seed};

/// The custom network with the formula's parameters.
fn custom(arch: Arch) -> Model {
    let model = Model::new(&ModelSpec::new(arch, 2), 0, &Device::Cpu).unwrap();
    let seeded = |stream: u64| stream + 1000 * seed();
    let layers = ["conv1", "conv2", "conv3", "fc1", "fc2", "fc3"];
    let mut state: HashMap<String, Tensor> = model.state_dict().into_iter().collect();
    for (k, layer) in layers.iter().enumerate() {
        let shape = state[&format!("{layer}.weight")].dims().to_vec();
        let fan_in: usize = shape[1..].iter().product();
        let weight = noise_tensor(&shape, (2.0f64 / fan_in as f64).sqrt(), seeded(2 * k as u64));
        let bias = noise_tensor(&shape[..1], 0.05, seeded(2 * k as u64 + 1));
        state.insert(format!("{layer}.weight"), weight);
        state.insert(format!("{layer}.bias"), bias);
    }
    if arch == Arch::CnnBn {
        for (j, channels) in [(1, 64), (2, 128), (3, 256)] {
            let weight: Vec<f32> = noise(channels, 0.2, seeded(100 + j)).iter().map(|v| 1.0 + v).collect();
            state.insert(format!("bn{j}.weight"), Tensor::from_vec(weight, channels, &Device::Cpu).unwrap());
            state.insert(format!("bn{j}.bias"), noise_tensor(&[channels], 0.1, seeded(200 + j)));
        }
    }
    model.load_state_dict(&state).unwrap();
    model
}

fn three_steps(arch: Arch, file: &str) {
    let figures = Figures::read(file);
    let model = custom(arch);
    let x = noise_tensor(&[4, 3, 224, 224], 1.0, 50 + 1000 * seed());
    let y = Tensor::new(&[0u32, 1, 1, 0], &Device::Cpu).unwrap();
    let params = model.params();
    let mut sgd = Sgd::new(params.clone(), SgdConfig { momentum: 0.9, weight_decay: 0.0 }).unwrap();
    for step in 1..=3 {
        let logits = model.forward(&x, ForwardMode::Train).unwrap();
        let loss = cross_entropy(&logits, &y).unwrap();
        let grads = gradients(&loss, &params).unwrap();
        if step == 1 {
            figures.check("logits", &logits);
            figures.check("loss", &loss);
            for param in &params {
                let (name, gradient) = (param.name(), grads[param.name()].to_tensor().unwrap());
                let figure = format!("grad.{name}");
                match name.strip_suffix(".bias").filter(|layer| arch == Arch::CnnBn && layer.starts_with("conv")) {
                    Some(layer) => {
                        let weight = grads[&format!("{layer}.weight")].to_tensor().unwrap();
                        figures.check_nought(&figure, &gradient, &weight);
                    }
                    None => figures.check(&figure, &gradient),
                }
            }
        }
        sgd.step(&grads, 1e-2).unwrap();
        for (name, tensor) in model.state_dict() {
            match step {
                1 => figures.check(&format!("after1.{name}"), &tensor),
                3 => figures.check_after_steps(&format!("after3.{name}"), &tensor),
                _ => {}
            }
        }
    }
}

#[test]
fn the_custom_network_steps_as_the_reference_does() {
    three_steps(Arch::Cnn, "cnn_step.safetensors");
}

#[test]
fn the_custom_network_with_batch_norm_steps_as_the_reference_does() {
    three_steps(Arch::CnnBn, "cnn_bn_step.safetensors");
}

fn mini() -> Model {
    let spec = ModelSpec { arch: Arch::Resnet18, classes: 2, widths: Some([8, 16, 24, 32]) };
    Model::new(&spec, 0, &Device::Cpu).unwrap()
}

fn mini_input() -> Tensor {
    noise_tensor(&[2, 3, 97, 131], 1.0, 51 + 1000 * seed())
}

#[test]
fn a_small_resnet_evaluates_as_the_reference_does() {
    let figures = Figures::read("resnet_mini.safetensors");
    let model = mini();
    model.load_state_dict(&figures.under("w.")).unwrap();
    let features = model.backbone(&mini_input()).unwrap();
    figures.check("features", &features);
    figures.check("eval_logits", &model.head(&features).unwrap());
    figures.check("eval_logits", &model.forward(&mini_input(), ForwardMode::Eval).unwrap());
}

#[test]
fn a_small_resnet_trains_as_the_reference_does() {
    let figures = Figures::read("resnet_mini.safetensors");
    let model = mini();
    model.load_state_dict(&figures.under("w.")).unwrap();
    let logits = model.forward(&mini_input(), ForwardMode::Train).unwrap();
    let loss = cross_entropy(&logits, &Tensor::new(&[1u32, 0], &Device::Cpu).unwrap()).unwrap();
    figures.check("loss", &loss);
    let params = model.params();
    let grads = gradients(&loss, &params).unwrap();
    for param in &params {
        figures.check(&format!("grad.{}", param.name()), &grads[param.name()].to_tensor().unwrap());
    }
}

/// One step of a whole ResNet18 from the starter, where the joined blocks take Winograd's larger tiles. The figures are PyTorch's
/// in f64; its own f32 is up to 7e-6 off them.
///
/// ```text
/// net = torchvision.models.resnet18(num_classes=2); net.load_state_dict(starter, strict=False)
/// fc.weight, fc.bias = noise(1024, 0.05, 62).reshape(2, 512), 0
/// x = noise(4 * 3 * 128 * 96, 1.0, 61).reshape(4, 3, 128, 96); net.double().train()
/// loss = cross_entropy(net(x.double()), torch.tensor([0, 1, 1, 0])); loss.backward()
/// logits, loss, grad.* (the first 48 numbers, norm and sum), after.* (running statistics)
/// ```
#[test]
fn fine_tuning_a_resnet18_steps_as_pytorch_does() {
    let figures = Figures::read_from(&fixtures(), "resnet18_step.safetensors");
    let model = Model::new(&ModelSpec::new(Arch::Resnet18, 2), 0, &Device::Cpu).unwrap();
    model.load_backbone(&starter().unwrap()).unwrap();
    for (name, var) in model.head_parameters() {
        let values = if name == "fc.weight" { noise_tensor(&[2, 512], 0.05, 62) } else { var.zeros_like().unwrap() };
        var.set(&values).unwrap();
    }
    let x = noise_tensor(&[4, 3, 128, 96], 1.0, 61);
    let logits = model.forward(&x, ForwardMode::Train).unwrap();
    let loss = cross_entropy(&logits, &Tensor::new(&[0u32, 1, 1, 0], &Device::Cpu).unwrap()).unwrap();
    figures.check_within(1e-4, "logits", &logits);
    figures.check_within(1e-4, "loss", &loss);
    let params = model.params();
    let grads = gradients(&loss, &params).unwrap();
    for param in &params {
        let name = format!("grad.{}", param.name());
        figures.check_within(1e-4, &name, &grads[param.name()].to_tensor().unwrap());
        figures.check(&name, &grads[param.name()].to_tensor().unwrap());
    }
    for (name, var) in model.buffers() {
        figures.check_within(1e-4, &format!("after.{name}"), &var);
    }
}

#[test]
fn a_small_resnet_under_hugging_faces_names_gives_the_reference_logits() {
    let figures = Figures::read("resnet_mini.safetensors");
    let weights = read_weights(&folder().join("resnet_mini_hf.safetensors")).unwrap();
    assert_eq!(weights.arch(), Some(Arch::Resnet18));
    let model = mini();
    model.load_backbone(&weights).unwrap();
    let features = model.backbone(&mini_input()).unwrap();
    figures.check("features", &features);
    // The head is never taken over by `load_backbone`; here it is needed to compare logits.
    let mut state: HashMap<String, Tensor> = model.state_dict().into_iter().collect();
    for name in ["fc.weight", "fc.bias"] {
        state.insert(name.to_owned(), weights.get(name).unwrap().clone());
    }
    model.load_state_dict(&state).unwrap();
    figures.check("eval_logits", &model.forward(&mini_input(), ForwardMode::Eval).unwrap());
}

/// Two readings of one architecture: a slip in ours, or in how the fused kernels follow it, would show.
#[test]
fn the_starter_gives_the_logits_of_candles_own_resnet() {
    use candle_core::{DType, Module};
    let weights = starter().unwrap();
    let model = Model::new(&ModelSpec::new(Arch::Resnet18, 3), 0, &Device::Cpu).unwrap();
    model.load_backbone(&weights).unwrap();
    let state: HashMap<String, Tensor> = model.state_dict().into_iter().collect();
    let vb = candle_nn::VarBuilder::from_tensors(state, DType::F32, &Device::Cpu);
    let theirs = candle_transformers::models::resnet::resnet18(3, vb).unwrap();
    let x = noise_tensor(&[2, 3, 96, 128], 1.0, 52);
    let expected = theirs.forward(&x).unwrap();
    let largest = expected.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    for ours in [model.forward(&x, ForwardMode::Eval).unwrap(), model.head(&model.backbone(&x).unwrap()).unwrap()] {
        let error = (ours - &expected).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(error <= 1e-4 * largest, "{error} of {largest}");
    }
}

/// What training and predicting run, against Candle's own operations, on real photographs.
#[test]
fn the_fused_backbone_gives_candles_features_of_every_validation_photograph() {
    use candle_core::{DType, Module};
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hymenoptera_data/val");
    if !data.is_dir() {
        println!("SKIPPED-NO-SHARED: {} is not here", data.display());
        return;
    }
    let spec = ModelSpec::new(Arch::Resnet18, 2);
    let model = Model::new(&spec, 0, &Device::Cpu).unwrap();
    model.load_backbone(&starter().unwrap()).unwrap();
    let fused = FusedResnet::new(&model.state_dict(), &spec).unwrap();
    let state: HashMap<String, Tensor> = model.state_dict().into_iter().collect();
    let vb = candle_nn::VarBuilder::from_tensors(state, DType::F32, &Device::Cpu);
    let plain = candle_transformers::models::resnet::resnet18_no_final_layer(vb).unwrap();

    let folders = ["ants", "bees"].into_iter().flat_map(|class| std::fs::read_dir(data.join(class)).unwrap());
    let mut files: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 153);
    let preprocess = Preprocess::default();
    for files in files.chunks(17) {
        let mut pixels = vec![0.0; files.len() * 3 * 224 * 224];
        for (file, pixels) in files.iter().zip(pixels.chunks_exact_mut(3 * 224 * 224)) {
            normalize_into(&val_transform(&decode_file(file).unwrap(), &preprocess), &preprocess, pixels);
        }
        let mut features = Vec::new();
        fused.features(&pixels, files.len(), &mut features).unwrap();
        let features = Tensor::from_vec(features, (files.len(), 512), &Device::Cpu).unwrap();
        let expected =
            plain.forward(&Tensor::from_vec(pixels, (files.len(), 3, 224, 224), &Device::Cpu).unwrap()).unwrap();
        let most = |tensor: &Tensor| tensor.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        let (error, largest) = (most(&(&features - &expected).unwrap()), most(&expected));
        assert!(error <= 1e-4 * largest, "{error} of {largest}");
        let classes = |features: &Tensor| model.head(features).unwrap().argmax(1).unwrap().to_vec1::<u32>().unwrap();
        assert_eq!(classes(&features), classes(&expected));
    }
}

#[test]
fn the_schedule_is_that_of_the_reference() {
    let text = std::fs::read_to_string(folder().join("schedule.json")).unwrap();
    let rates: Vec<f64> = serde_json::from_str(&text).unwrap();
    assert_eq!(rates.len(), 25);
    for (epoch, rate) in rates.into_iter().enumerate() {
        let ours = step_lr(1e-3, 7, 0.1, epoch);
        assert!((ours - rate).abs() <= 1e-12 * rate, "epoch {epoch}: {ours}, expected {rate}");
    }
}
