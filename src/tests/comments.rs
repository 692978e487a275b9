//! Comments, and what they set in motion: answers, bells, lists, streams.

use crate::support::{Engine, Page, Postgres, Sqlite, Visitor, until};
use rstest::rstest;

/// The number on the bell.
fn bell(page: &Page) -> String {
    page.find("#bell .number").unwrap_or_default()
}

async fn reply(visitor: &mut Visitor, post: &str, comment: &str, text: &str) -> Page {
    let page = visitor.get(&format!("{comment}/reply")).await;
    visitor.submit(&page, &format!("{post}/comments"), &[("body", text)]).await
}

#[rstest]
#[tokio::test]
async fn a_comment_without_scripts_lands_on_its_place(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;

    let page = ada.comment(&post, "첫 댓글").await;

    assert!(page.says("첫 댓글") && page.says("댓글을 등록했습니다"), "{}", page.text());
    assert!(page.path.contains("#comment-"), "{}", page.path);
}

#[rstest]
#[tokio::test]
async fn a_link_to_a_comment_leads_to_its_place_with_scripts_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    ada.comment(&post, "첫 댓글").await;
    let place = format!("{post}#comment-1");

    assert_eq!(ada.get("/comments/1").await.path, place);
    let fetched = ada.clone().with("hx-request", "true").with("hx-request-type", "full").get("/comments/1").await;
    assert_eq!((fetched.status, fetched.header("hx-redirect")), (200, place.as_str()), "a fetched address has no fragment");
}

#[rstest]
#[tokio::test]
async fn the_sentence_after_a_deletion_with_scripts_waits_for_the_page_that_the_browser_opens(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    ada.comment(&post, "첫 댓글").await;
    let question = ada.get("/comments/1/delete").await;

    let mut scripted = ada.clone().with("hx-request", "true").with("hx-request-type", "full");
    let answer = scripted.submit(&question, "/comments/1/delete", &[]).await;
    assert_eq!(answer.header("hx-redirect"), format!("{post}#comment-1"));
    ada.take_cookie("ms_flash", &scripted);

    assert!(ada.get(&post).await.says("댓글을 삭제했습니다"));
    assert!(!ada.get(&post).await.says("댓글을 삭제했습니다"), "once");
}

#[rstest]
#[tokio::test]
async fn a_comment_with_htmx_comes_back_as_parts(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let page = ada.get(&post).await;

    let parts = ada.clone().with_htmx().submit(&page, &format!("{post}/comments"), &[("body", "조각 댓글")]).await;

    assert_eq!(parts.status, 200);
    assert!(parts.html.contains("hx-partial") && parts.html.contains("조각 댓글"), "{}", parts.html);
    assert!(!parts.html.contains("<html"));
    let page = ada.get(&post).await;
    let empty = ada.clone().with_htmx().submit(&page, &format!("{post}/comments"), &[("body", " ")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.says("내용을 적어 주세요") && !empty.html.contains("<html"), "{}", empty.html);
}

#[rstest]
#[tokio::test]
async fn the_author_the_answered_and_the_mentioned_are_notified_once_each(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, mut cho) = (test.signed_in("ada").await, test.signed_in("bob").await, test.signed_in("cho").await);
    let post = ada.write("free", "질문").await;
    bob.comment(&post, "답").await;
    let comment = bob.get(&post).await.attribute("#comment-list li", "id").unwrap().replace("comment-", "/comments/");

    reply(&mut cho, &post, &comment, "@ada @bob님 저도 그렇게 생각합니다").await;

    assert_eq!(bell(&ada.get("/").await), "2", "a comment on her post and a mention");
    assert_eq!(bell(&bob.get("/").await), "1", "an answer, which is also a mention, is notified once");
    assert_eq!(bell(&cho.get("/").await), "");
    assert!(bob.get("/notifications").await.says("cho님이"), "{}", bob.get("/notifications").await.text());
}

#[rstest]
#[tokio::test]
async fn an_answer_notifies_both_authors_once_and_nobody_of_their_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, mut cho) = (test.signed_in("ada").await, test.signed_in("bob").await, test.signed_in("cho").await);
    let post = ada.write("free", "질문").await;
    bob.comment(&post, "답").await;
    assert_eq!(bell(&ada.get("/").await), "1");
    ada.comment(&post, "제 글에 제가").await;
    assert_eq!([bell(&ada.get("/").await), bell(&bob.get("/").await)], ["", ""], "she has read that, and is not notified of her own");

    reply(&mut cho, &post, "/comments/1", "저도요").await;
    assert_eq!([bell(&ada.get("/").await), bell(&bob.get("/").await)], ["1", "1"], "the post's author and the answered one");
    assert!(bob.get("/notifications").await.says("내 댓글에 답했습니다"), "{}", bob.get("/notifications").await.text());

    reply(&mut cho, &post, "/comments/2", "글쓴이에게").await;
    assert_eq!([bell(&ada.get("/").await), bell(&bob.get("/").await)], ["2", "1"], "the author of both is notified once");
    reply(&mut ada, &post, "/comments/1", "고맙습니다").await;
    assert_eq!(bell(&bob.get("/").await), "2", "on her own post the answered one alone");
    reply(&mut cho, &post, "/comments/3", "덧붙입니다").await;
    assert_eq!(bell(&cho.get("/").await), "", "nobody is notified of an answer to oneself");
    let page = ada.get(&post).await;
    assert_eq!(page.count("#comment-list > li"), 2, "answers to answers stand under their thread");
}

#[rstest]
#[tokio::test]
async fn nobody_answers_a_comment_that_is_gone_or_of_another_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let (post, other) = (ada.write("free", "글").await, ada.write("free", "다른 글").await);
    ada.comment(&post, "여기").await;
    let open = bob.get("/comments/1/reply").await;

    let elsewhere = bob.submit(&open, &format!("{post}/comments"), &[("body", "그 글에"), ("parent", "1")]).await;
    assert!(elsewhere.status == 200 && elsewhere.path.contains("#comment-2"), "{} {}", elsewhere.status, elsewhere.path);
    let open = bob.get("/comments/1/reply").await;
    minschool::db::query::run(&test.app.context.db, "UPDATE comments SET state = 'hidden' WHERE id = 1", []).await.unwrap();
    let gone = bob.submit(&open, &format!("{post}/comments"), &[("body", "늦은 답글")]).await;
    assert_eq!(gone.status, 409, "{}", gone.text());
    let page = bob.get(&other).await;
    let foreign = bob.submit(&page, &format!("{other}/comments"), &[("body", "남의 글의 댓글에"), ("parent", "2")]).await;
    assert_ne!(foreign.status, 200, "{}", foreign.text());
    let left = minschool::db::query::number(&test.app.context.db, "SELECT COUNT(*) FROM comments", []).await.unwrap();
    assert_eq!(left, Some(2));
}

#[rstest]
#[tokio::test]
async fn a_notification_leads_to_its_comment_and_is_read_then(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "질문").await;
    bob.comment(&post, "답입니다").await;
    bob.comment(&post, "하나 더").await;

    let page = ada.get("/notifications").await;
    let action = page.attribute("form[action^='/notifications/'][action$='/read']", "action").unwrap();
    let page = ada.submit(&page, &action, &[]).await;

    assert!(page.path.starts_with(&post) && page.says("하나 더"), "{}", page.path);
    // Who sees the post has seen both.
    until("the bell is quiet", async || bell(&ada.get("/").await).is_empty()).await;
    let page = ada.get("/notifications").await;
    assert_eq!(page.count("form[action='/notifications/read-all']"), 0);
}

#[rstest]
#[tokio::test]
async fn all_notifications_are_read_with_one_button(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "질문").await;
    for n in 0..3 {
        bob.comment(&post, &format!("답 {n}")).await;
    }

    let page = ada.get("/notifications").await;
    assert_eq!(bell(&page), "3");
    let page = ada.submit(&page, "/notifications/read-all", &[]).await;

    assert_eq!(bell(&page), "");
    assert!(page.says("모두 읽음으로"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn answers_stand_under_their_thread_and_keep_whom_they_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    ada.comment(&post, "첫째").await;
    ada.comment(&post, "둘째").await;

    reply(&mut bob, &post, "/comments/1", "첫째에 답").await;
    let page = reply(&mut ada, &post, "/comments/3", "답에 답").await;

    assert_eq!(page.count("#replies-1 > li"), 2, "one visible level: {}", page.html);
    assert!(page.find("#comment-4").unwrap().contains("@bob"), "{:?}", page.find("#comment-4"));
    assert_eq!(page.find("#comment-count").as_deref(), Some("4"));
}

#[rstest]
#[tokio::test]
async fn a_deleted_comment_leaves_its_place_but_not_its_words(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    bob.comment(&post, "지울 말").await;
    assert_eq!(ada.get("/comments/1/delete").await.status, 403, "not hers");

    let page = bob.get("/comments/1/delete").await;
    let page = bob.submit(&page, "/comments/1/delete", &[]).await;

    assert!(page.says("삭제된 댓글입니다") && !page.says("지울 말"), "{}", page.text());
    assert_eq!(page.find("#comment-count").as_deref(), Some("0"));
    assert_eq!(ada.get("/notifications").await.text().matches("지울 말").count(), 0, "nor in the list");
}

#[rstest]
#[tokio::test]
async fn the_list_behind_the_bell_quotes_nothing_that_is_gone_or_renamed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "질문").await;
    bob.comment(&post, "부끄러운 말").await;
    assert!(ada.get("/notifications").await.says("부끄러운 말"));
    assert!(ada.get("/notifications").await.says("부끄러운 말"), "from what is kept ready as well");

    let page = bob.get("/comments/1/edit").await;
    bob.submit(&page, "/comments/1/edit", &[("body", "고운 말")]).await;
    assert!(ada.get("/notifications").await.says("고운 말") && !ada.get("/notifications").await.says("부끄러운 말"));
    let page = bob.get("/my/profile").await;
    bob.submit(&page, "/my/profile", &[("name", "밥아저씨")]).await;
    assert!(ada.get("/notifications").await.says("밥아저씨"));
    let page = bob.get("/comments/1/delete").await;
    bob.submit(&page, "/comments/1/delete", &[]).await;

    assert!(!ada.get("/notifications").await.says("고운 말"));
}

#[rstest]
#[tokio::test]
async fn what_a_reader_made_ready_is_kept_in_redis_until_something_new_comes(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let Some(redis) = &test.backends.redis else { return };
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "질문").await;
    bob.comment(&post, "하나").await;
    bob.comment(&post, "둘").await;
    let id = minschool::domain::users::manage::by_email(&test.app.context, "ada@example.com").await.unwrap();
    let unread = || redis.command(&["GET", &format!("notifications:{id}:unread")]);
    let list = || redis.command(&["LRANGE", &format!("notifications:{id}"), "0", "-1"]);

    ada.get("/notifications").await;

    assert_eq!(unread(), "2");
    assert!(list().lines().count() == 2 && list().contains("하나") && list().contains("둘"), "{}", list());
    bob.comment(&post, "셋").await;
    assert_eq!((unread().as_str(), list().as_str()), ("", ""), "what is old is not kept");
    assert!(ada.get("/notifications").await.says("셋"));
    assert_eq!(unread(), "3");
}

#[rstest]
#[tokio::test]
async fn a_comment_is_changed_by_its_writer_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    bob.comment(&post, "틀린 말").await;

    let page = bob.get("/comments/1/edit").await;
    let page = bob.submit(&page, "/comments/1/edit", &[("body", "고친 말")]).await;

    assert!(page.says("고친 말") && !page.says("틀린 말"), "{}", page.text());
    assert_eq!(ada.get("/comments/1/edit").await.status, 403);
}

#[rstest]
#[tokio::test]
async fn nobody_comments_on_a_hidden_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let open = bob.get(&post).await;
    minschool::db::query::run(&test.app.context.db, "UPDATE posts SET state = 'hidden' WHERE title = '글'", []).await.unwrap();

    let page = bob.submit(&open, &format!("{post}/comments"), &[("body", "늦은 댓글")]).await;

    assert_eq!(page.status, 404);
    let left = minschool::db::query::number(&test.app.context.db, "SELECT COUNT(*) FROM comments", []).await.unwrap();
    assert_eq!(left, Some(0));
}

#[rstest]
#[tokio::test]
async fn a_comment_sent_twice_is_one_comment_and_rings_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let page = bob.clone().get(&post).await;
    let (mut a, mut b) = (bob.clone(), bob.clone());
    let action = format!("{post}/comments");

    futures_util::join!(a.submit(&page, &action, &[("body", "한 번")]), b.submit(&page, &action, &[("body", "한 번")]));

    let page = ada.get(&post).await;
    assert_eq!(page.count("#comment-list > li"), 1);
    assert_eq!(page.find("#comment-count").as_deref(), Some("1"));
}

#[rstest]
#[tokio::test]
async fn a_long_thread_has_pages_and_a_comment_is_found_on_its_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let id: i64 = post.rsplit('/').next().unwrap().parse().unwrap();
    for n in 1..=205 {
        let sql =
            "INSERT INTO comments (post_id, author_id, content, html, created_at) VALUES ($1, (SELECT MAX(id) FROM users), $2, $2, $3)";
        let values = [id.into(), format!("댓글 {n:03}").into(), test.app.context.clock.now().into()];
        minschool::db::query::run(&test.app.context.db, sql, values).await.unwrap();
    }

    let page = ada.get("/comments/150").await;

    assert!(page.path.contains("page=2") && page.path.ends_with("#comment-150"), "{}", page.path);
    assert!(page.says("댓글 150") && page.says("댓글 101") && !page.says("댓글 100") && !page.says("댓글 201"));
    assert_eq!(ada.get(&format!("{post}?page=99")).await.status, 200);
}
