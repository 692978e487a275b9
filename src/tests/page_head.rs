//! What the pages say about themselves to search engines and to programs that show a link.

use crate::support::{Engine, Page, Postgres, Sqlite};
use rstest::rstest;

/// A `meta` by its name or property.
fn meta(page: &Page, name: &str) -> String {
    let found = |kind: &str| page.attribute(&format!("meta[{kind}=\"{name}\"]"), "content");
    found("name").or_else(|| found("property")).unwrap_or_default()
}

fn canonical(page: &Page) -> String {
    page.attribute("link[rel=canonical]", "href").unwrap_or_default()
}

#[rstest]
#[tokio::test]
async fn every_public_page_describes_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "바자회").await;
    let origin = test.app.config.origin().to_owned();
    let mut guest = test.visitor();
    let author = guest.get(&post).await.attribute("article header a[href^='/u/']", "href").unwrap();

    for path in ["/", "/community", "/community/free", &post, &author, "/terms", "/privacy", "/accessibility", "/login", "/signup"] {
        let page = guest.get(path).await;
        assert_eq!(canonical(&page), format!("{origin}{path}"), "{path}");
        assert_eq!(meta(&page, "og:url"), format!("{origin}{path}"));
        assert!((1..=150).contains(&meta(&page, "description").chars().count()), "{path}: {}", meta(&page, "description"));
        assert_eq!(meta(&page, "og:description"), meta(&page, "description"));
        assert_eq!((meta(&page, "og:site_name").as_str(), meta(&page, "og:locale").as_str()), ("민스쿨", "ko_KR"));
        assert!(!meta(&page, "og:title").is_empty() && meta(&page, "robots").is_empty(), "{path}");
        assert_eq!(meta(&page, "og:type"), if path == post { "article" } else { "website" });
    }
    assert_eq!(meta(&guest.get(&post).await, "description"), "내용입니다.");
    assert_eq!(canonical(&guest.get("/community/free?page=3&sort=active").await), format!("{origin}/community/free?page=3"));
    assert_eq!(canonical(&guest.get("/login?next=/my/profile").await), format!("{origin}/login"));
}

#[rstest]
#[tokio::test]
async fn nothing_of_a_withdrawn_post_stands_in_a_head(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut root = test.staff("root", minschool::domain::roles::ADMIN).await;
    let post = root.write("free", "숨길 글").await;
    let delete = format!("{post}/delete");
    let page = root.get(&delete).await;
    root.submit(&page, &delete, &[]).await;

    for page in [root.get(&post).await, test.visitor().get(&post).await, root.get("/my/profile").await] {
        assert_eq!(meta(&page, "robots"), "noindex", "{}", page.path);
        assert_eq!((meta(&page, "description"), meta(&page, "og:title"), canonical(&page)), Default::default());
    }
}
