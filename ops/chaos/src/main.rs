//! Breaks a running cluster on purpose, under load, and counts what people would have noticed. `ops/chaos/run` builds and
//! starts this; the cluster is `ops/cluster`'s: real PostgreSQL, Redis, nginx and instances, on private ports.
//!
//! Rooms: `cluster` (what is broken) · `person` (a browser) · `crowd` (what people do) · `ledger` (what came of it) ·
//! `drills` (the list) · `disk` (the one that needs a disk) · `clock` (the one that sets it) · `flood` (those that bring a
//! load of their own) · `report` (the table).

mod clock;
mod cluster;
mod crowd;
mod disk;
mod drills;
mod flood;
mod ledger;
mod person;
mod report;

use anyhow::{Result, bail};
use clap::{Arg, ArgAction, Command};
use cluster::Cluster;
use crowd::Crowd;
use drills::{DRILLS, Drill};
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long each part of a drill takes.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Undisturbed, before.
    calm: Duration,
    /// How long an outage lasts.
    outage: Duration,
    /// How long an overload lasts.
    flood: Duration,
    /// Readers at once in an overload: ten times what keeps two cores busy.
    readers: usize,
    /// Open streams at each instance.
    streams: usize,
    /// Times are judged with so many times the room: a build that is not optimised is slow by itself.
    room: u32,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(drill())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("ops/chaos/run: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

async fn drill() -> Result<()> {
    let matches = Command::new("ops/chaos/run")
        .about("Breaks a running cluster on purpose, under load, and counts what people would have noticed")
        .arg(Arg::new("drill").num_args(0..).help("names of drills; see --list"))
        .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help("every drill"))
        .arg(
            Arg::new("short")
                .long("short")
                .action(ArgAction::SetTrue)
                .help("shorter outages, a smaller flood and twice the room for times, as in CI, whose build is not optimised"),
        )
        .arg(Arg::new("list").long("list").action(ArgAction::SetTrue).help("names and bars"))
        .arg(Arg::new("readme").long("readme").action(ArgAction::SetTrue).help("write the table into README.md"))
        .get_matches();
    if matches.get_flag("list") {
        DRILLS.iter().for_each(|drill| println!("{:<22} {}", drill.name, drill.bar));
        return Ok(());
    }
    let named: Vec<&String> = matches.get_many("drill").into_iter().flatten().collect();
    let wanted: Vec<&Drill> =
        DRILLS.iter().filter(|drill| matches.get_flag("all") || named.iter().any(|name| **name == drill.name)).collect();
    if wanted.is_empty() || (!matches.get_flag("all") && wanted.len() != named.len()) {
        bail!("name the drills, or give --all; --list shows them");
    }
    let pace = match matches.get_flag("short") {
        true => Pace {
            calm: Duration::from_secs(2),
            outage: Duration::from_secs(4),
            flood: Duration::from_secs(8),
            readers: 300,
            streams: 500,
            room: 2,
        },
        false => Pace {
            calm: Duration::from_secs(5),
            outage: Duration::from_secs(10),
            flood: Duration::from_secs(60),
            readers: 900,
            streams: 2_000,
            room: 1,
        },
    };
    let mut term = signal(SignalKind::terminate())?;
    let cluster = Cluster::up().await?;
    let done = tokio::select! {
        done = run(&cluster, &wanted, pace) => done,
        _ = term.recv() => Err(anyhow::anyhow!("stopped before the end")),
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped before the end")),
    };
    cluster.down().await?;
    let rows = done?;
    let table = report::table(&rows);
    println!("{table}");
    if matches.get_flag("readme") {
        report::into_readme(&table)?;
    }
    match rows.iter().filter(|row| !row.faults.is_empty()).count() {
        0 => Ok(()),
        missed => bail!("{missed} of {} drills missed their bar", rows.len()),
    }
}

async fn run(cluster: &Cluster, wanted: &[&Drill], pace: Pace) -> Result<Vec<report::Row>> {
    let crowd = Crowd::gather(cluster).await?;
    let mut rows = Vec::new();
    for drill in wanted {
        eprintln!("-- {}", drill.name);
        let row = drills::run(drill, cluster, &crowd, pace).await?;
        eprintln!("   {}", report::line(&row));
        rows.push(row);
    }
    Ok(rows)
}
