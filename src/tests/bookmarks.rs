//! Bookmarks: the button on a post's page, and a member's own list.

use crate::support::{Engine, Page, Postgres, Sqlite, Visitor, set_board};
use minschool::db::query;
use rstest::rstest;

const LIST: &str = "/my/bookmarks";

fn on(post: &str) -> String {
    format!("/posts/{}/bookmark", post.rsplit('/').next().unwrap())
}

fn off(post: &str) -> String {
    format!("{}/delete", on(post))
}

fn edit(post: &str) -> String {
    format!("{LIST}/{}", post.rsplit('/').next().unwrap())
}

async fn keep(visitor: &mut Visitor, post: &str) -> Page {
    let page = visitor.get(post).await;
    visitor.submit(&page, &on(post), &[]).await
}

#[rstest]
#[tokio::test]
async fn a_post_is_kept_and_kept_no_longer_without_scripts(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "간직할 글").await;
    assert_eq!(test.visitor().get(&post).await.count("#bookmark"), 0, "only members have the button");

    let page = keep(&mut ada, &post).await;
    assert_eq!(page.path, post);
    assert!(page.says("스크랩했습니다"), "{}", page.text());
    assert_eq!(page.find("#bookmark").as_deref(), Some("스크랩 해제"));
    assert_eq!(page.attribute("#bookmark", "aria-pressed"), None, "the label says the state, and once is enough");
    assert!(ada.get(LIST).await.says("간직할 글"));

    let page = ada.submit(&page, &off(&post), &[]).await;
    assert!(page.says("스크랩을 해제했습니다"), "{}", page.text());
    assert_eq!(page.find("#bookmark").as_deref(), Some("스크랩"));
    assert!(ada.get(LIST).await.says("아직 스크랩한 글이 없습니다"));
}

#[rstest]
#[tokio::test]
async fn with_htmx_the_button_is_swapped_and_works_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let page = ada.get(&post).await;

    let part = ada.clone().with_htmx().submit(&page, &on(&post), &[]).await;
    assert!(part.status == 200 && !part.html.contains("<html"), "{}", part.html);
    assert_eq!(part.find("#bookmark").as_deref(), Some("스크랩 해제"));
    let part = ada.clone().with_htmx().submit(&part, &off(&post), &[]).await;
    assert_eq!(part.find("#bookmark").as_deref(), Some("스크랩"));
}

#[rstest]
#[tokio::test]
async fn the_same_form_twice_and_two_windows_make_one_bookmark(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let (one, two) = (ada.get(&post).await, ada.get(&post).await);

    let (mut left, mut right) = (ada.clone(), ada.clone());
    let (first, second) = (on(&post), on(&post));
    let (a, b) = futures_util::join!(left.submit(&one, &first, &[]), right.submit(&two, &second, &[]));
    let repeated = ada.submit(&one, &on(&post), &[]).await;
    assert_eq!((a.status, b.status, repeated.status), (200, 200, 200));
    assert_eq!(query::number(&test.app.context.db, "SELECT COUNT(*) FROM bookmarks", []).await.unwrap(), Some(1));

    let page = ada.get(&post).await;
    ada.submit(&page, &off(&post), &[]).await;
    // A late repeat of the first form does not keep it again.
    ada.submit(&one, &on(&post), &[]).await;
    assert_eq!(query::number(&test.app.context.db, "SELECT COUNT(*) FROM bookmarks", []).await.unwrap(), Some(0));
}

#[rstest]
#[tokio::test]
async fn folders_and_notes_are_kept_and_errors_keep_what_was_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let (first, second) = (ada.write("free", "첫째 글").await, ada.write("free", "둘째 글").await);
    keep(&mut ada, &first).await;
    keep(&mut ada, &second).await;

    let page = ada.get(LIST).await;
    let page = ada.submit(&page, &edit(&first), &[("folder", " 나눔  행사 "), ("note", "장갑")]).await;
    assert!(page.path == LIST && page.says("저장했습니다") && page.says("장갑"), "{}", page.text());
    let alone = ada.get(&edit(&first)).await;
    assert!(alone.says("첫째 글") && !alone.says("둘째 글") && alone.count("details[open]") == 1, "{}", alone.text());
    let page = ada.get(&page.attribute(".tabs li:last-child a", "href").unwrap()).await;
    assert!(page.says("첫째 글") && !page.says("둘째 글"), "{}", page.text());
    let page = ada.get("/my/bookmarks?folder=").await;
    assert!(!page.says("첫째 글") && page.says("둘째 글"), "{}", page.text());

    let (folder, note) = ("가".repeat(41), "나".repeat(201));
    let page = ada.submit(&page, &edit(&second), &[("folder", &folder), ("note", &note)]).await;
    assert_eq!(page.status, 422);
    assert!(page.says("폴더 이름은 40자까지") && page.says("메모는 200자까지"), "{}", page.text());
    assert!(page.html.contains(&folder) && page.html.contains(&note));
    let page = ada.submit(&page, &edit(&second), &[("folder", &folder[3..]), ("note", &note[3..])]).await;
    assert_eq!(page.path, "/my/bookmarks?folder=", "back to where the form was");
    let stale = ada.post(&edit(&second), &[("once", "x"), ("folder", "새 폴더"), ("note", "")]).await;
    assert!(stale.status == 422 && stale.html.contains("새 폴더"), "{}", stale.text());
}

#[rstest]
#[tokio::test]
async fn words_that_may_not_be_read_now_are_gone_and_the_bookmark_can_go(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, mut boss) = (test.signed_in("ada").await, test.signed_in("bob").await, test.staff("boss", "admin").await);
    let (hidden, closed) = (bob.write("free", "숨길 글").await, bob.write("qna", "닫힐 글").await);
    keep(&mut ada, &hidden).await;
    keep(&mut ada, &closed).await;
    let page = boss.get(&hidden).await;
    let hide = on(&hidden).replace("bookmark", "hide");
    boss.submit(&page, &hide, &[]).await;
    set_board(&mut boss, "qna", &[("list", "staff"), ("read", "staff"), ("write", "staff"), ("comment", "staff")]).await;

    let page = ada.get(LIST).await;
    assert!(!page.says("숨길 글") && !page.says("닫힐 글") && !page.says("질문과 답변"), "{}", page.text());
    assert_eq!(page.text().matches("지금은 볼 수 없는 글").count(), 2, "{}", page.text());
    let page = ada.submit(&page, &off(&hidden), &[]).await;
    assert!(page.path == LIST && page.count(".cards > li") == 1, "{}", page.text());
    let key = page.once(&off(&closed));
    assert_eq!(ada.post(&on(&hidden), &[("once", &key)]).await.status, 404, "nor can it be kept again");
}

#[rstest]
#[tokio::test]
async fn bookmarks_are_for_their_member_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    keep(&mut ada, &post).await;
    let page = ada.get(LIST).await;
    ada.submit(&page, &edit(&post), &[("folder", "비밀 폴더"), ("note", "비밀 메모")]).await;

    let page = bob.get(&post).await;
    assert_eq!(page.find("#bookmark").as_deref(), Some("스크랩"));
    let key = page.once(&on(&post));
    assert!(!bob.get(LIST).await.html.contains("비밀"));
    assert_eq!(bob.get(&edit(&post)).await.status, 404);
    assert_eq!(bob.post(&edit(&post), &[("once", &key), ("note", "x")]).await.status, 404);
    bob.post(&off(&post), &[("once", &key), ("next", LIST)]).await;
    assert!(ada.get(LIST).await.says("비밀 메모"));
    assert!(test.visitor().get(LIST).await.path.starts_with("/login"), "visitors are asked to sign in");
}

#[rstest]
#[tokio::test]
async fn a_member_has_a_thousand_at_most_in_pages_that_cost_two_statements(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "마지막 글").await;
    for n in 0..1_000 {
        let copy = "INSERT INTO posts (board_id, author_id, title, content, html, bump, created_at) \
                    SELECT board_id, author_id, 'copy' || $1, '', '', bump + 5000 + $2, created_at FROM posts WHERE title = '마지막 글'";
        query::run(&test.app.context.db, copy, [n.to_string().into(), i64::from(n).into()]).await.unwrap();
    }
    let all = "INSERT INTO bookmarks (user_id, post_id, created_at) SELECT author_id, id, created_at FROM posts WHERE title LIKE 'copy%'";
    query::run(&test.app.context.db, all, []).await.unwrap();

    let page = keep(&mut ada, &post).await;
    assert_eq!(page.status, 422);
    assert!(page.says("1,000개까지"), "{}", page.text());

    ada.get(LIST).await;
    let page = ada.get(LIST).await;
    assert_eq!(page.count(".cards > li"), 30);
    assert!(page.statements <= 2 && page.round_trips <= 1, "{} {}", page.statements, page.round_trips);
    let older = ada.get(&page.attribute("a[href*='before=']", "href").unwrap()).await;
    assert_eq!(older.count(".cards > li"), 30);
    assert_ne!(page.find(".cards > li"), older.find(".cards > li"));
}

#[rstest]
#[tokio::test]
async fn the_list_and_the_button_are_in_english_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let page = ada.get(&post).await;
    ada.submit(&page, "/my/reading", &[("language", "en")]).await;

    let page = keep(&mut ada, &post).await;
    assert!(page.says("Remove bookmark") && page.says("The post is bookmarked"), "{}", page.text());
    assert!(ada.get(LIST).await.says("My bookmarks"));
}
