//! What staff do with other members' words leaves a trace, and two who act at once do not undo each other.

use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, encode, operator, until};
use minschool::db::query;
use minschool::domain::posts::moderate::{ModerationAction, moderate};
use minschool::domain::{PostId, idempotency};
use poem::http::Method;
use rstest::rstest;

fn number(post: &str) -> String {
    post.rsplit('/').next().unwrap().to_owned()
}

async fn count(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

/// Ticks one row of a list of the panel and does something with it.
async fn act(staff: &mut Visitor, list: &str, task: &str, item: &str) -> Page {
    let page = staff.get_admin(list).await;
    let form = [("task", task), ("item", item), ("reason", "시험"), ("once", &page.once(list))];
    staff.post_admin(list, &form).await
}

#[rstest]
#[tokio::test]
async fn an_edit_by_staff_is_shown_and_noted_before_and_after(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut moderator = test.staff("mod", "moderator").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "처음 제목").await;
    let edit = format!("{post}/edit");

    let page = moderator.get(&edit).await;
    moderator.submit(&page, &edit, &[("title", "고친 제목"), ("body", "고친 본문")]).await;

    let shown = test.visitor().get(&post).await;
    assert!(shown.says("고친 제목") && shown.says("운영자가 고침"), "{}", shown.text());
    let log = boss.get_admin("/audit").await;
    for words in ["mod", "처음 제목", "고친 제목", "내용입니다.", "고친 본문"] {
        assert!(log.says(words), "{words}: {}", log.text());
    }
    let page = ada.get(&edit).await;
    ada.submit(&page, &edit, &[("title", "다시 제목")]).await;
    assert!(!test.visitor().get(&post).await.says("운영자가 고침"), "the words are the author's again");
    assert!(!boss.get_admin("/audit").await.says("다시 제목"), "what members change of their own is not the log's business");
}

#[rstest]
#[tokio::test]
async fn a_deletion_by_staff_is_noted_and_said(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut moderator = test.staff("mod", "moderator").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "지울 글").await;
    ada.comment(&post, "지울 댓글").await;
    let delete = "/comments/1/delete";
    let page = moderator.get(delete).await;
    moderator.submit(&page, delete, &[]).await;
    assert!(ada.get(&post).await.says("운영자가 삭제한 댓글"));

    let delete = format!("{post}/delete");
    let page = moderator.get(&delete).await;
    moderator.submit(&page, &delete, &[]).await;

    assert_eq!(ada.get(&post).await.status, 404);
    let log = boss.get_admin("/audit").await;
    assert!(log.says("지울 글") && log.says("지울 댓글"), "{}", log.text());
}

#[rstest]
#[tokio::test]
async fn what_staff_hid_is_not_its_authors_to_delete(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut moderator = test.staff("mod", "moderator").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "숨길 글").await;
    let delete = format!("{post}/delete");
    let open = ada.get(&delete).await;

    act(&mut moderator, "/posts", "hide", &number(&post)).await;

    assert_eq!(ada.submit(&open, &delete, &[]).await.status, 403);
    assert!(ada.get(&post).await.says("시험"), "the reason is still there");
}

#[rstest]
#[tokio::test]
async fn an_auditor_who_may_not_read_a_board_reads_none_of_its_words_in_the_log(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let page = boss.get_admin("/roles/new").await;
    boss.submit_admin(&page, "/roles/new", &[("name", "감사")]).await;
    let role = count(&test, "SELECT MAX(id) FROM roles").await;
    for (resource, action) in [("panel", "read"), ("audit", "read")] {
        let grant = "INSERT INTO role_permissions (role_id, resource, action) VALUES ($1, $2, $3)";
        query::run(&test.app.context.db, grant, [role.into(), resource.into(), action.into()]).await.unwrap();
    }
    let slug = format!("SELECT slug AS name FROM roles WHERE id = {role}");
    let slug = query::one::<Text>(&test.app.context.db, &slug, []).await.unwrap().unwrap().name;
    let mut auditor = test.staff("auditor", &slug).await;
    let post = boss.write("free", "극비 안건").await;
    act(&mut boss, "/posts", "hide", &number(&post)).await;

    let log = auditor.get_admin("/audit").await;

    assert!(log.status == 200 && log.says("볼 권한이 없는 글") && !log.says("극비"), "{}", log.text());
    assert!(boss.get_admin("/audit").await.says("극비 안건"));
}

#[rstest]
#[tokio::test]
async fn two_who_hide_the_same_comment_at_once_count_it_down_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut moderator = test.staff("mod", "moderator").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    for n in 0..6 {
        ada.comment(&post, &format!("댓글 {n}")).await;
    }
    let mut forms = Vec::new();
    for item in ["1", "2", "3"] {
        for task in ["hide", "delete"] {
            let page = moderator.get_admin("/comments").await;
            let form = [("task", task), ("item", item), ("reason", "시험"), ("once", &page.once("/comments"))];
            forms.push((moderator.clone(), encode(&form)));
        }
    }

    let sent = forms.iter_mut().map(|(visitor, form)| visitor.send(Method::POST, "/comments", Some(form.clone()), true));
    let answers = futures_util::future::join_all(sent).await;

    assert!(answers.iter().all(|page| page.status == 303), "{:?}", answers.iter().map(|page| page.status).collect::<Vec<_>>());
    let shown = count(&test, "SELECT COUNT(*) FROM comments WHERE state = 'shown'").await;
    assert_eq!(shown, 3);
    assert_eq!(count(&test, &format!("SELECT comment_count FROM posts WHERE id = {}", number(&post))).await, shown);
    assert_eq!(count(&test, "SELECT comment_count FROM users WHERE name = 'ada'").await, shown);
}

#[rstest]
#[tokio::test]
async fn the_second_of_two_editors_is_warned_and_keeps_what_was_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut moderator = test.staff("mod", "moderator").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "처음").await;
    let edit = format!("{post}/edit");
    let (of_ada, of_staff) = (ada.get(&edit).await, moderator.get(&edit).await);
    moderator.submit(&of_staff, &edit, &[("body", "먼저 고친 본문")]).await;

    let refused = ada.submit(&of_ada, &edit, &[("body", "나중에 고친 본문")]).await;

    assert_eq!(refused.status, 422);
    assert!(refused.says("다른 사람이 먼저 고쳤습니다") && refused.html.contains("나중에 고친 본문"), "{}", refused.text());
    assert!(test.visitor().get(&post).await.says("먼저 고친 본문"));
    let saved = ada.submit(&refused, &edit, &[]).await;
    assert!(saved.says("나중에 고친 본문"), "the next try replaces it: {}", saved.text());
}

#[rstest]
#[tokio::test]
async fn a_comment_whose_effects_were_lost_rings_the_bell_when_its_form_comes_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    assert_eq!(ada.get("/").await.find("#bell .number"), None);
    let page = bob.get(&post).await;
    let place = format!("{post}/comments");
    let key = minschool::domain::idempotency::Key(page.once(&place));
    let actor = minschool::domain::Actor {
        id: minschool::domain::UserId(3),
        name: "bob".into(),
        role: "member".into(),
        permissions: minschool::domain::Permissions::EVERY,
    };
    let boards = minschool::domain::boards::Boards::read(&test.app.context.db).await.unwrap();
    let new = minschool::domain::comments::New { post: number(&post).parse().unwrap(), parent: None, body: "댓글", files: &[] };
    // The rows alone, as an instance leaves them that is killed after its commit.
    minschool::domain::comments::insert(&test.app.context, &actor, &boards, &key, new).await.unwrap();
    assert_eq!(ada.get("/").await.find("#bell .number").unwrap_or_default(), "", "what was kept ready is out of date");

    bob.submit(&page, &place, &[("body", "댓글")]).await;

    until("the bell rings", async || ada.get("/").await.find("#bell .number").as_deref() == Some("1")).await;
    assert_eq!(count(&test, "SELECT COUNT(*) FROM comments").await, 1);
}

#[derive(sea_orm::FromQueryResult)]
struct Text {
    name: String,
}

#[rstest]
#[tokio::test]
async fn hiding_many_posts_and_a_comment_of_their_author_do_not_wait_for_each_other(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (ctx, mut ada) = (&test.app.context, test.signed_in("ada").await);
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(PostId(number(&ada.write("free", &format!("글 {n}")).await).parse().unwrap()));
    }
    let author = "SELECT author_id FROM posts WHERE id = $1";
    // What a comment does first, and last.
    let (bump, counts) =
        ("UPDATE posts SET comment_count = comment_count + 1 WHERE id = $1", "UPDATE users SET comment_count = 1 WHERE id = $1");
    let author = query::number(&ctx.db, author, [ids[2].0.into()]).await.unwrap().unwrap();
    let comment = query::begin(&ctx.db).await.unwrap();
    query::run(&comment, bump, [ids[2].0.into()]).await.unwrap();

    let hiding = {
        let (ctx, ids) = (ctx.clone(), ids.clone());
        let key = idempotency::Key::random().unwrap();
        tokio::spawn(async move { moderate(&ctx, &operator(), &key, &ids, ModerationAction::Hide, "까닭").await })
    };
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until("the posts are waited for", async || count(&test, waits).await == 1).await;
    query::run(&comment, counts, [author.into()]).await.unwrap();
    comment.commit().await.unwrap();

    hiding.await.unwrap().unwrap();
    assert_eq!(count(&test, "SELECT COUNT(*) FROM posts WHERE state = 'hidden'").await, 3);
}
