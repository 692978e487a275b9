//! Numbers of the whole cluster, from the database.

use crate::app::App;
use crate::db::query;
use crate::domain::{Result, files, jobs, sessions};
use crate::entity::{session, user};
use crate::shared::Known;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, FromQueryResult};

/// Seconds for which a member counts as here when Redis cannot say: as on the page that lists them.
const HERE: i64 = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Sessions that have not ended.
    pub sessions: i64,
    /// Members who are here.
    pub online: i64,
    /// The number of the newest step of the schema.
    pub schema: i64,
    /// Bytes of all files.
    pub files: i64,
    /// Jobs by kind and state.
    pub jobs: Vec<jobs::Count>,
}

#[derive(FromQueryResult)]
struct CountsRow {
    sessions: i64,
    online: i64,
    step: Option<String>,
    files: i64,
}

/// Counts, in one statement, and one for jobs. Who is here is asked of SQL only where Redis cannot say.
pub async fn counts(app: &App) -> Result<Counts> {
    let here = app.context.shared.presence().here();
    let now = app.context.clock.now();
    let online = match here {
        Known::Known(_) => Expr::val(0).cast_as("BIGINT"),
        Known::Unknown => {
            let lately = user::Column::LastSeenAt.gt(now - time::Duration::seconds(HERE));
            query::count_rows(user::Entity, Condition::all().add(user::Column::ShowsPresence.into_expr()).add(lately))
        }
    };
    let step: SimpleExpr = Query::select().expr(Expr::col("version").max()).from("seaql_migrations").take().into();
    let counts = Query::select()
        .expr_as(query::count_rows(session::Entity, sessions::is_open(now)), "sessions")
        .expr_as(online, "online")
        .expr_as(step, "step")
        .expr_as(files::bytes_of_all(), "files")
        .take();
    let row = query::some(app.context.db.query_one(&counts).await?, "the numbers for the metrics")?;
    let row = CountsRow::from_query_result(&row, "")?;
    let online = here.known().map_or(row.online, i64::from);
    let schema = row.step.as_deref().and_then(number).unwrap_or(0);
    Ok(Counts { sessions: row.sessions, online, schema, files: row.files, jobs: jobs::counts(&app.context.db).await? })
}

/// `m0001_initial` is 1.
fn number(step: &str) -> Option<i64> {
    step.strip_prefix('m')?.split('_').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_a_number() {
        assert_eq!(number("m0001_initial"), Some(1));
        assert_eq!(number("nonsense"), None);
    }
}
