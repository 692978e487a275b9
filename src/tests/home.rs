//! The first page: notices, the newest posts of each board, what is talked about.

use crate::support::{Engine, Postgres, Sqlite, until};
use minschool::db::query;
use minschool::db::statements::counting;
use minschool::domain::boards::Boards;
use minschool::domain::posts::list;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn every_post_stands_once_in_the_list_it_belongs_to(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut ada) = (test.staff("boss", "admin").await, test.signed_in("ada").await);
    boss.write("notice", "휴관 안내").await;
    let talked = ada.write("free", "오래된 이야기").await;
    ada.comment_often(&talked, (0..3).map(|n| format!("댓글 {n}"))).await;
    let quiet = ada.write("free", "조용한 이야기").await;
    for n in 0..5 {
        ada.write("free", &format!("새 이야기 {n}")).await;
    }
    ada.write("qna", "궁금합니다").await;

    let page = test.visitor().get("/").await;

    assert!(page.find(".notices").unwrap().contains("휴관 안내"));
    let columns = page.find(".columns-of-posts").unwrap();
    assert!(columns.contains("새 이야기 0") && columns.contains("새 이야기 4") && columns.contains("궁금합니다"), "{columns}");
    assert!(!columns.contains("휴관 안내") && !columns.contains("오래된 이야기"));
    assert_eq!(page.count(&format!("a[href='{talked}']")), 1, "much discussed, though it is no longer among the newest");
    assert_eq!(page.count(&format!("a[href='{quiet}']")), 0);
}

#[rstest]
#[tokio::test]
async fn all_lists_are_one_statement(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.write("free", "글").await;
    let boards = Boards::read(&test.app.context.db).await.unwrap();

    let (cards, statements) = counting(list::overview(&test.app.context.db, &boards)).await;

    assert_eq!((cards.unwrap().len(), statements), (2, 1), "with the post that every site begins with");
}

#[rstest]
#[tokio::test]
async fn times_are_said_as_how_long_ago_it_was(#[values(Sqlite)] engine: Engine) {
    let test = engine.start().await;
    let post = test.signed_in("ada").await.write("free", "글").await;

    let page = test.visitor().get(&post).await;

    assert!(page.says("방금"), "{}", page.text());
    assert!(page.attribute("time", "title").is_some_and(|title| title.contains('년')), "{}", page.html);
}

/// On an instance that has not looked yet: what it reads beside a page is kept for ten seconds.
#[rstest]
#[tokio::test]
async fn members_see_some_of_the_others_who_are_here_at_no_cost(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (ada, _bob, _eve) = (test.signed_in("ada").await, test.signed_in("bob").await, test.signed_in("eve").await);
    query::run(&test.app.context.db, "UPDATE users SET shows_presence = FALSE WHERE name = 'eve'", []).await.unwrap();
    let presence = async || test.app.context.shared.presence().list(10).await.known().map_or(0, |here| here.len());
    until("all are here", async || presence().await == 3).await;
    let node = test.node().await;
    let mut ada = ada.on(&node);

    let mut page = ada.get("/").await;
    until("bob is seen by a page that costs nothing", async || {
        page = ada.get("/").await;
        page.find(".here").is_some_and(|here| here.contains("bob")) && (page.statements, page.round_trips) == (0, 0)
    })
    .await;

    let here = page.find(".here").unwrap();
    assert!(!here.contains("ada") && !here.contains("eve"), "neither oneself nor who does not want to be seen: {here}");
    assert_eq!(page.attribute(".here li:last-child a", "href").as_deref(), Some("/who"));
    let mut guest = test.visitor().on(&node);
    assert_eq!(guest.get("/").await.count(".here"), 0, "a guest's page is kept for longer than anybody is here");
}
