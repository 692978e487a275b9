//! The staff's side: closed to others, and everything it shows holds on the site.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite, TestApp, set_board};
use rstest::rstest;

/// Every address of the panel that asks for staff.
const PAGES: [&str; 10] = ["/", "/users", "/users/1", "/roles", "/roles/new", "/boards", "/boards/new", "/posts", "/comments", "/sessions"];

async fn id_of(test: &TestApp, name: &str) -> i64 {
    minschool::domain::users::manage::by_email(&test.app.context, &format!("{name}@example.com")).await.unwrap().0
}

#[rstest]
#[tokio::test]
async fn the_panel_is_closed_to_everybody_but_staff(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    let mut ada = test.signed_in("ada").await;
    let refused = ada.sign_in_as_staff("ada").await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("운영 권한이 없는 계정"), "{}", refused.text());

    for page in PAGES.iter().chain(&["/audit", "/nowhere"]) {
        assert!(guest.get_admin(page).await.path.starts_with("/login"), "{page}");
        assert!(ada.get_admin(page).await.path.starts_with("/login"), "{page}");
        assert_eq!(guest.post_admin(page, &[("a", "b")]).await.status, 401, "{page}");
    }
    assert_eq!(test.visitor().get_admin("/healthz").await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_session_of_the_site_is_none_of_the_panel(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.person("boss", "admin").await;
    let mut boss = test.visitor();
    boss.sign_in("boss").await;
    let token = boss.cookie("ms_site").unwrap().to_owned();

    boss.set_cookie("ms_admin", &token);

    assert!(boss.get_admin("/users").await.path.starts_with("/login"));
    assert!(boss.get("/").await.says("boss님"), "and stays one of the site");
}

#[rstest]
#[tokio::test]
async fn a_moderator_sees_what_moderators_may_and_no_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut moderator = test.staff("mod", "moderator").await;

    for (page, status) in [("/", 200), ("/users", 200), ("/posts", 200), ("/comments", 200), ("/sessions", 200)] {
        assert_eq!(moderator.get_admin(page).await.status, status, "{page}");
    }
    for page in ["/roles", "/roles/new", "/boards", "/boards/new", "/boards/1/edit", "/audit"] {
        assert_eq!(moderator.get_admin(page).await.status, 403, "{page}");
    }
}

#[rstest]
#[tokio::test]
async fn the_link_for_the_first_administrator_works_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let token = minschool::domain::bootstrap::invite_first_admin(&test.app.context.db).await.unwrap().unwrap();
    let address = format!("/setup?token={token}");
    let (mut boss, mut thief) = (test.visitor(), test.visitor());
    let page = boss.get_admin(&address).await;
    let stolen = thief.get_admin(&address).await;
    let fields = [("email", "boss@example.com"), ("name", "첫관리자"), ("password", PASSWORD)];

    let page = boss.submit_admin(&page, "/setup", &fields).await;

    assert!(page.says("대시보드") && page.says("첫관리자"), "{}", page.text());
    let second = thief.submit_admin(&stolen, "/setup", &[("email", "eve@example.com"), ("name", "두번째"), ("password", PASSWORD)]).await;
    assert_eq!(second.status, 404);
    assert_eq!(thief.get_admin(&address).await.status, 404);
    assert_eq!(test.visitor().get_admin("/setup?token=").await.status, 404);
    assert!(minschool::domain::bootstrap::invite_first_admin(&test.app.context.db).await.unwrap().is_none());
}

#[rstest]
#[tokio::test]
async fn a_suspended_member_is_out_at_once_and_reads_why(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let user = format!("/users/{}", id_of(&test, "ada").await);
    let page = boss.get_admin(&user).await;
    let suspend = format!("{user}/suspend");

    let faulty = boss.submit_admin(&page, &suspend, &[("reason", ""), ("until", "2000-01-01")]).await;
    assert_eq!(faulty.status, 422);
    let page = boss.submit_admin(&faulty, &suspend, &[("reason", "광고를 되풀이함"), ("until", "2099-12-31")]).await;

    assert!(page.says("이용을 정지했습니다") && page.says("광고를 되풀이함"), "{}", page.text());
    assert!(!ada.get("/").await.says("ada님"));
    let page = ada.sign_in("ada").await;
    assert_eq!(page.status, 403);
    assert!(page.says("광고를 되풀이함") && page.says("2099년 12월 31일"), "{}", page.text());
    let page = boss.get_admin(&user).await;
    boss.submit_admin(&page, &format!("{user}/lift"), &[]).await;
    assert!(ada.sign_in("ada").await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn a_role_given_or_taken_holds_at_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let user = format!("/users/{}", id_of(&test, "ada").await);
    assert!(ada.sign_in_as_staff("ada").await.status == 403);

    let page = boss.get_admin(&user).await;
    boss.submit_admin(&page, &format!("{user}/role"), &[("role", "2")]).await;
    assert!(ada.sign_in_as_staff("ada").await.says("대시보드"));
    assert_eq!(ada.get("/community/notice/write").await.status, 200, "the site's session knows too");
    let page = boss.get_admin(&user).await;
    let page = boss.submit_admin(&page, &format!("{user}/role"), &[("role", "3")]).await;

    assert!(page.says("역할을 바꾸었습니다"), "{}", page.text());
    assert!(ada.get_admin("/").await.path.starts_with("/login"));
    assert_eq!(ada.get("/community/notice/write").await.status, 403);
}

#[rstest]
#[tokio::test]
async fn nobody_raises_themselves_or_loses_the_last_administrator(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut moderator = test.staff("mod", "moderator").await;
    let (own, other) = (id_of(&test, "boss").await, id_of(&test, "mod").await);

    let page = boss.get_admin(&format!("/users/{own}")).await;
    assert_eq!(page.count(&format!("form[action='/users/{own}/role']")), 0, "not offered");
    let once = page.html.split("name=\"once\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()).unwrap_or_default();
    let refused = boss.post_admin(&format!("/users/{own}/role"), &[("role", "3"), ("once", &once)]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(moderator.post_admin(&format!("/users/{other}/role"), &[("role", "1")]).await.status, 422);
    let page = moderator.get_admin(&format!("/users/{own}")).await;
    let refused = moderator.submit_admin(&page, &format!("/users/{own}/suspend"), &[("reason", "쿠데타")]).await;
    assert_eq!(refused.status, 403, "an administrator is beyond a moderator's reach");
}

#[rstest]
#[tokio::test]
async fn the_grid_of_a_role_holds_on_the_site(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    assert_eq!(ada.get("/community/free/write").await.status, 200);

    let page = boss.get_admin("/roles").await;
    let once = page.once("/roles/3");
    let page = boss.post_admin("/roles/3", &[("once", &once), ("grant", "comment:write")]).await;

    assert!(page.says("저장했습니다"), "{}", page.text());
    assert_eq!(ada.get("/community/free/write").await.status, 403);
    assert_eq!(
        boss.post_admin("/roles/1", &[("once", &once), ("grant", "post:write")]).await.status,
        422,
        "administrators keep everything"
    );
}

#[rstest]
#[tokio::test]
async fn a_new_role_can_be_made_given_and_deleted(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let page = boss.get_admin("/roles/new").await;

    let page = boss.submit_admin(&page, "/roles/new", &[("name", "기자단")]).await;

    assert!(page.says("기자단") && page.says("만들었습니다"), "{}", page.text());
    let action = page.attribute("form[action$='/delete']", "action").unwrap();
    let page = boss.submit_admin(&page, &action, &[]).await;
    assert!(!page.says("기자단"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn every_setting_of_a_board_holds_on_the_site(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let post = ada.write("free", "글").await;
    let members = [("list", "members"), ("read", "members"), ("comments_on", "1")];
    let page = set_board(&mut boss, "free", &members).await;
    assert!(page.says("저장했습니다"), "{}", page.text());
    assert_eq!(guest.get("/community/free").await.status, 404);
    assert_eq!(guest.get(&post).await.status, 404);
    assert!(!guest.get("/").await.says("자유게시판") && !guest.get("/community").await.says("자유게시판"));
    assert_eq!(ada.get(&post).await.status, 200);

    set_board(&mut boss, "free", &[("list", "everyone"), ("read", "everyone"), ("write", "staff"), ("comments_on", "")]).await;
    assert_eq!(guest.get(&post).await.status, 200);
    assert_eq!(ada.get("/community/free/write").await.status, 403);
    assert_eq!(ada.get(&post).await.count("#comments textarea"), 0, "comments are off");

    set_board(&mut boss, "free", &[("write", "members"), ("comments_on", "1"), ("archived", "1"), ("name", "옛 게시판"), ("slug", "old")])
        .await;
    let moved = post.replace("/free/", "/old/");
    assert!(ada.get(&moved).await.says("옛 게시판"));
    assert_eq!(ada.get("/community/old/write").await.status, 403, "an archive takes nothing");
    assert_eq!(ada.get("/community/free").await.status, 404);
}

#[rstest]
#[tokio::test]
async fn an_unknown_level_of_access_comes_back_with_its_form(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;

    let page = set_board(&mut boss, "free", &[("write", "friends"), ("name", "새 이름")]).await;

    assert_eq!(page.status, 422);
    let field = page.attribute("select[name=write]", "aria-describedby").unwrap_or_default();
    assert!(page.says("누가 할 수 있는지 다시 골라 주세요") && field.contains("write-error"), "{field} {}", page.text());
    assert!(page.html.contains("새 이름") && !boss.get_admin("/boards").await.says("새 이름"));
}

#[rstest]
#[tokio::test]
async fn boards_are_made_and_put_in_order(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let page = boss.get_admin("/boards/new").await;
    let faulty = boss.submit_admin(&page, "/boards/new", &[("name", "새 게시판"), ("slug", "free")]).await;
    assert_eq!(faulty.status, 422);
    let page = boss.submit_admin(&faulty, "/boards/new", &[("slug", "fresh")]).await;
    assert!(page.says("새 게시판"), "{}", page.text());

    let once = page.once("/boards/order");
    boss.post_admin("/boards/order", &[("once", &once), ("board", "4"), ("to", "up")]).await;

    let menu = test.visitor().get("/").await.find("nav.main-nav").unwrap();
    assert!(menu.find("새 게시판") < menu.find("질문과 답변"), "{menu}");
}

#[rstest]
#[tokio::test]
async fn posts_are_hidden_moved_and_restored_in_bulk_with_a_reason(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let (one, two) = (ada.write("free", "광고 하나").await, ada.write("free", "광고 둘").await);
    let ids: Vec<String> = [&one, &two].iter().map(|post| post.rsplit('/').next().unwrap().to_owned()).collect();
    let page = boss.get_admin("/posts?q=광고").await;
    assert_eq!(page.count("tbody tr"), 2, "{}", page.text());
    let once = page.once(&page.path);

    let faulty = boss.post_admin("/posts", &[("once", &once), ("item", &ids[0]), ("task", "hide"), ("reason", "")]).await;
    assert_eq!(faulty.status, 422);
    assert_eq!(faulty.count("input.tick[checked]"), 1, "what was ticked stays ticked");
    let bulk = [("once", once.as_str()), ("item", &ids[0]), ("item", &ids[1]), ("task", "hide"), ("reason", "광고")];
    let page = boss.post_admin("/posts", &bulk).await;
    assert!(page.says("고른 항목을 처리했습니다"), "{}", page.text());
    assert_eq!(test.visitor().get(&one).await.status, 404);
    assert!(ada.get(&two).await.says("광고"), "its writer still sees it, and why it is hidden");
    for (search, rows) in [("광고하나", 1), ("광고 둘&state=hidden", 1), ("광고&state=shown", 0), ("ada", 2), ("없는말", 0)] {
        let found = boss.get_admin(&format!("/posts?q={}", search.replace(' ', "%20"))).await;
        assert_eq!(found.count("tbody tr"), rows, "{search}: spaces do not matter, and what is hidden is found: {}", found.text());
    }

    let once = boss.get_admin("/posts").await.once("/posts");
    boss.post_admin("/posts", &[("once", &once), ("item", &ids[0]), ("task", "restore"), ("reason", "오해")]).await;
    let once = boss.get_admin("/posts").await.once("/posts");
    boss.post_admin("/posts", &[("once", &once), ("item", &ids[0]), ("task", "move"), ("board_to", "qna"), ("reason", "알맞은 곳으로")])
        .await;
    assert_eq!(test.visitor().get(&one).await.path, one.replace("/free/", "/qna/"), "the old address leads on");

    let log = boss.get_admin("/audit").await;
    for word in ["글 숨김", "글 복원", "글 이동", "알맞은 곳으로", "boss"] {
        assert!(log.says(word), "{word}: {}", log.text());
    }
}

#[rstest]
#[tokio::test]
async fn comments_are_hidden_in_bulk(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    ada.comment(&post, "나쁜 말").await;
    let once = boss.get_admin("/comments").await.once("/comments");

    boss.post_admin("/comments", &[("once", &once), ("item", "1"), ("task", "hide"), ("reason", "욕설")]).await;

    let page = test.visitor().get(&post).await;
    assert!(!page.says("나쁜 말"), "{}", page.text());
    assert_eq!(page.find("#comment-count").as_deref(), Some("0"));
}

#[rstest]
#[tokio::test]
async fn staff_end_sessions_and_it_is_written_down(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let page = boss.get_admin(&format!("/sessions?user={}", id_of(&test, "ada").await)).await;
    let action = page.attribute("form[action^='/sessions/']", "action").unwrap();

    boss.submit_admin(&page, &action, &[]).await;

    assert!(!ada.get("/").await.says("ada님"));
    assert!(boss.get_admin("/audit").await.says("세션 종료"));
    ada.sign_in("ada").await;
    let user = format!("/users/{}", id_of(&test, "ada").await);
    let page = boss.get_admin(&user).await;
    boss.submit_admin(&page, &format!("{user}/end-sessions"), &[]).await;
    assert!(!ada.get("/").await.says("ada님"));
}

#[rstest]
#[tokio::test]
async fn every_page_of_the_panel_draws_in_both_languages(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    ada.write("free", "글").await;
    for lang in ["ko", "en"] {
        let mut boss = boss.clone();
        boss.set_cookie("ms_reading", &format!("{lang}.system.100.full.normal"));
        for page in PAGES.iter().chain(&["/audit", "/boards/1/edit", "/logout", "/users?q=ada&page=2"]) {
            let drawn = boss.get_admin(page).await;
            assert_eq!(drawn.status, 200, "{page}: {}", drawn.text());
            assert_eq!(drawn.attribute("html", "lang").as_deref(), Some(lang), "{page}");
            assert_eq!(drawn.count("h1"), 1, "{page}");
        }
    }
}
