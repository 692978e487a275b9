//! What can go wrong, as a caller can act on it. One place in `web` turns these into pages.

use crate::db::{OpenError, disk_full, statements};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr};

/// The result of everything in `domain`.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A field of a form and the key of the message about what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of the form's field; empty: the form as a whole.
    pub field: &'static str,
    /// The key in the message catalogue, such as `name.taken`.
    pub message: &'static str,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or not for this person: both look the same from outside.
    #[error("not found")]
    NotFound,
    /// The person may know of it but may not do this.
    #[error("forbidden")]
    Forbidden,
    /// What was typed cannot be used.
    #[error("invalid: {0:?}")]
    Invalid(Vec<Problem>),
    /// Another change came first, or the form is out of date.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Too many at once; seconds after which to try again.
    #[error("busy for {0} s")]
    Busy(u64),
    /// Too many tries by this person; seconds after which to try again.
    #[error("too many tries for {0} s")]
    Slow(u64),
    /// The disk is full: nothing can be stored until an operator makes space.
    #[error("the disk is full")]
    Full,
    /// A fault of ours or of the machines. The text is for the log, never for a page.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// One field that cannot be used.
    pub fn invalid(field: &'static str, message: &'static str) -> Self {
        Self::Invalid(vec![Problem { field, message }])
    }

    /// `instead` of [`Error::NotFound`]; any other error as it is.
    pub fn if_not_found(self, instead: Self) -> Self {
        if matches!(self, Self::NotFound) { instead } else { self }
    }

    /// A fault with what was being done.
    pub fn internal(doing: &str, err: impl std::fmt::Display) -> Self {
        Self::Internal(format!("{doing}: {err}"))
    }
}

/// Seconds after which to try again when the database does not answer.
const DATABASE_PAUSE: u64 = 2;

impl From<OpenError> for Error {
    fn from(err: OpenError) -> Self {
        Self::Internal(err.to_string())
    }
}

impl From<DbErr> for Error {
    fn from(err: DbErr) -> Self {
        if let Some(broken) = rule_broken(&err) {
            return broken;
        }
        match &err {
            DbErr::RecordNotFound(_) => Self::NotFound,
            // Typed texts are checked before; what is left are addresses and hidden fields that a person has changed.
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) if has_nul(e) => Self::NotFound,
            _ if disk_full::is_full(&err) => {
                disk_full::note(&err);
                Self::Full
            }
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
                tracing::warn!("database unavailable: {err}");
                if matches!(err, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) {
                    statements::count_acquire_timeout();
                }
                Self::Busy(DATABASE_PAUSE)
            }
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) if is_transient(e) => {
                tracing::warn!("database busy: {err}");
                Self::Busy(DATABASE_PAUSE)
            }
            _ => Self::Internal(err.to_string()),
        }
    }
}

/// Whether a text with a NUL was asked for, which no row of PostgreSQL can hold (22021, `character_not_in_repertoire`).
fn has_nul(err: &sea_orm::sqlx::Error) -> bool {
    matches!(err, sea_orm::sqlx::Error::Database(e) if e.code().is_some_and(|code| code == "22021"))
}

/// Whether trying again later may help: a lost connection, a deadlock, a restart, a time-out.
fn is_transient(err: &sea_orm::sqlx::Error) -> bool {
    use sea_orm::sqlx::Error as Sqlx;
    match err {
        Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed | Sqlx::Protocol(_) | Sqlx::BeginFailed => true,
        Sqlx::Database(e) => e.code().is_some_and(|code| {
            // 40001/40P01 lost a race, 57xxx shutdown or cancelled, 08xxx connection, 53xxx out of something; 5 and 6: SQLite locked.
            matches!(&*code, "40001" | "40P01" | "5" | "6" | "517") || ["57", "08", "53"].iter().any(|c| code.starts_with(c))
        }),
        _ => false,
    }
}

/// Whether the database could not be reached at all, or is only just starting: trying again later may help.
pub(crate) fn is_away(err: &DbErr) -> bool {
    match err {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(e)) => is_transient(e),
        _ => false,
    }
}

/// What a violated unique index or foreign key means for the person who asked. None: it was neither.
fn rule_broken(err: &DbErr) -> Option<Error> {
    match err.sql_err()? {
        SqlErr::UniqueConstraintViolation(message) => {
            let rule = UNIQUE.iter().find(|rule| rule.names.iter().any(|name| message.contains(name)))?;
            Some(Error::invalid(rule.field, rule.message))
        }
        // PostgreSQL reports which side was at fault; on SQLite, with its one writer, the checks before the statement hold.
        SqlErr::ForeignKeyConstraintViolation(message) if message.contains("update or delete") => {
            message.contains("users_role_id_fkey").then(|| Error::invalid("form", "role.in_use"))
        }
        SqlErr::ForeignKeyConstraintViolation(_) => Some(Error::NotFound),
        _ => None,
    }
}

/// A unique index, and the message for a person whose text is taken.
struct Unique {
    /// PostgreSQL names the index, SQLite the column.
    names: &'static [&'static str],
    field: &'static str,
    message: &'static str,
}

const UNIQUE: [Unique; 3] = [
    Unique { names: &["users_email", "users.email"], field: "email", message: "email.taken" },
    Unique { names: &["users_name", "users.name_key", "users.name_skeleton"], field: "name", message: "name.taken" },
    Unique { names: &["boards_slug", "boards.slug"], field: "slug", message: "slug.taken" },
];
