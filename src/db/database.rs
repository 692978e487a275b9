//! SeaORM's connection and transaction, whose statements name the request that they belong to, whether the builder made them
//! or a text of ours.

use futures_util::Stream;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, StreamTrait,
};
use std::pin::Pin;

tokio::task_local! {
    static REQUEST: String;
}

/// Runs `work`; with a request's number, each of its statements names it in a comment, so that what PostgreSQL logs or
/// lists as running can be traced to nginx's log. No two requests then share a prepared statement.
pub async fn with_request<F: Future>(request: Option<String>, work: F) -> F::Output {
    match request {
        Some(request) => REQUEST.scope(request, work).await,
        None => work.await,
    }
}

/// The request that statements of this task are named after.
pub fn request() -> Option<String> {
    REQUEST.try_with(Clone::clone).ok()
}

fn named(mut statement: Statement) -> Statement {
    // Numbers of requests are letters, digits and "-" (`web::layers`): none ends a comment.
    let _ = REQUEST.try_with(|request| {
        statement.sql.push_str(" /* request=");
        statement.sql.push_str(request);
        statement.sql.push_str(" */");
    });
    statement
}

/// The pool of connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database(DatabaseConnection);

impl Database {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        Self(connection)
    }

    /// For migrations and what asks the pool itself; its statements name no request.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.0
    }

    /// Asks something for which no table is needed.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.query_one(&Query::select().expr(Expr::val(1)).take()).await.map(|_| ())
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.0.close().await
    }
}

/// A transaction, begun by [`super::query::begin`]. Rolled back where it is dropped.
#[derive(Debug)]
#[must_use = "what is not committed is rolled back"]
pub struct Transaction(DatabaseTransaction);

impl Transaction {
    pub(super) fn new(begun: DatabaseTransaction) -> Self {
        Self(begun)
    }

    /// Makes the changes last, and visible to others.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.0.commit().await
    }

    /// Undoes the changes.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.0.rollback().await
    }

    /// The rows of a query one by one, for tables that do not fit into memory.
    pub async fn stream(&self, query: &SelectStatement) -> Result<impl Stream<Item = Result<QueryResult, DbErr>> + Send, DbErr> {
        self.0.stream_raw(named(self.get_database_backend().build(query))).await
    }
}

/// What `async_trait` makes of an asynchronous method: passed through, it costs no second allocation.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'a>>;

macro_rules! connection {
    ($name:ty) => {
        impl ConnectionTrait for $name {
            fn get_database_backend(&self) -> DbBackend {
                ConnectionTrait::get_database_backend(&self.0)
            }

            fn execute_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, ExecResult>
            where
                'a: 'b,
                Self: 'b,
            {
                self.0.execute_raw(named(statement))
            }

            fn execute_unprepared<'a, 'b, 'c>(&'a self, sql: &'b str) -> Answer<'c, ExecResult>
            where
                'a: 'c,
                'b: 'c,
                Self: 'c,
            {
                self.0.execute_unprepared(sql)
            }

            fn query_one_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, Option<QueryResult>>
            where
                'a: 'b,
                Self: 'b,
            {
                self.0.query_one_raw(named(statement))
            }

            fn query_all_raw<'a, 'b>(&'a self, statement: Statement) -> Answer<'b, Vec<QueryResult>>
            where
                'a: 'b,
                Self: 'b,
            {
                self.0.query_all_raw(named(statement))
            }
        }
    };
}

connection!(Database);
connection!(Transaction);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_statement_names_the_request_that_it_belongs_to() {
        let statement = || Statement::from_string(DbBackend::Postgres, "SELECT 1");

        let of_request = with_request(Some("r7".into()), async { named(statement()) }).await;

        assert_eq!((of_request.sql.as_str(), named(statement()).sql.as_str()), ("SELECT 1 /* request=r7 */", "SELECT 1"));
    }
}
