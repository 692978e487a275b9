//! Mails that come back later: reports on standard input, believed only where they came to an address of ours.

use crate::command_line::{folder, minschool, words};
use crate::support::mail::{Post, through, work};
use crate::support::{Engine, Postgres, Sqlite, TestApp, config};
use minschool::config::Config;
use minschool::domain::UserId;
use minschool::domain::mail::bounce::{self, Bounce};
use minschool::domain::settings;
use minschool::domain::users::addresses;
use rstest::rstest;
use std::io::Write;
use std::process::{Output, Stdio};
use tempfile::TempDir;

fn report(to: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.example.com\r\nTo: <{to}>\r\nSubject: Undelivered Mail\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
         It did not work.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.com\r\n\r\n\
         Final-Recipient: rfc822; ada@example.com\r\nAction: failed\r\nStatus: {status}\r\n--b--\r\n"
    )
}

async fn failures(test: &TestApp, user: UserId) -> i64 {
    addresses::find(&test.app.context.db, user, "ada@example.com").await.unwrap().failures
}

#[rstest]
#[tokio::test]
async fn a_report_to_the_sender_of_a_mail_marks_its_address(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = UserId(test.member("ada").await);
    let post = Post::quiet(&test).await;
    let mut mail = through(&post.server);
    mail.bounces = Some("bounce@example.org".into());
    let node = test.node_with(Config { mail, ..config(&test.backends) }).await;
    work(&node.app);
    let mut visitor = test.visitor().on(&node);
    let page = visitor.get("/password/forgot").await;
    visitor.submit(&page, "/password/forgot", &[("email", "ada@example.com")]).await;
    let sender = post.mail("ada@example.com", 0).await.from;
    assert!(sender.starts_with(&format!("bounce+{ada}-")) && sender.ends_with("@example.org"), "{sender}");
    let (db, now) = (&test.app.context.db, test.app.context.clock.now());
    let secret = settings::form_secret(db).await.unwrap();
    let take = async |to: &str, text: &str| bounce::record(db, &secret, to, text, now).await.unwrap();

    assert_eq!(take("", &report(&sender, "4.4.1")).await, Bounce::Ignored, "another server goes on trying");
    assert_eq!(take(&sender, "Subject: away\r\n\r\nStatus: 5.1.1\r\n").await, Bounce::Ignored, "an absence notice");
    let other = sender.replace(&format!("+{ada}-"), &format!("+{}-", ada.0 - 1));
    assert_eq!(take(&other, &report(&other, "5.1.1")).await, Bounce::Unknown, "a member whom the mail did not go to");
    assert_eq!(take("bounce@example.org", &report(&sender, "5.1.1")).await, Bounce::Unknown);
    assert_eq!(failures(&test, ada).await, 0);

    assert_eq!(take("", &report(&sender.to_uppercase(), "5.1.1")).await, Bounce::Marked(ada));

    assert_eq!(failures(&test, ada).await, 1);
    visitor.sign_in("ada").await;
    assert!(visitor.get("/my/email").await.says("도착하지 않음"), "the member sees it");
    minschool::db::query::run(db, "UPDATE users SET email = 'ada@example.net' WHERE email = 'ada@example.com'", []).await.unwrap();
    assert_eq!(take("", &report(&sender, "5.1.1")).await, Bounce::Unknown, "the member has another address by now");
}

/// What the command makes of a report.
fn take(folder: &TempDir, text: &str) -> Output {
    let mut command = minschool(folder);
    let command = command.arg("bounce").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

#[test]
fn the_command_takes_a_report_and_asks_for_another_try_while_it_cannot() {
    let (folder, report) = (folder(), report("bounce+1-00112233445566778899@example.org", "5.1.1"));

    let away = take(&folder, &report);
    assert_eq!(away.status.code(), Some(75), "{}", words(&away));
    assert!(minschool(&folder).args(["migrate", "up"]).output().unwrap().status.success());
    let done = take(&folder, &report);

    assert!(done.status.success() && words(&done).contains("not about a mail of this site"), "{}", words(&done));
}
