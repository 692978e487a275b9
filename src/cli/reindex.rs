//! `minschool reindex`: indexes everything for the search anew, while people search and write. A run that was cut goes on where it
//! was with the next one, and running instances go on with it too.

use super::{Failure, instance, migrate};
use crate::config::Config;
use crate::db;
use crate::domain::search;
use std::time::{Duration, Instant};

/// Between two words about how far it is.
const PROGRESS: Duration = Duration::from_secs(5);
/// After a batch whose rows were being changed.
const PAUSE: Duration = Duration::from_millis(200);
/// How often in a row that may happen.
const TRIES: u32 = 50;

/// Index all posts, comments and members for the search anew
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Go on where the last run was cut, instead of from the newest
    #[arg(long)]
    resume: bool,
}

/// Runs it.
///
/// # Errors
/// `Config` when the schema is not this version's; else in words.
pub async fn run(config: Config, args: &Args) -> Result<(), Failure> {
    instance::prepare_folder(&config)?;
    let db = db::open_for_migrations(&config).await?;
    migrate::check_complete(&db).await?;
    if !args.resume {
        search::start_anew(&db).await?;
    }
    let (mut documents, mut reported, mut tries) = (0, Instant::now(), 0);
    loop {
        match search::fill(&db).await {
            Ok(filled) => {
                tries = 0;
                documents += filled.documents;
                if filled.is_done {
                    break;
                }
            }
            Err(err) if tries == TRIES => return Err(err.into()),
            Err(_) => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
        }
        if reported.elapsed() >= PROGRESS {
            say!("{documents} documents are indexed");
            reported = Instant::now();
        }
    }
    say!("the search index is complete: {documents} documents were indexed");
    Ok(())
}
