//! Board rights hold everywhere: words that a person may not read reach that person through no address, no event and
//! nothing that is kept ready in Redis.

use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, encode, set_board, until};
use futures_util::StreamExt;
use minschool::web::routes::{Kind, Route, Routes};
use poem::Endpoint;
use poem::http::Method;
use rstest::rstest;
use std::collections::BTreeSet;

/// Stands in every text that the readers of this file may not see, and in nothing else.
const SECRET: &str = "극비";

/// The addresses that take an id, as both routers declare them, so that no new one is forgotten. Streams never end and have tests
/// of their own.
fn addresses() -> Vec<(bool, String)> {
    let declared = |admin: bool, routes: Routes| routes.declared().into_iter().map(move |route| (admin, route));
    let all = declared(false, minschool::site::routes()).chain(declared(true, minschool::admin::routes()));
    let takes_id = |route: &Route| (route.path.contains(":id") || route.path.contains(":board")) && route.kind != Kind::Stream;
    let found: Vec<_> = all.filter(|(_, route)| takes_id(route)).map(|(admin, route)| (admin, route.path.to_owned())).collect();
    assert!(found.len() > 20, "{found:?}");
    // And the lists in which an excerpt may stand.
    let lists = ["/", "/community", "/notifications", "/audit", "/posts", "/comments"];
    found.into_iter().chain(lists.iter().flat_map(|path| [(false, (*path).to_owned()), (true, (*path).to_owned())])).collect()
}

/// Every address with every number that may be a post, a comment, a notification or a member.
fn filled(path: &str, most: i64) -> Vec<String> {
    let boards = if path.contains(":board") { vec!["free", "qna"] } else { vec![""] };
    let ids = if path.contains(":id") { (1..=most).collect() } else { vec![0] };
    let fill = |board: &str, id: i64| path.replace(":board", board).replace(":id", &id.to_string());
    boards.iter().flat_map(|board| ids.iter().map(|id| fill(board, *id)).collect::<Vec<_>>()).collect()
}

fn holds_no_secret(page: &Page, asked: &str) {
    assert!(!page.html.contains(SECRET), "{asked} ({}) shows what its reader may not read: {}", page.status, page.text());
    let head = format!("{:?}", page.headers);
    assert!(!head.contains(SECRET) && !head.contains("%EA%B7%B9%EB%B9%84"), "{asked}: {head}");
}

/// Asks for everything, with and without a form; the forms' keys are good for nothing, so each comes back with a page.
async fn walk(visitor: &mut Visitor, most: i64) -> usize {
    let mut asked = 0;
    for (admin, address) in addresses() {
        for path in filled(&address, most) {
            let page = visitor.send(Method::GET, &path, None, admin).await;
            holds_no_secret(&page, &path);
            // Only a new comment names what it answers, only the panel's lists tick items.
            let names_another = path.ends_with("/comments") || (admin && path == "/posts");
            for other in 1..=if names_another { most } else { 1 } {
                let other = other.to_string();
                let form = encode(&[("once", ""), ("parent", &other), ("body", "x"), ("title", "x"), ("task", "hide"), ("item", &other)]);
                let page = visitor.send(Method::POST, &path, Some(form), admin).await;
                holds_no_secret(&page, &format!("POST {path}"));
                asked += 1;
            }
        }
    }
    asked
}

/// The number of a post, from its address.
fn number(post: &str) -> i64 {
    post.rsplit('/').next().unwrap().parse().unwrap()
}

async fn comment_id(visitor: &mut Visitor, post: &str, words: &str) -> String {
    let page = visitor.get(post).await;
    let place = page.html.split("id=\"comment-body-").skip(1).find(|part| part.contains(words)).unwrap();
    place.split('"').next().unwrap().to_owned()
}

/// What may not be seen: posts and comments on a board for staff, a hidden post and comment, a deleted comment.
async fn write_secrets(test: &TestApp, boss: &mut Visitor, dan: &mut Visitor) {
    let mut bob = test.signed_in("bob").await;
    set_board(boss, "qna", &[("list", "staff"), ("read", "staff"), ("write", "staff"), ("comment", "staff")]).await;
    let staff_post = dan.write("qna", &format!("{SECRET} 회의")).await;
    dan.comment(&staff_post, &format!("{SECRET} @ada @sue 이야기")).await;
    let open = bob.write("free", "열린 글").await;
    bob.comment(&open, &format!("{SECRET} 숨길 댓글 @ada @sue")).await;
    bob.comment(&open, &format!("{SECRET} 지울 댓글 @ada @sue")).await;
    let hidden = bob.write("free", &format!("{SECRET} 숨길 글")).await;
    bob.comment(&hidden, &format!("{SECRET} @ada @sue 딸린 댓글")).await;
    let (hide, delete) = (comment_id(boss, &open, "숨길 댓글").await, comment_id(boss, &open, "지울 댓글").await);
    for (task, item) in [("hide", &hide), ("delete", &delete)] {
        let page = boss.get_admin("/comments").await;
        let form = [("task", task), ("item", item), ("reason", "시험"), ("once", &page.once("/comments"))];
        assert_eq!(boss.post_admin("/comments", &form).await.status, 200);
    }
    let page = boss.get_admin("/posts").await;
    let form = [("task", "hide"), ("item", &number(&hidden).to_string()), ("reason", "시험"), ("once", &page.once("/posts"))];
    assert_eq!(boss.post_admin("/posts", &form).await.status, 200);
}

/// Changes a member in the panel with the form of this action.
async fn change(boss: &mut Visitor, user: i64, action: &str, fields: &[(&str, &str)]) {
    let (page, place) = (boss.get_admin(&format!("/users/{user}")).await, format!("/users/{user}/{action}"));
    assert_eq!(boss.submit_admin(&page, &place, fields).await.status, 200, "{action}");
}

/// No value that is kept ready for readers or guests quotes a secret.
fn redis_holds_no_secret(test: &TestApp) {
    let Some(redis) = &test.backends.redis else { return };
    let mut seen = BTreeSet::new();
    for key in redis.command(&["KEYS", "*"]).lines() {
        let value = match key.split(':').next().unwrap_or_default() {
            // The list of the board for staff: only they are given it, and they have asked for it.
            "cache" if key == "cache:board:qna:first" => continue,
            "notifications" if !key.ends_with("unread") => redis.command(&["LRANGE", key, "0", "-1"]),
            "cache" | "session" => redis.command(&["GET", key]),
            _ => continue,
        };
        seen.insert(key.split(':').next().unwrap_or_default().to_owned());
        assert!(!value.contains(SECRET), "{key} holds what its reader may not read: {value}");
    }
    assert!(seen.contains("notifications") && seen.contains("session"), "{seen:?}");
}

#[rstest]
#[tokio::test]
async fn no_address_shows_anybody_what_they_may_not_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, dan_id) = (test.signed_in("ada").await, test.person("dan", "moderator").await);
    let (mut sue, sue_id) = (test.visitor(), test.member("sue").await);
    sue.sign_in("sue").await;
    let mut dan = test.visitor();
    dan.sign_in("dan").await;
    dan.sign_in_as_staff("dan").await;
    write_secrets(&test, &mut boss, &mut dan).await;
    assert!(dan.get("/community/qna").await.says(SECRET), "the test has something to find");
    change(&mut boss, dan_id, "role", &[("role", "3"), ("reason", "시험")]).await;
    change(&mut boss, sue_id, "suspend", &[("reason", "시험")]).await;
    until("the demoted one is out", async || dan.get("/community/qna").await.status == 404).await;

    let mut guest = test.visitor();
    for (name, visitor) in [("guest", &mut guest), ("member", &mut ada), ("demoted", &mut dan), ("suspended", &mut sue)] {
        let asked = walk(visitor, 10).await;
        assert!(asked > 100, "{name} asked {asked} times");
    }

    redis_holds_no_secret(&test);
}

#[rstest]
#[tokio::test]
async fn a_stream_ends_when_its_reader_is_demoted_or_its_board_closed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let dan_id = test.person("dan", "moderator").await;
    let mut dan = test.visitor();
    dan.sign_in("dan").await;
    set_board(&mut boss, "qna", &[("list", "staff"), ("read", "staff"), ("write", "staff"), ("comment", "staff")]).await;
    let secret = boss.write("qna", "회의").await;
    let open = boss.write("free", "열린 글").await;
    let (mut of_dan, mut of_guest) = (listen(&test, &dan, &secret).await, listen(&test, &test.visitor(), &open).await);

    change(&mut boss, dan_id, "role", &[("role", "3"), ("reason", "시험")]).await;
    set_board(&mut boss, "free", &[("list", "members"), ("read", "members")]).await;
    boss.comment(&secret, &format!("{SECRET} 하나")).await;
    boss.comment(&open, &format!("{SECRET} 둘")).await;

    for stream in [&mut of_dan, &mut of_guest] {
        let received = rest(stream).await;
        assert!(!received.contains(SECRET), "{received}");
    }
}

#[rstest]
#[tokio::test]
async fn a_moderator_acts_only_on_boards_that_the_moderator_reads(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut moderator = test.staff("mod", "moderator").await;
    set_board(&mut boss, "qna", &[("list", "admins"), ("read", "admins"), ("write", "admins"), ("comment", "admins")]).await;
    let post = boss.write("qna", &format!("{SECRET} 안건")).await;
    boss.comment(&post, &format!("{SECRET} 의견")).await;
    let open = boss.write("free", "열린 글").await;

    for list in ["/posts", "/comments", "/posts?board=qna", "/comments?board=qna"] {
        holds_no_secret(&moderator.get_admin(list).await, list);
    }
    let choices = moderator.get_admin("/posts").await;
    assert!(!choices.html.contains("value=\"qna\""), "{}", choices.html);
    let once = choices.once("/posts");
    for (item, task, to, status) in
        [(&post, "move", "free", 404), (&post, "hide", "", 404), (&post, "delete", "", 404), (&open, "move", "qna", 422)]
    {
        let form = [("task", task), ("item", &number(item).to_string()), ("board_to", to), ("reason", "시험"), ("once", &once)];
        assert_eq!(moderator.post_admin("/posts", &form).await.status, status, "{task} {item}");
    }
    assert!(boss.get(&post).await.says("안건") && boss.get(&open).await.says("열린 글"), "nothing was moved or hidden");
    assert!(boss.get_admin("/posts").await.says("안건"), "the administrator reads every board");
}

#[rstest]
#[tokio::test]
async fn an_archived_board_takes_no_edits(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    ada.comment(&post, "댓글").await;
    let (edit, comment) = (format!("{post}/edit"), comment_id(&mut ada, &post, "댓글").await);
    let (open, comment_edit) = (ada.get(&edit).await, format!("/comments/{comment}/edit"));
    let open_comment = ada.get(&comment_edit).await;

    set_board(&mut boss, "free", &[("archived", "on")]).await;

    assert_eq!(ada.submit(&open, &edit, &[("title", "고친 제목")]).await.status, 403);
    assert_eq!(ada.submit(&open_comment, &comment_edit, &[("body", "고친 댓글")]).await.status, 403);
    let page = ada.get(&post).await;
    assert!(!page.says("고친") && !page.html.contains(&edit) && !page.html.contains(&comment_edit), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn a_board_that_takes_over_an_address_shows_nothing_of_the_one_before(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    set_board(&mut boss, "qna", &[("list", "staff"), ("read", "staff"), ("write", "staff")]).await;
    boss.write("qna", &format!("{SECRET} 회의")).await;
    assert!(boss.get("/community/qna").await.says(SECRET));
    boss.write("free", "열린 글").await;
    test.visitor().get("/community/free").await;

    set_board(&mut boss, "qna", &[("slug", "inner")]).await;
    set_board(&mut boss, "free", &[("slug", "qna")]).await;

    let page = test.visitor().get("/community/qna").await;
    assert!(page.says("열린 글"), "{}", page.text());
    holds_no_secret(&page, "/community/qna");
}

type Stream = std::pin::Pin<Box<dyn futures_util::Stream<Item = std::io::Result<bytes::Bytes>> + Send>>;

/// An open stream of a post's comments whose first event has arrived.
async fn listen(test: &TestApp, visitor: &Visitor, post: &str) -> Stream {
    let path = format!("/events/posts/{}", number(post));
    let response = test.site.get_response(visitor.request(Method::GET, &path, None)).await;
    assert_eq!(response.status().as_u16(), 200);
    let mut stream: Stream = Box::pin(response.into_body().into_bytes_stream());
    let hello = stream.next().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&hello).contains("hello"));
    stream
}

/// What a stream still sends until it ends, which it has to.
async fn rest(stream: &mut Stream) -> String {
    let all = async {
        let mut received = String::new();
        while let Some(piece) = stream.next().await {
            received.push_str(&String::from_utf8_lossy(&piece.unwrap()));
        }
        received
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), all).await.expect("the stream ends")
}
