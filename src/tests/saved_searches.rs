//! Saved searches: who is notified of what, how often, and what a member may keep.

use crate::notices::{ADA, Fixture, start as start_with_mail, work};
use crate::search::{act, look, look_with, number, write};
use crate::support::mail::{subject, text};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, set_board, until};
use minschool::db::query;
use minschool::domain::jobs::schedules;
use minschool::domain::saved_searches::{SavedSearchId, look as looking};
use minschool::jobs::{digests, saved_searches, worker};
use rstest::rstest;
use time::Duration;

const LIST: &str = "/my/searches";

async fn save(member: &mut Visitor, words: &str, more: &str) -> Page {
    let page = look_with(member, words, more).await;
    member.submit(&page, LIST, &[]).await
}

/// Makes what was written settle.
async fn settle(test: &TestApp) {
    query::run(&test.app.context.db, "UPDATE search_docs SET created_at = '2026-01-01 00:00:00Z'", []).await.unwrap();
}

/// A look at all that was written by now.
async fn run(test: &TestApp) {
    settle(test).await;
    let ctx = &test.app.context;
    looking::notify(ctx, SavedSearchId(0), ctx.clock.now()).await.unwrap();
}

/// The sentences of unread notifications of searches.
async fn news(member: &mut Visitor) -> Vec<String> {
    let page = member.get("/notifications").await;
    let rows = page.html.split("<li").filter(|row| row.contains("is-unread") && row.contains("검색에 새 글"));
    rows.map(|row| row.split("linkish\">").nth(1).unwrap().split('<').next().unwrap().to_owned()).collect()
}

async fn count(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_member_is_notified_of_what_others_write_and_led_to_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    write(&mut bob, "free", "바자회 하나", "글").await;
    let page = save(&mut ada, "바자회", "").await;
    assert!(page.says("새 글이 올라오면 알려 드립니다") && page.says("알림 그만 받기"), "{}", page.text());
    assert_eq!(page.path, "/search?q=%EB%B0%94%EC%9E%90%ED%9A%8C");

    run(&test).await;
    assert!(news(&mut ada).await.is_empty(), "what was there before is not new");

    let post = write(&mut bob, "free", "바자회 둘", "글").await;
    bob.comment(&post, "바자회에 갑니다").await;
    write(&mut bob, "free", "나들이", "글").await;
    write(&mut ada, "free", "내 바자회", "글").await;
    run(&test).await;

    assert_eq!(news(&mut ada).await, ["「바자회」 검색에 새 글이 2개 있습니다."]);
    assert!(news(&mut bob).await.is_empty());
    run(&test).await;
    assert_eq!(news(&mut ada).await.len(), 1, "nobody is notified twice");
    let page = ada.get("/notifications").await;
    assert_eq!(page.find(".bell .number").as_deref(), Some("1"));
    let read = page.attribute("li.is-unread form", "action").unwrap();
    let page = ada.submit(&page, &read, &[]).await;
    assert!(page.path.starts_with("/search?q=") && page.path.ends_with("&sort=new"), "{}", page.path);
    assert_eq!(page.count(".hit"), 4);
    assert!(news(&mut ada).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_comes_before_it_is_read_is_added_up_and_what_comes_after_is_new(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    save(&mut ada, "나무", "").await;
    write(&mut bob, "free", "나무 하나", "글").await;
    run(&test).await;
    write(&mut bob, "free", "나무 둘", "글").await;
    write(&mut bob, "free", "나무 셋", "글").await;
    run(&test).await;
    assert_eq!(news(&mut ada).await, ["「나무」 검색에 새 글이 3개 있습니다."]);

    let page = ada.get("/notifications").await;
    ada.submit(&page, "/notifications/read-all", &[]).await;
    write(&mut bob, "free", "나무 넷", "글").await;
    run(&test).await;

    assert_eq!(news(&mut ada).await, ["「나무」 검색에 새 글이 1개 있습니다."]);
    assert_eq!(count(&test, "SELECT COUNT(*) FROM notifications WHERE kind = 'saved_search'").await, 2);
}

#[rstest]
#[tokio::test]
async fn nobody_is_notified_of_what_they_may_not_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    save(&mut ada, "나무", "").await;
    save(&mut boss, "나무", "").await;
    let hidden = write(&mut bob, "free", "나무 숨김", "글").await;
    act(&mut boss, "/posts", "hide", number(&hidden), "").await;
    let seen = write(&mut bob, "free", "글", "글").await;
    bob.comment(&seen, "나무 댓글").await;
    act(&mut boss, "/comments", "delete", "1", "").await;
    write(&mut bob, "qna", "나무 질문", "글").await;
    set_board(&mut boss, "qna", &[("read", "staff")]).await;

    run(&test).await;

    assert!(news(&mut ada).await.is_empty(), "{:?}", news(&mut ada).await);
    assert_eq!(news(&mut boss).await, ["「나무」 검색에 새 글이 1개 있습니다."]);
    set_board(&mut boss, "qna", &[("read", "members")]).await;
    run(&test).await;
    assert!(news(&mut ada).await.is_empty(), "what was looked at is not looked at again");
}

#[rstest]
#[tokio::test]
async fn the_filters_of_a_search_hold_for_what_is_new(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, mut bob, mut eve) = (test.signed_in("ada").await, test.signed_in("bob").await, test.signed_in("eve").await);
    for (words, more) in [("나무", "&board=qna"), ("나무 숲", "&by=bob"), ("숲", "&kind=comment&sort=new"), ("ㄴㅁㅅ", "&kind=post")]
    {
        assert!(save(&mut ada, words, more).await.says("알림 그만 받기"), "{words}");
    }
    assert_eq!(look_with(&mut ada, "나무", "&kind=member").await.count("form.watch"), 0);
    assert_eq!(look_with(&mut ada, "나무", "&kind=file").await.count("form.watch"), 0);
    assert_eq!(look(&mut test.visitor(), "나무").await.count("form.watch"), 0);
    let post = write(&mut eve, "free", "나무숲", "글").await;
    bob.comment(&post, "숲과 나무").await;
    write(&mut eve, "qna", "나무", "글").await;

    run(&test).await;

    let mut found = news(&mut ada).await;
    found.sort();
    assert_eq!(
        found,
        [
            "「ㄴㅁㅅ」 검색에 새 글이 1개 있습니다.",
            "「나무 숲」 검색에 새 글이 1개 있습니다.",
            "「나무」 검색에 새 글이 1개 있습니다.",
            "「숲」 검색에 새 글이 1개 있습니다."
        ]
    );
    let page = ada.get(LIST).await;
    assert!(page.says("게시판: 질문과 답변") && page.says("쓴 사람: bob") && page.says("댓글만") && page.says("글만"), "{}", page.text());
    for (place, filter) in [("/my/searches/1", "&board=qna&sort=new"), ("/my/searches/2", "&by=bob&sort=new")] {
        let page = ada.get(place).await;
        assert!(page.path.ends_with(filter), "{}", page.path);
    }

    set_board(&mut boss, "qna", &[("read", "staff")]).await;
    let page = ada.get(LIST).await;
    assert!(page.says("지금은 볼 수 없는 게시판") && !page.says("게시판: 질문과 답변"), "{}", page.text());
    assert_eq!(ada.get("/my/searches/1").await.path, LIST);
}

#[rstest]
#[tokio::test]
async fn ten_looks_at_once_notify_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    save(&mut ada, "나무", "").await;
    save(&mut bob, "나무", "").await;
    let node = test.node().await;
    write(&mut bob, "free", "나무", "글").await;
    settle(&test).await;
    let now = test.app.context.clock.now();

    let looks = (0..10).map(|n| looking::notify(if n % 2 == 0 { &test.app.context } else { &node.app.context }, SavedSearchId(0), now));
    // One that meets another on the same row may fail; the next minute looks again.
    let done = futures_util::future::join_all(looks).await;

    assert!(done.iter().any(Result::is_ok), "{done:?}");
    assert_eq!(news(&mut ada).await, ["「나무」 검색에 새 글이 1개 있습니다."]);
    assert_eq!(news(&mut ada.on(&node)).await.len(), 1, "the other instance says the same");
    assert_eq!(count(&test, "SELECT MAX(hits) FROM notifications").await, 1);
}

#[rstest]
#[tokio::test]
async fn what_has_not_settled_is_left_for_the_next_look(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    save(&mut ada, "나무", "").await;
    write(&mut bob, "free", "나무", "글").await;
    let ctx = &test.app.context;

    looking::notify(ctx, SavedSearchId(0), ctx.clock.now()).await.unwrap();
    assert!(news(&mut ada).await.is_empty(), "a lower id may come yet");
    run(&test).await;

    assert_eq!(news(&mut ada).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_new_index_is_not_new_to_anybody(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    save(&mut ada, "나무", "").await;
    write(&mut bob, "free", "나무 하나", "글").await;
    // As after a restore: the place is not in a copy, and documents have other ids.
    query::run(&test.app.context.db, "UPDATE saved_searches SET seen_doc = NULL", []).await.unwrap();
    run(&test).await;
    crate::search::fill(&test).await;
    run(&test).await;
    assert!(news(&mut ada).await.is_empty());

    write(&mut bob, "free", "나무 둘", "글").await;
    run(&test).await;

    assert_eq!(news(&mut ada).await, ["「나무」 검색에 새 글이 1개 있습니다."]);
}

#[rstest]
#[tokio::test]
async fn a_search_is_kept_once_and_by_its_member_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut eve) = (test.signed_in("ada").await, test.signed_in("eve").await);
    save(&mut ada, "나무 숲", "").await;
    let page = look_with(&mut ada, "  숲, 나무 ", "&sort=new").await;
    assert_eq!(page.form("/my/searches/1/delete").len(), 2, "the same words are the same search: {}", page.text());
    let key = look(&mut ada, "바다").await.once(LIST);
    for words in ["숲 나무", "숲 나무"] {
        let page = ada.post(LIST, &[("q", words), ("once", &key)]).await;
        assert_eq!(page.status, 200, "{}", page.text());
    }
    assert_eq!(ada.get(LIST).await.count(".saved-search"), 1);

    save(&mut eve, "하늘", "").await;
    let own = eve.get(LIST).await.once("/my/searches/2/delete");
    let page = eve.post("/my/searches/1/delete", &[("once", &own)]).await;
    assert!(page.path == LIST && page.status == 200);
    assert_eq!(eve.get("/my/searches/1").await.status, 404);
    assert_eq!(ada.get(LIST).await.count(".saved-search"), 1, "eve removed nothing of ada's");
    for (words, more) in [("", ""), ("···", ""), ("나무", "member"), ("나무", "file")] {
        let key = look(&mut ada, "바다").await.once(LIST);
        let page = ada.post(LIST, &[("q", words), ("kind", more), ("once", &key)]).await;
        assert!(page.status == 422 && page.says("찾을 말이 있는 검색만"), "{words} {more}: {}", page.text());
    }
    let key = look(&mut ada, "바다").await.once(LIST);
    assert!(ada.post(LIST, &[("q", "나무"), ("by", "nobody"), ("once", &key)]).await.says("그런 이름의 회원이 없어"));
    assert_eq!(ada.post(LIST, &[("q", "나무"), ("board", "nowhere"), ("once", &key)]).await.status, 404);
    assert_eq!(ada.post(LIST, &[("q", "나무"), ("once", "x")]).await.status, 422);
    assert!(test.visitor().post(LIST, &[("q", "나무")]).await.html.contains("name=\"password\""), "visitors are asked to sign in");
    assert_eq!(ada.get(LIST).await.count(".saved-search"), 1);
}

#[rstest]
#[tokio::test]
async fn twenty_can_be_kept_and_one_that_is_removed_takes_its_notifications_along(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    for n in 1..=20 {
        assert!(save(&mut ada, &format!("나무{n}"), "").await.says("알려 드립니다"), "{n}");
    }
    let page = save(&mut ada, "숲", "").await;
    assert!(page.status == 422 && page.says("20개까지 저장할 수 있습니다. 필요 없는"), "{}", page.text());
    assert_eq!(page.count(".saved-search"), 20);
    write(&mut bob, "free", "나무1", "글").await;
    run(&test).await;
    assert_eq!(news(&mut ada).await.len(), 1);

    let page = look(&mut ada, "나무1").await;
    let page = ada.submit(&page, "/my/searches/1/delete", &[]).await;

    assert!(
        page.path.starts_with("/search?q=") && page.says("저장한 검색을 지웠습니다") && page.says("이 검색 알림 받기"),
        "{}",
        page.text()
    );
    assert_eq!(ada.get("/notifications").await.find(".bell .number"), None);
    assert_eq!(count(&test, "SELECT COUNT(*) FROM notifications").await, 0);
    assert!(save(&mut ada, "숲", "").await.says("알려 드립니다"));
}

#[rstest]
#[tokio::test]
async fn the_worker_looks_each_minute_and_suspended_members_wait(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    save(&mut ada, "나무", "").await;
    let db = &test.app.context.db;
    write(&mut bob, "free", "나무", "글").await;
    query::run(db, "UPDATE users SET suspended_at = created_at WHERE name = 'ada'", []).await.unwrap();
    run(&test).await;
    assert_eq!(count(&test, "SELECT COUNT(*) FROM notifications").await, 0);
    query::run(db, "UPDATE users SET suspended_at = NULL WHERE name = 'ada'", []).await.unwrap();
    let past = test.app.context.clock.now() - Duration::minutes(2);
    schedules::register(db, &saved_searches::SCHEDULES, past).await.unwrap();

    tokio::spawn(worker::run(test.app.clone(), worker::Settings::new(saved_searches::handlers(), &saved_searches::SCHEDULES)));

    until("the job is done", async || count(&test, "SELECT COUNT(*) FROM jobs WHERE state = 'done'").await > 0).await;
    assert_eq!(count(&test, "SELECT COUNT(*) FROM notifications").await, 1);
}

/// Ada keeps a search for the word of Bob's next post.
async fn with_search(engine: Engine) -> Fixture {
    let mut all = start_with_mail(engine).await;
    save(&mut all.ada, "나들이", "").await;
    all
}

#[rstest]
#[tokio::test]
async fn a_saved_search_is_mailed_as_its_member_chose(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = with_search(engine).await;
    all.choose(&[("kind.search", "at_once")]).await;
    write(&mut all.bob, "free", "나들이 하나", "글").await;
    run(&all.test).await;
    all.look().await;
    work(&all.post.node);
    let mail = all.post.mail(ADA, 0).await;
    assert_eq!(subject(&mail), "[민스쿨] 「나들이」 검색에 새 글이 1개 있습니다.");
    assert!(text(&mail).contains("https://example.org/my/searches/1"), "{}", text(&mail));

    write(&mut all.bob, "free", "나들이 둘", "글").await;
    run(&all.test).await;
    all.look().await;
    assert_eq!(all.jobs().await, 1, "one mail until it is read");

    let stop = all.stop(0).await;
    assert!(stop.contains("kinds.search"), "{stop}");
    all.ada.post(&stop, &[]).await;
    let page = all.ada.get("/notifications").await;
    all.ada.submit(&page, "/notifications/read-all", &[]).await;
    write(&mut all.bob, "free", "나들이 셋", "글").await;
    run(&all.test).await;
    all.look().await;
    assert_eq!(all.jobs().await, 1, "none after they were ended");
}

#[rstest]
#[tokio::test]
async fn a_saved_search_is_part_of_a_digest_unless_it_was_removed(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = with_search(engine).await;
    save(&mut all.ada, "바다", "").await;
    write(&mut all.bob, "free", "나들이와 바다", "글").await;
    run(&all.test).await;
    all.look().await;
    assert_eq!(all.jobs().await, 0, "once a day is usual");
    let page = all.ada.get(LIST).await;
    all.ada.submit(&page, "/my/searches/2/delete", &[]).await;
    let db = &all.test.app.context.db;
    schedules::register(db, &digests::SCHEDULES, all.test.app.context.clock.now()).await.unwrap();
    all.post.node.app.context.clock.advance(Duration::days(1));
    schedules::fire(db, &digests::SCHEDULES, all.post.node.app.context.clock.now()).await.unwrap();

    work(&all.post.node);

    let text = text(&all.post.mail(ADA, 0).await);
    assert!(text.contains("「나들이」 검색에 새 글이 1개 있습니다.") && !text.contains("바다"), "{text}");
    assert!(text.contains("https://example.org/my/searches/1"), "{text}");
}
