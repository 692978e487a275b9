//! The table.

use anyhow::{Context, Result};
use std::time::Duration;

/// What came of one drill.
#[derive(Default)]
pub struct DrillRow {
    pub name: &'static str,
    pub requests: usize,
    pub failed: usize,
    /// Honest refusals.
    pub refused: usize,
    /// Pages as they were last.
    pub stale: usize,
    pub signed_out: u32,
    /// Comments that were acknowledged.
    pub written: usize,
    pub lost: usize,
    pub double: usize,
    pub usual: Duration,
    pub during: Duration,
    /// How long after the end of the fault the last trouble began.
    pub trouble: Duration,
    pub slowest_form: Duration,
    /// What the drill itself measured.
    pub remark: String,
    /// Where it missed its threshold.
    pub failures: Vec<String>,
}

/// One drill in one line.
pub fn line(row: &DrillRow) -> String {
    let verdict = if row.failures.is_empty() { "ok".to_owned() } else { format!("MISSED: {}", row.failures.join("; ")) };
    format!(
        "{} requests, {} failed, {} refused, {} stale, {} written, {} lost, {} double, p99 {:.0?} then {:.0?}; {} {verdict}",
        row.requests, row.failed, row.refused, row.stale, row.written, row.lost, row.double, row.usual, row.during, row.remark
    )
}

/// All drills.
pub fn table(rows: &[DrillRow]) -> String {
    let mut out = String::from(
        "| drill | requests | failed | refused honestly | as it was | signed out | written | lost | double | p99 before / during | normal after | |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for row in rows {
        let verdict = if row.failures.is_empty() { row.remark.clone() } else { format!("**missed**: {}", row.failures.join("; ")) };
        let verdict = verdict.replace(['\n', '|'], " ");
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} / {} ms | {:.1} s | {verdict} |\n",
            row.name,
            row.requests,
            row.failed,
            row.refused,
            row.stale,
            row.signed_out,
            row.written,
            row.lost,
            row.double,
            row.usual.as_millis(),
            row.during.as_millis(),
            row.trouble.as_secs_f64()
        ));
    }
    out
}

const BEGIN: &str = "<!-- ops/chaos: begin -->\n";
const END: &str = "<!-- ops/chaos: end -->";

/// The paper that has a place for the table.
const PAPER: &str = "ops/DRILLS.md";

/// Puts the table between its markers in [`PAPER`].
pub fn into_paper(table: &str) -> Result<()> {
    let text = std::fs::read_to_string(PAPER).context(PAPER)?;
    let (head, rest) = text.split_once(BEGIN).with_context(|| format!("{PAPER} has no place for the drills"))?;
    let (_, tail) = rest.split_once(END).with_context(|| format!("{PAPER} has no end of the drills"))?;
    std::fs::write(PAPER, [head, BEGIN, table, END, tail].concat()).context(PAPER)
}
