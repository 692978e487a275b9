//! The newest comments beside a board's list: which are there, who sees them, and that each is gone with what it stood for.

use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, set_board};
use minschool::db::query;
use minschool::domain::boards::Boards;
use minschool::domain::posts::list::{self, Sort};
use rstest::rstest;

const FREE: &str = "/community/free";
const QNA: &str = "/community/qna";

/// The texts of the comments beside the list, in their order.
fn comments(page: &Page) -> Vec<String> {
    page.texts(".new-comments a")
}

async fn seen(visitor: &mut Visitor, path: &str) -> Vec<String> {
    comments(&visitor.get(path).await)
}

/// The number of a post or comment, from an address.
fn number(address: &str) -> &str {
    address.rsplit(['/', '-']).next().unwrap()
}

/// The number of the newest comment beside the list.
async fn newest(visitor: &mut Visitor, path: &str) -> String {
    number(&visitor.get(path).await.attribute(".new-comments a", "href").unwrap()).to_owned()
}

/// Hides, restores, deletes or moves posts or comments in the panel.
async fn moderate(boss: &mut Visitor, list: &str, task: &str, item: &str, more: &[(&str, &str)]) {
    let once = boss.get_admin(list).await.once(list);
    let form = [&[("task", task), ("item", item), ("reason", "시험"), ("once", once.as_str())], more].concat();
    let page = boss.post_admin(list, &form).await;
    assert_eq!(page.status, 200, "{}", page.text());
}

async fn board_with_a_comment(test: &TestApp) -> (Visitor, Visitor, String) {
    let (boss, mut ada) = (test.staff("boss", "admin").await, test.signed_in("ada").await);
    let post = ada.write("free", "나들이 안내").await;
    ada.comment(&post, "같이 갑니다").await;
    (boss, ada, post)
}

#[rstest]
#[tokio::test]
async fn the_newest_comment_of_each_post_stands_beside_the_list_with_its_author_post_and_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let quiet = ada.write("free", "조용한 글").await;
    let first = ada.write("free", "나들이 안내").await;
    let second = ada.write("free", "모임 후기").await;
    ada.comment(&first, "첫 댓글").await;
    bob.comment(&second, "**굵은** 글 & <b>꺾쇠</b>").await;
    bob.comment(&first, &format!("{} 끝", "긴 댓글 ".repeat(30))).await;

    let page = test.visitor().get(FREE).await;

    let texts = comments(&page);
    assert_eq!(texts.len(), 2, "one for each post, none for {quiet}: {texts:?}");
    assert!(texts[0].starts_with("긴 댓글 긴 댓글") && texts[0].ends_with('…') && texts[0].chars().count() < 60, "{}", texts[0]);
    assert_eq!((texts[1].as_str(), page.count(".new-comments b")), ("굵은 글 & <b>꺾쇠</b>", 0), "as text");
    assert_eq!(page.texts(".new-comments .on-post"), ["글: 나들이 안내", "글: 모임 후기"]);
    assert!(page.texts(".new-comments .meta").iter().all(|line| line.contains("bob") && line.contains("방금")), "{}", page.html);
    assert_eq!(page.find("aside[aria-labelledby='new-comments-title'] h2").map(|title| title.contains("새 댓글")), Some(true));
    let link = page.attribute(".new-comments a", "href").unwrap();
    assert!(test.visitor().get(&link).await.path.starts_with(&first), "{link}");
    let english = test.visitor().with("accept-language", "en").get(FREE).await;
    assert!(english.find(".new-comments h2").unwrap().contains("New comments"));
}

#[rstest]
#[tokio::test]
async fn five_stand_there_and_only_on_the_first_page_by_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    assert_eq!(ada.get(QNA).await.count("aside.new-comments"), 0, "nothing where there are none");
    for n in 0..7 {
        let post = ada.write("free", &format!("글 {n}")).await;
        ada.comment(&post, &format!("댓글 {n}")).await;
    }

    assert_eq!(seen(&mut ada, FREE).await, ["댓글 6", "댓글 5", "댓글 4", "댓글 3", "댓글 2"]);
    for path in ["/community/free?page=2", "/community/free?sort=active", QNA] {
        assert_eq!(ada.get(path).await.count("aside.new-comments"), 0, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn a_comment_is_there_at_once_and_gone_once_it_is_hidden_edited_or_deleted(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut ada, post) = board_with_a_comment(&test).await;
    let mut guest = test.visitor();
    assert_eq!(seen(&mut guest, FREE).await, ["같이 갑니다"]);

    ada.comment(&post, "둘째 댓글").await;
    assert_eq!(seen(&mut guest, FREE).await, ["둘째 댓글"]);
    let second = newest(&mut guest, FREE).await;

    moderate(&mut boss, "/comments", "hide", &second, &[]).await;
    assert_eq!(seen(&mut guest, FREE).await, ["같이 갑니다"], "the one before it");
    assert_eq!(seen(&mut boss, FREE).await, ["같이 갑니다"], "one list for all");
    moderate(&mut boss, "/comments", "restore", &second, &[]).await;
    assert_eq!(seen(&mut guest, FREE).await, ["둘째 댓글"]);

    let edit = format!("/comments/{second}/edit");
    let form = ada.get(&edit).await;
    assert_eq!(ada.submit(&form, &edit, &[("body", "고친 댓글")]).await.status, 200);
    assert_eq!(seen(&mut guest, FREE).await, ["고친 댓글"]);

    let delete = format!("/comments/{second}/delete");
    let question = ada.get(&delete).await;
    assert_eq!(ada.submit(&question, &delete, &[]).await.status, 200);
    assert_eq!(seen(&mut guest, FREE).await, ["같이 갑니다"]);
    let first = newest(&mut guest, FREE).await;
    moderate(&mut boss, "/comments", "delete", &first, &[]).await;
    assert_eq!(guest.get(FREE).await.count("aside.new-comments"), 0);
}

#[rstest]
#[tokio::test]
async fn comments_go_with_their_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut ada, post) = board_with_a_comment(&test).await;
    let mut guest = test.visitor();
    assert_eq!(seen(&mut guest, FREE).await, ["같이 갑니다"]);
    let id = number(&post).to_owned();

    moderate(&mut boss, "/posts", "hide", &id, &[]).await;
    for visitor in [&mut guest, &mut ada, &mut boss] {
        assert_eq!(visitor.get(FREE).await.count("aside.new-comments"), 0, "not for its author and staff either");
    }
    moderate(&mut boss, "/posts", "restore", &id, &[]).await;
    assert_eq!(seen(&mut guest, FREE).await, ["같이 갑니다"]);

    moderate(&mut boss, "/posts", "move", &id, &[("board_to", "qna")]).await;
    assert_eq!(guest.get(FREE).await.count("aside.new-comments"), 0);
    assert_eq!(seen(&mut guest, QNA).await, ["같이 갑니다"]);

    let edit = format!("{QNA}/{id}/edit");
    let form = ada.get(&edit).await;
    assert_eq!(ada.submit(&form, &edit, &[("title", "새 제목")]).await.status, 200);
    assert_eq!(guest.get(QNA).await.texts(".new-comments .on-post"), ["글: 새 제목"]);

    let delete = format!("{QNA}/{id}/delete");
    let question = ada.get(&delete).await;
    assert_eq!(ada.submit(&question, &delete, &[]).await.status, 200);
    assert_eq!(guest.get(QNA).await.count("aside.new-comments"), 0);
}

#[rstest]
#[tokio::test]
async fn those_who_see_a_list_without_reading_its_posts_see_no_comments(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut boss, mut ada, post) = board_with_a_comment(&test).await;
    let mut guest = test.visitor();
    assert_eq!(seen(&mut guest, FREE).await, ["같이 갑니다"]);

    set_board(&mut boss, "free", &[("list", "everyone"), ("read", "members")]).await;

    // Here the guest comes first, below the member, so that neither gets what is kept for the other.
    for round in 0..2 {
        let page = guest.get(FREE).await;
        assert!(page.says("나들이 안내") && !page.html.contains("같이 갑니다"), "{round}: {}", page.text());
        assert_eq!(seen(&mut ada, FREE).await, ["같이 갑니다"], "{round}");
    }
    let node = test.node().await;
    assert!(!guest.on(&node).get(FREE).await.html.contains("같이 갑니다"), "an instance that has to ask Redis");
    assert_eq!(seen(&mut ada.on(&node), FREE).await, ["같이 갑니다"]);
    ada.comment(&post, "회원끼리").await;
    assert_eq!(seen(&mut ada, FREE).await, ["회원끼리"]);
    assert!(!guest.get(FREE).await.html.contains("회원끼리"));

    let boards = Boards::read(&test.app.context.db).await.unwrap();
    let board = boards.find_listed(None, "free").unwrap();
    let rows = list::page(&test.app.context.db, None, board, Sort::New, 1).await.unwrap();
    assert_eq!((rows.posts.len(), rows.comments.len()), (1, 0), "the finder gives none to a visitor, whatever draws its rows");
}

/// What a later version of the program keeps in Redis an earlier one reads, and the other way round.
#[rstest]
#[tokio::test]
async fn a_first_page_that_another_version_kept_is_read(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    board_with_a_comment(&test).await;
    let boards = Boards::read(&test.app.context.db).await.unwrap();
    let page = list::page(&test.app.context.db, None, boards.find_listed(None, "free").unwrap(), Sort::New, 1).await.unwrap();
    let mut json = serde_json::to_value(&page).unwrap();
    assert_eq!(json["comments"].as_array().map(Vec::len), Some(1));

    let fields = json.as_object_mut().unwrap();
    fields.remove("comments");
    fields.insert("of_a_later_version".into(), 1.into());

    let read: list::Page = serde_json::from_value(json).unwrap();
    assert_eq!((read.posts.len(), read.comments.len()), (page.posts.len(), 0));
}

/// A board of any size: the newest posts have no comments, and a busy thread has many.
#[rstest]
#[tokio::test]
async fn the_statement_reads_the_latest_forty_posts(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_boss, mut ada, _post) = board_with_a_comment(&test).await;
    let copies = "INSERT INTO posts (board_id, author_id, title, content, html, bump, created_at)
        SELECT board_id, author_id, title, content, html, bump + $1, created_at FROM posts WHERE title = '나들이 안내' AND comment_count > 0";
    for n in 1..40_i64 {
        query::run(&test.app.context.db, copies, [n.into()]).await.unwrap();
    }
    let boards = Boards::read(&test.app.context.db).await.unwrap();
    let rows = async || {
        let board = boards.find_listed(None, "free").unwrap();
        list::page(&test.app.context.db, None, board, Sort::New, 1).await.unwrap().comments.len()
    };

    assert_eq!(rows().await, 1, "the fortieth");
    query::run(&test.app.context.db, copies, [40_i64.into()]).await.unwrap();
    assert_eq!(rows().await, 0, "the next one is not looked for");
    assert_eq!(ada.get(FREE).await.status, 200);
}
