//! Jobs: work that is done beside the requests.

use super::ids::ids;
use sea_orm::entity::prelude::*;
use sea_orm::prelude::TimeDateTimeWithTimeZone as OffsetDateTime;

ids! {
    /// A job.
    JobId,
}

/// What a job does. A version claims the kinds that it knows; those of a newer one wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Kind {
    /// Deletes one-time keys that no form can carry any more.
    ForgetKeys,
    /// Deletes old lines of the log of invalidations.
    ForgetInvalidations,
    /// Deletes sessions that ended long ago.
    ForgetSessions,
    /// Deletes what instances measured more than a day ago.
    ForgetMetrics,
    /// Deletes old events of the cluster.
    ForgetEvents,
    /// Deletes jobs that ended long ago.
    ForgetJobs,
    /// Deletes tokens of links that have expired, and sign-ups that waited for one.
    ForgetTokens,
    /// Sends a mail.
    Mail,
    /// Sends notifications by mail. A kind of its own: a password that was forgotten does not wait behind a digest for each member.
    NoticeMail,
    /// Adds the digests of a day.
    DailyDigests,
    /// Adds the digests of a week.
    WeeklyDigests,
    /// Deletes contents of files that no file refers to.
    SweepFiles,
    /// Reads the text of a file.
    ReadFile,
    /// Lets files be read that have not been.
    QueueFiles,
    /// Notifies members of what is new for their saved searches.
    RunSearches,
}

/// What became of a job. A job that is being done is a waiting one with a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum State {
    Waiting,
    Done,
    /// Not tried again by itself.
    Failed,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: JobId,
    pub kind: Kind,
    /// What the kind needs to know, in a form of its own.
    pub payload: String,
    /// Unique where it is given, for as long as the row is kept.
    pub dedupe: Option<String>,
    pub state: State,
    pub due_at: OffsetDateTime,
    /// How often it was claimed; a claim that was given back does not count.
    pub tries: i64,
    /// The claim under which it is being done.
    pub lease: Option<String>,
    pub leased_until: Option<OffsetDateTime>,
    /// Of the last try; empty where none failed.
    pub last_error: String,
    pub created_at: OffsetDateTime,
    /// When it was done or given up.
    pub done_at: Option<OffsetDateTime>,
}

impl ActiveModelBehavior for ActiveModel {}
