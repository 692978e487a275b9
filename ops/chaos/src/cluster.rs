//! The cluster that is broken: `ops/cluster` starts it and breaks its parts.

use crate::relay::Relay;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use tokio::process::Command;

/// A running cluster, and the settings that `ops/cluster` wrote.
pub struct Cluster {
    state: PathBuf,
    settings: BTreeMap<String, String>,
    relay: Option<Relay>,
}

/// The size of its disk. It is memory, but only what is used of it.
const DISK: &str = "2g";

impl Cluster {
    /// Starts everything, in a folder of its own; with a relay for its mails where a drill needs one.
    pub async fn up(sends_mail: bool) -> Result<Self> {
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into());
        let state = std::path::absolute(PathBuf::from(target).join("chaos"))?;
        let relay = if sends_mail { Some(Relay::start(&state.with_file_name("chaos-relay")).await?) } else { None };
        let cluster = Self { state, settings: BTreeMap::new(), relay };
        cluster.run(&["up"]).await?;
        let mut cluster = cluster;
        let text = std::fs::read_to_string(cluster.state.join("settings"))?;
        let pairs = text.split_whitespace().filter_map(|word| word.split_once('='));
        cluster.settings = pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect();
        Ok(cluster)
    }

    /// Ends everything.
    pub async fn down(&self) -> Result<()> {
        self.run(&["down"]).await.map(|_| ())
    }

    /// Runs `ops/cluster` with these arguments.
    pub async fn run(&self, words: &[&str]) -> Result<String> {
        let done = Command::new("ops/cluster")
            .args(words)
            .env("CLUSTER_STATE", &self.state)
            .env("CLUSTER_DISK", DISK)
            .env("CLUSTER_SETTINGS", self.instance_settings())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        text(done.await?, &format!("ops/cluster {}", words.join(" ")))
    }

    /// The relay that takes its mails.
    pub fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    /// What its instances are set to, beside what `run` says.
    fn instance_settings(&self) -> String {
        let given = std::env::var("CLUSTER_SETTINGS").unwrap_or_default();
        self.relay.as_ref().map_or_else(|| given.clone(), |relay| format!("{given} {}", relay.settings()))
    }

    /// Whether there is a disk that may be filled.
    pub fn has_disk(&self) -> bool {
        self.state.join("disk-size").exists()
    }

    /// One of its settings; empty where it is not set.
    pub fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }

    /// The site behind nginx.
    pub fn site(&self) -> &str {
        self.setting("site_url")
    }

    /// The site's ports of the instances, by their numbers.
    pub fn instances(&self) -> Result<Vec<(String, u16)>> {
        self.ports_of("site_port=")
    }

    /// The ports of each instance: the site's and the panel's.
    pub fn ports(&self) -> Result<Vec<(u16, u16)>> {
        let (sites, panels) = (self.ports_of("site_port=")?, self.ports_of("admin_port=")?);
        Ok(sites.into_iter().zip(panels).map(|((_, site), (_, panel))| (site, panel)).collect())
    }

    fn ports_of(&self, name: &str) -> Result<Vec<(String, u16)>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.state.join("instances"))? {
            let path = entry?.path();
            let instance = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let port = std::fs::read_to_string(&path)?.split_whitespace().find_map(|word| word.strip_prefix(name)?.parse().ok());
            found.push((instance, port.context("an instance without a port")?));
        }
        found.sort();
        Ok(found)
    }

    /// The process of an instance.
    pub fn pid(&self, instance: &str) -> Result<u32> {
        let path = self.state.join("pids").join(format!("instance-{instance}.child"));
        std::fs::read_to_string(path)?.trim().parse().context("no process")
    }

    /// A signal to a service and to all that it started.
    pub async fn signal(&self, service: &str, signal: &str) -> Result<()> {
        let leader = std::fs::read_to_string(self.state.join("pids").join(service))?;
        self.signal_leader(service, signal).await?;
        // Not every process has children, and a killed parent's are gone already or soon.
        Command::new("pkill").args([&format!("-{signal}"), "-P", leader.trim()]).status().await?;
        Ok(())
    }

    /// A signal to the first process of a service alone.
    pub async fn signal_leader(&self, service: &str, signal: &str) -> Result<()> {
        let leader = std::fs::read_to_string(self.state.join("pids").join(service))?;
        let done = Command::new("kill").args([&format!("-{signal}"), leader.trim()]).status().await?;
        if done.success() { Ok(()) } else { bail!("{service} could not be sent {signal}") }
    }

    /// What the edge reports of the servers behind nginx.
    pub async fn report(&self) -> Result<serde_json::Value> {
        let address = format!("{}/upstream_status", self.site());
        let done = Command::new("curl").args(["-skf", "-m", "5", "-H", "Accept: application/json", &address]).output().await?;
        Ok(serde_json::from_str(&text(done, "curl /upstream_status")?)?)
    }

    /// How many requests each server behind nginx had in the last minute, as the edge counts them.
    pub async fn requests(&self) -> Result<BTreeMap<String, u64>> {
        let report = self.report().await?;
        let servers = report["servers"].as_array().context("a report without servers")?;
        let row = |server: &serde_json::Value| Some((server["server"].as_str()?.to_owned(), server["1m"]["requests"].as_u64()?));
        servers.iter().map(|server| row(server).context("a server without requests")).collect()
    }

    /// A command to Redis.
    pub async fn redis(&self, words: &[&str]) -> Result<String> {
        let done = Command::new("redis-cli").args(["-p", self.setting("redis_port")]).args(words).output().await?;
        text(done, "redis-cli")
    }

    /// A question to PostgreSQL; rows as lines, columns between `|`.
    pub async fn sql(&self, question: &str) -> Result<String> {
        let done = Command::new("psql").args(["-X", "-A", "-t", "-c", question, self.setting("database_url")]).output().await?;
        text(done, "psql")
    }
}

fn text(done: Output, what: &str) -> Result<String> {
    let words = String::from_utf8_lossy(&done.stdout).into_owned();
    match done.status.success() {
        true => Ok(words),
        false => bail!("{what}: {words}{}", String::from_utf8_lossy(&done.stderr)),
    }
}
