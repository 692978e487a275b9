//! What an open page's stream sends, and when.

use crate::support::{Engine, Postgres, Sqlite, TestApp, Visitor};
use futures_util::StreamExt;
use minschool::db::{query, statements::counting};
use minschool::domain::{PostId, comments};
use poem::Endpoint;
use poem::http::Method;
use rstest::rstest;
use std::time::Duration;

/// An open stream, read as it comes.
struct Stream {
    body: std::pin::Pin<Box<dyn futures_util::Stream<Item = std::io::Result<bytes::Bytes>> + Send>>,
    seen: String,
}

impl Stream {
    async fn open(test: &TestApp, visitor: &Visitor, path: &str) -> Self {
        let response = test.site.get_response(visitor.request(Method::GET, path, None)).await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: Box::pin(response.into_body().into_bytes_stream()), seen: String::new() }
    }

    /// Reads until these words have come, within the time that people are promised.
    async fn receives(&mut self, words: &str) -> bool {
        let patience = tokio::time::Instant::now() + Duration::from_secs(5);
        while !self.seen.contains(words) {
            match tokio::time::timeout_at(patience, self.body.next()).await {
                Ok(Some(piece)) => self.seen.push_str(&String::from_utf8_lossy(&piece.unwrap())),
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }

    /// Whether the stream has ended.
    async fn ends(&mut self) -> bool {
        let patience = tokio::time::Instant::now() + Duration::from_secs(5);
        loop {
            match tokio::time::timeout_at(patience, self.body.next()).await {
                Ok(None) => return true,
                Ok(Some(_)) => {}
                Err(_) => return false,
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn the_bell_rings_on_an_open_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await;
    let post = ada.write("free", "글").await;
    let mut stream = Stream::open(&test, &ada, "/events").await;
    assert!(stream.receives("hello").await);

    bob.comment(&post, "댓글").await;

    assert!(stream.receives("bob님이").await, "{}", stream.seen);
    assert!(stream.seen.contains("hx-target=\"#bell\"") && stream.seen.contains("id: 1\n"), "{}", stream.seen);
}

#[rstest]
#[tokio::test]
async fn what_is_written_on_one_instance_reaches_the_streams_of_another(#[values(Postgres)] engine: Engine) {
    let test = engine.start().await;
    let other = test.node().await;
    let (mut ada, bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let (mut bell, mut comments) = (
        Stream::open(&test, &ada, "/events").await,
        Stream::open(&test, &ada, &format!("/events{}", post.replace("/community/free", "/posts"))).await,
    );
    assert!(bell.receives("hello").await && comments.receives("hello").await);
    let mut bob = bob.on(&other);

    bob.comment(&post, "저쪽에서 쓴 댓글").await;

    assert!(bell.receives("bob님이").await, "{}", bell.seen);
    assert!(comments.receives("저쪽에서 쓴 댓글").await, "{}", comments.seen);
}

#[rstest]
#[tokio::test]
async fn what_was_missed_is_made_up_for(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await;
    let post = ada.write("free", "글").await;
    bob.comment(&post, "놓친 댓글").await;

    let returning = ada.clone().with("last-event-id", "0");
    let mut stream = Stream::open(&test, &returning, "/events").await;

    assert!(stream.receives("bob님이").await, "{}", stream.seen);
}

#[rstest]
#[tokio::test]
async fn a_new_comment_appears_on_an_open_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await;
    let post = ada.write("free", "글").await;
    let id = post.rsplit('/').next().unwrap();
    let mut stream = Stream::open(&test, &test.visitor(), &format!("/events/posts/{id}")).await;
    assert!(stream.receives("hello").await);

    bob.comment(&post, "방금 단 댓글").await;

    assert!(stream.receives("방금 단 댓글").await, "{}", stream.seen);
    assert!(!stream.seen.contains("/edit"), "as any reader sees it");

    stream.seen.clear();
    bob.comment(&post, "그다음 댓글").await;

    assert!(stream.receives("그다음 댓글").await, "{}", stream.seen);
    assert!(!stream.seen.contains("방금 단 댓글"), "each comes once: {}", stream.seen);
}

#[rstest]
#[tokio::test]
async fn a_comment_is_read_once_for_all_who_have_the_post_open(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let address = format!("/events/posts/{}", post.rsplit('/').next().unwrap());
    let mut streams = Vec::new();
    for n in 0..40 {
        let reader = if n % 2 == 0 { bob.clone() } else { test.visitor() };
        let mut stream = Stream::open(&test, &reader, &address).await;
        assert!(stream.receives("hello").await);
        streams.push(stream);
    }
    ada.comment(&post, "모두에게").await;

    let (all, statements) = counting(async {
        let each = streams.iter_mut().map(|stream| stream.receives("모두에게"));
        futures_util::future::join_all(each).await
    })
    .await;

    assert!(!all.contains(&false));
    assert!(statements <= 4, "two statements each for members and for visitors, not {statements}");
}

#[rstest]
#[tokio::test]
async fn each_gets_of_a_comment_what_their_rights_allow(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, bob, boss) = (test.signed_in("ada").await, test.signed_in("bob").await, test.staff("boss", "admin").await);
    let post = ada.write("free", "글").await;
    let address = format!("/events/posts/{}", post.rsplit('/').next().unwrap());
    let mut streams = Vec::new();
    for reader in [&ada, &bob, &boss, &test.visitor()] {
        let mut stream = Stream::open(&test, reader, &address).await;
        assert!(stream.receives("hello").await);
        streams.push(stream);
    }

    ada.comment(&post, "새 댓글").await;

    let mut seen = Vec::new();
    for stream in &mut streams {
        assert!(stream.receives("새 댓글").await);
        let has = |words: &str| stream.seen.contains(words);
        seen.push((has("#polite"), has("/reply"), has("/edit"), has("/delete")));
    }
    // Announced to all but the one who wrote it.
    assert_eq!(seen[0], (false, true, true, true), "the author");
    assert_eq!(seen[1], (true, true, false, false), "another member");
    assert_eq!(seen[2], (true, true, false, true), "staff");
    assert_eq!(seen[3], (true, false, false, false), "a visitor");
}

#[rstest]
#[tokio::test]
async fn a_post_that_was_hidden_says_no_more_to_those_who_may_not_read_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, bob, mut boss) = (test.signed_in("ada").await, test.signed_in("bob").await, test.staff("boss", "admin").await);
    let post = ada.write("free", "글").await;
    let address = format!("/events/posts/{}", post.rsplit('/').next().unwrap());
    let (mut staff, mut member) = (Stream::open(&test, &boss, &address).await, Stream::open(&test, &bob, &address).await);
    assert!(staff.receives("hello").await && member.receives("hello").await);
    let page = boss.get(&post).await;
    boss.submit(&page, &format!("/posts/{}/hide", post.rsplit('/').next().unwrap()), &[]).await;

    // What was sent while it was being hidden.
    let id = PostId(post.rsplit('/').next().unwrap().parse().unwrap());
    test.app.context.shared.signals().publish(&comments::topic(id), "").await;

    assert!(member.ends().await, "{}", member.seen);
    assert!(staff.receives(": nothing").await, "{}", staff.seen);
}

#[rstest]
#[tokio::test]
async fn what_was_written_before_the_stream_was_open_comes_first(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await;
    let post = ada.write("free", "글").await;
    bob.comment(&post, "이미 보이는 댓글").await;
    let page = ada.get(&post).await;
    let address = page.html.split('"').find(|part| part.starts_with("/events/posts/")).unwrap();

    bob.comment(&post, "그 사이의 댓글").await;
    let mut stream = Stream::open(&test, &ada, address).await;

    assert!(stream.receives("그 사이의 댓글").await, "{}", stream.seen);
    assert!(!stream.seen.contains("이미 보이는 댓글"), "{}", stream.seen);
}

#[rstest]
#[tokio::test]
async fn news_that_could_not_be_read_come_when_the_database_answers_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let address = format!("/events/posts/{}?after=0", post.rsplit('/').next().unwrap());
    let mut open = Stream::open(&test, &ada, &address).await;
    assert!(open.receives("hello").await);
    let run = async |sql: &str| query::run(&test.app.context.db, sql, []).await.unwrap();

    bob.comment(&post, "못 읽던 댓글").await;
    let mut new = Stream::open(&test, &ada, &address).await;
    run("ALTER TABLE comments RENAME TO comments_elsewhere").await;
    assert!(open.receives(": later").await && new.receives("hello").await, "{} {}", open.seen, new.seen);
    run("ALTER TABLE comments_elsewhere RENAME TO comments").await;

    assert!(open.receives("못 읽던 댓글").await, "{}", open.seen);
    assert!(new.receives("못 읽던 댓글").await, "{}", new.seen);
}

#[rstest]
#[tokio::test]
async fn streams_end_with_their_session_and_send_it_nothing_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut bob = test.signed_in("bob").await;
    let post = ada.write("free", "글").await;
    let mut stream = Stream::open(&test, &ada, "/events").await;
    assert!(stream.receives("hello").await);

    let page = ada.get("/logout").await;
    ada.submit(&page, "/logout", &[]).await;
    bob.comment(&post, "비밀").await;

    assert!(stream.ends().await);
    assert!(!stream.seen.contains("bob님이"), "{}", stream.seen);
}

#[rstest]
#[tokio::test]
async fn streams_end_when_the_instance_stops(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.signed_in("ada").await;
    let mut stream = Stream::open(&test, &ada, "/events").await;
    assert!(stream.receives("retry:").await);

    test.app.stop.cancel();

    assert!(stream.ends().await);
}

#[rstest]
#[tokio::test]
async fn only_members_have_a_bell_and_only_readable_posts_a_stream(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();

    assert!(guest.get("/events").await.path.starts_with("/login"));
    assert_eq!(guest.get("/events/posts/999").await.status, 404);
}
