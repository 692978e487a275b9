//! The open loop: requests arrive by the clock, whatever becomes of those before them, as visitors do. A closed loop cannot show
//! what is refused, for it waits for the server.

use crate::load::{Outcome, Pace, Script};
use crate::servers::Target;
use crate::{Stage, usage};
use anyhow::Result;
use std::fmt::Write;
use std::time::Duration;

/// Loads as parts of the best rate: what the same clients over the same connections were answered in a closed loop, a moment before.
const LOADS: [f64; 5] = [0.5, 0.8, 1.0, 1.5, 3.0];
/// Connections over which requests arrive: more than an instance works on at once.
const CONNECTIONS: usize = 1_024;

/// One load of one scenario.
pub struct OpenRow {
    name: String,
    load: f64,
    rate: f64,
    outcome: Outcome,
    /// PSS of all instances afterwards, in MiB.
    memory: f64,
}

/// All loads of a scenario.
pub async fn rows(stage: &Stage, name: &str, target: &Target, script: &Script) -> Result<Vec<OpenRow>> {
    stage.run(target, script, 64, stage.size.time / 2, Pace::Closed).await?;
    let best = stage.run(target, script, CONNECTIONS, stage.size.time, Pace::Closed).await?.per_second;
    let mut rows = Vec::new();
    for load in LOADS {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let rate = best * load;
        let outcome = stage.run(target, script, CONNECTIONS, stage.size.time, Pace::Open(rate)).await?;
        let memory = target.apps.iter().map(|pid| usage::memory(*pid)).sum();
        let row = OpenRow { name: name.into(), load, rate, outcome, memory };
        eprint!("{}", line(&row));
        rows.push(row);
    }
    Ok(rows)
}

/// The table.
pub fn table(rows: &[OpenRow]) -> String {
    let mut out = String::from(
        "| open loop | of the best rate | due | accepted | refused | not sent | accepted p50 / p99 (ms) | refused p99 (ms) | memory |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    out.extend(rows.iter().map(line));
    out
}

fn line(row: &OpenRow) -> String {
    let OpenRow { name, load, rate, outcome, memory } = row;
    let all = (outcome.done + outcome.shed + outcome.unsent).max(1) as f64;
    let part = |n: usize| if n == 0 { "0".to_owned() } else { format!("{:.1} %", n as f64 * 100.0 / all) };
    let mut out = format!("| {name} | {:.0} % | {rate:.0}/s | {:.0}/s ", load * 100.0, outcome.per_second);
    let _ = write!(out, "| {} | {} ", part(outcome.shed), part(outcome.unsent));
    let _ = write!(out, "| {:.1} / {:.1} ", outcome.percentile(0.5), outcome.percentile(0.99));
    let _ = writeln!(out, "| {:.1} | {memory:.0} MiB |", outcome.shed_percentile(0.99));
    out
}
