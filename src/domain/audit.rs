//! The audit log: who did what as staff, what it was before and after, why, and from where.

use super::boards::Boards;
use super::jobs::JobId;
use super::page::{Page, skip};
use super::sessions::Client;
use super::users::sign_ups::SignUpId;
use super::{Action, Actor, Resource, Result};
use crate::clock::OffsetDateTime;
use crate::domain::{AuditId, BoardId, CommentId, Context, PostId, RoleId, UserId};
use crate::entity::audit_entry::{ActiveModel, Column, Entity};
use crate::entity::{comment, post};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value as Json};

/// An edit of another member's post, with both texts.
pub(in crate::domain) const POST_EDIT: &str = "post.edit";

/// Who acts, from where.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub client: Client,
}

/// To what something was done.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the nouns")]
pub enum Target {
    User(UserId),
    Role(RoleId),
    Board(BoardId),
    Post(PostId),
    Comment(CommentId),
    Job(JobId),
    SignUp(SignUpId),
}

impl Target {
    /// The word in the rows and the number beside it.
    fn columns(self) -> (&'static str, i64) {
        match self {
            Self::User(id) => ("user", id.0),
            Self::Role(id) => ("role", id.0),
            Self::Board(id) => ("board", id.0),
            Self::Post(id) => ("post", id.0),
            Self::Comment(id) => ("comment", id.0),
            Self::Job(id) => ("job", id.0),
            Self::SignUp(id) => ("sign_up", id.0),
        }
    }
}

/// What was done, before it is written.
pub struct Entry {
    action: &'static str,
    target: Target,
    name: String,
    before: Map<String, Json>,
    after: Map<String, Json>,
    reason: String,
}

impl Entry {
    /// `action` (such as `user.suspend`) was done to `target`, called `name` at that time.
    pub fn new(action: &'static str, target: Target, name: &str) -> Self {
        let (before, after) = (Map::new(), Map::new());
        Self { action, target, name: name.chars().take(120).collect(), before, after, reason: String::new() }
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

    /// The part of a long text in which `before` and `after` differ, with some characters around it.
    pub fn change_text(self, field: &str, before: &str, after: &str) -> Self {
        let (before, after) = differing(before, after);
        self.change(field, &before, &after)
    }

    /// Why.
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = reason.to_owned();
        self
    }
}

/// Characters kept around the part of a text that was changed, and of that part itself.
const AROUND: usize = 40;
const CHANGED: usize = 2_000;

/// What remains of two texts without their common beginning and end.
fn differing(before: &str, after: &str) -> (String, String) {
    let (a, b): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    let from = head.saturating_sub(AROUND);
    let part = |text: &[char]| {
        let to = (text.len() - tail + AROUND).min(text.len());
        let kept: String = text[from..to].iter().take(CHANGED).collect();
        let (opened, cut) = (if from > 0 { "…" } else { "" }, if to - from > CHANGED || to < text.len() { "…" } else { "" });
        format!("{opened}{kept}{cut}")
    };
    (part(&a), part(&b))
}

/// Writes an entry, in the transaction of what it is about.
pub async fn write(tx: &impl ConnectionTrait, by: &By, entry: Entry, now: OffsetDateTime) -> Result<()> {
    let (kind, target) = entry.target.columns();
    let row = ActiveModel {
        actor_id: Set((by.actor.id != UserId(0)).then_some(by.actor.id)),
        actor_name: Set(by.actor.name.clone()),
        action: Set(entry.action.into()),
        target_kind: Set(kind.into()),
        target_id: Set(Some(target)),
        target_name: Set(entry.name),
        before: Set(Json::Object(entry.before).to_string()),
        after: Set(Json::Object(entry.after).to_string()),
        reason: Set(entry.reason),
        ip: Set(by.client.ip.clone()),
        user_agent: Set(by.client.agent.chars().filter(|c| !c.is_control()).take(300).collect()),
        created_at: Set(now),
        ..Default::default()
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes words out of the entries about a post or comment, because a version that they quote is erased for good: what edits changed, and
/// the name of the target where it was `name`. Who did what and when stays.
pub(in crate::domain) async fn erase_words(tx: &impl ConnectionTrait, target: Target, name: Option<String>) -> Result<()> {
    let (kind, id) = target.columns();
    let about = || Entity::update_many().filter(Column::TargetKind.eq(kind)).filter(Column::TargetId.eq(id));
    let no_change = ActiveModel { before: Set("{}".into()), after: Set("{}".into()), ..Default::default() };
    about().set(no_change).filter(Column::Action.eq(POST_EDIT)).exec(tx).await?;
    if let Some(name) = name {
        let no_name = ActiveModel { target_name: Set(String::new()), ..Default::default() };
        about().set(no_name).filter(Column::TargetName.eq(name)).exec(tx).await?;
    }
    Ok(())
}

/// An entry as read.
#[derive(DerivePartialModel, Debug)]
#[sea_orm(entity = "Entity")]
#[expect(missing_docs, reason = "columns")]
pub struct AuditRow {
    pub id: AuditId,
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
    #[sea_orm(from_expr = "post::Column::BoardId.into_expr()")]
    pub board_id: Option<BoardId>,
}

impl AuditRow {
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

/// A page of the log, newest first. About a post or a comment that this person may not read, or could not moderate, it says
/// what was done and not to which words.
///
/// # Errors
/// `Forbidden`.
pub async fn list(ctx: &Context, actor: &Actor, boards: &Boards, page: i64, size: i64) -> Result<Page<AuditRow>> {
    actor.must(Resource::Audit, Action::Read)?;
    // The post that an entry is about, or whose comment it is about.
    let of_comment = Column::TargetKind.eq("comment").and(comment::Column::Id.into_expr().equals((Entity, Column::TargetId)));
    let post = Expr::case(Column::TargetKind.eq("post"), Column::TargetId.into_expr()).finally(comment::Column::PostId.into_expr());
    let mut entries = Entity::find();
    QuerySelect::query(&mut entries).left_join(comment::Entity, of_comment).left_join(post::Entity, post::Column::Id.into_expr().eq(post));
    let entries = entries.order_by_desc(Column::Id).limit(size as u64 + 1).offset(skip(page, size) as u64);
    let rows: Vec<AuditRow> = entries.into_partial_model().all(&ctx.db).await?;
    Ok(Page::of(rows.into_iter().map(|row| row.for_reader(actor, boards)).collect(), size))
}

impl AuditRow {
    fn for_reader(mut self, actor: &Actor, boards: &Boards) -> Self {
        let resource = match self.target_kind.as_str() {
            "post" => Resource::Post,
            "comment" => Resource::Comment,
            "board" if !actor.may(Resource::Board, Action::Manage) => Resource::Board,
            _ => return self,
        };
        let board = if resource == Resource::Board { self.target_id } else { self.board_id.map(|id| id.0) };
        let readable = board.is_some_and(|id| boards.find_readable(Some(actor), BoardId(id)).is_ok());
        let may = resource == Resource::Board || actor.may(resource, Action::Moderate);
        // A post that was moved names the board that it came from.
        let unreadable = boards.all().iter().filter(|board| !board.reads_for(Some(actor)));
        let named = unreadable.into_iter().any(|board| [&self.before, &self.after].iter().any(|text| text.contains(&board.name)));
        if !readable || !may || named {
            (self.target_name, self.reason) = (String::new(), String::new());
            (self.before, self.after) = ("{}".into(), "{}".into());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_part_that_differs_is_kept() {
        let (head, tail) = ("가".repeat(500), "나".repeat(500));

        let (before, after) = differing(&format!("{head}모임은 3시{tail}"), &format!("{head}모임은 4시{tail}"));

        assert!(before.contains("모임은 3시") && after.contains("모임은 4시"), "{before} {after}");
        assert!(before.chars().count() < 100 && before.starts_with('…') && before.ends_with('…'));
        assert_eq!(differing("같다", "같다"), ("같다".into(), "같다".into()));
        assert_eq!(differing("가가", "가가가"), ("가가".into(), "가가가".into()));
    }
}
