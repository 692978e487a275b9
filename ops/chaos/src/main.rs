//! Breaks a running cluster on purpose, under load, and counts what people would have noticed. `ops/chaos/run` builds and
//! starts this; the cluster is `ops/cluster`'s: real PostgreSQL, Redis, nginx and instances, on private ports.
//!
//! `drills` the list, and what each breaks (`instances`, `redis`, `postgres`, `disk`, `clock`, `load`, `relay`, `uploads`) · `cluster` what is
//! broken · `workload` what the `client`s do meanwhile · `results` how their requests ended · `verdict` whether that keeps the
//! threshold · `report` the table.

mod client;
mod clock;
mod cluster;
mod disk;
mod drills;
mod instances;
mod load;
mod postgres;
mod redis;
mod relay;
mod report;
mod results;
mod uploads;
mod verdict;
mod workload;

use anyhow::{Result, ensure};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cluster::Cluster;
use drills::{DRILLS, Drill};
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use workload::Workload;

/// How long each part of a drill takes, and how much load it makes.
#[derive(Clone, Copy)]
pub struct Timing {
    /// Undisturbed, before the fault.
    steady: Duration,
    outage: Duration,
    overload: Duration,
    /// Readers at once in an overload: ten times what keeps two cores busy.
    readers: usize,
    /// Open streams at each instance.
    streams: usize,
    /// Limits of time are multiplied by this: a build that is not optimised is slow by itself.
    slack: u32,
}

const SHORT: Timing = Timing {
    steady: Duration::from_secs(2),
    outage: Duration::from_secs(4),
    overload: Duration::from_secs(8),
    readers: 300,
    streams: 500,
    slack: 2,
};

const FULL: Timing = Timing {
    steady: Duration::from_secs(5),
    outage: Duration::from_secs(10),
    overload: Duration::from_secs(60),
    readers: 900,
    streams: 2_000,
    slack: 1,
};

fn main() -> ExitCode {
    let matches = command().get_matches();
    if matches.get_flag("list") {
        DRILLS.iter().for_each(|drill| println!("{:<22} {}", drill.name, drill.threshold));
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(practise(&matches))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ops/chaos/run: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let short = "shorter outages, a smaller overload and twice the time, as in CI, whose build is not optimised";
    Command::new("ops/chaos/run")
        .about("Breaks a running cluster on purpose, under load, and counts what people would have noticed")
        .arg(Arg::new("drill").num_args(0..).help("names of drills; see --list"))
        .arg(flag("all", "every drill"))
        .arg(flag("short", short))
        .arg(flag("list", "names and thresholds"))
        .arg(flag("readme", "write the table into ops/DRILLS.md"))
}

/// The drills that the command line names.
fn chosen(matches: &ArgMatches) -> Result<Vec<&'static Drill>> {
    if matches.get_flag("all") {
        return Ok(DRILLS.iter().collect());
    }
    let names: Vec<&String> = matches.get_many("drill").into_iter().flatten().collect();
    let drills: Vec<&Drill> = DRILLS.iter().filter(|drill| names.iter().any(|name| **name == drill.name)).collect();
    ensure!(!drills.is_empty() && drills.len() == names.len(), "name the drills, or give --all; --list shows them");
    Ok(drills)
}

async fn practise(matches: &ArgMatches) -> Result<()> {
    let drills = chosen(matches)?;
    let timing = if matches.get_flag("short") { SHORT } else { FULL };
    let mut term = signal(SignalKind::terminate())?;
    let cluster = Cluster::up(drills.iter().any(|drill| drill.needs_relay())).await?;
    let done = tokio::select! {
        done = run(&cluster, &drills, timing) => done,
        _ = term.recv() => Err(anyhow::anyhow!("stopped before the end")),
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped before the end")),
    };
    cluster.down().await?;
    let rows = done?;
    let table = report::table(&rows);
    println!("{table}");
    if matches.get_flag("readme") {
        report::into_paper(&table)?;
    }
    let missed = rows.iter().filter(|row| !row.failures.is_empty()).count();
    ensure!(missed == 0, "{missed} of {} drills missed their threshold", rows.len());
    Ok(())
}

async fn run(cluster: &Cluster, drills: &[&Drill], timing: Timing) -> Result<Vec<report::DrillRow>> {
    let workload = Workload::prepare(cluster).await?;
    let mut rows = Vec::new();
    for drill in drills {
        eprintln!("-- {}", drill.name);
        let row = drills::run(drill, cluster, &workload, timing).await?;
        eprintln!("   {}", report::line(&row));
        rows.push(row);
    }
    Ok(rows)
}
