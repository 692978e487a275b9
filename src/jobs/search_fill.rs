//! Fills the search index with what was written before there was one, a little at a time beside the requests.

use crate::app::App;
use crate::domain::search;
use std::time::Duration;

/// Between two transactions: requests come first.
const PAUSE: Duration = Duration::from_millis(20);
/// After one that did not work, and before the next look at whether all of it is to be done anew.
const LATER: Duration = Duration::from_secs(30);

/// Runs until the instance ends.
pub(super) async fn run(app: App) {
    let (mut documents, mut is_failing) = (0, false);
    loop {
        let wait = match search::fill(&app.context.db).await {
            Ok(filled) => {
                is_failing = false;
                documents += filled.documents;
                if filled.is_done && documents > 0 {
                    tracing::info!("the search index is filled: {documents} documents");
                    documents = 0;
                }
                if filled.is_done { LATER } else { PAUSE }
            }
            Err(err) => {
                if !is_failing {
                    tracing::warn!("filling the search index is tried again: {err}");
                }
                is_failing = true;
                LATER / 30
            }
        };
        tokio::select! {
            () = app.ended.cancelled() => break,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
