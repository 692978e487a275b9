//! Boards whose pictures must be described: those of comments too. Each file has a field for its description beside it, without scripts.

use crate::comment_files::{NOTES, comment, newest_comment, red};
use crate::files::{number, raw};
use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, set_board};
use rstest::rstest;

const WHY: &str = "이 게시판의 사진에는 설명이 꼭 있어야 합니다";

/// A member, and the address of a post on a board that asks for descriptions.
async fn on_strict_board(test: &TestApp) -> (Visitor, String) {
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    set_board(&mut boss, "free", &[("needs_alt", "1")]).await;
    let post = ada.write("free", "글").await;
    (ada, post)
}

/// Sends the form as a browser does: its fields in their order, each file in its place.
async fn send(member: &mut Visitor, page: &Page, action: &str, typed: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
    let mut body = Vec::new();
    for (name, value) in page.form(action) {
        let value = typed.iter().find(|(field, _)| *field == name).map_or(value.as_str(), |(_, value)| value);
        let file = files.iter().find(|(field, ..)| *field == name);
        let (head, content) = match file {
            Some((_, file, content)) => (format!("; filename=\"{file}\""), *content),
            None if name.starts_with("file.") => ("; filename=\"\"".into(), &b""[..]),
            None => (String::new(), value.as_bytes()),
        };
        body.extend(format!("--browser\r\nContent-Disposition: form-data; name=\"{name}\"{head}\r\n\r\n").bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--browser--\r\n");
    raw(member, action, body).await
}

fn value(page: &Page, action: &str, field: &str) -> String {
    page.form(action).into_iter().find(|(name, _)| name == field).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn fault(page: &Page, field: &str) -> String {
    page.find(&format!("[id='new-{field}-error'], [id$='-{field}-error']")).unwrap_or_default()
}

#[rstest]
#[tokio::test]
async fn each_file_is_described_beside_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, post) = on_strict_board(&test).await;
    let (action, page) = (format!("{post}/comments"), ada.get(&post).await);
    assert_eq!((page.count("#comment-form input[type=file]"), page.count("#comment-form input[name^='description.']")), (5, 5));

    let typed = [("body", "같이 봐 주세요"), ("description.1", "빨간 반쪽"), ("description.4", "  붉은   벽 ")];
    let (one, four) = (red(), crate::pictures::encoded(&crate::pictures::half_red(40, 20), image::ImageFormat::Png));
    let files = [("file.1", "가.png", one.as_slice()), ("file.2", NOTES.0, NOTES.1), ("file.4", "나.png", four.as_slice())];
    let sent = send(&mut ada, &page, &action, &typed, &files).await;

    assert!(sent.status == 200 && sent.says("같이 봐 주세요"), "{} {}", sent.status, sent.text());
    let alts = "SELECT COUNT(*) FROM files WHERE (name = '가.png' AND alt = '빨간 반쪽') OR (name = '나.png' AND alt = '붉은 벽') \
                OR (name = '회의록.txt' AND alt = '')";
    assert_eq!(number(&test, alts).await, 3, "{}", sent.text());
}

#[rstest]
#[tokio::test]
async fn a_picture_without_a_description_is_refused_with_all_that_was_typed(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, post) = on_strict_board(&test).await;
    let (action, page) = (format!("{post}/comments"), ada.get(&post).await);
    let (one, three) = (red(), crate::pictures::encoded(&crate::pictures::half_red(40, 20), image::ImageFormat::Png));
    let files = [("file.1", "가.png", one.as_slice()), ("file.2", NOTES.0, NOTES.1), ("file.3", "다.png", three.as_slice())];
    let typed = [("body", "오래 쓴 글"), ("description.1", "빨간 반쪽"), ("description.3", "  ")];

    let refused = send(&mut ada, &page, &action, &typed, &files).await;

    assert!(refused.status == 422 && fault(&refused, "description.3").contains(WHY), "{} {}", refused.status, refused.text());
    assert_eq!(
        (fault(&refused, "description.1"), fault(&refused, "description.2")),
        (String::new(), String::new()),
        "a document needs none"
    );
    assert!(refused.says("파일은 다시 골라 주세요"), "{}", refused.text());
    assert_eq!((value(&refused, &action, "body"), value(&refused, &action, "description.1")), ("오래 쓴 글".into(), "빨간 반쪽".into()));
    assert_eq!(refused.count("#comment-form details[open]"), 2, "what is wrong is in sight");
    let stored = "SELECT (SELECT COUNT(*) FROM comments) + (SELECT COUNT(*) FROM files)";
    assert_eq!(number(&test, stored).await, 0);
    // A page that was open before the board asked for it sends all files in one field.
    let old = comment(&mut ada, &post, "예전 화면", &[("가.png", &one)]).await;
    assert!(old.status == 422 && old.says(WHY) && number(&test, stored).await == 0, "{} {}", old.status, old.text());

    let files = [("file.1", "가.png", one.as_slice()), ("file.3", "다.png", three.as_slice())];
    let sent = send(&mut ada, &refused, &action, &[("description.3", "붉은 벽")], &files).await;
    assert!(sent.status == 200 && sent.says("오래 쓴 글") && number(&test, stored).await == 3, "{} {}", sent.status, sent.text());
}

#[rstest]
#[tokio::test]
async fn a_change_describes_what_is_there_and_what_is_new(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    let post = ada.write("free", "글").await;
    comment(&mut ada, &post, "처음 글", &[("예전.png", &red())]).await;
    set_board(&mut boss, "free", &[("needs_alt", "1")]).await;
    let (edit, old) = (format!("/comments/{}/edit", newest_comment(&test).await), number(&test, "SELECT MAX(id) FROM files").await);
    let (page, alt) = (ada.get(&edit).await, format!("alt.{old}"));
    let new = [("file.1", "새것.png", &crate::pictures::encoded(&crate::pictures::half_red(40, 20), image::ImageFormat::Png)[..])];

    let refused = send(&mut ada, &page, &edit, &[("body", "고친 글"), (&alt, "예전 것"), ("description.2", "남는 말")], &new).await;
    assert!(refused.status == 422 && fault(&refused, "description.1").contains(WHY), "{} {}", refused.status, refused.text());
    let kept = ["body", &alt, "description.2"].map(|field| value(&refused, &edit, field));
    assert_eq!(kept, ["고친 글", "예전 것", "남는 말"]);
    let refused = send(&mut ada, &refused, &edit, &[(&alt, ""), ("description.1", "새것입니다")], &new).await;
    assert!(refused.status == 422 && fault(&refused, &alt).contains(WHY), "those that are there too: {}", refused.text());
    assert_eq!((value(&refused, &edit, "description.1"), number(&test, "SELECT COUNT(*) FROM files").await), ("새것입니다".into(), 1));
    let saved = send(&mut ada, &refused, &edit, &[(&alt, "예전 것")], &new).await;

    assert!(saved.status == 200 && saved.says("고친 글"), "{} {}", saved.status, saved.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM files WHERE alt IN ('예전 것', '새것입니다')").await, 2);
    let removed = ada.get(&edit).await;
    let gone = format!("remove.{old}");
    let fields = [("body", "뺐습니다"), (alt.as_str(), ""), (gone.as_str(), "1")];
    assert!(ada.submit(&removed, &edit, &fields).await.says("뺐습니다"), "one that goes needs no description");
}
