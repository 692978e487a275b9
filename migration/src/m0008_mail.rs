//! Mail: what is known of members' addresses, tokens of the links in mails, and mails that were cut while they were sent.

use crate::{Copied, Table};
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
CREATE TABLE user_emails (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  lang TEXT NULL,
  verified_at {time} NULL,
  failures BIGINT NOT NULL DEFAULT 0,
  failed_at {time} NULL,
  last_error TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX user_emails_email ON user_emails (email);
CREATE INDEX user_emails_user ON user_emails (user_id);
CREATE TABLE account_tokens (
  id {id},
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  email TEXT NOT NULL,
  former TEXT NULL,
  hash TEXT NOT NULL,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time} NULL
);
CREATE UNIQUE INDEX account_tokens_hash ON account_tokens (hash);
CREATE INDEX account_tokens_user ON account_tokens (user_id, purpose);
CREATE INDEX account_tokens_expiry ON account_tokens (expires_at);
CREATE TABLE mail_attempts (
  job_id BIGINT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  doubts BIGINT NOT NULL
);
";

/// A backup holds no tokens, as it holds no sessions: a link that was used since must not work again.
pub(crate) const TABLES: &[Table] = &[
    Table::by_id("user_emails"),
    Table { copied: Copied::ByMove, ..Table::by_id("account_tokens") },
    Table::by("mail_attempts", &["job_id"]),
];

fn up(_: DbBackend) -> String {
    UP.into()
}

fn down(_: DbBackend) -> String {
    "DROP TABLE mail_attempts; DROP TABLE account_tokens; DROP TABLE user_emails;".into()
}

crate::step!("m0008_mail", up: up, down: down);
