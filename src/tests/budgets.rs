//! What each page may cost, counted: SQL statements and Redis round trips.

use crate::support::{Engine, Page, Postgres, Sqlite};
use minschool::domain::PostId;
use minschool::web::routes::Routes;
use rstest::rstest;
use std::time::Duration;

/// An address of a route whose parameters name what the test made.
fn example(path: &str) -> String {
    let id = if path.starts_with("/comments") { "1" } else { "2" };
    path.replace(":board", "free").replace(":id", id)
}

/// The pages of a router and what they may cost.
fn costs(routes: Routes) -> Vec<(String, (u32, u32))> {
    routes.declared().iter().filter_map(|route| Some((example(route.path), route.cost?))).collect()
}

/// A page once it costs as little as it may. Values that the process keeps are used once Redis has confirmed that they are current (twice
/// a second at least), and the sweep that reads the last sign-in from the log of invalidations may make a page load its session again.
async fn warm(mut get: impl AsyncFnMut() -> Page, fits: impl Fn(&Page) -> bool) -> Page {
    let mut page = get().await;
    for _ in 0..40 {
        if fits(&page) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        page = get().await;
    }
    page
}

#[rstest]
#[tokio::test]
async fn every_page_costs_no_more_than_it_says(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let post = boss.write("free", "글").await;
    assert_eq!(post, "/community/free/2", "the table names it");
    boss.comment(&post, "댓글").await;
    let cost = |page: &Page| (page.statements, page.round_trips);
    let over = |page: &Page, statements, trips| page.statements > statements || page.round_trips > trips;
    let mut wrong = Vec::new();
    let mut site = costs(minschool::site::routes());
    site.push(("/nowhere".into(), (0, 0)));
    for (path, (statements, trips)) in &site {
        let page = warm(async || boss.get(path).await, |page| !over(page, *statements, *trips)).await;
        if over(&page, *statements, *trips) {
            wrong.push(format!("{path}: {:?}, not ({statements}, {trips})", cost(&page)));
        }
    }
    for (path, (statements, trips)) in &costs(minschool::admin::routes()) {
        let page = warm(async || boss.get_admin(path).await, |page| !over(page, *statements, *trips)).await;
        if over(&page, *statements, *trips) {
            wrong.push(format!("panel {path}: {:?}, not ({statements}, {trips})", cost(&page)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[rstest]
#[tokio::test]
async fn a_signed_in_home_costs_no_round_trip_and_no_sql(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.write("free", "글").await;

    let page = warm(async || ada.get("/").await, |page| (page.statements, page.round_trips) == (0, 0)).await;

    assert!(page.says("ada님"));
    assert_eq!((page.statements, page.round_trips), (0, 0));
}

#[rstest]
#[tokio::test]
async fn the_page_after_a_form_reads_the_newest_state_and_the_next_one_what_is_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    // A visitor, of whom nothing changes that a page would have to read again.
    let mut guest = test.visitor();
    let trips = u32::from(test.app.config.redis_url.is_some());
    for language in ["en", "ko"] {
        warm(async || guest.get("/").await, |page| page.round_trips == 0).await;

        let after = guest.post("/my/reading", &[("language", language), ("next", "/")]).await;

        assert_eq!((after.path.as_str(), after.round_trips.min(1)), ("/", trips));
        assert!(after.html.contains(&format!("<html lang=\"{language}\"")));
        let next = warm(async || guest.get("/").await, |page| page.round_trips == 0).await;
        assert_eq!(next.round_trips, 0);
    }
    // A form whose answer has nothing to say.
    let left = guest.post("/logout", &[]).await.path;
    warm(async || guest.get(&left).await, |page| page.round_trips == 0).await;

    let after = guest.post("/logout", &[]).await;

    assert_eq!((after.path, after.round_trips), (left, trips));
}

#[rstest]
#[tokio::test]
async fn a_visitors_home_costs_at_most_one_round_trip_and_no_sql(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    guest.get("/").await;

    let page = guest.get("/").await;

    assert_eq!(page.statements, 0);
    assert!(page.round_trips <= 1);
}

#[rstest]
#[tokio::test]
async fn a_board_costs_at_most_two_statements_and_its_first_page_one_more_for_comments(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    for n in 0..25 {
        ada.write("free", &format!("글 {n}")).await;
    }
    ada.get("/community/qna").await;

    let pages = [("/community/free", 3), ("/community/free?page=2", 2), ("/community/free?sort=active", 2), ("/community/notice", 3)];
    for (path, most) in pages {
        let cold = ada.get(path).await;
        let warm = ada.get(path).await;
        assert!(cold.statements <= most, "{path}: {} statements", cold.statements);
        assert_eq!(warm.statements, 0, "{path}");
        assert!(warm.round_trips <= 1, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn a_post_with_fifty_comments_costs_three_statements_and_one_round_trip(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    ada.comment_often(&post, (0..50).map(|n| format!("댓글 {n}"))).await;
    ada.get(&post).await;

    let page = ada.get(&post).await;

    assert_eq!(page.count("#comment-list > li"), 50);
    assert!(page.statements <= 3, "{} statements", page.statements);
    assert!(page.round_trips <= 1, "{} round trips", page.round_trips);
    // Writing them to the socket is what a page costs most.
    let bytes = test.signed_in("bob").await.get(&post).await.html.len();
    assert!(bytes <= 55_000, "{bytes} bytes");
}

#[rstest]
#[tokio::test]
async fn a_comment_with_all_that_follows_costs_one_round_trip_to_postgresql_and_one_to_redis(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    let page = bob.get(&post).await;
    let actor = minschool::domain::Actor {
        id: minschool::domain::UserId(3),
        name: "bob".into(),
        role: "member".into(),
        permissions: minschool::domain::Permissions::from_words(["comment:write"]),
    };
    let boards = minschool::domain::boards::Boards::read(&test.app.context.db).await.unwrap();
    let key = minschool::domain::idempotency::Key(page.once(&format!("{post}/comments")));
    let id: i64 = post.rsplit('/').next().unwrap().parse().unwrap();

    let new = minschool::domain::comments::New { post: PostId(id), parent: None, body: "댓글", files: &[] };
    let create = minschool::domain::comments::create(&test.app.context, &actor, &boards, &key, new);
    let ((done, trips), statements) = minschool::db::statements::counting(minschool::shared::meter::scope(create)).await;

    done.unwrap();
    match test.app.config.redis_url.is_some() {
        // All rows at once. What is out of date, what was kept ready for the recipient, and the two signals.
        true => assert_eq!((statements, trips), (1, 1)),
        // BEGIN and COMMIT are two more that the counter does not see.
        false => assert_eq!(statements, 8),
    }
}

#[rstest]
#[tokio::test]
async fn pages_stay_within_sixty_kilobytes(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let text = |n| format!("조금 더 긴 댓글을 남깁니다. 번호는 {n}입니다. 함께해 주셔서 고맙습니다.");
    ada.comment_often(&post, (0..50).map(text)).await;

    for path in ["/", "/community/free", post.as_str(), "/login", "/signup", "/notifications"] {
        let page = ada.get(path).await;
        let packed = gzip(page.html.as_bytes());
        assert!(packed < 14 * 1024, "{path}: {packed} bytes");
    }
}

fn gzip(bytes: &[u8]) -> usize {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap().len()
}
