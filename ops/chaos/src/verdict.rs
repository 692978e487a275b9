//! Whether a drill kept its threshold.

use crate::cluster::Cluster;
use crate::drills::{Drill, Tolerance};
use crate::report::DrillRow;
use crate::results::{Outcome, Results};
use anyhow::Result;
use std::time::{Duration, Instant};

/// When a run began, when the fault began and ended, and when the run was over.
pub struct Moments {
    pub begun: Instant,
    pub broken: Instant,
    pub restored: Instant,
    pub over: Instant,
}

/// Compares results with the tolerance of the drill; limits of time are multiplied by `slack`.
pub fn judge(drill: &Drill, results: &Results, moments: &Moments, slack: u32) -> DrillRow {
    let &Moments { begun, broken, restored, over } = moments;
    let count = |outcome| results.count(outcome, begun, over);
    let trouble = results.last_trouble().map(|last| last.saturating_duration_since(restored));
    let mut row = DrillRow {
        name: drill.name,
        requests: results.between(begun, over).count(),
        failed: count(Outcome::Failed),
        refused: count(Outcome::NotNow),
        stale: count(Outcome::Stale),
        signed_out: results.signed_out,
        written: results.acknowledged.len(),
        usual: results.p99(begun, broken),
        during: results.p99(broken + Duration::from_secs(1), restored),
        trouble: trouble.unwrap_or_default(),
        slowest_form: results.slowest_form(broken, restored),
        failures: results.failures.clone(),
        ..DrillRow::default()
    };
    row.failures.extend(violations(&row, drill.tolerance, slack));
    row
}

fn violations(row: &DrillRow, tolerance: Tolerance, slack: u32) -> Vec<String> {
    let DrillRow { usual, during, trouble, slowest_form, .. } = *row;
    let may_refuse = matches!(tolerance, Tolerance::Refusals | Tolerance::Shedding);
    let slow = during > usual * 3 * slack && during > Duration::from_millis(100) * slack;
    let form_waited = slowest_form > Duration::from_millis(1_100) * slack;
    [
        (row.failed > 0, format!("{} requests failed", row.failed)),
        (row.signed_out > 0, format!("{} found themselves signed out", row.signed_out)),
        (!may_refuse && row.refused + row.stale > 0, format!("{} refused, {} stale", row.refused, row.stale)),
        (tolerance == Tolerance::Slowness && slow, format!("p99 {during:.0?} against {usual:.0?}")),
        (tolerance == Tolerance::Refusals && form_waited, format!("a form waited {slowest_form:.0?}")),
        (
            tolerance != Tolerance::Nothing && trouble > Duration::from_secs(2) * slack,
            format!("normal only {trouble:.1?} after it was back"),
        ),
    ]
    .into_iter()
    .filter_map(|(violated, text)| violated.then_some(text))
    .collect()
}

/// Every comment that was acknowledged is stored once, with its notification.
pub async fn check_comments(cluster: &Cluster, name: &str, results: &Results, row: &mut DrillRow) -> Result<()> {
    let stored =
        cluster.sql(&format!("SELECT content, COUNT(*) FROM comments WHERE content LIKE 'drill {name} %' GROUP BY content")).await?;
    let stored: Vec<(&str, &str)> = stored.lines().filter_map(|line| line.rsplit_once('|')).collect();
    row.lost = results.acknowledged.iter().filter(|text| !stored.iter().any(|(body, _)| body == text)).count();
    row.double = stored.iter().filter(|(_, times)| *times != "1").count();
    let without =
        "SELECT COUNT(*) FROM comments c WHERE NOT EXISTS (SELECT 1 FROM notifications n WHERE n.comment_id = c.id) AND c.content LIKE";
    let without: usize = cluster.sql(&format!("{without} 'drill {name} %'")).await?.trim().parse()?;
    for (n, text) in
        [(row.lost, "acknowledged comments lost"), (row.double, "comments stored twice"), (without, "comments without a notification")]
    {
        if n > 0 {
            row.failures.push(format!("{n} {text}"));
        }
    }
    // A run in which no notification came over a stream did not listen.
    if results.events == 0 && !results.acknowledged.is_empty() {
        row.failures.push("no notification came over a stream".into());
    }
    Ok(())
}
