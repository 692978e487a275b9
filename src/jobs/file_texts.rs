//! Reads the text of published documents, each in a child process, and lets those of earlier times be read.

use super::worker::{Handlers, handler};
use crate::app::App;
use crate::db::{Transaction, query};
use crate::domain::files::{FileId, texts};
use crate::domain::jobs::lease::Claim;
use crate::domain::jobs::{Failure, Kind};
use crate::files::text;

/// The handler of the kind that reads.
pub fn handlers() -> Handlers {
    [(Kind::ReadFile, handler(read))].into()
}

async fn read(app: App, job: Claim) -> Result<Transaction, Failure> {
    let ctx = &app.context;
    let Ok(id) = job.payload.parse().map(FileId) else { return Err(Failure::Permanent(format!("{} is no file", job.payload))) };
    let reading = match texts::unread(&ctx.db, id).await? {
        Some(file) => {
            let reading = text::read(&ctx.db, &ctx.limits.program, file.blob_id, file.size.unsigned_abs()).await;
            Some((file.blob_id, reading.map_err(failure)?))
        }
        None => None,
    };
    let tx = query::begin(&ctx.db).await?;
    texts::store(&tx, id, reading, ctx.clock.now()).await?;
    Ok(tx)
}

fn failure(failure: text::Failure) -> Failure {
    match failure {
        text::Failure::Db(err) => err.into(),
        text::Failure::Machine(err) => Failure::Temporary(format!("the process that reads documents: {err}")),
    }
}
