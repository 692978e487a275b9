//! The kept page of a post: it costs no SQL while nothing on it changes, and what changes shows at once, to each reader what is
//! theirs.

use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, set_board};
use flate2::read::GzDecoder;
use poem::Endpoint;
use poem::http::Method;
use rstest::rstest;
use std::io::Read;
use std::time::Duration;

/// Reads a page until it costs no round trip: the first time draws it, the second knows whose session it is.
async fn warm(visitor: &mut Visitor, post: &str) -> Page {
    let mut page = visitor.get(post).await;
    for _ in 0..40 {
        if page.round_trips == 0 && page.statements == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        page = visitor.get(post).await;
    }
    page
}

async fn submit(visitor: &mut Visitor, address: &str, fields: &[(&str, &str)]) {
    let page = visitor.get(address).await;
    let done = visitor.submit(&page, address, fields).await;
    assert!(done.status < 400, "{address}: {}", done.text());
}

fn id(post: &str) -> &str {
    post.rsplit('/').next().unwrap()
}

/// A post with a comment by its author, and another member who reads it from another instance where there can be two.
async fn two_readers(test: &TestApp) -> (Visitor, Visitor, String) {
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "첫 제목").await;
    ada.comment(&post, "원래 댓글").await;
    let bob = test.signed_in("bob").await;
    match test.app.config.redis_url.is_some() {
        true => {
            let node = test.node().await;
            (ada, bob.on(&node), post)
        }
        false => (ada, bob, post),
    }
}

#[rstest]
#[tokio::test]
async fn a_page_on_which_nothing_changed_costs_no_sql(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;

    let (own, other, guest) = (warm(&mut ada, &post).await, warm(&mut bob, &post).await, warm(&mut test.visitor(), &post).await);

    for page in [&own, &other, &guest] {
        assert_eq!((page.statements, page.round_trips), (0, 0));
        assert!(page.says("원래 댓글"));
    }
}

/// The page as a browser gets it that takes gzip: whether it was packed by the instance, and its text.
async fn packed(test: &TestApp, visitor: &Visitor, post: &str) -> (bool, String) {
    let request = visitor.clone().with("accept-encoding", "gzip, deflate, br").request(Method::GET, post, None);
    let response = test.site.get_response(request).await;
    let is_packed = response.headers().get("content-encoding").is_some_and(|value| value == "gzip");
    assert!(response.headers()["vary"].to_str().unwrap().contains("Accept-Encoding"));
    let bytes = response.into_body().into_bytes().await.unwrap();
    let mut text = String::new();
    match is_packed {
        true => drop(GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap()),
        false => text = String::from_utf8(bytes.to_vec()).unwrap(),
    }
    (is_packed, text)
}

/// The main part of a page without the keys that are new each time it is drawn.
fn lasting(text: &str) -> String {
    let keys = text.split_once("<main").unwrap().1.split("name=\"once\" value=\"");
    keys.enumerate().map(|(n, part)| if n == 0 { part } else { part.split_once('"').map_or("", |(_, rest)| rest) }).collect()
}

#[rstest]
#[tokio::test]
async fn a_page_that_is_read_again_comes_packed_and_is_the_same(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (ada, mut bob, post) = two_readers(&test).await;
    bob.comment(&post, "밥의 댓글").await;
    let cal = test.signed_in("cal").await;
    for reader in [&ada, &bob, &cal, &test.visitor()] {
        packed(&test, reader, &post).await;
        packed(&test, reader, &post).await;

        let (is_packed, text) = packed(&test, reader, &post).await;

        let plain = reader.clone().get(&post).await;
        // nginx keeps one copy of a page for all guests, whether they take gzip or not.
        assert_eq!(is_packed, reader.cookie("ms_site").is_some());
        assert!(text.contains("밥의 댓글"));
        assert!(lasting(&text) == lasting(&plain.html) && text.ends_with("</html>"), "{text}\n{}", plain.html);
    }
    let edit = "/comments/2/edit";
    assert!(packed(&test, &bob, &post).await.1.contains(edit), "his own buttons");
    assert!(!packed(&test, &cal, &post).await.1.contains(edit));
}

#[rstest]
#[tokio::test]
async fn each_reader_finds_their_own_buttons_on_the_same_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;
    ada.get(&post).await;
    bob.comment(&post, "둘째 댓글").await;
    let mut boss = test.staff("boss", "admin").await;
    let edits = |page: &Page| (page.count("a[href='/comments/1/edit']"), page.count("a[href='/comments/2/edit']"));
    let edit_post = format!("a[href='{post}/edit']");

    let (own, other) = (warm(&mut ada, &post).await, warm(&mut bob, &post).await);
    let (staff, guest) = (warm(&mut boss, &post).await, warm(&mut test.visitor(), &post).await);

    assert_eq!([&own, &other, &staff, &guest].map(edits), [(1, 0), (0, 1), (0, 0), (0, 0)]);
    assert_eq!([&own, &other, &staff, &guest].map(|page| page.count(&edit_post)), [1, 0, 1, 0]);
    assert_eq!([&own, &other, &staff, &guest].map(|page| page.count("a[href='/comments/1/delete']")), [1, 0, 1, 0]);
    assert_eq!([&own, &other, &staff, &guest].map(|page| page.count("a[href='/comments/1/reply']")), [1, 1, 1, 0]);
    assert_eq!([&own, &other, &staff, &guest].map(|page| page.count("#comment-form textarea")), [1, 1, 1, 0]);
    assert_eq!([&own, &other, &staff, &guest].map(|page| page.count("#bookmark")), [1, 1, 1, 0]);
}

#[rstest]
#[tokio::test]
async fn a_guest_and_a_member_who_may_not_answer_find_different_words_on_the_kept_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;
    let mut boss = test.staff("boss", "admin").await;
    set_board(&mut boss, "free", &[("comment", "staff")]).await;
    let found = |page: &Page| {
        let words = [page.says("로그인해 주세요"), page.says("댓글을 쓸 수 없습니다")];
        (words, page.count("#comment-form textarea"), page.count("#comment-form input[name=once][value]"))
    };

    for _ in 0..2 {
        assert_eq!(found(&warm(&mut test.visitor(), &post).await), ([true, false], 0, 0));
        assert_eq!(found(&warm(&mut bob, &post).await), ([false, true], 0, 0));
        assert_eq!(found(&warm(&mut boss, &post).await), ([false, false], 1, 1));
    }
    set_board(&mut boss, "free", &[("comment", "members")]).await;
    assert_eq!(found(&warm(&mut ada, &post).await), ([false, false], 1, 1));
}

#[rstest]
#[tokio::test]
async fn what_changes_shows_at_once_on_every_instance(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;
    assert!(warm(&mut bob, &post).await.says("원래 댓글"));

    ada.comment(&post, "둘째 댓글").await;
    assert!(bob.get(&post).await.says("둘째 댓글"), "a new comment");
    submit(&mut ada, "/comments/1/edit", &[("body", "고친 댓글")]).await;
    let page = bob.get(&post).await;
    assert!(page.says("고친 댓글") && !page.says("원래 댓글"), "a changed comment");
    submit(&mut ada, "/comments/1/delete", &[]).await;
    assert!(!bob.get(&post).await.says("고친 댓글"), "a deleted comment");
    submit(&mut ada, &format!("{post}/edit"), &[("title", "고친 제목"), ("body", "고친 글")]).await;
    let page = bob.get(&post).await;
    assert!(page.says("고친 제목") && page.says("고친 글"), "a changed post");
    submit(&mut ada, "/my/profile", &[("name", "에이다")]).await;
    assert!(bob.get(&post).await.says("에이다"), "another name");
    let next = ada.write("free", "다음 글의 제목").await;
    assert!(bob.get(&post).await.says("다음 글의 제목"), "a newer post beside it");
    submit(&mut ada, &format!("{next}/delete"), &[]).await;
    assert!(!bob.get(&post).await.says("다음 글의 제목"), "and gone again");
    submit(&mut ada, &format!("{post}/delete"), &[]).await;
    assert_eq!(bob.get(&post).await.status, 404, "a deleted post");
}

#[rstest]
#[tokio::test]
async fn what_staff_take_away_is_gone_and_comes_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;
    let mut boss = test.staff("boss", "admin").await;
    warm(&mut bob, &post).await;
    let page = boss.get(&post).await;

    boss.submit(&page, &format!("/posts/{}/hide", id(&post)), &[]).await;
    assert_eq!(bob.get(&post).await.status, 404);
    assert!(ada.get(&post).await.says("첫 제목"), "its author still sees it, and why");
    let page = boss.get(&post).await;
    boss.submit(&page, &format!("/posts/{}/restore", id(&post)), &[]).await;
    assert!(bob.get(&post).await.says("첫 제목"));

    set_board(&mut boss, "free", &[("comment", "staff")]).await;
    assert_eq!(bob.get(&post).await.count("#comment-form textarea"), 0, "comments are closed");
    set_board(&mut boss, "free", &[("list", "staff"), ("read", "staff")]).await;
    assert_eq!(bob.get(&post).await.status, 404, "the board is closed");
    assert_eq!(test.visitor().get(&post).await.status, 404);
}

#[rstest]
#[tokio::test]
async fn hidden_comments_stay_out_of_what_others_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_, mut bob, post) = two_readers(&test).await;
    let mut boss = test.staff("boss", "admin").await;
    warm(&mut bob, &post).await;
    let list = boss.get_admin("/comments").await;

    let done = boss.submit_admin(&list, "/comments", &[("item", "1"), ("task", "hide"), ("reason", "시험")]).await;
    assert!(done.status < 400, "{}", done.text());

    assert!(warm(&mut boss, &post).await.says("원래 댓글"), "staff still see it");
    assert!(!warm(&mut bob, &post).await.says("원래 댓글"));
    assert!(warm(&mut boss, &post).await.says("원래 댓글"));
}

#[rstest]
#[tokio::test]
async fn a_bookmark_shows_on_the_kept_page_of_its_member_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;
    let label = |page: &Page| page.find("#bookmark").unwrap();
    let (off, path) = (label(&warm(&mut bob, &post).await), format!("/posts/{}/bookmark", id(&post)));
    let page = bob.get(&post).await;

    bob.submit(&page, &path, &[]).await;

    let kept = warm(&mut bob, &post).await;
    assert_ne!(label(&kept), off);
    assert_eq!(kept.statements, 0);
    assert_eq!(label(&warm(&mut ada, &post).await), off);
    bob.submit(&kept, &format!("{path}/delete"), &[]).await;
    assert_eq!(label(&bob.get(&post).await), off);
}

#[rstest]
#[tokio::test]
async fn a_changed_page_is_read_once_however_many_ask_at_the_same_moment(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "첫 제목").await;
    warm(&mut ada, &post).await;
    let mut guests: Vec<Visitor> = (0..40).map(|_| test.visitor()).collect();
    warm(&mut guests[0], &post).await;

    ada.comment(&post, "모두가 찾는 댓글").await;
    let pages = futures_util::future::join_all(guests.iter_mut().map(|guest| guest.get(&post))).await;

    assert!(pages.iter().all(|page| page.says("모두가 찾는 댓글")));
    let statements: u32 = pages.iter().map(|page| page.statements).sum();
    assert!((1..=3).contains(&statements), "{statements}");
}

#[rstest]
#[tokio::test]
async fn readers_of_a_hidden_post_wait_for_no_other_and_see_what_is_theirs(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "숨긴 제목").await;
    let bob = test.signed_in("bob").await;
    let mut boss = test.staff("boss", "admin").await;
    let list = boss.get_admin("/posts").await;
    let hide = [("task", "hide"), ("item", id(&post)), ("reason", "시험"), ("once", &list.once("/posts"))];
    boss.post_admin("/posts", &hide).await;

    let mut readers = [&ada, &bob, &bob, &ada, &bob].map(Visitor::clone);
    let pages = futures_util::future::join_all(readers.iter_mut().map(|reader| reader.get(&post))).await;

    assert_eq!(pages.iter().map(|page| page.status).collect::<Vec<_>>(), [200, 404, 404, 200, 404]);
}

#[rstest]
#[tokio::test]
async fn without_redis_the_page_comes_from_the_rows(#[values(Postgres)] engine: Engine) {
    let mut test = engine.start().await;
    let (mut ada, mut bob, post) = two_readers(&test).await;
    warm(&mut bob, &post).await;

    test.backends.redis.as_mut().unwrap().kill();
    ada.comment(&post, "Redis 없이 쓴 댓글").await;

    let page = bob.get(&post).await;
    assert!(page.says("Redis 없이 쓴 댓글"), "{}", page.text());
    assert!((1..=6).contains(&page.statements), "{}", page.statements);
}
