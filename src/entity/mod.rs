//! The tables as SeaORM models, one file each; no behaviour.

pub mod account_token;
pub mod audit_entry;
pub mod blob;
pub mod blob_chunk;
pub mod blob_variant;
pub mod board;
pub mod bookmark;
pub mod cluster_event;
pub mod cluster_metric;
pub mod comment;
pub mod consent;
pub mod draft;
pub mod file;
pub mod file_change;
pub mod idempotency_key;
pub mod ids;
pub mod instance_metric;
pub mod invalidation;
pub mod job;
pub mod mail_attempt;
pub mod notice_board;
pub mod notice_kind;
pub mod notification;
pub mod page_mark;
pub mod post;
pub mod revision;
pub mod role;
pub mod role_permission;
pub mod schedule;
pub mod search_doc;
pub mod search_progress;
pub mod session;
pub mod setting;
pub mod user;
pub mod user_email;

pub use ids::{AuditId, BoardId, CommentId, EventId, InvalidationId, NotificationId, PostId, RoleId, SessionId, UserId};
