//! Notifications by mail: what is sent at once and each morning, what is left out, and the address that ends it.

use crate::support::mail::{Post, parts, subject, text, through};
use crate::support::{Engine, Postgres, Sqlite, TestApp, TestNode, Visitor, config, set_board, until};
use minschool::config::Config;
use minschool::db::query;
use minschool::domain::jobs::{self, schedules};
use minschool::domain::notices::preferences::{self, Preferences};
use minschool::domain::notices::{Kind, Pace, due};
use minschool::domain::{BoardId, UserId};
use minschool::entity::{job, user_email};
use minschool::jobs::{digests, worker};
use minschool::mail::{self, Patience};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::time::Duration;
use testkit::smtp::SmtpServer;

pub const ADA: &str = "ada@example.com";
pub const SETTINGS: &str = "/my/notifications/mail";
const NOW: Duration = Duration::ZERO;

/// Ada, whose address is proved, her post, and Bob, who comments on it.
pub struct Fixture {
    pub test: TestApp,
    /// An instance whose address is https, with a relay and without a worker.
    pub post: Post,
    pub ada: Visitor,
    pub ada_id: UserId,
    pub bob: Visitor,
    /// The address of the post.
    pub place: String,
}

pub async fn start(engine: Engine) -> Fixture {
    let test = engine.start().await;
    let (mut ada, bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let ada_id = UserId(number(&test, "SELECT id FROM users WHERE name = 'ada'").await);
    prove(&test, ada_id).await;
    let server = SmtpServer::start().await;
    let node = another(&test, &server).await;
    let place = ada.write("free", "바자회").await;
    Fixture { test, post: Post { server, node }, ada, ada_id, bob, place }
}

async fn another(test: &TestApp, server: &SmtpServer) -> TestNode {
    let public_url = "https://example.org".parse().unwrap();
    test.node_with(Config { mail: through(server), public_url, ..config(&test.backends) }).await
}

async fn prove(test: &TestApp, user: UserId) {
    let ctx = &test.app.context;
    let row = user_email::ActiveModel {
        user_id: Set(user),
        email: Set(ADA.into()),
        verified_at: Set(Some(ctx.clock.now())),
        failures: Set(0),
        last_error: Set(String::new()),
        ..Default::default()
    };
    user_email::Entity::insert(row).exec_without_returning(&ctx.db).await.unwrap();
}

pub async fn number(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

/// Does what is due.
pub fn work(node: &TestNode) {
    let patience = Patience { opening: Duration::from_millis(500), sending: Duration::from_millis(500) };
    tokio::spawn(worker::run(node.app.clone(), worker::Settings::new(mail::notice_handlers_within(patience), &[])));
}

impl Fixture {
    pub async fn choose(&mut self, fields: &[(&str, &str)]) {
        let page = self.ada.get(SETTINGS).await;
        let page = self.ada.submit(&page, SETTINGS, fields).await;
        assert!(page.says("메일로 받는 알림을 정했습니다"), "{}", page.text());
    }

    pub async fn comment(&mut self, words: &str) {
        let place = self.place.clone();
        assert!(self.bob.comment(&place, words).await.says(words));
    }

    /// Looks for what is due on two instances at once.
    pub async fn look(&self) {
        let (ours, theirs) = (&self.post.node.app.context, &self.test.app.context);
        let (one, two) = tokio::join!(due::enqueue_due(ours, NOW), due::enqueue_due(theirs, NOW));
        one.unwrap();
        two.unwrap();
    }

    pub async fn jobs(&self) -> i64 {
        number(&self.test, "SELECT COUNT(*) FROM jobs WHERE kind = 'notice_mail'").await
    }

    /// Waits until all that was added is done, and gives the number of mails.
    async fn sent(&self) -> usize {
        let waiting = "SELECT COUNT(*) FROM jobs WHERE kind IN ('notice_mail', 'daily_digests', 'weekly_digests') AND state <> 'done'";
        until("the jobs are done", async || number(&self.test, waiting).await == 0).await;
        self.post.server.mails().len()
    }

    pub async fn chosen(&self) -> Preferences {
        preferences::read(&self.test.app.context.db, self.ada_id).await.unwrap()
    }

    /// The address in the header that ends the nth mail, without its origin.
    pub async fn stop(&self, nth: usize) -> String {
        let line = self.post.mail(ADA, nth).await.header("List-Unsubscribe");
        let url = line.strip_prefix("<https://example.org").and_then(|line| line.strip_suffix('>'));
        url.unwrap_or_else(|| panic!("{line}")).to_owned()
    }
}

#[rstest]
#[tokio::test]
async fn a_comment_is_mailed_at_once_and_once_until_its_post_is_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    all.choose(&[("kind.comment", "at_once")]).await;
    work(&all.post.node);
    all.comment("꼭 갈게요!").await;
    due::enqueue_due(&all.post.node.app.context, Duration::from_secs(600)).await.unwrap();
    assert_eq!(all.jobs().await, 0, "it may still be read");

    all.look().await;

    let mail = all.post.mail(ADA, 0).await;
    assert_eq!(subject(&mail), "[민스쿨] bob님이 내 글 「바자회」에 댓글을 남겼습니다.");
    let (text, html) = (text(&mail), parts(&mail)[1].1.clone());
    let comment = number(&all.test, "SELECT MAX(id) FROM comments").await;
    let link = format!("https://example.org/comments/{comment}");
    assert!(text.contains(&format!("\n{link}\n")) && text.contains("“꼭 갈게요!”") && html.contains(&link), "{text}");
    assert!(text.contains("바로 메일로 받겠다고") && text.contains(&all.stop(0).await), "why, and how to stop it: {text}");
    assert!(text.contains("https://example.org/my/notifications/mail"), "{text}");
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");

    all.comment("한 번 더요").await;
    all.look().await;
    assert_eq!((all.sent().await, all.jobs().await), (1, 1), "the first one is not read yet");

    all.ada.get(&all.place.clone()).await;
    until("it is read", async || number(&all.test, "SELECT COUNT(*) FROM notifications WHERE read_at IS NULL").await == 0).await;
    all.comment("읽으신 뒤에요").await;
    all.look().await;
    let mail = all.post.mail(ADA, 1).await;
    let text = crate::support::mail::text(&mail);
    assert!(text.contains("읽으신 뒤에요") && !text.contains("한 번 더요"), "{text}");
}

/// What happens between the comment and its mail.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    Read,
    AllRead,
    Deleted,
    Hidden,
    Closed,
    Suspended,
    Unproved,
    Bounced,
    Unwanted,
}

#[rstest]
#[case::read(Meanwhile::Read)]
#[case::all_read(Meanwhile::AllRead)]
#[case::deleted(Meanwhile::Deleted)]
#[case::hidden(Meanwhile::Hidden)]
#[case::closed(Meanwhile::Closed)]
#[case::suspended(Meanwhile::Suspended)]
#[case::unproved(Meanwhile::Unproved)]
#[case::bounced(Meanwhile::Bounced)]
#[case::unwanted(Meanwhile::Unwanted)]
#[tokio::test]
async fn what_changed_before_the_mail_went_out_counts(#[values(Sqlite, Postgres)] engine: Engine, #[case] what: Meanwhile) {
    let mut all = start(engine).await;
    all.choose(&[("kind.comment", "at_once")]).await;
    let (mut boss, place) = (all.test.staff("boss", "admin").await, all.place.clone());
    all.comment("꼭 갈게요!").await;
    all.look().await;
    assert_eq!(all.jobs().await, 1);
    let run = async |sql: &str| query::run(&all.test.app.context.db, sql, []).await.map(|_| ()).unwrap();

    match what {
        Meanwhile::Read => drop(all.ada.get(&place).await),
        Meanwhile::AllRead => {
            let page = all.ada.get("/notifications").await;
            all.ada.submit(&page, "/notifications/read-all", &[]).await;
        }
        Meanwhile::Deleted => run("UPDATE comments SET state = 'deleted'").await,
        Meanwhile::Hidden => run("UPDATE comments SET state = 'hidden'").await,
        Meanwhile::Closed => drop(set_board(&mut boss, "free", &[("read", "staff"), ("list", "staff")]).await),
        Meanwhile::Suspended => run("UPDATE users SET suspended_at = created_at WHERE name = 'ada'").await,
        Meanwhile::Unproved => run("UPDATE user_emails SET verified_at = NULL").await,
        Meanwhile::Bounced => run("UPDATE user_emails SET failures = 2").await,
        Meanwhile::Unwanted => all.choose(&[("kind.comment", "never")]).await,
    }
    if matches!(what, Meanwhile::Read) {
        until("it is read", async || number(&all.test, "SELECT COUNT(*) FROM notifications WHERE read_at IS NULL").await == 0).await;
    }
    work(&all.post.node);

    assert_eq!(all.sent().await, 0);
}

#[rstest]
#[tokio::test]
async fn a_morning_brings_one_digest_to_each_member_whatever_the_number_of_instances(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    let second = another(&all.test, &all.post.server).await;
    all.comment("꼭 갈게요!").await;
    all.comment("저도요").await;
    all.look().await;
    assert_eq!(all.jobs().await, 0, "once a day is usual");
    let db = &all.test.app.context.db;
    schedules::register(db, &digests::SCHEDULES, all.test.app.context.clock.now()).await.unwrap();
    for node in [&all.post.node, &second] {
        node.app.context.clock.advance(time::Duration::days(1));
    }
    let now = all.post.node.app.context.clock.now();

    let fired = futures_util::future::join_all((0..10).map(|_| schedules::fire(db, &digests::SCHEDULES[..1], now))).await;
    work(&all.post.node);
    work(&second);

    assert_eq!(fired.into_iter().map(Result::unwrap).sum::<usize>(), 1);
    let mail = all.post.mail(ADA, 0).await;
    assert!(subject(&mail).ends_with("어제와 오늘 읽지 않은 알림"), "{}", subject(&mail));
    let text = text(&mail);
    assert!(text.contains("꼭 갈게요!") && text.contains("저도요") && text.contains("하루에 한 번"), "{text}");
    assert_eq!(all.sent().await, 1);

    // As if another schedule added the same day once more.
    let again = "INSERT INTO jobs (kind, payload, state, due_at, tries, last_error, created_at) \
                 VALUES ('daily_digests', '', 'waiting', $1, 0, '', $1)";
    query::run(db, again, [now.into()]).await.unwrap();
    assert_eq!(all.sent().await, 1);
    query::run(db, "UPDATE notifications SET mailed_at = NULL", []).await.unwrap();
    query::run(db, again, [now.into()]).await.unwrap();
    assert_eq!((all.sent().await, all.jobs().await), (1, 1), "the key of the day holds");
}

#[rstest]
#[tokio::test]
async fn a_week_is_a_digest_of_its_own_and_a_board_may_differ(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    let free = BoardId(number(&all.test, "SELECT id FROM boards WHERE slug = 'free'").await);
    let field = format!("board.{free}");
    all.choose(&[("kind.comment", "never"), (&field, "weekly")]).await;
    assert_eq!(all.chosen().await.pace(Kind::Comment, Some(free)), Pace::Weekly);
    all.comment("꼭 갈게요!").await;
    let db = &all.test.app.context.db;
    schedules::register(db, &digests::SCHEDULES, all.test.app.context.clock.now()).await.unwrap();
    all.post.node.app.context.clock.advance(time::Duration::days(7));
    let now = all.post.node.app.context.clock.now();
    assert_eq!(schedules::fire(db, &digests::SCHEDULES, now).await.unwrap(), 2);
    work(&all.post.node);

    let mail = all.post.mail(ADA, 0).await;

    assert!(subject(&mail).ends_with("지난 한 주 동안 읽지 않은 알림"), "{}", subject(&mail));
    assert_eq!(all.sent().await, 1, "the day has nothing to say");
    let stop = all.stop(0).await;
    assert_eq!(all.test.visitor().post(&stop, &[]).await.status, 200);
    assert_eq!(all.chosen().await.pace(Kind::Comment, Some(free)), Pace::Never);
    assert_eq!(all.chosen().await.of_kind(Kind::Reply), Pace::Daily, "what is of another pace stays");
    all.choose(&[(&field, "same")]).await;
    assert_eq!(all.chosen().await.of_board(free), None);
}

#[rstest]
#[tokio::test]
async fn the_page_says_whether_mails_arrive_and_names_only_boards_that_are_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    let mut boss = all.test.staff("boss", "admin").await;
    set_board(&mut boss, "qna", &[("read", "staff"), ("list", "staff")]).await;

    let page = all.ada.get(SETTINGS).await;
    assert!(page.says("메일은 ada@example.com 주소로 보냅니다"), "{}", page.text());
    let qna = number(&all.test, "SELECT id FROM boards WHERE slug = 'qna'").await;
    let field = format!("board.{qna}");
    assert_eq!((page.count(&format!("[name='{field}']")), boss.get(SETTINGS).await.count(&format!("[name='{field}']"))), (0, 1));
    all.choose(&[(&field, "at_once"), ("kind.mention", "nonsense")]).await;
    assert_eq!((all.chosen().await.of_board(BoardId(qna)), all.chosen().await.of_kind(Kind::Mention)), (None, Pace::Daily));

    assert!(all.bob.get(SETTINGS).await.says("아직 확인되지 않아"));
    query::run(&all.test.app.context.db, "UPDATE user_emails SET failures = 2", []).await.unwrap();
    assert!(all.ada.get(SETTINGS).await.says("되돌아와서"));
    assert_eq!(all.test.visitor().get(SETTINGS).await.path.split('?').next(), Some("/login"));
    assert_eq!(all.ada.get("/notifications").await.count(&format!("a[href='{SETTINGS}']")), 1);
}

#[rstest]
#[tokio::test]
async fn many_digests_are_added_in_parts_and_spread_over_the_time_that_they_take(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut all = start(engine).await;
    all.comment("꼭 갈게요!").await;
    let db = &all.test.app.context.db;
    // 600 members who have left the same notification unread.
    let (people, addresses) = (
        "INSERT INTO users (email, name, name_key, password_hash, role_id, language, aids, shows_presence, post_count, comment_count, created_at) \
         SELECT $1 || '@example.net', $1, $1, password_hash, role_id, language, aids, shows_presence, 0, 0, created_at FROM users WHERE name = 'ada'",
        "INSERT INTO user_emails (user_id, email, verified_at) SELECT id, email, created_at FROM users WHERE email LIKE '%@example.net'",
    );
    for n in 0..600 {
        query::run(db, people, [format!("many{n}").into()]).await.unwrap();
    }
    query::run(db, addresses, []).await.unwrap();
    let unread = "INSERT INTO notifications (user_id, kind, actor_id, post_id, created_at) \
                  SELECT u.id, n.kind, n.actor_id, n.post_id, n.created_at FROM users u, notifications n WHERE u.email LIKE '%@example.net'";
    query::run(db, unread, []).await.unwrap();
    let now = all.test.app.context.clock.now() + time::Duration::days(1);
    let pause = Duration::from_secs(2);
    let daily = (jobs::Kind::DailyDigests, Pace::Daily);
    let add = async |payload: &str| {
        let tx = query::begin(db).await.unwrap();
        minschool::domain::notices::digests::add(&tx, daily, payload, pause, now).await.unwrap();
        tx.commit().await.unwrap();
    };

    add("").await;
    assert_eq!(all.jobs().await, 500, "a part");
    let rest = job::Entity::find().filter(job::Column::Kind.eq(jobs::Kind::DailyDigests)).one(db).await.unwrap().unwrap();
    for _ in 0..2 {
        add(&rest.payload).await;
    }

    assert_eq!(all.jobs().await, 601, "and what follows, once");
    let mails =
        job::Entity::find().filter(job::Column::Kind.eq(jobs::Kind::NoticeMail)).order_by_asc(job::Column::DueAt).all(db).await.unwrap();
    assert!(mails.windows(2).all(|pair| (pair[1].due_at - pair[0].due_at - pause).abs() < time::Duration::milliseconds(2)));
}
