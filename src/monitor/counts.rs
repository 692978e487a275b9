//! Numbers about the house that only the database knows, for whoever watches over it.

use crate::app::App;
use crate::db::query;
use crate::domain::Result;
use crate::shared::Known;
use sea_orm::FromQueryResult;

/// Seconds for which a member counts as here when Redis cannot say: as on the page that lists them.
const HERE: i64 = 60;

/// See the head of this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Sessions that have not ended.
    pub sessions: i64,
    /// Members who are here.
    pub online: i64,
    /// The number of the newest step of the schema.
    pub schema: i64,
}

#[derive(FromQueryResult)]
struct Row {
    sessions: i64,
    online: i64,
    step: Option<String>,
}

/// Counts, in one statement. Who is here is asked of SQL only where Redis cannot say.
///
/// # Errors
/// The database's.
pub async fn counts(app: &App) -> Result<Counts> {
    let here = app.shared.presence().here();
    let online = match here {
        Known::Known(_) => "CAST(0 AS BIGINT)",
        Known::Unknown => "(SELECT COUNT(*) FROM users WHERE shows_presence AND last_seen_at > $2)",
    };
    let text = format!(
        "SELECT (SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL AND expires_at > $1 AND ends_at > $1) AS sessions, \
         {online} AS online, (SELECT MAX(version) FROM seaql_migrations) AS step"
    );
    let now = app.clock.now();
    let mut values = vec![now.into()];
    if here.is_unknown() {
        values.push((now - time::Duration::seconds(HERE)).into());
    }
    let row: Row = query::some(query::one(&app.db, &text, values).await?, "the numbers for the metrics")?;
    let online = here.known().map_or(row.online, i64::from);
    Ok(Counts { sessions: row.sessions, online, schema: row.step.as_deref().and_then(number).unwrap_or(0) })
}

/// `m0006_newest_comment` is 6.
fn number(step: &str) -> Option<i64> {
    step.strip_prefix('m')?.split('_').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_a_number() {
        assert_eq!(number("m0006_newest_comment"), Some(6));
        assert_eq!(number("nonsense"), None);
    }
}
