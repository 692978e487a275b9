//! Mails on their way to a relay that refuses them, breaks, falls silent or is away.

use crate::support::mail::{Post, work};
use crate::support::{Engine, Postgres, Sqlite, TestApp, config, operator, until};
use minschool::config::mail::{Security, Way};
use minschool::config::{Config, Sources};
use minschool::db::query;
use minschool::domain::UserId;
use minschool::domain::idempotency::Key;
use minschool::domain::jobs::{self, State, manage};
use minschool::domain::mail::{self, MailJob};
use minschool::entity::{job, user_email};
use rstest::rstest;
use sea_orm::EntityTrait;
use std::time::{Duration, Instant};
use testkit::smtp::{Encryption, Manner, SmtpServer};

const ADA: &str = "ada@example.com";

/// A member, and a server beside an instance without a worker.
async fn start(engine: Engine) -> (TestApp, Post, UserId) {
    let test = engine.start().await;
    let ada = UserId(test.member("ada").await);
    let post = Post::quiet(&test).await;
    (test, post, ada)
}

/// Adds a mail that only says something.
async fn add(post: &Post, user: UserId) {
    let ctx = &post.node.app.context;
    let tx = query::begin(&ctx.db).await.unwrap();
    mail::enqueue(ctx, &tx, &MailJob::PasswordChanged { user }).await.unwrap();
    tx.commit().await.unwrap();
    jobs::wake(ctx).await;
}

async fn row(test: &TestApp) -> job::Model {
    job::Entity::find().one(&test.app.context.db).await.unwrap().unwrap()
}

/// Waits until a mail has failed so often, and is not being sent.
async fn failed(test: &TestApp, tries: i64) -> job::Model {
    until("the mail has failed", async || row(test).await.tries == tries && row(test).await.lease.is_none()).await;
    row(test).await
}

/// As if its wait were over.
async fn hurry(test: &TestApp, post: &Post) {
    let due = test.app.context.clock.now();
    query::run(&test.app.context.db, "UPDATE jobs SET due_at = $1", [due.into()]).await.unwrap();
    jobs::wake(&post.node.app.context).await;
}

async fn done(test: &TestApp, mails: i64) {
    let sql = "SELECT COUNT(*) FROM jobs WHERE kind = 'mail' AND state = 'done'";
    until("the mails are sent", async || query::number(&test.app.context.db, sql, []).await.unwrap() == Some(mails)).await;
}

#[rstest]
#[tokio::test]
async fn an_address_that_is_refused_for_good_is_marked_and_not_tried_again(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    post.server.set(Manner::Recipient("550 5.1.1 <ada@example.com> no such user"));
    work(&post.node.app);

    add(&post, ada).await;

    let job = failed(&test, 1).await;
    assert_eq!(job.state, State::Failed);
    assert!(job.last_error.contains("the address is refused") && job.last_error.contains("no such user"), "{}", job.last_error);
    assert!(!job.last_error.contains(ADA), "it goes into the log: {}", job.last_error);
    let known = user_email::Entity::find().one(&test.app.context.db).await.unwrap().unwrap();
    assert_eq!((known.user_id, known.email.as_str(), known.failures), (ada, ADA, 1));
    assert!(known.verified_at.is_none() && known.last_error.contains("no such user"));

    post.server.set(Manner::Takes);
    add(&post, ada).await;
    done(&test, 1).await;
    let known = user_email::Entity::find().one(&test.app.context.db).await.unwrap().unwrap();
    assert_eq!(known.failures, 0, "a mail that was taken makes up for it");
}

#[rstest]
#[case::later(Manner::Recipient("451 4.2.1 try again"), State::Waiting)]
#[case::text_later(Manner::Text("452 4.3.1 no space"), State::Waiting)]
#[case::text_never(Manner::Text("554 5.6.0 spam"), State::Failed)]
#[tokio::test]
async fn a_refusal_for_now_is_tried_again_and_the_address_has_no_part_in_it(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[case] manner: Manner,
    #[case] state: State,
) {
    let (test, post, ada) = start(engine).await;
    post.server.set(manner);
    work(&post.node.app);

    add(&post, ada).await;

    assert_eq!(failed(&test, 1).await.state, state);
    assert!(user_email::Entity::find().one(&test.app.context.db).await.unwrap().is_none());
    if state == State::Waiting {
        post.server.set(Manner::Takes);
        hurry(&test, &post).await;
        done(&test, 1).await;
        assert_eq!(post.server.mails().len(), 1);
    }
}

#[rstest]
#[case::within(Manner::BreaksInText, 0)]
#[case::after(Manner::BreaksAfterText, 2)]
#[tokio::test]
async fn a_mail_that_was_cut_while_it_was_sent_is_sent_once_more_under_the_same_number(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[case] manner: Manner,
    #[case] arrived: usize,
) {
    let (test, post, ada) = start(engine).await;
    post.server.set(manner);
    work(&post.node.app);
    add(&post, ada).await;
    assert_eq!(failed(&test, 1).await.state, State::Waiting);

    hurry(&test, &post).await;
    assert_eq!(failed(&test, 2).await.state, State::Waiting);
    hurry(&test, &post).await;
    let job = failed(&test, 3).await;

    assert_eq!(job.state, State::Failed, "not a third time");
    assert!(job.last_error.contains("it may have arrived"), "{}", job.last_error);
    let mails = post.server.mails();
    assert_eq!(mails.len(), arrived);
    assert!(mails.iter().all(|mail| mail.header("Message-ID") == mails[0].header("Message-ID") && !mail.header("Message-ID").is_empty()));
}

#[rstest]
#[tokio::test]
async fn pages_do_not_wait_for_a_relay_that_never_answers(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    post.server.set(Manner::Silent);
    work(&post.node.app);
    add(&post, ada).await;
    add(&post, ada).await;
    add(&post, ada).await;
    until("it is being sent", async || post.server.connections() >= 2).await;
    let mut visitor = test.visitor().on(&post.node);

    let begun = Instant::now();
    let page = visitor.get("/password/forgot").await;
    let page = visitor.submit(&page, "/password/forgot", &[("email", ADA)]).await;

    assert!(page.says("메일을 확인해 주세요"));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let sql = "SELECT COUNT(*) FROM jobs WHERE last_error LIKE '%does not answer%' AND state = 'waiting'";
    until("they wait for another try", async || query::number(&test.app.context.db, sql, []).await.unwrap() == Some(4)).await;
    post.server.set(Manner::Takes);
    hurry(&test, &post).await;
    done(&test, 4).await;
    assert_eq!(post.server.mails().len(), 4, "nothing is lost, and nothing comes twice");
}

#[rstest]
#[tokio::test]
async fn mails_wait_for_a_relay_that_is_away_and_come_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    post.server.set(Manner::Away);
    work(&post.node.app);
    for _ in 0..3 {
        add(&post, ada).await;
    }
    let tried = |tries: i64| {
        let (test, sql) = (&test, format!("SELECT COUNT(*) FROM jobs WHERE tries = {tries} AND state = 'waiting' AND lease IS NULL"));
        async move { until("all have failed", async || query::number(&test.app.context.db, &sql, []).await.unwrap() == Some(3)).await }
    };
    // 15 s, 1, 4, 16 and 64 minutes after the first: for more than an hour.
    for tries in 1..=5 {
        tried(tries).await;
        hurry(&test, &post).await;
    }
    tried(6).await;

    post.server.set(Manner::Takes);
    hurry(&test, &post).await;

    done(&test, 3).await;
    let numbers: std::collections::BTreeSet<String> = post.server.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!((numbers.len(), post.server.mails().len()), (3, 3));
    let connections = post.server.connections();
    add(&post, ada).await;
    done(&test, 4).await;
    assert_eq!(post.server.connections(), connections, "a connection is used again");
}

#[rstest]
#[tokio::test]
async fn all_instances_together_send_so_many_in_a_minute(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    let mut slow = config(&test.backends);
    slow.mail = minschool::config::mail::Mail { a_minute: 2, ..post.node.app.config.mail.clone() };
    let node = test.node_with(slow).await;
    for _ in 0..4 {
        add(&post, ada).await;
    }

    work(&node.app);

    done(&test, 2).await;
    let sql = "SELECT COUNT(*) FROM jobs WHERE state = 'waiting' AND tries = 0 AND last_error = '' AND lease IS NULL AND due_at > $1";
    let later = test.app.context.clock.now() + time::Duration::seconds(5);
    until("the others wait", async || query::number(&test.app.context.db, sql, [later.into()]).await.unwrap() == Some(2)).await;
    assert_eq!(post.server.mails().len(), 2, "and that they waited is no failure");
}

#[rstest]
#[tokio::test]
async fn nothing_is_sent_unencrypted_to_another_machine(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    let mut config = config(&test.backends);
    config.mail = post.node.app.config.mail.clone();
    if let Way::Relay(relay) = &mut config.mail.way {
        // The server here offers no encryption.
        relay.security = Security::StartTls;
    }
    let node = test.node_with(config).await;
    work(&node.app);

    add(&post, ada).await;

    let job = failed(&test, 1).await;
    assert_eq!(job.state, State::Waiting);
    assert!(job.last_error.contains("STARTTLS"), "{}", job.last_error);
    assert!(post.server.mails().is_empty());
}

#[rstest]
#[tokio::test]
async fn a_mail_that_may_have_arrived_twice_is_sent_again_by_staff_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    add(&post, ada).await;
    let (ctx, job) = (&test.app.context, row(&test).await.id);
    // Two instances were stopped while the relay was slow to answer; giving the job back took their tries off its count.
    for _ in 0..2 {
        mail::begin(&ctx.db, job).await.unwrap();
    }

    work(&post.node.app);

    let cut = failed(&test, 1).await;
    assert!(cut.state == State::Failed && cut.last_error.contains("may have arrived"), "{}", cut.last_error);
    assert!(post.server.mails().is_empty());
    manage::retry(ctx, &operator(), &Key::random().unwrap(), job).await.unwrap();
    done(&test, 1).await;
    assert_eq!(post.server.mails().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_member_who_has_left_is_sent_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let (test, post, ada) = start(engine).await;
    add(&post, ada).await;
    query::run(&test.app.context.db, "DELETE FROM users WHERE id = $1", [ada.0.into()]).await.unwrap();

    work(&post.node.app);

    done(&test, 1).await;
    assert!(post.server.mails().is_empty());
}

#[rstest]
#[case::from_the_first_byte("smtps", Encryption::Tls)]
#[case::after_starttls("smtp", Encryption::StartTls)]
#[tokio::test]
async fn a_mail_goes_out_encrypted_to_a_relay_that_proves_itself_and_to_no_other(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[case] scheme: &str,
    #[case] encryption: Encryption,
) {
    let test = engine.start().await;
    let ada = UserId(test.member("ada").await);
    let server = SmtpServer::start_encrypted(encryption).await;
    let set = |ca: &str| {
        let set =
            [("SMTP_URL", format!("{scheme}://localhost:{}", server.port)), ("MAIL_FROM", "a@example.org".into()), ("SMTP_CA", ca.into())];
        let flags = set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut mail = Config::read(&Sources::gather(None, |_| None, &flags).unwrap()).unwrap().mail;
        if let Way::Relay(relay) = &mut mail.way {
            // To this machine it would be sent as it is.
            relay.security = if encryption == Encryption::Tls { Security::Tls } else { Security::StartTls };
        }
        Config { mail, ..config(&test.backends) }
    };
    let doubtful = test.node_with(set("")).await;
    let ctx = &test.app.context;
    let tx = query::begin(&ctx.db).await.unwrap();
    mail::enqueue(ctx, &tx, &MailJob::PasswordChanged { user: ada }).await.unwrap();
    tx.commit().await.unwrap();
    work(&doubtful.app);
    let job = failed(&test, 1).await;
    assert_eq!(job.state, State::Waiting);
    assert!(job.last_error.contains("certificate"), "{}", job.last_error);
    assert!(server.mails().is_empty());
    doubtful.app.stop.cancel();

    let node = test.node_with(set(&server.authority())).await;
    query::run(&ctx.db, "UPDATE jobs SET due_at = $1", [ctx.clock.now().into()]).await.unwrap();
    work(&node.app);

    done(&test, 1).await;
    assert_eq!(server.mails().len(), 1);
}
