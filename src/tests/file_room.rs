//! The limit on all files of the site (FILES_GIB): what becomes ready at the same moment does not pass it together.
//!
//! By the rules and not through the router, which refuses each file before it arrives while there is no room for one of any size.

use crate::drafts::{SAVE, WRITE, autosave, typed};
use crate::files::number;
use crate::support::{Engine, Postgres, Sqlite, TestApp};
use futures_util::future::join_all;
use minschool::domain::boards::Boards;
use minschool::domain::comments::{self, New};
use minschool::domain::drafts::Target;
use minschool::domain::files::of_comments::Incoming;
use minschool::domain::files::{self, DraftId, Sent};
use minschool::domain::idempotency::Key;
use minschool::domain::users::{avatar, profile};
use minschool::domain::{Actor, BoardId, Error, PostId, UserId};
use minschool::entity::blob::{self, ContentKind, State};
use minschool::files::picture::Squares;
use minschool::files::storage::{self, Arrival, Arrived};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;

const READY: &str = "SELECT COUNT(*) FROM blobs WHERE state = 'ready'";

/// Leaves room for this many bytes, by a content that says that it is as large as the rest.
async fn leave(test: &TestApp, bytes: u64) {
    let ctx = &test.app.context;
    let row = blob::ActiveModel {
        sha256: Set(Some("rest".into())),
        size: Set((ctx.limits.files_bytes - bytes) as i64),
        kind: Set(ContentKind::Other),
        state: Set(State::Ready),
        is_animated: Set(false),
        made_by: Set(UserId(1)),
        touched_at: Set(ctx.clock.now()),
        ..Default::default()
    };
    blob::Entity::insert(row).exec_without_returning(&ctx.db).await.unwrap();
}

/// A KiB that has arrived.
async fn arrived(test: &TestApp, letter: u8) -> Arrived {
    let mut arrival = Arrival::begin(&test.app.context.db, UserId(1), test.app.context.clock.now()).await.unwrap();
    arrival.write(&[letter; 1024]).await.unwrap();
    arrival.end().await.unwrap()
}

async fn sent(test: &TestApp, letter: u8) -> Sent {
    Sent { original: arrived(test, letter).await, variants: Vec::new() }
}

async fn actor(test: &TestApp, name: &str) -> Actor {
    profile::actors(&test.app.context.db, &[name.into()], &[]).await.unwrap().pop().unwrap()
}

fn is_full<T>(done: &Result<T, Error>, field: &str) -> bool {
    matches!(done, Err(Error::Invalid(problems)) if problems[0].message == "file.site_full" && problems[0].field == field)
}

#[rstest]
#[tokio::test]
async fn what_waits_for_its_form_takes_room_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let ctx = &test.app.context;
    leave(&test, files::SIZE_MAX + 512).await;
    files::check_room(ctx).await.unwrap();
    let kib = arrived(&test, b'a').await;
    files::check_room(ctx).await.expect("what is still arriving is not counted");

    storage::let_wait(&ctx.db, &kib, ctx.clock.now()).await.unwrap();

    assert!(is_full(&files::check_room(ctx).await, "files"));
}

#[rstest]
#[tokio::test]
async fn of_six_files_that_become_ready_at_once_as_many_are_taken_as_fit(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let post = test.signed_in("ada").await.write("free", "글").await;
    let post = PostId(post.rsplit('/').next().unwrap().parse().unwrap());
    let ctx = &test.app.context;
    leave(&test, 2_500).await;
    let mut incoming = Vec::new();
    for letter in b'a'..=b'f' {
        let name = format!("member{}", char::from(letter));
        test.member(&name).await;
        let file = Incoming { sent: sent(&test, letter).await, name: "글.txt".into(), alt: String::new(), alt_field: "files" };
        incoming.push((actor(&test, &name).await, Key(name), [file]));
    }
    let boards = Boards::read(&ctx.db).await.unwrap();

    let done = join_all(incoming.iter().map(|(actor, key, files)| {
        let new = New { post, parent: None, body: "댓글", files };
        comments::insert(ctx, actor, &boards, key, new)
    }));
    let done = done.await;

    let taken = done.iter().filter(|done| done.is_ok()).count();
    let refused = done.iter().filter(|done| is_full(done, "files")).count();
    assert_eq!((taken, refused), (2, 4), "{done:?}");
    assert_eq!((number(&test, READY).await, number(&test, "SELECT COUNT(*) FROM comments").await), (3, 2));
}

#[rstest]
#[tokio::test]
async fn neither_a_draft_nor_a_member_gets_a_content_for_which_there_is_no_room(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "글", "본문");
    autosave(&mut ada, SAVE, &mut form).await;
    let (ctx, ada) = (&test.app.context, actor(&test, "ada").await);
    let draft = DraftId(number(&test, "SELECT MAX(id) FROM drafts").await);
    let target = Target::New(BoardId(number(&test, "SELECT id FROM boards WHERE slug = 'free'").await));
    leave(&test, 1_500).await;
    let squares = Squares { large: arrived(&test, b'l').await, small: arrived(&test, b's').await };

    let picture = avatar::set(ctx, &ada, &Key("picture".into()), &squares).await;
    let first = files::attach(ctx, &ada, target, draft, &sent(&test, b'a').await, "가.txt").await;
    let second = files::attach(ctx, &ada, target, draft, &sent(&test, b'b').await, "나.txt").await;

    assert!(is_full(&picture, "picture") && first.is_ok() && is_full(&second, "files"), "{picture:?} {first:?} {second:?}");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM avatars").await, 0);
    assert_eq!((number(&test, READY).await, number(&test, "SELECT COUNT(*) FROM files").await), (2, 1));
}
