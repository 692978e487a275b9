//! The database: opening it, its health, transactions, counts of statements, a full disk.

mod database;
pub mod disk_full;
pub mod health;
mod open;
pub mod query;
pub mod sql;
pub mod statements;
mod template;

pub use database::{Database, Transaction};
pub use health::DbHealth;
pub use open::{OpenError, Pool, SearchDatabase, open, open_for_migrations, open_for_probing};
pub use template::Template;
