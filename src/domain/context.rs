//! The context that rules of the domain get: database, shared state, clock, limits. Nothing of HTTP.

use super::counters::Counters;
use super::users::password::Hasher;
use super::{Result, boards, markdown, organisation, settings};
use crate::clock::Clock;
use crate::config::Config;
use crate::config::flood::Flood;
use crate::config::sign_ups::SignUps;
use crate::db::{Database, SearchDatabase};
use crate::shared::{RedisOptions, Shared};
use std::path::PathBuf;
use std::sync::Arc;

/// What rules of the domain work with. Cheap to clone (an `Arc`).
#[derive(Clone)]
pub struct Context(Arc<Parts>);

/// The parts of a [`Context`].
pub struct Parts {
    /// The database. Everything that must not be lost is in it.
    pub db: Database,
    /// Other connections to it, for searches: slow ones must not take those of pages.
    pub search: SearchDatabase,
    /// What instances share: Redis, or memory where there is one instance.
    pub shared: Shared,
    /// The clock of stored times.
    pub clock: Clock,
    /// The queue in which passwords are hashed.
    pub hasher: Hasher,
    /// The key with which forms and device cookies are signed; the same on every instance.
    pub secret: String,
    /// The boards as read last, and of which generation they are.
    pub boards: boards::Kept,
    /// The same of the organisation that runs the site.
    pub organisation: organisation::Kept,
    /// Counts that are written to the database in intervals.
    pub counters: Counters,
    /// Texts whose HTML was found clean.
    pub known: markdown::Known,
    /// Limits that the operator sets.
    pub limits: Limits,
    /// Whether mail is set up; without it no mail is added to the jobs.
    pub sends_mail: bool,
    /// Whether newcomers become members by the form behind a mailed link: where a relay delivers mail, not where mails go to the log.
    pub confirms_sign_ups: bool,
}

/// Limits that the operator sets.
pub struct Limits {
    /// False: nothing is limited (load tests).
    pub enforced: bool,
    /// Posts and comments.
    pub flood: Flood,
    /// New accounts.
    pub sign_ups: SignUps,
    /// Bytes that all files may have.
    pub files_bytes: u64,
    /// The program that opens pictures.
    pub program: PathBuf,
}

impl std::ops::Deref for Context {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Context {
    /// On a database whose schema is up to date.
    ///
    /// # Errors
    /// `Internal` where argon2 refuses the parameters; `Busy` while the database is away.
    pub async fn new(config: &Config, db: Database, clock: Clock) -> Result<Self> {
        let secret = settings::form_secret(&db).await?;
        let shared = match &config.redis_url {
            Some(url) => Shared::redis(RedisOptions::new(url), clock.monotonic().clone(), &secret),
            None => Shared::memory(clock.monotonic().clone()),
        };
        let limits = Limits {
            enforced: config.rate_limits,
            flood: config.flood.clone(),
            sign_ups: config.sign_ups.clone(),
            files_bytes: config.files_gib * 1024 * 1024 * 1024,
            program: config.program.clone(),
        };
        Ok(Self(Arc::new(Parts {
            search: SearchDatabase::new(config),
            secret,
            hasher: Hasher::start(config.password_memory_kib, config.password_rounds)?,
            db,
            shared,
            clock,
            boards: boards::Kept::default(),
            organisation: organisation::Kept::default(),
            counters: Counters::default(),
            known: markdown::Known::default(),
            limits,
            sends_mail: config.mail.is_on(),
            confirms_sign_ups: config.mail.is_relayed(),
        })))
    }
}
