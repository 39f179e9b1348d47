//! The child's side: reads a `.pth` as data and writes its tensors as safetensors.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use candle_core::pickle::{Object, PthTensors, Stack};
use candle_core::{DType, Tensor};
use zip::{CompressionMethod, ZipArchive};

use super::Limits;
use crate::base::write_atomically;
use crate::models::write_tensors;

/// Largest file that is read.
const MAX_FILE_BYTES: u64 = 2 << 30;
/// Largest pickle; a ResNet152's is below 100 KB.
const MAX_PICKLE_BYTES: u64 = 16 << 20;
/// Most entries; a ResNet152 has about 900.
const MAX_ENTRIES: usize = 20_000;
/// Where files with more than a state dict keep it.
const KEYS: [&str; 5] = ["state_dict", "model_state_dict", "model", "net", "weights"];

/// All that a pickle of tensors names.
const HARMLESS: [(&str, &[&str]); 7] = [
    ("collections", &["OrderedDict", "defaultdict"]),
    ("torch._utils", &["_rebuild_tensor_v2", "_rebuild_parameter"]),
    ("torch._tensor", &["_rebuild_from_type_v2"]),
    ("torch.nn.parameter", &["Parameter"]),
    ("torch.storage", &["UntypedStorage", "TypedStorage"]),
    (
        "torch",
        &[
            "FloatStorage",
            "DoubleStorage",
            "HalfStorage",
            "BFloat16Storage",
            "LongStorage",
            "IntStorage",
            "ShortStorage",
            "ByteStorage",
            "CharStorage",
            "BoolStorage",
            "Size",
            "device",
            "Tensor",
            "float32",
            "float16",
            "bfloat16",
            "float64",
        ],
    ),
    ("numpy", &["dtype"]),
];

/// Holds this process to `limits` from now on; what a system can't limit is left to whoever started it.
///
/// # Errors
/// When the system refuses.
#[cfg(unix)]
pub fn limit_this_process(limits: &Limits) -> io::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    let memory = setrlimit(Resource::RLIMIT_AS, limits.bytes, limits.bytes);
    // Some systems know no such limit; the time is limited all the same.
    if let Err(error) = memory {
        tracing::warn!("memory is not limited: {error}");
    }
    let seconds = limits.time.as_secs().max(1);
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds).map_err(io::Error::from)
}

/// Holds this process to `limits` from now on; what a system can't limit is left to whoever started it.
///
/// # Errors
/// Never on this system, which is not asked.
#[cfg(not(unix))]
pub fn limit_this_process(_limits: &Limits) -> io::Result<()> {
    Ok(())
}

/// Writes the tensors in `input` to `output`; gives their number.
///
/// # Errors
/// What is wrong with the file, to follow its name: `is cut off`.
pub fn convert(input: &Path, output: &Path) -> Result<usize, String> {
    let key = inspect(input)?;
    let read = |error: candle_core::Error| format!("holds tensors that can’t be read ({error})");
    let file = PthTensors::new(input, key).map_err(read)?;
    let mut tensors: BTreeMap<String, Tensor> = BTreeMap::new();
    for (name, info) in file.tensor_infos() {
        // PyTorch's BatchNorm counts batches in an integer that no computation uses.
        if name.ends_with("num_batches_tracked") {
            continue;
        }
        if !matches!(info.dtype, DType::F32 | DType::F64 | DType::F16 | DType::BF16) {
            return Err(format!("holds a tensor `{name}` of type {:?}; expected floating-point numbers", info.dtype));
        }
        let tensor = file.get(name).map_err(read)?.ok_or_else(|| format!("holds no data for `{name}`"))?;
        tensors.insert(name.clone(), tensor.to_dtype(DType::F32).map_err(read)?);
    }
    if tensors.is_empty() {
        return Err("holds no tensors by name: expected a state dict, as torch.save(model.state_dict(), …) writes it"
            .to_owned());
    }
    let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
    write_atomically(output, |out| write_tensors(out, &metadata, tensors.iter()))
        .map_err(|error| format!("could not be converted: {} could not be written: {error}", output.display()))?;
    Ok(tensors.len())
}

/// Looks at the file before any tensor is read; gives the key under which the state dict is, if there is one.
fn inspect(input: &Path) -> Result<Option<&'static str>, String> {
    let io = |error: io::Error| format!("could not be read: {error}");
    let mut file = File::open(input).map_err(io)?;
    if file.metadata().map_err(io)?.len() > MAX_FILE_BYTES {
        return Err(format!("is too large; at most {} MB are read", MAX_FILE_BYTES >> 20));
    }
    let mut start = [0; 4];
    let count = file.read(&mut start).map_err(io)?;
    if start[..count].starts_with(b"\x80\x02") {
        return Err("is in PyTorch’s old form (before 1.6): load it and save it again with torch.save".to_owned());
    }
    if &start[..count] != b"PK\x03\x04" {
        return Err("is no PyTorch file".to_owned());
    }
    let damaged = |error: zip::result::ZipError| format!("is cut off or damaged ({error})");
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    if zip.len() > MAX_ENTRIES {
        return Err(format!("holds {} parts, more than any network Imago knows", zip.len()));
    }
    if zip.has_overlapping_entries().map_err(damaged)? {
        return Err("is damaged: its parts share the same bytes".to_owned());
    }
    let mut pickles = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        // PyTorch packs nothing; a part that is packed may unpack to anything.
        if entry.compression() != CompressionMethod::Stored || entry.size() != entry.compressed_size() {
            return Err(format!("holds a packed part ({name}), which PyTorch never writes"));
        }
        if name.ends_with("data.pkl") {
            pickles.push((index, entry.size()));
        }
    }
    let [(index, size)] = pickles[..] else {
        return Err("is a zip archive, but not one that PyTorch wrote: it has no `data.pkl`".to_owned());
    };
    if size > MAX_PICKLE_BYTES {
        return Err(format!("holds a list of tensors of {} MB, more than any network Imago knows", size >> 20));
    }
    let mut pickle = Vec::new();
    zip.by_index(index)
        .map_err(damaged)?
        .take(MAX_PICKLE_BYTES)
        .read_to_end(&mut pickle)
        .map_err(|error| format!("is damaged ({error})"))?;
    let mut stack = Stack::empty();
    stack
        .read_loop(&mut Cursor::new(pickle))
        .map_err(|error| format!("holds a list of tensors that can’t be read ({error})"))?;
    for object in stack.stack() {
        if let Some(named) = first_harmful(object) {
            return Err(format!(
                "is more than a state dict: it asks for `{named}` to be run. Nothing was run. If it is yours, save it with torch.save(model.state_dict(), …); if not, do not open it elsewhere either"
            ));
        }
    }
    let whole = stack.finalize().map_err(|error| format!("holds a list of tensors that can’t be read ({error})"))?;
    let Object::Dict(entries) = whole else {
        return Err("holds a whole model, not a state dict: save it with torch.save(model.state_dict(), …)".to_owned());
    };
    let is_tensor = |object: &Object| matches!(object, Object::Reduce { .. });
    if entries.iter().any(|(_, value)| is_tensor(value)) {
        return Ok(None);
    }
    let is_dict_at = |key: &&&str| {
        entries
            .iter()
            .any(|(name, value)| *name == Object::Unicode((**key).to_owned()) && matches!(value, Object::Dict(_)))
    };
    Ok(KEYS.iter().find(is_dict_at).copied())
}

/// The first thing in an object that a pickle of tensors has no need of.
fn first_harmful(object: &Object) -> Option<String> {
    match object {
        Object::Class { module_name, class_name } => {
            let is_harmless =
                HARMLESS.iter().any(|(module, names)| module == module_name && names.contains(&class_name.as_str()));
            (!is_harmless).then(|| {
                let shown: String =
                    format!("{module_name}.{class_name}").chars().filter(|c| !c.is_control()).take(80).collect();
                shown
            })
        }
        Object::Tuple(objects) | Object::List(objects) => objects.iter().find_map(first_harmful),
        Object::Dict(entries) => {
            entries.iter().find_map(|(name, value)| first_harmful(name).or_else(|| first_harmful(value)))
        }
        Object::Reduce { callable, args } | Object::Build { callable, args } => {
            first_harmful(callable).or_else(|| first_harmful(args))
        }
        Object::PersistentLoad(object) => first_harmful(object),
        _ => None,
    }
}
