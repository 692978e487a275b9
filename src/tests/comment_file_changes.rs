//! Files that a change adds to a comment: with the text in one form, whole or not at all, five in all.

use crate::comment_files::{NOTES, act, comment, newest_comment, red};
use crate::files::{names, number, upload};
use crate::search::look;
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, until};
use minschool::domain::posts::moderate::ModerationAction;
use rstest::rstest;

/// Sends the form of a change with these fields in place of what is in it.
async fn change(member: &mut Visitor, page: &Page, edit: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Page {
    let mut form = page.form(edit);
    form.retain(|(name, _)| fields.iter().all(|(known, _)| known != name));
    form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    upload(member, edit, &form, files).await
}

/// A comment of this member with these files: the address of its post and of the form that changes it.
async fn with_files(test: &TestApp, member: &mut Visitor, files: &[(&str, &[u8])]) -> (String, String) {
    let post = member.write("free", "글").await;
    comment(member, &post, "처음 글", files).await;
    (post, format!("/comments/{}/edit", newest_comment(test).await))
}

async fn files(test: &TestApp) -> i64 {
    number(test, "SELECT COUNT(*) FROM files").await
}

#[rstest]
#[tokio::test]
async fn a_change_adds_files_beside_those_that_are_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let (post, edit) = with_files(&test, &mut ada, &[NOTES]).await;
    let page = ada.get(&edit).await;
    assert_eq!(
        page.attribute(&format!("form[action='{edit}']"), "enctype").as_deref(),
        Some("multipart/form-data"),
        "no scripts are needed"
    );
    assert!(page.says("이미 붙인 것과 합쳐 5개까지"), "{}", page.text());

    let saved = change(&mut ada, &page, &edit, &[("body", "고친 글")], &[("빨강.png", &red()), ("나중.txt", b"b")]).await;

    assert!(saved.says("고친 글") && saved.says("댓글을 수정했습니다"), "{}", saved.text());
    let read = guest.get(&post).await;
    assert_eq!((names(&read), read.count(".comment .pictures img")), (vec!["회의록.txt".to_owned(), "나중.txt".into()], 1));
    assert_eq!(look(&mut guest, "나중").await.count(".hit"), 1, "and is found");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM revisions").await, 1, "a change of the text keeps what it was, files or not");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state <> 'ready'").await, 0);
    let plain = ada.get(&edit).await;
    ada.submit(&plain, &edit, &[("body", "예전 브라우저의 글")]).await;
    assert!(guest.get(&post).await.says("예전 브라우저의 글"));
}

#[rstest]
#[tokio::test]
async fn what_is_too_many_is_refused_with_all_that_was_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let four: [(&str, &[u8]); 4] = [("빨강.png", &red()), ("1.txt", b"1"), ("2.txt", b"2"), ("3.txt", b"3")];
    let (post, edit) = with_files(&test, &mut ada, &four).await;
    let last = number(&test, "SELECT MAX(id) FROM files").await;
    let (alt, gone) = (format!("alt.{}", last - 3), format!("remove.{last}"));
    let more: [(&str, &[u8]); 3] = [("가.txt", b"a"), ("나.txt", b"b"), ("다.txt", b"c")];
    let page = ada.get(&edit).await;

    let fields = [("body", "오래 고친 글"), (alt.as_str(), "빨간 반쪽"), (gone.as_str(), "1")];
    let refused = change(&mut ada, &page, &edit, &fields, &more).await;

    assert!(
        refused.status == 422 && refused.says("댓글 하나에 파일을 5개까지") && refused.says("파일은 다시 골라 주세요"),
        "{} {}",
        refused.status,
        refused.text()
    );
    let kept = refused.form(&edit);
    let value = |field: &str| kept.iter().find(|(name, _)| name == field).map(|(_, value)| value.trim().to_owned()).unwrap_or_default();
    assert_eq!((value("body"), value(&alt), value(&gone)), ("오래 고친 글".into(), "빨간 반쪽".into(), "1".into()));
    assert_eq!((files(&test).await, refused.count("details[open] #edit-1-files-error")), (4, 1));
    assert!(ada.get(&post).await.says("처음 글"), "nothing of it is saved");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state = 'arriving'").await, 0);

    let saved = change(&mut ada, &refused, &edit, &[], &more[..2]).await;
    assert!(saved.says("오래 고친 글") && names(&saved).len() == 4, "{}", saved.text());
    assert_eq!((files(&test).await, saved.attribute(".comment .pictures img", "alt")), (5, Some("빨간 반쪽".into())));
    let page = ada.get(&edit).await;
    let blank = change(&mut ada, &page, &edit, &[("body", ""), (alt.as_str(), "다르게")], &[]).await;
    assert!(blank.status == 422 && blank.form(&edit).iter().any(|(_, value)| value == "다르게"), "{}", blank.text());
}

#[rstest]
#[tokio::test]
async fn a_change_that_is_sent_again_adds_once_and_two_keep_to_five(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let (post, edit) = with_files(&test, &mut ada, &[]).await;
    let mut elsewhere = ada.on(&test.node().await);
    let (page, other) = (ada.get(&edit).await, elsewhere.get(&edit).await);
    let three: [(&str, &[u8]); 3] = [("1.txt", b"1"), ("2.txt", b"2"), ("3.txt", b"3")];

    let (one, two) = futures_util::join!(
        change(&mut ada, &page, &edit, &[("body", "한 번만")], &three),
        change(&mut elsewhere, &page, &edit, &[("body", "한 번만")], &three)
    );
    let three_again = change(&mut ada, &page, &edit, &[("body", "한 번만")], &three).await;
    for page in [one, two, three_again] {
        assert!(page.status == 200 && page.says("한 번만"), "{} {}", page.status, page.text());
    }
    assert_eq!(files(&test).await, 3);
    let id = newest_comment(&test).await;
    for file in 1..=3 {
        let page = ada.get(&edit).await;
        ada.submit(&page, &edit, &[("body", "비웠습니다"), (format!("remove.{file}").as_str(), "1")]).await;
    }
    assert_eq!(files(&test).await, 0, "{id}");

    let page = ada.get(&edit).await;
    let (one, two) = futures_util::join!(
        change(&mut ada, &page, &edit, &[("body", "한 창")], &three),
        change(&mut elsewhere, &other, &edit, &[("body", "다른 창")], &three)
    );
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!((answers, files(&test).await), ([200, 422], 3), "{} {}", one.text(), two.text());
    until("kept pages of both instances show them", async || names(&ada.get(&post).await).len() == 3).await;
}

#[rstest]
#[tokio::test]
async fn who_may_not_change_it_adds_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob, mut guest) = (test.signed_in("ada").await, test.signed_in("bob").await, test.visitor());
    let (_, edit) = with_files(&test, &mut ada, &[]).await;
    let page = ada.get(&edit).await;

    let others = change(&mut bob, &page, &edit, &[("body", "밥의 글")], &[NOTES]).await;
    let asked = change(&mut guest, &page, &edit, &[("body", "손님의 글")], &[NOTES]).await;
    act(&test, newest_comment(&test).await, ModerationAction::Hide).await;
    let hidden = change(&mut ada, &page, &edit, &[("body", "숨긴 뒤")], &[NOTES]).await;

    assert_eq!((others.status, hidden.status), (403, 404), "{} {}", others.text(), hidden.text());
    assert!(asked.says("다시 로그인해 주세요") && asked.says("손님의 글"), "{}", asked.text());
    assert_eq!((files(&test).await, number(&test, "SELECT COUNT(*) FROM blobs").await), (0, 0));
}

#[rstest]
#[tokio::test]
async fn a_script_gets_the_changed_comment_with_its_files(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let (_, edit) = with_files(&test, &mut ada, &[]).await;
    let page = ada.get(&edit).await;
    let mut script = ada.on(&test.node().await).with_htmx().with("hx-request-type", "partial");

    let saved = change(&mut script, &page, &edit, &[("body", "바로 보여요")], &[NOTES]).await;

    assert!(saved.status == 200 && saved.html.contains("바로 보여요") && saved.html.contains("회의록.txt"), "{}", saved.html);
    assert!(!saved.html.contains("<html"), "{}", saved.html);
}
