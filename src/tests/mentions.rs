//! Members who are offered while a name is typed after an `@`: which, in what order, and to whom.

use crate::search::act;
use crate::support::{Engine, Page, Postgres, Sqlite, Visitor, encode, set_board};
use rstest::rstest;
use scraper::{Html, Selector};

async fn offered(member: &mut Visitor, post: &str, typed: &str) -> Page {
    let number = post.rsplit('/').next().unwrap();
    member.get(&format!("/members/names?{}", encode(&[("post", number), ("q", typed)]))).await
}

fn names(page: &Page) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text());
    let options = Selector::parse("[role=option]").unwrap();
    Html::parse_fragment(&page.html).select(&options).map(|option| option.value().attr("data-name").unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn those_of_the_thread_come_first_then_those_whose_names_begin_so(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("김하늘").await);
    for name in ["하늘이", "푸른하늘", "홍 길동", "하늘!"] {
        test.member(name).await;
    }
    crate::search::fill(&test).await;
    let post = ada.write("free", "글").await;
    bob.comment(&post, "댓글").await;

    assert_eq!(names(&offered(&mut ada, &post, "하늘").await), ["김하늘", "하늘이", "푸른하늘"], "a sign in a name ends a mention");
    assert_eq!(names(&offered(&mut ada, "x", "하늘").await), ["하늘이", "김하늘", "푸른하늘"]);
    assert_eq!(names(&offered(&mut ada, &post, "ㅎㄱㄷ").await), ["홍길동"], "written without its space");
    assert_eq!(names(&offered(&mut ada, &post, "").await), ["김하늘"], "those of the thread, but for oneself");
    assert_eq!(names(&offered(&mut bob, &post, "").await), ["ada"], "who wrote the post is of the thread");
    assert!(names(&offered(&mut ada, "x", "").await).is_empty());
    assert!(names(&offered(&mut ada, &post, "없는이름").await).is_empty());
    assert!(names(&offered(&mut ada, &post, "._-").await).is_empty());
    let comment = ada.comment(&post, "@홍길동 @푸른하늘 오세요").await;
    assert_eq!(comment.status, 200);
    let sql = "SELECT COUNT(*) FROM notifications WHERE kind = 'mention'";
    assert_eq!(minschool::db::query::number(&test.app.context.db, sql, []).await.unwrap(), Some(2), "what is offered is understood");
}

#[rstest]
#[tokio::test]
async fn at_most_eight_are_offered_at_four_statements(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    for n in 10..22 {
        test.member(&format!("이웃{n}")).await;
    }
    crate::search::fill(&test).await;

    let mut page = offered(&mut ada, &post, "이웃").await;
    for _ in 0..20 {
        if page.statements <= 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        page = offered(&mut ada, &post, "이웃").await;
    }

    assert_eq!(names(&page).len(), 8);
    assert!(page.statements <= 4, "{} statements", page.statements);
}

#[rstest]
#[tokio::test]
async fn a_thread_that_a_member_may_not_read_says_nothing_of_who_wrote_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = boss.write("free", "글").await;
    bob.comment(&post, "댓글").await;
    assert_eq!(names(&offered(&mut ada, &post, "").await), ["bob", "boss"]);

    act(&mut boss, "/comments", "hide", "1", "").await;
    assert_eq!(names(&offered(&mut ada, &post, "").await), ["boss"], "a comment that is out of sight");
    act(&mut boss, "/comments", "restore", "1", "").await;
    set_board(&mut boss, "free", &[("read", "staff")]).await;
    assert!(names(&offered(&mut ada, &post, "").await).is_empty());
    assert_eq!(names(&offered(&mut boss, &post, "").await), ["bob"]);

    let page = offered(&mut test.visitor(), &post, "b").await;
    assert!(!page.html.contains("role=\"option\""), "visitors are offered nobody: {}", page.text());
}

#[rstest]
#[tokio::test]
async fn the_fields_say_what_a_script_needs(#[values(Sqlite)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let page = ada.comment(&post, "댓글").await;

    assert_eq!(page.attribute("#new-body", "data-names").as_deref(), Some("/members/names?post=2&q="));
    assert_eq!(page.attribute("#new-body", "data-most").as_deref(), Some("5000"));
    let editor = ada.get("/community/free/write").await;
    assert_eq!(editor.attribute("#title", "data-most").as_deref(), Some("100"));
    assert_eq!(editor.attribute("#body", "data-most").as_deref(), Some("50000"));
    assert_eq!(editor.attribute("#body", "data-names"), None, "a post notifies nobody");
    let edit = ada.get("/comments/1/edit").await;
    assert_eq!(edit.attribute("#edit-1-body", "data-names"), None, "nor does a change");
    assert_eq!(ada.get(&editor.attribute("#body", "data-helper").unwrap()).await.status, 200);
}
