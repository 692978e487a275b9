//! The disk is full. The database still answers and people read on, but nothing can be stored; pages show that as it is, and
//! not as a fault of ours or a rush of visitors.

use parking_lot::Mutex;
use sea_orm::{DbErr, RuntimeErr, sqlx};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Seconds after which to try again: an operator has to make space first.
pub const PAUSE: u64 = 60;

static REFUSALS: AtomicU64 = AtomicU64::new(0);

/// SQL statements of this process that were refused because the disk is full.
pub fn refusals() -> u64 {
    REFUSALS.load(Ordering::Relaxed)
}

/// How the engines say it. PostgreSQL: disk_full. SQLite (its extended codes): FULL, and those faults of writing, syncing,
/// cutting and sharing a file in which a quota or a limit of the kernel comes out.
const CODES: [&str; 6] = ["53100", "13", "778", "1034", "1546", "4874"];

/// Whether the disk took no more.
pub(crate) fn is_full(err: &DbErr) -> bool {
    let (DbErr::Conn(err) | DbErr::Exec(err) | DbErr::Query(err)) = err else { return false };
    let RuntimeErr::SqlxError(err) = err else { return false };
    match &**err {
        sqlx::Error::Database(err) => err.code().is_some_and(|code| CODES.contains(&&*code)),
        _ => false,
    }
}

/// Counts it, and logs it now and then: everybody who writes meets it, and a disk that is full of log lines helps nobody.
pub(crate) fn note(err: &DbErr) {
    static LOGGED: Mutex<Option<Instant>> = Mutex::new(None);
    REFUSALS.fetch_add(1, Ordering::Relaxed);
    let mut logged = LOGGED.lock();
    if logged.is_none_or(|at| at.elapsed() >= AGAIN) {
        *logged = Some(Instant::now());
        tracing::error!("the database's disk is full: nothing can be stored until there is space again ({err})");
    }
}

/// Pause between two lines in the log.
const AGAIN: Duration = Duration::from_secs(60);
