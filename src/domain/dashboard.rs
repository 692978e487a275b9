//! The numbers on the dashboard. Nothing here counts a large table: what is written down is added up, and the
//! newest day is found through its ids.

use super::Result;
use crate::db::query;
use crate::domain::Context;
use crate::domain::sessions::{self, Area};
use crate::domain::users;
use crate::entity::page_mark::{self, Sort};
use crate::entity::post::State;
use crate::entity::{comment, post, session, user};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult};

/// How much there is, and how much of it is from the last 24 hours.
#[derive(Clone, Copy, Debug, FromQueryResult)]
#[expect(missing_docs, reason = "named for what they count")]
pub struct Numbers {
    pub users: i64,
    pub users_today: i64,
    pub posts: i64,
    pub posts_today: i64,
    pub comments: i64,
    pub comments_today: i64,
    pub sessions: i64,
    pub sessions_admin: i64,
    pub suspended: i64,
}

/// Counts. Posts and comments are added up from the boards' marks and the members' rows' counters.
pub async fn numbers(ctx: &Context) -> Result<Numbers> {
    let now = ctx.clock.now();
    let day = now - time::Duration::days(1);
    let panel = Condition::all().add(session::Column::Area.eq(Area::Admin)).add(sessions::is_open(now));
    let of_day = |state: SimpleExpr, written: SimpleExpr| Condition::all().add(state).add(written);
    let posts_of_day = of_day(post::Column::State.eq(State::Shown), post::Column::CreatedAt.gt(day));
    let comments_of_day = of_day(comment::Column::State.eq(State::Shown), comment::Column::CreatedAt.gt(day));
    let numbers = [
        (query::count_rows(user::Entity, Condition::all()), "users"),
        (query::count_rows(user::Entity, user::Column::CreatedAt.gt(day).into()), "users_today"),
        (sum(page_mark::Entity, page_mark::Column::Shown, page_mark::Column::Sort.eq(Sort::New).into()), "posts"),
        (query::count_rows(post::Entity, posts_of_day), "posts_today"),
        (sum(user::Entity, user::Column::CommentCount, Condition::all()), "comments"),
        (query::count_rows(comment::Entity, comments_of_day), "comments_today"),
        (query::count_rows(session::Entity, sessions::is_open(now)), "sessions"),
        (query::count_rows(session::Entity, panel), "sessions_admin"),
        (query::count_rows(user::Entity, users::is_suspended(now)), "suspended"),
    ];
    let mut select = Query::select();
    for (number, name) in numbers {
        select.expr_as(number, name);
    }
    let row = query::some(ctx.db.query_one(&select).await?, "the numbers of the dashboard")?;
    Ok(Numbers::from_query_result(&row, "")?)
}

/// The sum of a column, as a part of a statement; 0 where there is no row.
fn sum<T: EntityTrait>(table: T, column: T::Column, of: Condition) -> SimpleExpr {
    let select: SelectStatement = Query::select().expr(Expr::col(column).sum().if_null(0)).from(table).cond_where(of).take();
    SimpleExpr::from(select).cast_as("BIGINT")
}
