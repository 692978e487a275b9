//! Name, address and numbers of the organisation at the foot of each page.

use crate::support::{Engine, Postgres, Sqlite};
use rstest::rstest;

const FORM: &str = "/organisation";

#[rstest]
#[tokio::test]
async fn what_is_filled_in_stands_at_the_foot_of_each_page_of_each_instance(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let other = test.node().await;
    let mut boss = test.staff("boss", "admin").await;
    // Instances on SQLite are alone.
    let mut guest = if matches!(engine, Postgres) { test.visitor().on(&other) } else { test.visitor() };
    assert_eq!(guest.get("/").await.count(".organisation"), 0, "nothing was filled in yet");
    let form = boss.get_admin(FORM).await;

    let typed =
        [("name", "민들레센터"), ("phone", "02-123 4567"), ("links", "https://www.youtube.com/@mindeulle\n\n https://blog.example.org ")];
    let saved = boss.submit_admin(&form, FORM, &typed).await;

    assert!(saved.says("저장했습니다"), "{}", saved.text());
    for page in ["/", "/community/free", "/login"] {
        let page = guest.get(page).await;
        let foot = page.find(".site-footer").unwrap();
        assert!(foot.contains("민들레센터") && foot.contains("youtube.com") && foot.contains("blog.example.org"), "{foot}");
        assert_eq!(page.attribute(".organisation a[href^='tel:']", "href").as_deref(), Some("tel:02-1234567"));
        assert!(!foot.contains("대표자"), "what is empty is left out");
    }
    assert!(boss.get_admin("/audit").await.says("기관 정보 바꿈"));
}

#[rstest]
#[tokio::test]
async fn what_does_not_fit_comes_back_with_all_that_was_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let form = boss.get_admin(FORM).await;
    let long = "가".repeat(121);

    for links in ["javascript:alert(1)", "https://a.example\n".repeat(7).as_str()] {
        let page = boss.submit_admin(&form, FORM, &[("name", &long), ("address", "어울림로 12"), ("links", links)]).await;

        assert_eq!(page.status, 422);
        assert!(page.says("한 줄에 120자까지") && page.says("여섯 개까지") && page.html.contains("어울림로 12"), "{}", page.text());
    }
    assert_eq!(test.visitor().get("/").await.count(".organisation"), 0);
}

#[rstest]
#[tokio::test]
async fn only_those_who_manage_boards_may_change_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut staff = test.staff("staff", "moderator").await;

    assert_eq!(staff.get_admin(FORM).await.status, 403);
    let key = staff.get_admin("/posts").await;
    assert_ne!(staff.post_admin(FORM, &[("name", "가짜"), ("once", &key.once("/posts"))]).await.status, 200);
    assert!(!test.visitor().get("/").await.says("가짜"));
    assert_eq!(staff.get_admin("/").await.count(".side-nav a[href='/organisation']"), 0);
}
