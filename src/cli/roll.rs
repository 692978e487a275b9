//! `minschool roll`: restarts the instances one after the other. Each is left only when it is ready and, where an edge
//! watches, has requests again; at the first that does not come back everything else is left as it is.

use super::Failure;
use crate::config::{Config, EdgeUrl};
use crate::edge::http_client;
use crate::edge::report::{Report, ServerState};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Pause between two looks.
const EVERY: Duration = Duration::from_millis(500);
/// So often in a row it has to be ready: once might be the last breath of a bad start.
const TWICE: u32 = 2;
/// If the others got so many requests meanwhile, one that got none is left out by nginx.
const PASSED_BY: u64 = 30;

/// Restart the instances one by one, each only when the last is ready and has requests again
#[derive(clap::Args)]
pub struct Args {
    /// what restarts an instance, for sh; {} is its name
    #[arg(long, default_value = "systemctl restart minschool@{}.service")]
    command: String,
    /// their names, comma-separated, in the order of EDGE_UPSTREAMS [default: 0,1,2,…]
    #[arg(long, value_name = "NAMES")]
    instances: Option<String>,
    /// longest wait for an instance
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    patience: u64,
}

/// Restarts them.
///
/// # Errors
/// At the first that does not come back, with what was in the way.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let patience = Duration::from_secs(args.patience);
    let instances = named(args.instances.as_deref(), &config.watching.edge_upstreams)?;
    let edge = http_client::report(&config.watching.edge_url).await.is_ok().then_some(&config.watching.edge_url);
    if edge.is_none() {
        say!("{}: no edge answers, so nobody can say whether requests arrive; readiness alone decides", config.watching.edge_url);
    }
    say!("{:<10} {:<22} {:>9} {:>9} {:>9}  result", "instance", "address", "restart", "ready", "requests");
    for (name, address) in instances {
        let mut row = RollRow::default();
        let done = restart(&name, address, &args.command, edge, patience, &mut row).await;
        let result = done.as_ref().map_or_else(|err| err.clone(), |word| (*word).to_owned());
        say!("{name:<10} {address:<22} {:>9} {:>9} {:>9}  {result}", row.shown(0), row.shown(1), row.shown(2));
        if let Err(err) = done {
            return Err(Failure::Other(format!("instance {name}: {err}; the others were left as they are")));
        }
    }
    Ok(())
}

/// How long each part took.
#[derive(Default)]
struct RollRow([Option<Duration>; 3]);

impl RollRow {
    fn shown(&self, part: usize) -> String {
        self.0[part].map_or_else(|| "-".into(), |took| format!("{:.1}s", took.as_secs_f64()))
    }
}

fn named(names: Option<&str>, addresses: &[SocketAddr]) -> Result<Vec<(String, SocketAddr)>, Failure> {
    if addresses.is_empty() {
        return Err(Failure::Config("EDGE_UPSTREAMS: is empty; name the site's address of each instance".into()));
    }
    let names: Vec<String> = match names {
        Some(names) => names.split(',').map(|name| name.trim().to_owned()).collect(),
        None => (0..addresses.len()).map(|n| n.to_string()).collect(),
    };
    if names.len() != addresses.len() || names.iter().any(|name| !is_plain(name)) {
        let many = addresses.len();
        return Err(Failure::Config(format!("--instances: give {many} names of letters, digits, - and _, one for each of EDGE_UPSTREAMS")));
    }
    Ok(names.into_iter().zip(addresses.iter().copied()).collect())
}

/// A name becomes a part of a command.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

async fn restart(
    name: &str,
    address: SocketAddr,
    template: &str,
    edge: Option<&EdgeUrl>,
    patience: Duration,
    row: &mut RollRow,
) -> Result<&'static str, String> {
    let begun = Instant::now();
    run_command(&template.replace("{}", name), patience).await?;
    row.0[0] = Some(begun.elapsed());
    let begun = Instant::now();
    until_ready(address, patience).await?;
    row.0[1] = Some(begun.elapsed());
    let Some(edge) = edge else { return Ok("ready") };
    let begun = Instant::now();
    let word = until_busy(address, edge, patience).await?;
    row.0[2] = Some(begun.elapsed());
    Ok(word)
}

async fn run_command(line: &str, patience: Duration) -> Result<(), String> {
    // A child process, waited for on a blocking thread.
    let mut command = std::process::Command::new("sh");
    command.args(["-c", line]).stdin(Stdio::null());
    let work = tokio::task::spawn_blocking(move || command.status());
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(Ok(status))) if status.success() => Ok(()),
        Ok(Ok(Ok(status))) => Err(format!("\"{line}\" ended with {status}")),
        Ok(Ok(Err(err))) => Err(format!("\"{line}\" cannot be run ({err})")),
        Ok(Err(err)) => Err(format!("\"{line}\" was not waited for ({err})")),
        Err(_) => Err(format!("\"{line}\" was not done within {} s", patience.as_secs())),
    }
}

async fn until_ready(address: SocketAddr, patience: Duration) -> Result<(), String> {
    let (begun, place) = (Instant::now(), EdgeUrl::Tcp(address.to_string()));
    let (mut in_a_row, mut last) = (0, String::new());
    while begun.elapsed() < patience {
        match http_client::get(&place, templates::paths::READY, Duration::from_secs(2)).await {
            // One that only reads would lose the pages that the others still have.
            Ok(answer) if answer.status == 200 && answer.body.trim() == "ready" => in_a_row += 1,
            Ok(answer) => (in_a_row, last) = (0, format!("{} {}", answer.status, answer.body.trim())),
            Err(why) => (in_a_row, last) = (0, why.to_string()),
        }
        if in_a_row >= TWICE {
            return Ok(());
        }
        sleep(EVERY).await;
    }
    Err(format!("not ready within {} s ({last})", patience.as_secs()))
}

/// Waits until nginx sends it requests again. Where there are hardly any, nobody is waited for.
async fn until_busy(address: SocketAddr, edge: &EdgeUrl, patience: Duration) -> Result<&'static str, String> {
    let (begun, name) = (Instant::now(), address.to_string());
    let (mut own, mut others) = (Arrivals::default(), Arrivals::default());
    while begun.elapsed() < patience {
        let report = http_client::report(edge).await?;
        let Some(row) = report.servers.iter().find(|row| row.server == name) else {
            return Err("the edge does not know it; see EDGE_UPSTREAMS".into());
        };
        own.see(row.windows.minute.requests);
        others.see(elsewhere(&report, &name));
        if row.state == ServerState::Up && own.seen > 0 {
            return Ok("ready, has requests");
        }
        sleep(EVERY).await;
    }
    match others.seen {
        more if more >= PASSED_BY => {
            Err(format!("no request within {} s, while the others got {more}; is it in nginx's upstream?", patience.as_secs()))
        }
        _ => Ok("ready; too few requests to judge"),
    }
}

fn elsewhere(report: &Report, name: &str) -> u32 {
    report.servers.iter().filter(|row| row.server != name).map(|row| row.windows.minute.requests).sum()
}

/// Requests that came while a window moved on: it also forgets, so that only what it gains is counted.
#[derive(Default)]
struct Arrivals {
    before: Option<u32>,
    seen: u64,
}

impl Arrivals {
    fn see(&mut self, now: u32) {
        self.seen += u64::from(now.saturating_sub(self.before.unwrap_or(now)));
        self.before = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_named_by_their_place_or_by_hand() {
        let addresses = ["127.0.0.1:3000".parse().expect("an address"), "127.0.0.1:3010".parse().expect("an address")];

        let by_place = named(None, &addresses).expect("names");
        assert_eq!(by_place.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["0", "1"]);
        assert_eq!(named(Some("a, b-2"), &addresses).expect("names")[1].0, "b-2");
        for wrong in ["a", "a,b;reboot", "a,", "a,$(x)"] {
            assert!(named(Some(wrong), &addresses).is_err(), "{wrong}");
        }
        assert!(named(None, &[]).is_err());
    }

    #[test]
    fn a_window_that_forgets_takes_no_request_away() {
        let mut arrivals = Arrivals::default();

        [900, 850, 851, 800, 803].into_iter().for_each(|n| arrivals.see(n));

        assert_eq!(arrivals.seen, 4);
    }
}
