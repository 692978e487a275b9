//! A member's address: proved, changed, and what mails say about both; new devices.

use crate::support::mail::{Post, link, subject, text};
use crate::support::{Engine, PASSWORD, Page, Postgres, Sqlite, TestApp, Visitor, config, until};
use minschool::config::mail::Way;
use minschool::db::query;
use minschool::domain::validation::Email;
use rstest::rstest;
use time::Duration;

const ADA: &str = "ada@example.com";
const NEXT: &str = "ada@example.net";

async fn sign_in(visitor: &mut Visitor, email: &str) -> Page {
    let page = visitor.get("/login").await;
    visitor.submit(&page, "/login", &[("email", email), ("password", PASSWORD)]).await
}

async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

/// A member who is signed in at an instance with mail.
async fn member(engine: Engine) -> (TestApp, Post, Visitor) {
    let test = engine.start().await;
    let ada = test.signed_in("ada").await;
    let post = Post::beside(&test).await;
    let ada = ada.on(&post.node);
    (test, post, ada)
}

async fn ask_change(ada: &mut Visitor, wanted: &str) -> Page {
    let page = ada.get("/my/email").await;
    ada.submit(&page, "/my/email", &[("email", wanted), ("current", PASSWORD)]).await
}

/// Asks for another link that proves the address, and gives its path.
async fn ask_link(post: &Post, ada: &mut Visitor) -> String {
    let page = ada.get("/my/email").await;
    ada.submit(&page, "/my/email/send", &[]).await;
    link(&post.mail(ADA, 0).await, &post.node.app)
}

#[rstest]
#[tokio::test]
async fn a_member_proves_the_address_by_a_button(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut ada) = member(engine).await;
    assert!(ada.get("/my/email").await.says("확인 안 됨"));
    let place = ask_link(&post, &mut ada).await;
    let mail = post.mail(ADA, 0).await;
    assert!(subject(&mail).ends_with("이메일을 확인해 주세요"), "{}", subject(&mail));

    // In whatever browser the mailbox is open.
    let mut phone = test.visitor().on(&post.node);
    for _ in 0..2 {
        assert!(phone.get(&place).await.says("내 주소가 맞습니다"));
    }
    assert!(ada.get("/my/email").await.says("확인 안 됨"), "opening the link proves nothing");
    let page = phone.get(&place).await;
    let done = phone.submit(&page, "/email/verify", &[]).await;

    assert_eq!((done.path.as_str(), done.says("이메일이 확인되었습니다")), ("/email/verified", true), "{}", done.text());
    assert!(ada.get("/my/email").await.says("확인됨"));
    assert_eq!(phone.get(&place).await.status, 410, "a link is good once");
}

#[rstest]
#[tokio::test]
async fn a_link_that_proves_an_address_changes_no_password(#[values(Sqlite, Postgres)] engine: Engine) {
    let (_test, post, mut ada) = member(engine).await;
    let place = ask_link(&post, &mut ada).await;
    let token = place.split_once("token=").unwrap().1;

    for other in ["/password/reset", "/signup/confirm"] {
        let page = ada.get(&format!("{other}?token={token}")).await;

        assert_eq!((page.status, page.count("[name=password]")), (410, 0), "{}", page.text());
    }
    assert_eq!(ada.get(&place).await.status, 200, "for what it was made it is good");
}

#[rstest]
#[tokio::test]
async fn another_link_to_prove_the_address_is_sent_on_request(#[values(Sqlite, Postgres)] engine: Engine) {
    let (_test, post, mut ada) = member(engine).await;
    let page = ada.get("/my/email").await;

    let page = ada.submit(&page, "/my/email/send", &[]).await;

    assert!(page.says("메일을 보냈습니다"), "{}", page.text());
    let place = link(&post.mail(ADA, 0).await, &post.node.app);
    post.node.app.context.clock.advance(Duration::hours(25));
    assert_eq!(ada.get(&place).await.status, 410, "it is good for a day");
}

#[rstest]
#[tokio::test]
async fn an_address_changes_by_a_button_behind_the_link_to_the_new_one_and_both_get_a_mail(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut ada) = member(engine).await;

    let page = ask_change(&mut ada, "Ada@Example.net").await;

    assert!(page.says("새 주소로 메일을 보냈습니다") && page.says(ADA), "{}", page.text());
    let (to_new, to_old) = (post.mail(NEXT, 0).await, post.mail(ADA, 0).await);
    assert!(subject(&to_old).ends_with("이메일을 바꾸겠다는 요청이 있었습니다") && text(&to_old).contains(NEXT));
    let place = link(&to_new, &post.node.app);
    let mut phone = test.visitor().on(&post.node);
    let button = phone.get(&place).await;
    assert!(button.says(NEXT) && ada.get("/my/email").await.says(ADA), "nothing has changed yet");
    let done = phone.submit(&button, "/email/change", &[]).await;
    assert_eq!((done.path.as_str(), done.says("이메일을 바꾸었습니다")), ("/email/changed", true), "{}", done.text());

    until("the session knows", async || ada.get("/my/email").await.says(NEXT)).await;
    assert!(ada.get("/my/email").await.says("확인됨"), "who pressed the button reads the mailbox");
    assert!(subject(&post.mail(NEXT, 1).await).ends_with("이메일이 바뀌었습니다"));
    assert_eq!(sign_in(&mut phone, ADA).await.status, 422);
    assert!(sign_in(&mut phone, NEXT).await.says("ada님"));
    assert_eq!(phone.get(&place).await.status, 410);
}

#[rstest]
#[tokio::test]
async fn a_change_needs_the_password_and_another_address_that_takes_mail(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, _post, mut ada) = member(engine).await;
    for (wanted, current, field, words) in [
        (NEXT, "wrong", "current", "지금 비밀번호가 맞지 않습니다"),
        (ADA, PASSWORD, "email", "지금 쓰고 있는 이메일입니다"),
        ("아무렇게나", PASSWORD, "email", "name@example.com처럼"),
        ("에이다@example.net", PASSWORD, "email", "메일을 보낼 수 없는 주소입니다"),
    ] {
        let page = ada.get("/my/email").await;
        let page = ada.submit(&page, "/my/email", &[("email", wanted), ("current", current)]).await;

        assert_eq!((page.status, page.says(words)), (422, true), "{wanted}: {}", page.text());
        assert!(page.find(&format!("#{field}-error")).is_some());
        assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some(wanted), "what was typed is kept");
    }
    assert_eq!(number(&test, "SELECT COUNT(*) FROM account_tokens").await, 0);
}

#[rstest]
#[tokio::test]
async fn an_address_of_another_account_is_not_given_away_and_cannot_be_taken(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, mut ada) = member(engine).await;
    test.member("grace").await;

    let taken = ask_change(&mut ada, "grace@example.com").await;
    let free = ask_change(&mut ada, NEXT).await;

    assert_eq!((taken.status, taken.text()), (free.status, free.text()), "both look the same");
    assert!(subject(&post.mail("grace@example.com", 0).await).ends_with("이미 가입하신 이메일입니다"));
    // Another member takes it before the button is pressed.
    let place = link(&post.mail(NEXT, 0).await, &post.node.app);
    let button = ada.get(&place).await;
    query::run(&test.app.context.db, "UPDATE users SET email = 'ada@example.net' WHERE email = 'grace@example.com'", []).await.unwrap();
    let page = ada.submit(&button, "/email/change", &[]).await;
    assert_eq!((page.status, page.says("다른 계정이 쓰고 있는 이메일입니다")), (422, true), "{}", page.text());
    assert!(ada.get("/my/email").await.says(ADA));
}

#[rstest]
#[tokio::test]
async fn only_the_newest_change_counts_and_a_new_password_undoes_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let (_test, post, mut ada) = member(engine).await;
    ask_change(&mut ada, "first@example.net").await;
    let first = link(&post.mail("first@example.net", 0).await, &post.node.app);
    ask_change(&mut ada, NEXT).await;
    let second = link(&post.mail(NEXT, 0).await, &post.node.app);
    assert_eq!((ada.get(&first).await.status, ada.get(&second).await.status), (410, 200));

    let page = ada.get("/my/password").await;
    ada.submit(&page, "/my/password", &[("current", PASSWORD), ("password", "고요한 노란 우산 아홉 개")]).await;

    assert_eq!(ada.get(&second).await.status, 410, "it was asked for with the earlier password");
}

#[rstest]
#[tokio::test]
async fn a_sign_in_from_a_new_device_is_mailed_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = member(engine).await;
    query::run(&test.app.context.db, "UPDATE users SET last_seen_at = $1", [test.app.context.clock.now().into()]).await.unwrap();
    let agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Whale/4.0 Safari/537.36";
    let mut other = test.visitor().on(&post.node).with("user-agent", agent).with("x-forwarded-for", "203.0.113.7");

    let page = other.get("/login").await;
    let form = [("email", ADA), ("password", PASSWORD)];
    other.submit(&page, "/login", &form).await;
    other.submit(&page, "/login", &form).await;

    let mail = post.mail(ADA, 0).await;
    let text = text(&mail);
    assert!(subject(&mail).ends_with("새 기기에서 로그인했습니다"), "{}", subject(&mail));
    assert!(text.contains("Whale · Windows") && text.contains("203.0.113.7"), "{text}");
    assert_eq!(link(&mail, &post.node.app), "/my/sessions");
    for mut known in [other, ada] {
        known.post("/logout", &[]).await;
        assert!(sign_in(&mut known, ADA).await.says("ada님"));
    }
    let sql = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail'";
    assert_eq!(number(&test, sql).await, 1, "devices that are known, and a form sent twice, are no news");
}

#[rstest]
#[tokio::test]
async fn no_session_begins_of_which_its_member_cannot_be_mailed(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, _) = member(engine).await;
    query::run(&test.app.context.db, "UPDATE users SET last_seen_at = $1", [test.app.context.clock.now().into()]).await.unwrap();
    let before = number(&test, "SELECT COUNT(*) FROM sessions").await;
    query::run(&test.app.context.db, "ALTER TABLE jobs RENAME TO jobs_elsewhere", []).await.unwrap();

    let page = sign_in(&mut test.visitor().on(&post.node), ADA).await;

    assert_eq!(page.status, 500);
    assert_eq!(number(&test, "SELECT COUNT(*) FROM sessions").await, before);
}

#[rstest]
#[tokio::test]
async fn a_member_asks_for_five_links_an_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, _) = member(engine).await;
    let mut strict = config(&test.backends);
    (strict.rate_limits, strict.mail) = (true, post.node.app.config.mail.clone());
    let strict = test.node_with(strict).await;
    let mut ada = test.visitor().on(&strict);
    sign_in(&mut ada, ADA).await;
    for _ in 0..5 {
        let page = ada.get("/my/email").await;
        assert_eq!(ada.submit(&page, "/my/email/send", &[]).await.status, 200);
    }

    let page = ask_change(&mut ada, NEXT).await;

    assert_eq!((page.status, page.says("메일을 여러 번 요청하셨습니다")), (429, true), "{}", page.text());
    assert_eq!(page.attribute("[name=email]", "value").as_deref(), Some(NEXT));
}

#[rstest]
#[tokio::test]
async fn a_site_without_mail_offers_no_change(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.signed_in("ada").await;
    let mut config = config(&test.backends);
    config.mail.way = Way::None;
    let node = test.node_with(config).await;

    let page = ada.on(&node).get("/my/email").await;

    assert!(page.says("메일을 보내지 않아") && page.count("main form") == 0, "{}", page.text());
}

#[test]
fn what_sign_up_takes_a_relay_takes() {
    let odd = [
        "ada@example.com",
        "a.b+c@example.co.kr",
        "\"a b\"@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@exa_mple.com",
        "a@[127.0.0.1]",
        "a@example.c",
        "a@한국.kr",
        "에이다@example.com",
        "a@b@example.com",
        "a,b@example.com",
        "a@example.com.",
        "a()@example.com",
        "a<b@example.com",
        "o'neil@example.com",
        "a@example..com",
        "a%b@example.com",
    ];
    let taken = odd.iter().filter_map(|typed| Email::parse_for_mail(typed).ok());
    let taken: Vec<String> = taken.map(|email| email.as_str().to_owned()).collect();

    for email in &taken {
        let (user, host) = email.rsplit_once('@').unwrap();
        let host = url::Host::parse(host).unwrap().to_string();
        assert!(lettre::Address::new(user, host).is_ok(), "{email}");
    }
    for email in ["ada@example.com", "a.b+c@example.co.kr", "a@한국.kr", "o'neil@example.com"] {
        assert!(taken.iter().any(|taken| taken == email), "{email} is one");
    }
    for email in ["에이다@example.com", "a@[127.0.0.1]", ".a@example.com", "a,b@example.com"] {
        assert!(!taken.iter().any(|taken| taken == email), "{email} is none");
    }
}
