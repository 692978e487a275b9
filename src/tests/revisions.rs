//! Revisions: earlier texts of posts and comments, who sees it, going back, erasing.

use crate::support::{Engine, Postgres, Sqlite, TestApp, Visitor, set_board};
use minschool::db::query;
use rstest::rstest;

/// Changes a post through its editor.
async fn edit(writer: &mut Visitor, post: &str, title: &str, body: &str) {
    let address = format!("{post}/edit");
    let editor = writer.get(&address).await;
    let saved = writer.submit(&editor, &address, &[("title", title), ("body", body)]).await;
    assert_eq!(saved.path, post, "{}", saved.text());
}

async fn count(test: &TestApp, sql: &str) -> i64 {
    query::number(&test.app.context.db, sql, []).await.unwrap().unwrap()
}

/// The address of the form of the newest comment on a post, for its writer.
fn comment_edit(page: &crate::support::Page) -> String {
    page.attribute(".controls a[href$='/edit']", "href").unwrap()
}

#[rstest]
#[tokio::test]
async fn a_writer_sees_which_words_were_changed_and_goes_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "모임 안내").await;
    assert_eq!(ada.get(&post).await.count(&format!("a[href='{post}/revisions']")), 0, "nothing was changed yet");
    edit(&mut ada, &post, "모임 안내", "모임은 금요일 두 시입니다").await;
    edit(&mut ada, &post, "모임 안내 (변경)", "모임은 토요일 두 시입니다").await;

    assert_eq!(ada.get(&post).await.count(&format!("a[href='{post}/revisions']")), 1);
    let list = ada.get(&format!("{post}/revisions")).await;
    assert_eq!(list.count(".version"), 3);
    let last = ada.get(&format!("{post}/revisions/2")).await;
    assert!(last.find("del").unwrap().contains("금요일") && last.find(".text ins").unwrap().contains("토요일"), "{}", last.html);
    assert!(last.says("[지움: 금요일 ]") && last.says("[더함: 토요일 ]"), "{}", last.text());
    assert_eq!(last.count("form[action$='/restore']"), 0, "it is in force");
    let before = ada.get(&format!("{post}/revisions/1")).await;
    assert_eq!(before.count("form[action$='/erase']"), 0, "that is for staff");

    let back = ada.submit(&before, &format!("{post}/revisions/1/restore"), &[]).await;

    assert!(back.path == post && back.says("금요일") && !back.says("토요일") && !back.says("(변경)"), "{}", back.text());
    assert_eq!(ada.get(&format!("{post}/revisions")).await.count(".version"), 4, "what stood there is kept too");
    let again = ada.submit(&before, &format!("{post}/revisions/1/restore"), &[]).await;
    assert!(again.path == post);
    assert_eq!(ada.get(&format!("{post}/revisions")).await.count(".version"), 4, "a form sent twice goes back once");
}

#[rstest]
#[tokio::test]
async fn a_board_decides_who_sees_them(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, mut bob, mut guest) = (test.signed_in("ada").await, test.signed_in("bob").await, test.visitor());
    let post = ada.write("free", "글").await;
    edit(&mut ada, &post, "글", "고친 내용").await;
    let (list, first) = (format!("{post}/revisions"), format!("{post}/revisions/0"));

    // Staff and the author, as long as nothing else was chosen.
    for page in [&list, &first] {
        assert_eq!([boss.get(page).await.status, ada.get(page).await.status], [200, 200], "{page}");
        assert_eq!([bob.get(page).await.status, guest.get(page).await.status], [404, 404], "{page}");
    }
    assert_eq!(
        [bob.get(&post).await.count(".actions a[href$='/revisions']"), guest.get(&post).await.count("a[href$='/revisions']")],
        [0, 0]
    );

    set_board(&mut boss, "free", &[("revisions", "members")]).await;
    assert_eq!([bob.get(&list).await.status, guest.get(&list).await.status], [200, 404]);
    assert_eq!(bob.get(&post).await.count(".actions a[href$='/revisions']"), 1);
    let key = bob.get("/community/free/write").await.once("/community/free/write");
    assert_eq!(bob.get(&first).await.count("form[action$='/restore']"), 0);
    bob.post(&format!("{first}/restore"), &[("once", &key)]).await;
    assert!(bob.get(&post).await.says("고친 내용"));

    set_board(&mut boss, "free", &[("revisions", "everyone")]).await;
    assert_eq!(guest.get(&first).await.status, 200);

    // A post that cannot be read has no history either.
    let confirm = ada.get(&format!("{post}/delete")).await;
    ada.submit(&confirm, &format!("{post}/delete"), &[]).await;
    assert_eq!([ada.get(&list).await.status, bob.get(&first).await.status, guest.get(&first).await.status], [404, 404, 404]);
    assert_eq!(boss.get(&list).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_comment_has_them_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = ada.write("free", "글").await;
    ada.comment(&post, "전화는 02-123입니다").await;
    let address = comment_edit(&ada.get(&post).await);
    let history = address.replace("/edit", "/revisions");
    assert_eq!(ada.get(&post).await.count(&format!("a[href='{history}']")), 0);
    for text in ["전화는 02-456입니다", "전화는 02-789입니다"] {
        let form = ada.get(&address).await;
        ada.submit(&form, &address, &[("body", text)]).await;
    }

    assert_eq!(ada.get(&history).await.count(".version"), 3);
    assert!(ada.get(&format!("{history}/2")).await.says("[지움: 456입니다 ]"), "{}", ada.get(&format!("{history}/2")).await.text());
    assert_eq!(
        [ada.get(&post).await.count(&format!("a[href='{history}']")), boss.get(&post).await.count(&format!("a[href='{history}']"))],
        [1, 1]
    );
    assert_eq!(bob.get(&post).await.count(&format!("a[href='{history}']")), 0);
    assert_eq!([bob.get(&history).await.status, bob.get(&format!("{history}/0")).await.status], [404, 404]);

    let first = ada.get(&format!("{history}/0")).await;
    ada.submit(&first, &format!("{history}/0/restore"), &[]).await;

    assert!(bob.get(&post).await.says("02-123"));
    assert_eq!(ada.get(&history).await.count(".version"), 4);
}

#[rstest]
#[tokio::test]
async fn staff_erase_what_should_not_have_been_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    edit(&mut ada, &post, "글", "주민번호 900101").await;
    // Staff take it out: the audit log quotes what they changed.
    edit(&mut boss, &post, "글", "지웠습니다").await;
    assert_eq!(count(&test, "SELECT COUNT(*) FROM audit_log WHERE before LIKE '%900101%'").await, 1);
    let page = format!("{post}/revisions/1");
    // The same form in a member's hands.
    let theirs = ada.get(&page).await;
    let key = theirs.once(&format!("{page}/restore"));
    assert_eq!(ada.post(&format!("{page}/erase"), &[("once", &key)]).await.status, 403);

    let shown = boss.get(&page).await;
    let erased = boss.submit(&shown, &format!("{page}/erase"), &[]).await;

    assert!(erased.says("내역을 지웠습니다"), "{}", erased.text());
    assert_eq!(ada.get(&page).await.status, 404);
    assert!(!ada.get(&format!("{post}/revisions/2")).await.says("900101"));
    assert_eq!(count(&test, "SELECT COUNT(*) FROM revisions WHERE body LIKE '%900101%'").await, 0);
    assert_eq!(count(&test, "SELECT COUNT(*) FROM audit_log WHERE before LIKE '%900101%' OR after LIKE '%900101%'").await, 0);
    assert_eq!(count(&test, "SELECT COUNT(*) FROM audit_log WHERE action = 'post.edit'").await, 1, "who edited what stays");
    let log = boss.get_admin("/audit").await;
    assert!(log.says("수정 내역 지움") && !log.says("900101"), "{}", log.text());
    // The text in force is no revision.
    assert_eq!(
        boss.post(
            &format!("{post}/revisions/2/erase"),
            &[("once", &boss.clone().get(&format!("{post}/revisions/0")).await.once(&format!("{post}/revisions/0/erase")))]
        )
        .await
        .status,
        404
    );
}

#[rstest]
#[tokio::test]
async fn what_changes_no_words_leaves_none_and_old_ones_go(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    let post = boss.write("free", "글").await;
    edit(&mut boss, &post, "글", "같은 내용").await;
    let kept = "SELECT COUNT(*) FROM revisions";
    let before = count(&test, kept).await;

    let address = format!("{post}/edit");
    let editor = boss.get(&address).await;
    boss.submit(&editor, &address, &[("title", "글"), ("body", "같은 내용"), ("notice", "1")]).await;
    assert_eq!(count(&test, kept).await, before);

    for n in 0..105 {
        edit(&mut boss, &post, "글", &format!("{n}번째 내용")).await;
    }
    assert_eq!(count(&test, kept).await, minschool::domain::revisions::MOST);
    assert_eq!(boss.get(&format!("{post}/revisions/0")).await.status, 200, "the first one stays");
}

#[rstest]
#[tokio::test]
async fn of_two_changes_at_once_one_is_refused_and_no_words_are_lost(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let address = format!("{post}/edit");
    let (mut a, mut b) = (ada.clone(), ada.clone());
    let (one, two) = (a.get(&address).await, b.get(&address).await);

    let (one, two) = futures_util::join!(
        a.submit(&one, &address, &[("title", "글"), ("body", "왼쪽 창")]),
        b.submit(&two, &address, &[("title", "글"), ("body", "오른쪽 창")])
    );

    assert_eq!([one.status, two.status].iter().filter(|status| **status == 422).count(), 1, "{} {}", one.status, two.status);
    assert_eq!(count(&test, "SELECT COUNT(*) FROM revisions").await, 1);
}

#[rstest]
#[tokio::test]
async fn english_readers_have_descriptions_of_their_own(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    set_board(&mut boss, "free", &[("description", "무엇이든"), ("description_en", "Anything at all")]).await;
    let mut english = test.visitor().with("accept-language", "en");

    for page in ["/community", "/community/free"] {
        assert!(english.get(page).await.says("Anything at all") && !english.get(page).await.says("무엇이든"), "{page}");
        assert!(test.visitor().get(page).await.says("무엇이든"), "{page}");
    }
}
