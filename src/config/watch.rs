//! What is set for watching: where nginx's log arrives, whom the edge watches, and who may read the measurements.

use super::{Sources, Wrong};
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watching {
    /// This instance's name.
    pub instance: String,
    /// Where the edge answers.
    pub edge_listen: SocketAddr,
    /// Where the edge receives nginx's log.
    pub edge_log_socket: Option<PathBuf>,
    /// The site of each instance.
    pub edge_upstreams: Vec<SocketAddr>,
    /// Where the edge is asked.
    pub edge_url: EdgeUrl,
    /// What opens the measurements to others than this machine.
    pub metrics_token: Option<String>,
}

/// Where an edge answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeUrl {
    /// A host and a port.
    Tcp(String),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl std::str::FromStr for EdgeUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.starts_with('/') { Ok(Self::Unix(PathBuf::from(path))) } else { Err(()) };
        }
        let url = url::Url::parse(text).map_err(|_| ())?;
        match (url.scheme(), url.host_str(), url.path()) {
            ("http", Some(host), "/") => Ok(Self::Tcp(format!("{host}:{}", url.port().unwrap_or(80)))),
            _ => Err(()),
        }
    }
}

impl std::fmt::Display for EdgeUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(host) => write!(f, "http://{host}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

pub(super) fn read(sources: &Sources, wrong: &mut Wrong) -> Watching {
    let local = SocketAddr::from(([127, 0, 0, 1], 3009));
    let url = wrong.parse(sources, "EDGE_URL", "http://host:port or unix:/path");
    Watching {
        instance: name(sources.text("INSTANCE")),
        edge_listen: wrong.parse(sources, "EDGE_LISTEN", "an address and port such as 127.0.0.1:3009").unwrap_or(local),
        edge_log_socket: Some(sources.text("EDGE_LOG_SOCKET")).filter(|path| !path.is_empty()).map(PathBuf::from),
        edge_upstreams: upstreams(sources.text("EDGE_UPSTREAMS"), wrong),
        edge_url: url.unwrap_or_else(|| EdgeUrl::Tcp(local.to_string())),
        metrics_token: token(sources.text("METRICS_TOKEN"), wrong),
    }
}

/// A sandbox may hide what the kernel calls this host; the file holds it too.
fn name(set: &str) -> String {
    let of_file = |path| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|name| !name.is_empty());
    match set {
        "" => of_file("/proc/sys/kernel/hostname").or_else(|| of_file("/etc/hostname")).unwrap_or_else(|| "0".into()),
        set => set.to_owned(),
    }
}

fn upstreams(text: &str, wrong: &mut Wrong) -> Vec<SocketAddr> {
    let mut found = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse() {
            Ok(address) if found.contains(&address) => {}
            Ok(address) => found.push(address),
            // nginx's log names servers by their numbers, so a name would never match.
            Err(_) => wrong.say("EDGE_UPSTREAMS", part, "an address and port such as 127.0.0.1:3000"),
        }
    }
    found
}

fn token(text: &str, wrong: &mut Wrong) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if text.len() < 16 {
        wrong.0.push("METRICS_TOKEN: is shorter than 16 characters; make one with: openssl rand -base64 24".into());
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_asked_over_http_or_a_socket() {
        assert_eq!("http://127.0.0.1:3009".parse(), Ok(EdgeUrl::Tcp("127.0.0.1:3009".into())));
        assert_eq!("http://edge.example/".parse(), Ok(EdgeUrl::Tcp("edge.example:80".into())));
        assert_eq!("unix:/run/minschool/edge.sock".parse(), Ok(EdgeUrl::Unix("/run/minschool/edge.sock".into())));
        for wrong in ["", "unix:", "unix:relative", "https://x", "http://x/path", "127.0.0.1:3009", "ftp://x"] {
            assert_eq!(wrong.parse::<EdgeUrl>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut wrong = Wrong(Vec::new());

        let found = upstreams("127.0.0.1:3000, localhost:3010,127.0.0.1:3000,[::1]:3020", &mut wrong);
        token("short", &mut wrong);

        assert_eq!(found.len(), 2);
        assert!(wrong.0[0].contains("EDGE_UPSTREAMS") && wrong.0[0].contains("localhost:3010"), "{:?}", wrong.0);
        assert!(wrong.0[1].contains("METRICS_TOKEN") && !wrong.0[1].contains("short\""), "{:?}", wrong.0);
    }

    #[test]
    fn an_instance_always_has_a_name() {
        assert_eq!(name("0"), "0");
        assert!(!name("").is_empty());
    }
}
