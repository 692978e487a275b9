//! What the real nginx does with the shipped files: whom it shows which copy, and how much one address may ask for.

use crate::support::{Engine, Postgres, Sqlite, TestApp};
use minschool::web::serve::{Listener, Timeouts, serve};
use rstest::rstest;
use testkit::nginx::PrivateNginx;
use tokio::net::TcpListener;

/// A reader with the high-contrast theme in English; each page that they get shows it.
const READING: &str = "ms_reading=en.contrast.150.reduced.wide";

#[rstest]
#[tokio::test]
async fn a_page_for_a_cookie_of_ours_is_no_copy_for_others(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let nginx = start_before(&test).await;

    for lines in [
        vec![format!("Cookie: a=b;\t{READING}")],
        vec![format!("Cookie: a=b; \t {READING}")],
        vec![format!("Cookie:\t{READING}")],
        vec!["Cookie: a=b".to_owned(), format!("Cookie: \t{READING}")],
        vec![format!("Cookie: a=b,{READING};\t__Host-{READING};{READING}")],
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        for path in ["/", "/community", "/terms"] {
            let own = nginx.get(path, &lines).await;
            let guest = nginx.get(path, &[]).await;
            assert_eq!((own.status, guest.status), (200, 200), "{path}");
            assert!(!guest.contains("data-theme=\"contrast\""), "{path}: {lines:?} reached a guest");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_page_for_a_cookie_of_ours_forbids_the_copy_itself(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let guest = test.visitor().get("/").await;
    let reader = test.visitor().with("cookie", &format!("a=b;\t{READING}")).get("/").await;

    assert_eq!((guest.header("x-accel-expires"), reader.header("x-accel-expires")), ("", "0"));
    assert!(reader.html.contains("data-theme=\"contrast\""));
}

#[rstest]
#[tokio::test]
async fn guests_share_a_copy_and_never_that_of_another_kind(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let nginx = start_before(&test).await;
    let (english, korean) = ("Welcome to MinSchool", "민스쿨에 오신 것을 환영합니다");

    // Each pair is one that the application and the key of the copy could read differently.
    for odd in [
        vec!["Accept-Language: en", "Accept-Language: ko"],
        vec!["Accept-Language: ko", "Accept-Language: en"],
        vec!["Accept-Language: en,\u{e9}"],
        vec!["Accept-Language: en\t"],
        vec!["Accept-Language: ko\t,en"],
        vec!["Accept-Language: en;q=0"],
        vec!["Accept-Language: en", "HX-Request: true", "HX-Request-Type: partial", "HX-Request-Type: full"],
        vec!["Accept-Language: en", "HX-Request: true", "HX-Request-Type: full", "HX-Request-Type: partial"],
        vec!["Accept-Language: en", "HX-Request: true", "HX-Request-Type: partial\t"],
        vec!["Accept-Language: en", "HX-Request-Type: partial"],
        vec!["Accept-Language: en", "HX-Request: true"],
    ] {
        let path = format!("/?odd={}", minschool::domain::tokens::hash(&odd.join("|")));
        nginx.get(&path, &odd).await;
        for (language, words) in [("en", english), ("ko", korean), ("en-US,ko;q=0.5", english), ("fr", korean)] {
            let page = nginx.get(&path, &[&format!("Accept-Language: {language}")]).await;
            assert!(page.contains(words) && page.contains("<header"), "{odd:?} is what a guest with {language} gets");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_reader_who_takes_no_gzip_never_gets_a_page_that_was_packed_for_another(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, nginx) = (test.signed_in("ada").await, start_before(&test).await);
    let post = ada.write("free", "글").await;
    for _ in 0..3 {
        // A page is packed when it is read again.
        test.visitor().with("accept-encoding", "gzip").get(&post).await;
    }
    let session = format!("Cookie: ms_site={}", ada.cookie("ms_site").unwrap());
    for line in ["X-Any: guest", session.as_str()] {
        for _ in 0..5 {
            let packed = nginx.get(&post, &[line, "Accept-Encoding: gzip"]).await;
            let plain = nginx.get(&post, &[line]).await;

            assert_eq!((packed.status, plain.status), (200, 200));
            assert!(packed.header("content-encoding") == Some("gzip"), "{line}");
            assert!(plain.header("content-encoding").is_none() && plain.contains("</html>"), "{line}: {plain}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn streams_of_one_address_are_counted_and_only_streams_are_streams(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let nginx = start_before(&test).await;
    // There is no such post: the answer costs what that of a stream does, and it ends.
    let stream = "/events/posts/999999";
    let refused = async |from: &str, path: &str, times: usize| refused(&nginx, path, (0..times).map(|_| from.to_owned())).await;

    assert!(refused("203.0.113.7", "/eventsX", 99).await > 0, "/eventsX is counted as a page");
    for instance in ["the first", "the second"] {
        // As many as one address may have open.
        assert_eq!(refused("203.0.113.8", stream, 20).await, 0, "{instance} instance ends, and all come back");
    }
    let one_by_one = async || {
        let mut refusals = 0;
        for _ in 0..60 {
            refusals += refused("203.0.113.8", stream, 1).await;
        }
        refusals
    };
    assert!(one_by_one().await > 0, "never more than one at a time, but as fast as they go");
    assert_eq!(refused("203.0.113.9", stream, 1).await, 0, "another address is not concerned");
}

#[rstest]
#[tokio::test]
async fn an_address_of_ipv6_is_counted_by_its_network(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let nginx = start_before(&test).await;
    let one_network = (0..99).map(|n| format!("2001:db8:1:2:{n:x}::{n:x}"));
    let mapped = (0..99).map(|n| format!("::ffff:198.51.100.{n}"));

    assert!(refused(&nginx, "/login", one_network).await > 0, "one line has 2^64 addresses");
    assert_eq!(refused(&nginx, "/login", mapped).await, 0, "IPv4 as a socket for both kinds shows it is counted by address");
    let same_mapped = (0..99).map(|_| "::ffff:198.51.101.1".to_owned());
    assert!(refused(&nginx, "/login", same_mapped).await > 0, "and it is counted");
    for other in ["2001:db8:1:3::1", "198.51.102.4", "::1"] {
        assert_eq!(refused(&nginx, "/login", [other.to_owned()]).await, 0, "{other} is not concerned");
    }
}

#[rstest]
#[tokio::test]
async fn a_hidden_post_is_gone_after_a_second_for_two_who_come_together(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let nginx = start_before(&test).await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "곧 지울 글").await;
    assert!(nginx.get(&post, &[]).await.contains("곧 지울 글"));

    let delete = format!("{post}/delete");
    let page = ada.get(&delete).await;
    ada.submit(&page, &delete, &[]).await;
    // Two seconds: nginx counts a copy's one second in whole ones. Nothing shows when it is over.
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let together = futures_util::future::join_all((0..20).map(|_| nginx.get(&post, &[]))).await;

    for answer in &together {
        assert!(!answer.contains("곧 지울 글"), "{}", answer.status);
    }
}

/// nginx before the routers of a test's instance, each on a port of its own.
async fn start_before(test: &TestApp) -> PrivateNginx {
    let (site, admin) = (listen(test, test.site.clone()).await, listen(test, test.admin.clone()).await);
    PrivateNginx::start(site, admin).await
}

async fn listen(test: &TestApp, router: impl poem::Endpoint<Output = poem::Response> + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = Listener { listener, held: false };
    tokio::spawn(serve(socket, router, Timeouts::with_idle(std::time::Duration::from_secs(75)), test.app.stop.clone()));
    port
}

/// How many of these requests, sent at once, each from its address, are answered with 429.
async fn refused(nginx: &PrivateNginx, path: &str, from: impl IntoIterator<Item = String>) -> usize {
    let answers = from.into_iter().map(async |address| nginx.get_from(&address, path).await);
    let answers = futures_util::future::join_all(answers).await;
    answers.iter().filter(|answer| answer.status == 429).count()
}
