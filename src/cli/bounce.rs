//! `minschool bounce`: takes a mail that came back, on its standard input, from the server that delivered it. Exit code 75
//! (`EX_TEMPFAIL` of sysexits.h) asks that server to try again.

use super::{Failure, migrate};
use crate::clock::Clock;
use crate::config::Config;
use crate::db;
use crate::domain::mail::bounce::{self, Bounce};
use crate::domain::settings;
use std::io::Read;

/// Take a mail that came back, on standard input, and mark the address that it is about
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The address that it was delivered to; else the one in its headers
    #[arg(long, default_value = "")]
    to: String,
}

/// Runs it.
///
/// # Errors
/// `Later` for whatever is in the way: the mail is not to be lost.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    let mut report = Vec::new();
    std::io::stdin().take(bounce::LARGEST).read_to_end(&mut report).map_err(later)?;
    let db = db::open(&config).await.map_err(later)?;
    migrate::check_complete(&db).await.map_err(later)?;
    let secret = settings::form_secret(&db).await.map_err(later)?;
    let report = String::from_utf8_lossy(&report);
    let done = bounce::record(&db, &secret, &args.to, &report, Clock::default().now()).await.map_err(later)?;
    match done {
        Bounce::Marked(user) => say!("the address of member {user} is marked"),
        Bounce::Ignored => say!("ignored: not a report of a failure for good"),
        Bounce::SignUp => say!("ignored: about a sign-up that waited for its mail, which has no member yet"),
        Bounce::Unknown => say!("ignored: not about a mail of this site"),
    }
    Ok(())
}

fn later(err: impl std::fmt::Display) -> Failure {
    Failure::Later(err.to_string())
}
