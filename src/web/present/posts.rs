//! Posts and their threads for the views.

use super::super::request::RequestContext;
use super::{ago, count};
use crate::clock::OffsetDateTime;
use crate::domain::boards::{Board, Look};
use crate::domain::comments::newest::NewComment;
use crate::domain::files::of_comments::OF_COMMENT_MAX;
use crate::domain::files::texts::{self, TextState};
use crate::domain::files::{File, Outcome, SIZE_MAX};
use crate::domain::posts::{self, list::Card};
use crate::domain::users::profile::Named;
use crate::domain::validation::COMMENT_MAX;
use crate::domain::{Actor, UserId, comments, revisions};
use std::borrow::Cow;
use templates::comments::{Branch, Comment, CommentForm, Most, Purpose, ReplyTo};
use templates::files::{Picture, Reading};
use templates::text::Lang;
use templates::ui::{Author, Avatar, State};
use time::Duration;

/// A post is new for a day.
const NEW: Duration = Duration::hours(24);
/// So many comments make a post hot,
const HOT_COMMENTS: i64 = 10;
/// or so many readers.
const HOT_VIEWS: i64 = 300;

/// A board's name in a language.
pub fn board_name(board: &Board, lang: Lang) -> &str {
    if lang == Lang::En && !board.name_en.is_empty() { &board.name_en } else { &board.name }
}

/// What a board is for, in a language.
pub fn board_description(board: &Board, lang: Lang) -> &str {
    if lang == Lang::En && !board.description_en.is_empty() { &board.description_en } else { &board.description }
}

/// How a board lists its posts, for views.
pub fn look(look: Look) -> templates::boards::Look {
    match look {
        Look::List => templates::boards::Look::List,
        Look::Cards => templates::boards::Look::Cards,
        Look::Gallery => templates::boards::Look::Gallery,
    }
}

/// Who wrote something, where only the name is shown.
pub fn author(id: UserId, name: &str) -> Author<'_> {
    Author { id: Some(id.0), name, picture: None }
}

/// A member with the picture.
pub fn avatar(of: &Named) -> Avatar<'_> {
    Avatar { member: of.id.0, name: &of.name, picture: of.avatar.as_deref() }
}

/// The state for views.
pub fn state(state: posts::State) -> State {
    match state {
        posts::State::Shown => State::Shown,
        posts::State::Hidden => State::Hidden,
        posts::State::Deleted => State::Deleted,
    }
}

/// How a list shows its posts.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The boards whose posts are in the list. A post of any other, which may have been closed since, is left out.
    pub boards: &'a [&'a Board],
    pub lang: Lang,
    /// The present.
    pub now: OffsetDateTime,
    /// Whether each post says which board it is on.
    pub mixed: bool,
}

/// A post in a list. None: its board is gone.
pub fn card<'a>(card: &'a Card, shown: Shown<'a>) -> Option<templates::posts::Card<'a>> {
    let board = shown.boards.iter().find(|board| board.id == card.board_id)?;
    Some(templates::posts::Card {
        id: card.id.0,
        slug: &board.slug,
        board: if shown.mixed { board_name(board, shown.lang) } else { "" },
        title: &card.title,
        author: author(card.author_id, &card.author),
        at: ago(card.created_at, shown.now, shown.lang),
        views: count(card.view_count),
        comments: count(card.comment_count),
        is_notice: card.is_notice,
        is_new: shown.now - card.created_at < NEW,
        is_hot: card.comment_count >= HOT_COMMENTS || card.view_count >= HOT_VIEWS,
        state: state(card.state),
    })
}

/// A comment beside a board's list.
pub fn new_comment(c: &NewComment, now: OffsetDateTime, lang: Lang) -> templates::boards::NewComment<'_> {
    templates::boards::NewComment {
        id: c.id.0,
        author: &c.author,
        excerpt: &c.excerpt,
        post: &c.post_title,
        at: ago(c.created_at, now, lang),
    }
}

/// A post on its page. `html` is its text, sanitised for showing.
pub fn post<'a>(request: &RequestContext, board: &'a Board, post: &'a posts::Post, html: &'a str) -> templates::posts::Post<'a> {
    let at = |time| ago(time, request.app.context.clock.now(), request.lang);
    templates::posts::Post {
        id: post.id.0,
        slug: &board.slug,
        board: board_name(board, request.lang),
        title: &post.title,
        body_html: html,
        author: Author { picture: post.author_avatar.as_deref(), ..author(post.author_id, &post.author) },
        at: at(post.created_at),
        edited: post.edited_at.map(at),
        edited_by_staff: post.edited_by_staff(),
        views: count(post.view_count),
        newest_comment: post.newest_comment.0,
        is_notice: post.is_notice,
        state: state(post.state),
        state_reason: post.state_reason.as_deref().unwrap_or_default(),
    }
}

/// For whom something is drawn, and when.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// None: a visitor.
    pub actor: Option<&'a Actor>,
    pub lang: Lang,
    /// The present.
    pub now: OffsetDateTime,
}

impl<'a> From<&'a RequestContext> for Reader<'a> {
    fn from(request: &'a RequestContext) -> Self {
        Self { actor: request.actor.as_ref(), lang: request.lang, now: request.app.context.clock.now() }
    }
}

impl Reader<'_> {
    /// The member's id; 0 for a visitor.
    pub fn id(self) -> UserId {
        self.actor.map_or(UserId(0), |actor| actor.id)
    }
}

/// A comment as this reader sees it. `html` is its text, sanitised for showing.
pub fn comment<'a>(reader: Reader, board: &Board, post: &posts::Post, c: &'a comments::Comment, html: &'a str) -> Comment<'a> {
    let actor = reader.actor;
    let open = takes_comments(actor, board, post);
    let reply_to = c.parent_id.zip(c.parent_author.as_deref()).filter(|(parent, _)| Some(*parent) != c.root_id);
    Comment {
        id: c.id.0,
        root: c.thread().0,
        author: Author { picture: c.author_avatar.as_deref(), ..author(c.author_id, &c.author) },
        by_post_author: c.author_id == post.author_id,
        at: ago(c.created_at, reader.now, reader.lang),
        edited: c.edited_at.is_some(),
        body_html: html,
        files: files(&c.files),
        state: state(c.state),
        removed_by_staff: c.removed_by_staff(),
        reply_to: reply_to.map(|(id, name)| ReplyTo { id: id.0, name }),
        can_reply: open && c.state == posts::State::Shown,
        can_edit: open && c.editable_by(actor, board),
        can_delete: c.deletable_by(actor),
        has_history: c.edited_at.is_some() && c.state == posts::State::Shown && revisions::may_see(actor, board, c.author_id),
    }
}

/// An empty form for a comment on a board.
pub fn comment_form<'a>(lang: Lang, board: &Board, purpose: Purpose<'a>) -> CommentForm<'a> {
    let most = Most { characters: COMMENT_MAX, files: OF_COMMENT_MAX as u64, megabytes: SIZE_MAX / 1024 / 1024 };
    CommentForm {
        lang,
        purpose,
        most,
        needs_alt: board.needs_alt,
        body: "",
        files: &[],
        removed: &[],
        refused: &[],
        alts: &[],
        once: "",
        errors: &[],
    }
}

/// A comment as readers see it who have this one's rights and did not write it.
pub fn common_comment<'a>(reader: Reader, board: &Board, post: &posts::Post, c: &'a comments::Comment, html: &'a str) -> Comment<'a> {
    let shown = comment(reader, board, post, c, html);
    let can_delete = comments::moderates(reader.actor) && c.state != posts::State::Deleted;
    let has_history = shown.has_history && revisions::all_may_see(reader.actor, board);
    Comment { can_edit: false, can_delete, has_history, ..shown }
}

/// Whether this visitor may comment on a post.
pub fn takes_comments(actor: Option<&Actor>, board: &Board, post: &posts::Post) -> bool {
    post.state == posts::State::Shown && board.takes_comments_from(actor)
}

/// Files as lists show them.
pub fn files(files: &[File]) -> Vec<templates::files::Item<'_>> {
    files.iter().map(file).collect()
}

fn file(file: &File) -> templates::files::Item<'_> {
    let sides = file.width.zip(file.height).filter(|_| file.kind.is_picture());
    let picture = sides.map(|(width, height)| Picture { width: count(width), height: count(height), moves: file.is_animated });
    templates::files::Item {
        id: file.id.0,
        name: &file.name,
        alt: &file.alt,
        bytes: count(file.size),
        picture,
        reading: reading(texts::state(file.kind, &file.name, file.outcome)),
    }
}

/// Comments in reading order as branches: each top-level one with its answers. As readers see them who have this one's rights
/// and wrote none of them.
pub fn thread<'a>(
    request: &RequestContext,
    board: &Board,
    post: &posts::Post,
    rows: &'a [comments::Comment],
    clean: &'a [Cow<'a, str>],
) -> Vec<Branch<'a>> {
    let mut branches: Vec<Branch<'a>> = Vec::new();
    for (row, html) in rows.iter().zip(clean) {
        let shown = common_comment(request.into(), board, post, row, html);
        match branches.last_mut() {
            Some(branch) if branch.comment.id == shown.root => branch.replies.push(shown),
            _ => branches.push(Branch { comment: shown, replies: Vec::new() }),
        }
    }
    branches
}

/// What can be read of a file.
pub fn reading(state: TextState) -> Reading {
    match state {
        TextState::Nothing => Reading::Nothing,
        TextState::Waiting => Reading::Waiting,
        TextState::Done(Outcome::Text) => Reading::Text,
        TextState::Done(Outcome::NoText) => Reading::NoText,
        TextState::Done(Outcome::Locked) => Reading::Locked,
        TextState::Done(Outcome::Damaged) => Reading::Damaged,
        TextState::Done(Outcome::TooLarge) => Reading::TooLarge,
        TextState::Done(Outcome::TooSlow) => Reading::TooSlow,
    }
}
