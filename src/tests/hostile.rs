//! Bad input, each kind with the answer that it gets: the right status, a page in the reader's language,
//! nothing lost, nothing leaked.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite};
use poem::http::Method;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn addresses_that_lead_nowhere_get_a_page_that_helps(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    for path in [
        "/nowhere",
        "/community/unknown",
        "/community/free/999999",
        "/community/free/-1",
        "/community/free/abc",
        "/community/free/99999999999999999999",
        "/u/0",
        "/u/-5",
        "/comments/0",
        "/comments/9223372036854775807",
        "/community/%00",
        "/community/%ff%fe",
        "/community/free%2F..%2F..",
        "/static/none.css",
        "/u/1%27--",
    ] {
        let page = guest.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.says("찾는 화면이 없습니다"), "{path}: {}", page.text());
    }
    let page = guest.with("accept-language", "en-US").get("/nowhere").await;
    assert!(page.says("Page not found"), "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn any_page_number_is_answered(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.write("free", "글").await;
    for page in ["0", "-1", "1000000000000", "99999999999999999999999", "abc", "", "1%00", "٣"] {
        let found = ada.get(&format!("/community/free?page={page}")).await;
        assert_eq!(found.status, 200, "{page}");
        let found = ada.get(&format!("/community/free?page={page}&sort={page}")).await;
        assert_eq!(found.status, 200, "{page}");
    }
    let beyond = ada.get("/community/free?page=1000000000000").await;
    assert!(beyond.says("첫 쪽"), "{}", beyond.text());
}

#[rstest]
#[tokio::test]
async fn a_nul_in_an_address_is_no_fault_of_ours(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.write("free", "나무 심기").await;
    for address in [
        "/search?q=%EB%82%98%EB%AC%B4&by=%00",
        "/search?q=%00",
        "/my/bookmarks?folder=%00",
        "/community/fr%00ee",
        "/community/free/write?draft=%00",
        "/users/%00",
    ] {
        let page = ada.get(address).await;
        assert!(matches!(page.status, 200 | 404), "{address}: {}", page.status);
    }
}

#[rstest]
#[tokio::test]
async fn a_ten_megabyte_body_is_refused_whatever_its_head_says(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let body = format!("title=a&body={}", "x".repeat(10 * 1024 * 1024));

    let declared = ada.send(Method::POST, "/community/free/write", Some(body.clone()), false).await;
    let mut request = ada.request(Method::POST, "/community/free/write", Some(body));
    request.headers_mut().remove("content-length");
    request.headers_mut().insert("transfer-encoding", "chunked".parse().unwrap());
    let undeclared = ada.raw(request, "/community/free/write", false).await;

    assert_eq!((declared.status, undeclared.status), (413, 413));
    assert!(declared.says("너무 큽니다"), "{}", declared.text());
}

#[rstest]
#[tokio::test]
async fn nul_bytes_are_dropped_and_invalid_utf8_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get("/community/free/write").await;

    let post = ada.submit(&page, "/community/free/write", &[("title", "널\0바이트"), ("body", "본\0문")]).await;
    let broken = ada.send(Method::POST, "/community/free/write", Some("title=%FF%FE&body=x".into()), false).await;

    assert_eq!(post.status, 200, "{}", post.text());
    assert!(post.says("널바이트") && post.says("본문"), "{}", post.text());
    assert_eq!(broken.status, 400);
    assert!(broken.count("h1") == 1, "{}", broken.text());
}

#[rstest]
#[tokio::test]
async fn titles_and_texts_in_any_script_are_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    for title in ["👩‍🦽 휠체어 경로", "\u{1112}\u{1161}\u{11AB}글 자모", "العربية", "𠮷野家", "a\u{202E}gnp.exe", "e\u{301}clair"]
    {
        let page = ada.get("/community/free/write").await;
        let post = ada.submit(&page, "/community/free/write", &[("title", title), ("body", title)]).await;
        assert_eq!(post.status, 200, "{title}: {}", post.text());
        assert!(!post.html.contains('\u{202E}'), "no override reaches a reader");
    }
    assert!(ada.get("/community/free").await.says("한글 자모"), "jamo are syllables");
}

#[rstest]
#[tokio::test]
async fn names_that_cannot_be_are_refused_with_a_reason(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    for name in ["가".repeat(200).as_str(), "a", "관리자\u{202E}", "\u{200B}\u{200B}\u{200B}", "a\0b", "<b>", "  "] {
        let mut visitor = test.visitor();
        let page = visitor.get("/signup").await;
        let page = visitor
            .submit(
                &page,
                "/signup",
                &[("email", "n@example.com"), ("name", name), ("password", PASSWORD), ("terms", "1"), ("privacy", "1")],
            )
            .await;
        assert_eq!(page.status, 422, "{name:?}: {}", page.text());
        assert_eq!(page.attribute("[name=name]", "aria-invalid").as_deref(), Some("true"), "{name:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_form_from_another_origin_is_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.signed_in("ada").await;
    let page = ada.clone().get("/community/free/write").await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("referer", "https://evil.example/x"),
    ] {
        let mut lured = ada.clone().with(name, value);
        let answer = lured.submit(&page, "/community/free/write", &[("title", "함정"), ("body", "함정")]).await;
        assert_eq!(answer.status, 403, "{name}: {value}");
    }
    let mut own = ada.clone().with("sec-fetch-site", "same-origin");
    assert_eq!(own.submit(&page, "/community/free/write", &[("title", "내 글"), ("body", "글")]).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_cookie_that_is_no_session_is_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.signed_in("ada").await;
    let token = ada.cookie("ms_site").unwrap().to_owned();
    let flipped = format!("{}{}", if token.starts_with('A') { 'B' } else { 'A' }, &token[1..]);
    for value in [flipped.as_str(), "", "x", &"y".repeat(5000), "a'b;c", "../../etc/passwd"] {
        let mut visitor = test.visitor();
        visitor.set_cookie("ms_site", value);
        let page = visitor.get("/").await;
        assert_eq!(page.status, 200, "{value}");
        assert!(!page.says("ada님"), "{value}");
    }
}

#[rstest]
#[tokio::test]
async fn a_session_of_a_member_who_is_gone_is_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    ada.get("/").await;
    minschool::db::query::run(&test.app.context.db, "DELETE FROM sessions", []).await.unwrap();
    minschool::db::query::run(&test.app.context.db, "DELETE FROM users WHERE name = 'ada'", []).await.unwrap();
    let hash = minschool::domain::tokens::hash(ada.cookie("ms_site").unwrap_or_default());
    let _ = test.app.context.shared.sessions().drop_one(&hash).await;

    let page = ada.get("/").await;

    assert_eq!(page.status, 200);
    assert!(!page.says("ada님"));
    assert!(ada.cookie("ms_site").is_none(), "the dead cookie is taken away");
}

#[rstest]
#[tokio::test]
async fn a_markdown_bomb_is_a_page_like_any_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let bombs =
        [">".repeat(49_000), "*".repeat(49_000), format!("{}\n{}\n{}", "|a".repeat(2_000), "|-".repeat(2_000), "|b".repeat(20_000))];
    for bomb in &bombs {
        let page = ada.get("/community/free/write").await;
        let post = ada.submit(&page, "/community/free/write", &[("title", "폭탄"), ("body", bomb)]).await;
        assert_eq!(post.status, 200, "{}", &post.text()[..200.min(post.text().len())]);
        assert!(post.html.len() < 3_000_000);
    }
    let page = ada.get("/community/free/write").await;
    let million = "*".repeat(1_000_000);
    let long = ada.submit(&page, "/community/free/write", &[("title", "폭탄"), ("body", &million)]).await;
    assert_eq!(long.status, 422);
    assert!(long.html.contains(&million[..50_001]), "even that is given back");
}

#[rstest]
#[tokio::test]
async fn any_accept_language_gets_a_language(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    for (value, lang) in [("en", "en"), (";;;q=nonsense", "ko"), ("xx-YY;q=0.9, en;q=0.1", "en"), ("*", "ko"), ("ko;q=0, en", "en")] {
        let page = test.visitor().with("accept-language", value).get("/").await;
        assert_eq!(page.attribute("html", "lang").as_deref(), Some(lang), "{value}");
    }
}

#[rstest]
#[tokio::test]
async fn a_wrong_method_is_405(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    for (method, path) in [(Method::POST, "/"), (Method::DELETE, "/community"), (Method::PUT, "/login"), (Method::GET, "/preview")] {
        let page = guest.send(method.clone(), path, None, false).await;
        assert_eq!(page.status, 405, "{method} {path}");
        assert_eq!(page.count("h1"), 1, "{method} {path}");
    }
    assert_eq!(guest.send(Method::HEAD, "/community", None, false).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn html_in_every_field_is_only_text(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let page = ada.get("/community/free/write").await;

    let post = ada.submit(&page, "/community/free/write", &[("title", evil), ("body", evil)]).await;
    let list = ada.get("/community/free").await;
    let comment = ada.comment(&post.path, evil).await;

    for page in [&post, &list, &comment] {
        assert!(!page.html.contains("<script>alert") && !page.html.contains("<img src=x"), "{}", page.html);
    }
}

#[rstest]
#[tokio::test]
async fn nobody_is_led_away_after_signing_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    test.member("ada").await;
    for next in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let mut ada = test.visitor();
        let page = ada.get("/login").await;
        let page = ada.submit(&page, "/login", &[("email", "ada@example.com"), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(page.path, "/", "{next}");
    }
}

#[rstest]
#[tokio::test]
async fn every_answer_has_its_security_headers(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut guest = test.visitor();
    for path in ["/", "/nowhere", "/login", "/healthz"] {
        let page = guest.get(path).await;
        let csp = page.header("content-security-policy");
        assert!(csp.contains("script-src 'self'") && !csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(page.header("set-cookie").is_empty(), "a visitor gets no cookie: {path}");
    }
    assert!(guest.get("/").await.header("vary").contains("Cookie"));
}
