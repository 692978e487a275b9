//! What MinSchool does, sayable to somebody who does not program. One file a noun; each query takes
//! the database first, the actor second, what is wanted last.

pub mod activity;
pub mod audit;
pub mod boards;
pub mod clock;
pub mod comments;
pub mod dashboard;
pub mod devices;
pub(crate) mod disk;
pub mod error;
pub mod flood;
pub mod handbook;
pub mod house;
pub mod markdown;
pub mod measure;
pub mod members;
pub mod network;
pub mod notifications;
pub mod once;
pub mod password;
pub mod password_change;
pub mod people;
pub mod permissions;
pub mod posts;
pub mod pulse;
pub mod roles;
pub mod seed;
pub mod sessions;
pub mod setup;
pub mod shared_log;
pub mod sign_in;
pub mod sign_in_limits;
pub mod sql;
pub mod upkeep;
pub mod users;
pub mod vitals;
pub mod words;

pub use disk::PAUSE as FULL_PAUSE;
pub use error::{Error, Problem, Result};
pub use permissions::{Account, Action, Actor, Permissions, Resource};
