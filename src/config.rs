//! What an operator can set: command-line flag, environment variable, credential, one optional TOML file,
//! default, in that order. Everything is read once; every error names the setting and the mend. `watch`: what is set for
//! watching; `backups`: for backups; `mail`: for mail; `public`: what the site publishes about itself; `sign_ups`: who may join; `exposed`: secrets that
//! others can read.

mod backups;
mod exposed;
pub mod flood;
pub mod mail;
mod public;
mod settings;
pub mod sign_ups;
mod watch;

pub use backups::Backups;
pub use public::Public;
pub use settings::{SETTINGS, Setting};
pub use sign_ups::SignUps;
pub use watch::{EdgeUrl, Watching};

use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// This program, also while its file is being replaced by the next version's.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Where a value came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The TOML file.
    File,
    /// A file in the folder of credentials that systemd passes (systemd.exec(5), `LoadCredential=`).
    Credential,
    /// An environment variable.
    Environment,
    /// A command-line flag.
    Flag,
}

/// The text values in force, before they are understood.
#[derive(Default)]
pub struct Sources {
    values: BTreeMap<&'static str, (String, Origin)>,
    /// The file that was read.
    file: Option<PathBuf>,
}

/// What is wrong with a setting, in words that say how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Sources {
    /// Gathers the values: `file` first (if one is given), then the environment, then flags.
    ///
    /// # Errors
    /// The file cannot be read or holds a key that does not exist.
    pub fn gather(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut sources = Self::default();
        if let Some(path) = file {
            sources.read_file(path)?;
            sources.file = Some(path.to_owned());
        }
        let credentials = environment("CREDENTIALS_DIRECTORY").map(std::path::PathBuf::from);
        for s in SETTINGS {
            // Secrets in the environment can be read by others (proc(5), /proc/PID/environ); in this folder they cannot.
            let file = credentials.as_ref().filter(|_| s.secret).map(|folder| folder.join(s.flag()));
            if let Some(value) = file.and_then(|path| std::fs::read_to_string(path).ok()) {
                sources.values.insert(s.name, (value.trim().to_owned(), Origin::Credential));
            }
            if let Some(value) = environment(s.name) {
                sources.values.insert(s.name, (value, Origin::Environment));
            }
            if let Some(value) = flags.get(s.name) {
                sources.values.insert(s.name, (value.clone(), Origin::Flag));
            }
        }
        Ok(sources)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| {
            ConfigError(vec![format!("{shown}: cannot be read ({e}); check the path given by --config or MINSCHOOL_CONFIG")])
        })?;
        let table: toml::Table = text.parse().map_err(|e| ConfigError(vec![format!("{shown}: is not valid TOML: {e}")]))?;
        let mut wrong = Vec::new();
        for (key, value) in table {
            match SETTINGS.iter().find(|s| s.name.to_lowercase() == key) {
                Some(s) => {
                    self.values.insert(s.name, (plain(&value), Origin::File));
                }
                None => wrong.push(unknown_key(&shown.to_string(), &text, &key)),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(ConfigError(wrong)) }
    }

    /// The value in force and where it came from.
    pub fn get(&self, s: &Setting) -> (&str, Origin) {
        match self.values.get(s.name) {
            Some((value, origin)) => (value, *origin),
            None => (s.default, Origin::Default),
        }
    }

    fn text(&self, name: &str) -> &str {
        SETTINGS.iter().find(|s| s.name == name).map_or("", |s| self.get(s).0.trim())
    }
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Boolean(on) => if *on { "on" } else { "off" }.into(),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn unknown_key(file: &str, text: &str, key: &str) -> String {
    let line = text.lines().position(|l| l.trim_start().starts_with(key)).map_or(1, |n| n + 1);
    let near = SETTINGS.iter().map(|s| s.name.to_lowercase()).min_by_key(|name| distance(name, key));
    format!("{file}:{line}: there is no setting \"{key}\"; did you mean \"{}\"?", near.unwrap_or_default())
}

/// How many letters two words differ in (Levenshtein), to suggest the setting that was meant.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// Everything an instance needs to know to start.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The address of the database (SQLite or PostgreSQL).
    pub database_url: String,
    /// The address of Redis, or none: shared state lives in this process.
    pub redis_url: Option<String>,
    pub site_listen: SocketAddr,
    /// Where the admin panel listens.
    pub admin_listen: SocketAddr,
    /// The site's origin as browsers see it.
    pub public_url: Url,
    /// The admin panel's origin as browsers see it.
    pub admin_public_url: Url,
    /// Networks whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Folder of the embedded database and its lock.
    pub data_dir: PathBuf,
    /// Largest number of database connections.
    pub database_connections: u32,
    /// Threads of the runtime; 0: one for each core.
    pub workers: usize,
    /// Seconds that a connection may be idle.
    pub idle_seconds: u64,
    /// Milliseconds between the order to stop and the end of accepting.
    pub drain_lag_ms: u64,
    /// Requests worked on at once.
    pub in_flight: usize,
    /// argon2id memory in KiB.
    pub password_memory_kib: u32,
    /// argon2id passes.
    pub password_rounds: u32,
    /// Whether rate limits hold.
    pub rate_limits: bool,
    /// Whether a start brings the schema up to date.
    pub migrate: bool,
    /// Whether SQL statements name their request.
    pub sql_comments: bool,
    /// The log filter.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// What is set for watching.
    pub watching: Watching,
    /// How much one member may write.
    pub flood: flood::Flood,
    /// What is set for backups.
    pub backups: Backups,
    /// What the site publishes about itself.
    pub public: Public,
    /// How many accounts one network may open.
    pub sign_ups: SignUps,
    /// What is set for mail.
    pub mail: mail::Mail,
    /// GiB that all files may have.
    pub files_gib: u64,
    /// MiB of files that this instance keeps on its disk.
    pub file_cache_mib: u64,
    /// The program that opens pictures: this one.
    pub program: PathBuf,
}

impl Config {
    /// The site's origin, such as `https://example.org`, before which a path makes an address.
    pub fn origin(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// Understands the gathered values.
    ///
    /// # Errors
    /// All that is wrong, one sentence each, every one naming its setting.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let mut wrong = Wrong(Vec::new());
        let data_dir = PathBuf::from(sources.text("DATA_DIR"));
        let site_listen = wrong.parse(sources, "SITE_LISTEN", "an address and port such as 127.0.0.1:3000");
        let admin_listen = wrong.parse(sources, "ADMIN_LISTEN", "an address and port such as 127.0.0.1:3001");
        let public_url = wrong.origin(sources.text("PUBLIC_URL"), "PUBLIC_URL", site_listen);
        let config = Self {
            database_url: wrong.database_url(sources.text("DATABASE_URL"), &data_dir),
            redis_url: wrong.redis_url(sources.text("REDIS_URL")),
            mail: mail::read(sources, &public_url, &mut wrong),
            public_url,
            admin_public_url: wrong.origin(sources.text("ADMIN_PUBLIC_URL"), "ADMIN_PUBLIC_URL", admin_listen),
            site_listen: site_listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000))),
            admin_listen: admin_listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3001))),
            trusted_proxies: wrong.networks(sources, "TRUSTED_PROXIES"),
            data_dir,
            database_connections: wrong.number(sources, "DATABASE_CONNECTIONS", 2..=200),
            workers: wrong.number(sources, "WORKERS", 0..=1024),
            idle_seconds: wrong.number(sources, "IDLE_SECONDS", 5..=3600),
            drain_lag_ms: wrong.number(sources, "DRAIN_LAG_MS", 0..=60_000),
            in_flight: wrong.number(sources, "IN_FLIGHT", 1..=100_000),
            password_memory_kib: wrong.number(sources, "PASSWORD_MEMORY_KIB", 8..=1_048_576),
            password_rounds: wrong.number(sources, "PASSWORD_ROUNDS", 1..=64),
            rate_limits: wrong.switch(sources, "RATE_LIMITS"),
            migrate: wrong.switch(sources, "MIGRATE"),
            sql_comments: wrong.switch(sources, "SQL_COMMENTS"),
            log: sources.text("LOG").to_owned(),
            log_json: wrong.one_of(sources, "LOG_FORMAT", &["text", "json"]) == "json",
            watching: watch::read(sources, &mut wrong),
            backups: backups::read(sources, Path::new(sources.text("DATA_DIR")), &mut wrong),
            public: public::read(sources, &mut wrong),
            flood: flood::read(sources, &mut wrong),
            sign_ups: sign_ups::read(sources, &mut wrong),
            program: THIS_PROGRAM.into(),
            files_gib: wrong.number(sources, "FILES_GIB", 0..=100_000),
            file_cache_mib: wrong.number(sources, "FILE_CACHE_MIB", 0..=1_000_000),
        };
        if wrong.0.is_empty() { Ok(config) } else { Err(ConfigError(wrong.0)) }
    }

    /// Whether the truth is kept in PostgreSQL (and not in this machine's SQLite file).
    pub fn on_postgres(&self) -> bool {
        self.database_url.starts_with("postgres")
    }
}

/// Collects what is wrong while the rest is still read, so that one run shows all mistakes.
struct Wrong(Vec<String>);

impl Wrong {
    fn say(&mut self, name: &str, value: &str, wanted: &str) {
        self.0.push(format!("{name}: \"{value}\" is not {wanted}; set {name} or {} in the file", name.to_lowercase()));
    }

    fn parse<T: std::str::FromStr>(&mut self, sources: &Sources, name: &str, wanted: &str) -> Option<T> {
        let text = sources.text(name);
        let value = text.parse().ok();
        if value.is_none() {
            self.say(name, text, wanted);
        }
        value
    }

    fn number<T>(&mut self, sources: &Sources, name: &str, range: std::ops::RangeInclusive<T>) -> T
    where
        T: std::str::FromStr + PartialOrd + Copy + std::fmt::Display,
    {
        let text = sources.text(name);
        match text.parse() {
            Ok(n) if range.contains(&n) => n,
            _ => {
                self.say(name, text, &format!("a number from {} to {}", range.start(), range.end()));
                *range.start()
            }
        }
    }

    fn one_of<'a>(&mut self, sources: &'a Sources, name: &str, words: &[&str]) -> &'a str {
        let text = sources.text(name);
        if !words.contains(&text) {
            self.say(name, text, &format!("one of: {}", words.join(", ")));
        }
        text
    }

    fn switch(&mut self, sources: &Sources, name: &str) -> bool {
        self.one_of(sources, name, &["on", "off"]) == "on"
    }

    fn database_url(&mut self, text: &str, data_dir: &Path) -> String {
        if text.is_empty() {
            return format!("sqlite://{}?mode=rwc", data_dir.join("minschool.db").display());
        }
        if !["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| text.starts_with(scheme)) {
            self.0.push(
                "DATABASE_URL: must begin with postgres:// or sqlite: (for example postgres://minschool:password@localhost/minschool)"
                    .into(),
            );
        }
        text.to_owned()
    }

    fn redis_url(&mut self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        if !["redis", "valkey"].iter().any(|scheme| text.starts_with(scheme)) || !text.contains("://") {
            self.0.push("REDIS_URL: must begin with redis://, rediss://, redis-sentinel:// or redis-cluster:// (for example redis://localhost:6379)".into());
        }
        Some(text.to_owned())
    }

    fn origin(&mut self, text: &str, name: &str, listen: Option<SocketAddr>) -> Url {
        let port = listen.map_or(3000, |address| address.port());
        let local = format!("http://localhost:{port}");
        let text = if text.is_empty() { &local } else { text };
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.path() == "/" => url,
            _ => {
                self.say(name, text, "an origin such as https://example.org (no path)");
                Url::parse("http://localhost").expect("a constant address parses")
            }
        }
    }

    fn networks(&mut self, sources: &Sources, name: &str) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for part in sources.text(name).split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.parse::<IpNet>().or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from)) {
                Ok(network) => networks.push(network),
                Err(_) => self.say(name, part, "a network such as 10.0.0.0/8"),
            }
        }
        networks
    }
}
