//! The history of MinSchool's schema: one list of steps for SQLite and PostgreSQL.
//!
//! Rooms: `dialect` (the few words in which the engines differ), `marks` (the triggers that keep
//! page numbers fast), and one file a step with its tables. `rustfmt` does not see those files by itself.

pub mod dialect;
pub mod marks;

pub use m0006_search::FIRST_ID as SEARCH_FIRST_ID;
pub use m0017_search_spans::{AUTHORS as SEARCH_AUTHORS, NUMBERS as SEARCH_NUMBERS};

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DbBackend;
pub use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// How the name of a step ends that takes something away which an older version uses. All others only add, so that two
/// versions run side by side on one schema (expand, then contract one release later).
pub const CONTRACT: &str = "_contract";

/// The advisory lock under which instances migrate, so that three that start at once take turns.
pub const LOCK: i64 = 7_270_001;

/// All steps, oldest first.
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        steps()
    }
}

/// A table of ours, and what a copy of the database does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns that put its rows in order. Rows refer to older rows of their own table only (an answer to the comment it
    /// answers), so the order of their ids is one in which they can be written.
    pub order: &'static [&'static str],
    /// Whether a copy takes it along.
    pub copied: Copied,
    /// The one engine that has it, where the other does not.
    pub only_on: Option<DbBackend>,
    /// Columns that are NULL in a copy.
    pub blank: &'static [&'static str],
}

/// Whether a copy of the database takes a table along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// Always.
    Always,
    /// By a move only.
    ByMove,
    /// Never: it is made anew.
    Never,
}

impl Table {
    /// One that is copied in the order of its ids.
    pub const fn by_id(name: &'static str) -> Self {
        Self::by(name, &["id"])
    }

    /// One that is copied in the order of these columns.
    pub const fn by(name: &'static str, order: &'static [&'static str]) -> Self {
        Self { name, order, copied: Copied::Always, only_on: None, blank: &[] }
    }

    /// The same, with these columns NULL in a copy: what they hold is true of the database that was copied alone.
    pub const fn blanking(self, blank: &'static [&'static str]) -> Self {
        Self { blank, ..self }
    }

    /// One that is made anew.
    pub const fn made_anew(name: &'static str) -> Self {
        Self { name, order: &[], copied: Copied::Never, only_on: None, blank: &[] }
    }

    /// The same of a part of SQLite's full-text index.
    pub const fn of_full_text_index(name: &'static str) -> Self {
        Self { only_on: Some(DbBackend::Sqlite), ..Self::made_anew(name) }
    }
}

/// How many steps there are.
pub const STEPS: usize = TABLES.len();

/// The tables of all steps, those that others refer to first.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    tables_after(STEPS)
}

/// The tables of a database that has taken this number of steps.
pub fn tables_after(steps: usize) -> impl Iterator<Item = &'static Table> {
    TABLES.iter().take(steps).copied().flatten()
}

/// Declares the files of the steps, oldest first. Each holds its `Step` and its `TABLES`.
macro_rules! steps {
    ($($step:ident,)*) => {
        $(mod $step;)*

        fn steps() -> Vec<Box<dyn MigrationTrait>> {
            vec![$(Box::new($step::Step)),*]
        }

        const TABLES: &[&[Table]] = &[$($step::TABLES),*];
    };
}

/// One step of the history, given as SQL for both engines (see `dialect` for the words in braces).
///
/// A step is one transaction: a half-made schema helps nobody. What PostgreSQL only does outside of one, such as an
/// index that is made while people write, is an `online_step!`: its statements are run one by one and have to be fit to
/// be run again. One that begins with `{again}` is a part of filling in a new column (see [`dialect::fill`]).
macro_rules! step {
    ($name:literal, up: $up:expr, down: $down:expr) => {
        crate::step!($name, up: $up, down: $down, in_transaction: true);
    };
    ($name:literal, up: $up:expr, down: $down:expr, in_transaction: $in_transaction:literal) => {
        /// This file's step.
        pub struct Step;

        impl sea_orm_migration::MigrationName for Step {
            fn name(&self) -> &str {
                $name
            }
        }

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Step {
            async fn up(&self, m: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm_migration::DbErr> {
                crate::dialect::run(m.get_connection(), &$up(m.get_database_backend()), $in_transaction).await
            }

            async fn down(&self, m: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm_migration::DbErr> {
                crate::dialect::run(m.get_connection(), &$down(m.get_database_backend()), $in_transaction).await
            }

            // SQLite does not wrap a step in a transaction by itself.
            fn use_transaction(&self) -> Option<bool> {
                Some($in_transaction)
            }
        }
    };
}

/// A step outside of a transaction.
macro_rules! online_step {
    ($name:literal, up: $up:expr, down: $down:expr) => {
        crate::step!($name, up: $up, down: $down, in_transaction: false);
    };
}
use {online_step, step};

steps! {
    m0001_initial,
    m0002_monitor,
    m0003_bookmarks,
    m0004_page_mark_changes,
    m0005_jobs,
    m0006_search,
    m0007_drafts,
    m0008_mail,
    m0009_files,
    m0010_revisions,
    m0011_mail_notices,
    m0012_file_texts,
    m0013_board_looks,
    m0014_avatars,
    m0015_saved_searches,
    m0016_sign_ups,
    m0017_search_spans,
    m0018_sign_up_next,
    m0019_marks_without_calls,
    m0020_search_statistics,
}
