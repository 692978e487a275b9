//! A forgotten password: asked for by mail, set by the link of a mail, and nothing by which it shows who has an account.

use crate::support::mail::{Post, link, parts, subject, text};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, TestNode, Visitor, config};
use minschool::config::mail::Way;
use minschool::db::query;
use rstest::rstest;
use time::Duration;

const NEW: &str = "고요한 노란 우산 아홉 개";
const FORGOT: &str = "/password/forgot";
const RESET: &str = "/password/reset";
const ADA: &str = "ada@example.com";

async fn ask(visitor: &mut Visitor, email: &str) -> Page {
    let page = visitor.get(FORGOT).await;
    visitor.submit(&page, FORGOT, &[("email", email)]).await
}

async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

async fn sign_in_with(visitor: &mut Visitor, password: &str) -> Page {
    let page = visitor.get("/login").await;
    visitor.submit(&page, "/login", &[("email", ADA), ("password", password)]).await
}

/// A member who asked for a link, and the link.
async fn asked(test: &TestApp) -> (Post, String) {
    test.member("ada").await;
    let post = Post::beside(test).await;
    ask(&mut test.visitor().on(&post.node), ADA).await;
    let link = link(&post.mail(ADA, 0).await, &post.node.app);
    (post, link)
}

#[rstest]
#[tokio::test]
async fn a_forgotten_password_is_replaced_by_the_link_of_a_mail(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let old = test.signed_in("ada").await;
    let post = Post::beside(&test).await;
    let (mut old, mut ada) = (old.on(&post.node), test.visitor().on(&post.node));
    let login = ada.get("/login").await;
    assert_eq!(login.attribute("main a[href^='/password']", "href").as_deref(), Some(FORGOT));

    let sent = ask(&mut ada, " ADA@example.com ").await;
    assert!(sent.path == "/password/sent" && sent.says("메일을 확인해 주세요"), "{}", sent.text());
    let mail = post.mail(ADA, 0).await;
    assert!(subject(&mail).ends_with("새 비밀번호 정하기"), "{}", subject(&mail));
    let place = link(&mail, &post.node.app);
    assert!(parts(&mail)[1].1.contains(&place), "the HTML has the same link");
    for _ in 0..3 {
        // Programs open links before people do.
        assert!(ada.get(&place).await.says("새 비밀번호 정하기"));
    }
    assert!(old.get("/my/profile").await.says("ada"), "nothing has changed yet");
    let page = ada.get(&place).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let done = ada.submit(&page, RESET, &[("password", NEW)]).await;

    assert!(done.says("비밀번호를 바꾸었습니다"), "{}", done.text());
    assert_eq!(old.get("/my/profile").await.path.split('?').next(), Some("/login"), "every session has ended");
    assert_eq!(sign_in_with(&mut ada, PASSWORD).await.status, 422);
    assert!(sign_in_with(&mut ada, NEW).await.says("ada님"));
    let notice = post.mail(ADA, 1).await;
    assert!(subject(&notice).ends_with("비밀번호가 바뀌었습니다"));
    let again = test.visitor().on(&post.node).get(&place).await;
    assert_eq!((again.status, again.says("쓸 수 없는 주소입니다")), (410, true));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM user_emails WHERE verified_at IS NOT NULL").await, 1, "who set it reads the mailbox");
}

#[rstest]
#[tokio::test]
async fn an_unknown_address_gets_the_same_answer_for_the_same_work(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let post = Post::beside(&test).await;
    let (mut a, mut b) = (test.visitor().on(&post.node), test.visitor().on(&post.node));
    let forms = (a.get(FORGOT).await, b.get(FORGOT).await);

    let sent = |page: &Page| (page.status, page.header("location").to_owned(), page.statements, page.round_trips);
    let body = |page: &Page, email: &str| Some(crate::support::encode(&[("email", email), ("once", &page.once(FORGOT))]));
    let known = a.send(poem::http::Method::POST, FORGOT, body(&forms.0, ADA), false).await;
    let unknown = b.send(poem::http::Method::POST, FORGOT, body(&forms.1, "nobody@example.com"), false).await;

    assert_eq!(sent(&known), sent(&unknown));
    assert_eq!(known.status, 303);
    post.mail(ADA, 0).await;
    let sql = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail' AND state = 'done'";
    crate::support::until("both jobs are done", async || number(&test, sql).await == 2).await;
    assert_eq!(post.server.mails().len(), 1, "an address without an account is sent nothing");
}

#[rstest]
#[tokio::test]
async fn neither_jobs_nor_tokens_hold_what_opens_an_account(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (_post, place) = asked(&test).await;
    let token = place.split("token=").nth(1).unwrap();

    let sql = "SELECT COUNT(*) FROM account_tokens WHERE hash = $1 OR email || purpose LIKE '%' || $1 || '%'";
    let kept = query::number(&test.app.context.db, sql, [token.into()]).await.unwrap();
    let sql = "SELECT COUNT(*) FROM jobs WHERE payload LIKE '%' || $1 || '%' OR payload LIKE '%ada@%'";
    let queued = query::number(&test.app.context.db, sql, [token.into()]).await.unwrap();

    assert_eq!((kept, queued), (Some(0), Some(0)));
    assert_eq!(token.len(), 43, "256 bits");
}

#[rstest]
#[tokio::test]
async fn a_link_is_good_for_half_an_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, place) = asked(&test).await;
    let mut ada = test.visitor().on(&post.node);
    post.node.app.context.clock.advance(Duration::minutes(29));
    let page = ada.get(&place).await;
    assert_eq!(page.status, 200);

    post.node.app.context.clock.advance(Duration::minutes(2));

    let late = ada.submit(&page, RESET, &[("password", NEW)]).await;
    assert_eq!((late.status, ada.get(&place).await.status), (410, 410));
    assert!(sign_in_with(&mut ada, PASSWORD).await.says("ada님"), "the password is as it was");
}

#[rstest]
#[tokio::test]
async fn of_two_that_use_one_link_at_once_one_sets_the_password(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, place) = asked(&test).await;
    let (mut a, mut b) = (test.visitor().on(&post.node), test.visitor().on(&post.node));
    let (one, two) = (a.get(&place).await, b.get(&place).await);
    let other = "느린 파란 기차 열두 칸";

    let (first, second) = ([("password", NEW)], [("password", other)]);
    let (one, two) = tokio::join!(a.submit(&one, RESET, &first), b.submit(&two, RESET, &second));

    let won = [one.says("비밀번호를 바꾸었습니다"), two.says("비밀번호를 바꾸었습니다")];
    assert!(won[0] != won[1], "{} {}", one.text(), two.text());
    let (right, wrong) = if won[0] { (NEW, other) } else { (other, NEW) };
    assert_eq!(sign_in_with(&mut a, wrong).await.status, 422);
    assert!(sign_in_with(&mut b, right).await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn a_weak_password_is_refused_and_the_link_stays_good(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, place) = asked(&test).await;
    let mut ada = test.visitor().on(&post.node);
    let page = ada.get(&place).await;

    let page = ada.submit(&page, RESET, &[("password", "abc")]).await;

    assert_eq!((page.status, page.says("10자 이상이어야")), (422, true));
    let done = ada.submit(&page, RESET, &[("password", NEW)]).await;
    assert!(done.says("비밀번호를 바꾸었습니다"), "{}", done.text());
}

#[rstest]
#[tokio::test]
async fn a_form_that_is_sent_twice_asks_once_and_a_new_password_is_set_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let post = Post::quiet(&test).await;
    let mut ada = test.visitor().on(&post.node);
    let page = ada.get(FORGOT).await;

    let answers = [ada.submit(&page, FORGOT, &[("email", ADA)]).await, ada.submit(&page, FORGOT, &[("email", ADA)]).await];

    assert!(answers.iter().all(|page| page.path == "/password/sent"));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail'").await, 1);
    crate::support::mail::work(&post.node.app);
    let page = ada.get(&link(&post.mail(ADA, 0).await, &post.node.app)).await;
    let (one, two) = (ada.submit(&page, RESET, &[("password", NEW)]).await, ada.submit(&page, RESET, &[("password", NEW)]).await);
    assert_eq!((one.status, one.path, !one.html.is_empty()), (two.status, two.path, true));
    assert_eq!(number(&test, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail'").await, 2, "one mail says that it was changed");
}

#[rstest]
#[tokio::test]
async fn a_new_link_makes_the_others_void_once_it_is_used(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, first) = asked(&test).await;
    let mut ada = test.visitor().on(&post.node);
    ask(&mut ada, ADA).await;
    let second = link(&post.mail(ADA, 1).await, &post.node.app);
    assert_eq!(ada.get(&first).await.status, 200, "both are good: whichever mail comes first may be used");

    let page = ada.get(&second).await;
    ada.submit(&page, RESET, &[("password", NEW)]).await;

    assert_eq!((ada.get(&first).await.status, ada.get(&second).await.status), (410, 410));
}

#[rstest]
#[tokio::test]
async fn a_link_to_an_address_that_is_the_members_no_longer_is_void(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, place) = asked(&test).await;
    let mut stranger = test.visitor().on(&post.node);
    let page = stranger.get(&place).await;
    query::run(&test.app.context.db, "UPDATE users SET email = 'ada@example.net' WHERE email = 'ada@example.com'", []).await.unwrap();

    let page = stranger.submit(&page, RESET, &[("password", NEW)]).await;

    assert!(!page.says("비밀번호를 바꾸었습니다"), "{}", page.text());
    let mut ada = test.visitor().on(&post.node);
    let login = ada.get("/login").await;
    assert!(ada.submit(&login, "/login", &[("email", "ada@example.net"), ("password", PASSWORD)]).await.says("ada님"));
}

/// The same site with its limits on, and its clock at ten past an hour.
async fn strict(test: &TestApp, post: &Post) -> TestNode {
    let mut config = config(&test.backends);
    (config.rate_limits, config.mail) = (true, post.node.app.config.mail.clone());
    test.node_with(config).await
}

#[rstest]
#[tokio::test]
async fn an_address_is_mailed_three_times_an_hour_known_or_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let post = Post::quiet(&test).await;
    let strict = strict(&test, &post).await;
    for (email, network) in [(ADA, "203.0.113."), ("nobody@example.com", "198.51.100.")] {
        let from = |n: usize| test.visitor().on(&strict).with("x-forwarded-for", &format!("{network}{n}"));
        for n in 1..=3 {
            assert_eq!(ask(&mut from(n), email).await.path, "/password/sent");
        }

        let page = ask(&mut from(4), email).await;

        assert_eq!((page.status, page.says("짧은 시간에 여러 번 요청하셨습니다")), (429, true), "{}", page.text());
        assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some(email), "what was typed is kept");
        assert!((1..=3600).contains(&page.header("retry-after").parse::<u32>().unwrap()));
    }
    assert_eq!(number(&test, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail'").await, 6);
}

#[rstest]
#[tokio::test]
async fn one_network_asks_for_ten_links_an_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let post = Post::quiet(&test).await;
    let strict = strict(&test, &post).await;
    let from = |n: usize| test.visitor().on(&strict).with("x-forwarded-for", &format!("2001:db8:1:2::{n:x}"));
    for n in 0..10 {
        assert_eq!(ask(&mut from(n), &format!("user{n}@example.com")).await.path, "/password/sent");
    }

    assert_eq!(ask(&mut from(10), "user10@example.com").await.status, 429, "one line has 2^64 addresses");

    let mut other = test.visitor().on(&strict).with("x-forwarded-for", "2001:db8:1:3::1");
    assert_eq!(ask(&mut other, "user10@example.com").await.path, "/password/sent");
}

#[rstest]
#[tokio::test]
async fn a_new_password_ends_the_wait_after_wrong_ones(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (post, place) = asked(&test).await;
    let strict = strict(&test, &post).await;
    let mut eve = test.visitor().on(&strict).with("x-forwarded-for", "203.0.113.7");
    for _ in 0..6 {
        sign_in_with(&mut eve, "wrong").await;
    }
    let mut ada = test.visitor().on(&strict);
    assert_eq!(sign_in_with(&mut ada, PASSWORD).await.status, 429);

    let page = ada.get(&place).await;
    ada.submit(&page, RESET, &[("password", NEW)]).await;

    assert!(sign_in_with(&mut ada, NEW).await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn a_site_without_mail_says_so_and_asks_for_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    let mut config = config(&test.backends);
    config.mail.way = Way::None;
    let node = test.node_with(config).await;
    let mut ada = test.visitor().on(&node);

    let page = ada.get(FORGOT).await;

    assert!(page.says("메일을 보내지 않습니다") && page.count("main form") == 0, "{}", page.text());
    // A form that another instance drew.
    let form = test.visitor().get(FORGOT).await;
    ada.submit(&form, FORGOT, &[("email", ADA)]).await;
    assert_eq!(number(&test, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail'").await, 0);
}

#[tokio::test]
async fn the_pages_and_letters_are_english_for_those_who_read_it() {
    let test = TestApp::embedded().await;
    test.member("ada").await;
    let post = Post::beside(&test).await;
    let mut ada = test.visitor().on(&post.node).with("accept-language", "en");

    let sent = ask(&mut ada, ADA).await;

    assert!(sent.says("Please look at your mail"), "{}", sent.text());
    let mail = post.mail(ADA, 0).await;
    let text = text(&mail);
    assert_eq!(mail.header("Subject"), "[MinSchool] Choose a new password");
    assert!(text.contains("Hello ada,") && text.contains("good for 30 minutes"), "{text}");
}
