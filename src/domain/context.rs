//! All that a rule of the product may reach.

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

/// See the head of this file. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Parts>);

/// The parts of a [`Context`].
pub struct Parts {
    /// The truth.
    pub db: Database,
    /// The same for searches, on connections of their own.
    pub search: SearchDatabase,
    /// What instances agree on.
    pub shared: Shared,
    /// The time that is stored.
    pub clock: Clock,
    /// The queue in which passwords are hashed.
    pub hasher: Hasher,
    /// The key with which forms and device cookies are signed; the same on every instance.
    pub secret: String,
    /// The boards, as of one generation.
    pub boards: boards::Kept,
    /// Who runs the site, as of the same.
    pub organisation: organisation::Kept,
    /// Counts that are written to the database in intervals.
    pub counters: Counters,
    /// Texts whose HTML was found clean.
    pub known: markdown::Known,
    /// How much is allowed.
    pub limits: Limits,
    /// Whether mail goes anywhere; where it does not, none is added to the jobs.
    pub sends_mail: bool,
    /// Whether newcomers become members by a button behind a mailed link: where mails reach mailboxes, and not the log of a site that is
    /// being developed.
    pub confirms_sign_ups: bool,
}

/// How much people may do in a time.
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
