//! How the network is reached: a proxy, mirrors, and how long to wait.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::{Agent, Proxy};

use super::{Download, FetchError, Origin};

/// The environment variable that tools for the Hugging Face hub read a mirror from.
const HUB_MIRROR_VARIABLE: &str = "HF_ENDPOINT";
/// What stands for "no proxy, whatever the environment says".
const NO_PROXY: &str = "none";

/// Proxy and mirrors; what is empty is as the environment has it, or not used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// `http://host:port` or `socks5://host:port`, with `user:password@` where needed; `none`: no proxy even where the
    /// environment (`HTTPS_PROXY`) names one.
    pub proxy: String,
    /// A mirror of the Hugging Face hub, for weights.
    pub weights_mirror: String,
    /// A mirror of download.pytorch.org, for photographs.
    pub photographs_mirror: String,
}

impl Network {
    /// What the window's settings say; nothing where they can't be read, which the window says itself.
    pub fn of_settings_file(path: &Path) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct OnlyThis {
            network: Network,
        }
        let text = std::fs::read_to_string(path).unwrap_or_default();
        toml::from_str::<OnlyThis>(&text).unwrap_or_default().network
    }

    /// Takes a mirror for what is published at `origin`.
    pub fn set_mirror(&mut self, origin: Origin, mirror: &str) {
        match origin {
            Origin::Hub => mirror.clone_into(&mut self.weights_mirror),
            Origin::PyTorch => mirror.clone_into(&mut self.photographs_mirror),
        }
    }

    /// The address to ask for a download: at its origin, or at the mirror.
    pub fn address_of(&self, download: &Download) -> String {
        let mirror = match download.origin {
            Origin::Hub => &self.weights_mirror,
            Origin::PyTorch => &self.photographs_mirror,
        };
        let from_environment = match download.origin {
            Origin::Hub => std::env::var(HUB_MIRROR_VARIABLE).unwrap_or_default(),
            Origin::PyTorch => String::new(),
        };
        let base = [mirror.trim(), from_environment.trim(), download.origin.address()]
            .into_iter()
            .find(|base| !base.is_empty())
            .unwrap_or_default();
        // `mirror.example` is meant as it is in a browser.
        let scheme = if base.contains("://") { "" } else { "https://" };
        format!("{scheme}{}/{}", base.trim_end_matches('/'), download.path)
    }

    /// What asks servers. Redirects are not its business: see `answer`.
    pub(super) fn agent(&self, patience: &Patience) -> Result<Agent, FetchError> {
        let config = Agent::config_builder()
            .proxy(self.proxy()?)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("imago/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.stall))
            .timeout_per_read(Some(patience.stall))
            .timeout_per_write(Some(patience.stall))
            .build();
        Ok(Agent::new_with_config(config))
    }

    fn proxy(&self) -> Result<Option<Proxy>, FetchError> {
        let text = self.proxy.trim();
        if text.is_empty() {
            return Ok(Proxy::try_from_env());
        }
        if text.eq_ignore_ascii_case(NO_PROXY) {
            return Ok(None);
        }
        let refused = |_| FetchError::BadProxy { text: without_password(text) };
        let proxy = Proxy::new(text).map_err(refused)?;
        // Hosts that NO_PROXY names are reached directly, whoever named the proxy.
        let mut built = Proxy::builder(proxy.protocol()).host(proxy.host()).port(proxy.port());
        if let Some(user) = proxy.username() {
            built = built.username(user);
        }
        if let Some(password) = proxy.password() {
            built = built.password(password);
        }
        let exceptions = std::env::var("NO_PROXY").or_else(|_| std::env::var("no_proxy")).unwrap_or_default();
        for exception in exceptions.split(',').map(str::trim).filter(|exception| !exception.is_empty()) {
            built = built.no_proxy(exception);
        }
        built.build().map(Some).map_err(refused)
    }
}

/// An address as it may be shown and logged.
pub(super) fn without_password(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

/// How long to wait, and how often to try again.
#[derive(Clone, Debug)]
pub struct Patience {
    /// For a name to be found and a connection to be made.
    pub connect: Duration,
    /// For the next bytes.
    pub stall: Duration,
    /// Before another attempt.
    pub retry_wait: Duration,
    /// Attempts in a row that brought nothing, after which it is given up.
    pub attempts: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            retry_wait: Duration::from_secs(2),
            attempts: 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::catalog;

    #[test]
    fn a_mirror_takes_the_place_of_the_origin_for_its_own_things_only() {
        let mut network = Network::default();
        let (weights, photographs) = (catalog::weights().remove(0), catalog::photographs().remove(0));
        network.set_mirror(Origin::Hub, "mirror.example/hub/");
        let address = network.address_of(&weights);
        assert!(address.starts_with("https://mirror.example/hub/timm/resnet18.tv_in1k/resolve/"), "{address}");
        assert_eq!(network.address_of(&photographs), "https://download.pytorch.org/tutorial/hymenoptera_data.zip");
    }

    #[test]
    fn a_proxy_that_is_none_is_named_without_its_password() {
        let network = Network { proxy: "gopher://me:secret@host:1".to_owned(), ..Network::default() };
        let error = network.proxy().unwrap_err().to_string();
        assert!(error.contains("gopher://host:1") && !error.contains("secret"), "{error}");
        let off = Network { proxy: "none".to_owned(), ..Network::default() };
        assert!(off.proxy().unwrap().is_none());
        let socks = Network { proxy: "socks5://me:secret@host:1080".to_owned(), ..Network::default() };
        let proxy = socks.proxy().unwrap().unwrap();
        assert_eq!((proxy.host(), proxy.port(), proxy.username()), ("host", 1080, Some("me")));
    }

    #[test]
    fn the_command_line_reads_the_windows_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        assert_eq!(Network::of_settings_file(&path), Network::default());
        std::fs::write(&path, "theme = \"dark\"\n[network]\nproxy = \"http://proxy:3128\"\n").unwrap();
        assert_eq!(Network::of_settings_file(&path).proxy, "http://proxy:3128");
    }
}
