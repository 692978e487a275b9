//! The audit log: who did what as staff, what it was before and after, why, and from where.

use super::clock::OffsetDateTime;
use super::members::{Page, skip};
use super::sessions::Client;
use super::{Action, Actor, Resource, Result, sql};
use crate::app::App;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::{Map, Value as Json};

/// Who acts, from where.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub client: Client,
}

/// What was done, before it is written.
pub struct Entry {
    action: &'static str,
    kind: &'static str,
    target: i64,
    name: String,
    before: Map<String, Json>,
    after: Map<String, Json>,
    reason: String,
}

impl Entry {
    /// `action` (such as `user.suspend`) was done to the `kind` with the id `target`, called `name` at that time.
    pub fn new(action: &'static str, kind: &'static str, target: i64, name: &str) -> Self {
        let (before, after) = (Map::new(), Map::new());
        Self { action, kind, target, name: name.chars().take(120).collect(), before, after, reason: String::new() }
    }

    /// A field that now is `after`.
    pub fn after(mut self, field: &str, after: &str) -> Self {
        self.after.insert(field.into(), after.into());
        self
    }

    /// A field that was `before` and now is `after`; nothing is noted where they are the same.
    pub fn change(mut self, field: &str, before: &str, after: &str) -> Self {
        if before != after {
            self.before.insert(field.into(), before.into());
            self.after.insert(field.into(), after.into());
        }
        self
    }

    /// Why.
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = reason.to_owned();
        self
    }
}

/// Writes an entry, in the transaction of what it tells of.
///
/// # Errors
/// The database's.
pub async fn write(tx: &impl ConnectionTrait, by: &By, entry: Entry, now: OffsetDateTime) -> Result<()> {
    let insert = "INSERT INTO audit_log (actor_id, actor_name, action, target_kind, target_id, target_name, before, after, \
                  reason, ip, user_agent, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let actor = (by.actor.id != 0).then_some(by.actor.id);
    let agent: String = by.client.agent.chars().filter(|c| !c.is_control()).take(300).collect();
    let values: [Value; 12] = [
        actor.into(),
        by.actor.name.clone().into(),
        entry.action.into(),
        entry.kind.into(),
        entry.target.into(),
        entry.name.into(),
        Json::Object(entry.before).to_string().into(),
        Json::Object(entry.after).to_string().into(),
        entry.reason.into(),
        by.client.ip.clone().into(),
        agent.into(),
        now.into(),
    ];
    sql::run(tx, insert, values).await.map(|_| ())
}

/// An entry as read.
#[derive(FromQueryResult, Debug)]
#[expect(missing_docs, reason = "columns")]
pub struct Row {
    pub id: i64,
    pub actor_name: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<i64>,
    pub target_name: String,
    pub before: String,
    pub after: String,
    pub reason: String,
    pub ip: String,
    pub user_agent: String,
    pub created_at: OffsetDateTime,
}

impl Row {
    /// The fields that changed: name, before, after.
    pub fn changes(&self) -> Vec<(String, String, String)> {
        let (before, after) = (object(&self.before), object(&self.after));
        let text = |map: &Map<String, Json>, key: &str| map.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        after.keys().map(|key| (key.clone(), text(&before, key), text(&after, key))).collect()
    }
}

fn object(text: &str) -> Map<String, Json> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A page of the log, newest first.
///
/// # Errors
/// `Forbidden`; the database's.
pub async fn list(app: &App, actor: &Actor, page: i64, size: i64) -> Result<Page<Row>> {
    actor.must(Resource::Audit, Action::Read)?;
    let sql = "SELECT id, actor_name, action, target_kind, target_id, target_name, before, after, reason, ip, user_agent, created_at \
               FROM audit_log ORDER BY id DESC LIMIT $1 OFFSET $2";
    Ok(Page::of(sql::all(&app.db, sql, [(size + 1).into(), skip(page, size).into()]).await?, size))
}
