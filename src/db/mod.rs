//! The database: opening it, its health, transactions, a full disk.

pub mod disk_full;
pub mod health;
pub mod query;
