//! What can be fetched. Each thing is pinned: the revision in its address, its size, and the SHA-256 of its bytes.
//!
//! The figures are those that public projects which pin the same files write down: for ResNet18 several unrelated ones, for
//! ResNet34 one, for the photographs the tutorial that they come from. A wrong figure could only make fetching fail.

/// Where something is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The Hugging Face hub; mirrors have its layout.
    Hub,
    /// PyTorch's downloads.
    PyTorch,
}

impl Origin {
    /// Its address, without a slash at the end.
    pub fn address(self) -> &'static str {
        match self {
            Self::Hub => "https://huggingface.co",
            Self::PyTorch => "https://download.pytorch.org",
        }
    }
}

/// Something that can be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// What it is called in commands: `resnet18`.
    pub name: String,
    /// What it is called in sentences: `ResNet18`.
    pub title: String,
    /// What it is, in a phrase.
    pub about: String,
    /// Where it is published.
    pub origin: Origin,
    /// The rest of its address, without a slash at the beginning.
    pub path: String,
    /// The name under which it is kept.
    pub file_name: String,
    /// Its size; `None` where only its checksum is known.
    pub bytes: Option<u64>,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// `BSD-3-Clause`.
    pub licence: String,
}

impl Download {
    /// The same thing in another version, known by its checksum alone: what a mirror may carry.
    #[must_use]
    pub fn with_checksum(self, sha256: &str) -> Self {
        Self { bytes: None, sha256: sha256.to_ascii_lowercase(), ..self }
    }
}

/// The weights: torchvision's `IMAGENET1K_V1`, as timm publishes them in safetensors form.
pub fn weights() -> Vec<Download> {
    let one = |name: &str, title: &str, revision: &str, bytes, sha256: &str| Download {
        name: name.to_owned(),
        title: title.to_owned(),
        about: format!("{title} trained on ImageNet by torchvision, published by timm"),
        origin: Origin::Hub,
        path: format!("timm/{name}.tv_in1k/resolve/{revision}/model.safetensors"),
        file_name: format!("{name}.tv_in1k.safetensors"),
        bytes: Some(bytes),
        sha256: sha256.to_owned(),
        licence: "BSD-3-Clause".to_owned(),
    };
    vec![
        one(
            "resnet18",
            "ResNet18",
            "bbd144b3e5565108aad885f145491d11bc6ce807",
            46_807_446,
            "694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81",
        ),
        one(
            "resnet34",
            "ResNet34",
            "1b7b21cca82ff974d341713f777bf740c2db38c4",
            87_278_522,
            "0bb82595a564991a9d424708b33f5d843f5aaed7f6c0886ff10849ff97022235",
        ),
    ]
}

/// The photographs.
pub fn photographs() -> Vec<Download> {
    vec![Download {
        name: "hymenoptera".to_owned(),
        title: "hymenoptera_data".to_owned(),
        about: "397 photographs of ants and bees, from PyTorch's tutorial on transfer learning".to_owned(),
        origin: Origin::PyTorch,
        path: "tutorial/hymenoptera_data.zip".to_owned(),
        file_name: "hymenoptera_data.zip".to_owned(),
        bytes: Some(47_286_322),
        sha256: "fbc41b31d544714d18dd1230b1e2b455e1557766e13e67f9f5a7a23af7c02209".to_owned(),
        licence: "the photographers' own; PyTorch's tutorial uses them for teaching".to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_pinned_by_revision_size_and_checksum() {
        for download in weights() {
            let revision = download.path.split('/').nth(3).unwrap();
            assert_eq!(revision.len(), 40, "{revision}");
            assert!(revision.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
        for download in weights().into_iter().chain(photographs()) {
            assert!(download.bytes.is_some());
            assert!(download.sha256.len() == 64 && download.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert!(download.origin.address().starts_with("https://"));
        }
    }

    #[test]
    fn the_pinned_sizes_are_those_of_the_networks() {
        // Parameters and running statistics in f32, the counters of BatchNorm as i64, and a header of about 89 bytes a tensor.
        for (download, floats, norms, tensors) in weights()
            .iter()
            .zip([(11_689_512 + 9_600, 20, 122), (21_797_672 + 17_024, 36, 218)])
            .map(|(d, (f, n, t))| (d, f, n, t))
        {
            let header = download.bytes.unwrap() - 4 * floats - 8 * norms;
            assert!((85..93).contains(&(header / tensors)), "{}: {header}", download.name);
        }
    }
}
