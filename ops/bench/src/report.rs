//! The tables: Markdown, for the screen and for `ops/BENCHMARKS.md`.

use crate::load::Outcome;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::fs;

/// How many connections are tried.
pub const LEVELS: [usize; 4] = [1, 16, 64, 256];

/// A scenario's runs: one for each of [`LEVELS`], then one at half load.
pub struct ScenarioRow {
    pub name: String,
    pub levels: Vec<Outcome>,
    pub half: Outcome,
}

impl ScenarioRow {
    /// The most requests a second that it reached.
    pub fn best(&self) -> f64 {
        self.levels.iter().map(|level| level.per_second).fold(0.0, f64::max)
    }

    /// Its costs where it was busiest but not overloaded: at 64 connections.
    pub fn busy(&self) -> &Outcome {
        &self.levels[2.min(self.levels.len() - 1)]
    }
}

/// The table of scenarios; the first row is the baseline.
pub fn scenarios(rows: &[ScenarioRow]) -> String {
    let mut out = String::from(
        "| | 1 | 16 | 64 | 256 connections | of the baseline | p50 / p95 / p99 at half load (ms) | app CPU | Redis + PostgreSQL CPU |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let baseline = rows.first().map_or(1.0, ScenarioRow::best);
    for row in rows {
        let _ = write!(out, "| {} ", row.name);
        for level in &row.levels {
            let shed = if level.shed > 0 { format!(" ({} shed)", level.shed) } else { String::new() };
            let _ = write!(out, "| {:.0}/s{shed} ", level.per_second);
        }
        let (busy, part) = (row.busy(), row.best() * 100.0 / baseline);
        let waits = [0.5, 0.95, 0.99].map(|part| format!("{:.1}", row.half.percentile(part))).join(" / ");
        let _ = writeln!(out, "| {part:.0} % | {waits} | {:.0} µs | {:.0} µs |", busy.app_us, busy.stores_us);
    }
    out
}

/// A table of single numbers.
pub fn facts(facts: &[(String, String)]) -> String {
    let mut out = String::from("| | |\n|---|---:|\n");
    for (name, value) in facts {
        let _ = writeln!(out, "| {name} | {value} |");
    }
    out
}

/// The paper that has a place for the tables.
const PAPER: &str = "ops/BENCHMARKS.md";
/// The names of the places.
pub const PAGES: &str = "ops/bench";
pub const OPEN_LOOP: &str = "ops/bench/open";
pub const SEARCH: &str = "ops/bench/search";

/// Prints tables, and puts them into their place of [`PAPER`] where that is wanted.
pub fn print(tables: &str, place: &str, into_paper: bool) -> Result<()> {
    println!("{tables}");
    if !into_paper {
        return Ok(());
    }
    let (begin, end) = (format!("<!-- {place}: begin -->"), format!("<!-- {place}: end -->"));
    let text = fs::read_to_string(PAPER).context(PAPER)?;
    let (head, rest) = text.split_once(&begin).with_context(|| format!("{PAPER} has no place for the tables"))?;
    let (_, tail) = rest.split_once(&end).with_context(|| format!("{PAPER} has no end of the tables"))?;
    fs::write(PAPER, format!("{head}{begin}\n{tables}\n{end}{tail}")).context(PAPER)
}
