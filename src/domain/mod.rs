//! What MinSchool does, sayable to somebody who does not program. One file a noun; each query takes
//! the database first, the actor second, what is wanted last.

pub mod clock;
pub mod error;
pub mod markdown;
pub mod password;
pub mod permissions;
pub mod words;

pub use error::{Error, Problem, Result};
pub use permissions::{Action, Actor, Permissions, Resource};
