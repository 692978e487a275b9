//! Files of comments in the search index: by their names at once, by their text once it is read, never further than their comment.

use crate::comment_files::{act, comment, newest_comment};
use crate::documents::docx;
use crate::file_texts::{all_done, work};
use crate::files::number;
use crate::search::{fill, look, look_with};
use crate::support::{Engine, Postgres, Sqlite, TestApp, Visitor, operator, set_board};
use minschool::db::query;
use minschool::domain::posts::moderate::{ModerationAction, moderate};
use minschool::domain::{PostId, idempotency};
use rstest::rstest;

/// A comment of this member with a document, below a new post of theirs: the address of the post.
async fn with_document(member: &mut Visitor) -> String {
    let post = member.write("free", "글").await;
    comment(member, &post, "문서입니다", &[("바자회 안내.docx", &docx(&["느티나무 아래에서 만나요"]))]).await;
    post
}

async fn read(test: &TestApp) {
    work(&test.app);
    all_done(test).await;
}

async fn act_on_post(test: &TestApp, post: &str, what: ModerationAction) {
    let (key, id) = (idempotency::Key::random().unwrap(), PostId(post.rsplit('/').next().unwrap().parse().unwrap()));
    moderate(&test.app.context, &operator(), &key, &[id], what, "시험").await.unwrap();
}

async fn hits(visitor: &mut Visitor, words: &str) -> usize {
    look_with(visitor, words, "&kind=file").await.count(".hit")
}

/// Documents of files that the index has in sight.
async fn shown(test: &TestApp) -> i64 {
    number(test, "SELECT COUNT(*) FROM search_docs WHERE kind = 'file' AND shown").await
}

#[rstest]
#[tokio::test]
async fn a_name_is_found_at_once_and_the_text_once_it_is_read(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    with_document(&mut ada).await;
    let its = format!("/comments/{}", newest_comment(&test).await);

    let by_name = look(&mut guest, "바자회").await;
    assert_eq!((by_name.count(".hit"), by_name.attribute(".hit h3 a", "href")), (1, Some(its.clone())), "{}", by_name.text());
    assert_eq!(hits(&mut guest, "느티나무").await, 0, "it is not read yet");
    read(&test).await;
    let by_text = look(&mut guest, "느티나무").await;

    assert_eq!((by_text.count(".hit"), hits(&mut guest, "바자회").await), (1, 1), "{}", by_text.text());
    assert_eq!(by_text.attribute(".hit .meta a", "href"), Some(its.clone()));
    assert!(by_text.says("댓글: 글") && by_text.says("ada"), "{}", by_text.text());
    let text = guest.get(&by_text.attribute(".hit h3 a", "href").unwrap()).await;
    assert!(text.says("느티나무 아래에서 만나요") && text.says("댓글로 돌아가기: 글"), "{}", text.text());
    assert_eq!(text.attribute(".crumb a", "href"), Some(its));
    assert_eq!(
        (look_with(&mut ada, "바자회", "&by=ada").await.count(".hit"), look_with(&mut ada, "바자회", "&board=qna").await.count(".hit")),
        (1, 0)
    );
}

#[rstest]
#[tokio::test]
async fn what_goes_out_of_sight_takes_its_files_along_and_brings_them_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = with_document(&mut ada).await;
    let hidden = newest_comment(&test).await;
    // Read while the comment is hidden: what the job indexes is hidden too.
    act(&test, hidden, ModerationAction::Hide).await;
    read(&test).await;
    comment(&mut ada, &post, "다른 댓글", &[("다른.txt", b"x")]).await;
    all_done(&test).await;
    assert_eq!((shown(&test).await, hits(&mut ada, "느티나무").await), (1, 0), "the other comment's file alone");

    act(&test, hidden, ModerationAction::Restore).await;
    assert_eq!((shown(&test).await, hits(&mut ada, "느티나무").await), (2, 1));
    act_on_post(&test, &post, ModerationAction::Hide).await;
    assert_eq!((shown(&test).await, hits(&mut ada, "느티나무").await), (0, 0));
    act(&test, hidden, ModerationAction::Hide).await;
    act(&test, hidden, ModerationAction::Restore).await;
    assert_eq!(shown(&test).await, 0, "below a hidden post a comment's files stay out");
    act(&test, hidden, ModerationAction::Delete).await;
    act_on_post(&test, &post, ModerationAction::Restore).await;
    assert_eq!((shown(&test).await, hits(&mut ada, "느티나무").await), (1, 0), "a deleted comment stays out when its post comes back");
    act(&test, hidden, ModerationAction::Restore).await;
    assert_eq!((shown(&test).await, hits(&mut ada, "느티나무").await), (2, 1));
}

#[rstest]
#[tokio::test]
async fn an_index_that_is_wrong_gives_no_file_away(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss, mut guest) = (test.signed_in("ada").await, test.staff("boss", "admin").await, test.visitor());
    let post = with_document(&mut ada).await;
    read(&test).await;
    assert_eq!(hits(&mut guest, "느티나무").await, 1);

    act(&test, newest_comment(&test).await, ModerationAction::Hide).await;
    query::run(&test.app.context.db, "UPDATE search_docs SET shown = TRUE", []).await.unwrap();
    assert_eq!((hits(&mut guest, "느티나무").await, hits(&mut guest, "바자회").await), (0, 0), "the comment is hidden");

    act(&test, newest_comment(&test).await, ModerationAction::Restore).await;
    act_on_post(&test, &post, ModerationAction::Hide).await;
    query::run(&test.app.context.db, "UPDATE search_docs SET shown = TRUE", []).await.unwrap();
    assert_eq!(hits(&mut guest, "느티나무").await, 0, "its post is hidden");

    act_on_post(&test, &post, ModerationAction::Restore).await;
    set_board(&mut boss, "free", &[("read", "members"), ("list", "members")]).await;
    let elsewhere = "UPDATE search_docs SET board_id = (SELECT id FROM boards WHERE slug = 'notice') WHERE kind = 'file'";
    query::run(&test.app.context.db, elsewhere, []).await.unwrap();
    assert_eq!(hits(&mut test.visitor(), "느티나무").await, 0, "its board is for members");
}

#[rstest]
#[tokio::test]
async fn a_file_that_a_change_takes_out_is_found_no_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = with_document(&mut ada).await;
    let (id, file) = (newest_comment(&test).await, number(&test, "SELECT MAX(id) FROM files").await);
    comment(&mut bob, &post, "밥의 문서", &[("밥.docx", &docx(&["밥의 느티나무"]))]).await;
    let bobs = number(&test, "SELECT MAX(id) FROM files").await;
    read(&test).await;
    assert_eq!(hits(&mut ada, "느티나무").await, 2);

    let edit = format!("/comments/{id}/edit");
    let page = ada.get(&edit).await;
    let (own, theirs) = (format!("remove.{file}"), format!("remove.{bobs}"));
    ada.submit(&page, &edit, &[("body", "문서를 뺐습니다"), (own.as_str(), "1"), (theirs.as_str(), "1")]).await;

    let left = look(&mut ada, "느티나무").await;
    assert!(left.count(".hit") == 1 && left.says("밥.docx"), "another's stays: {}", left.text());
    assert_eq!((hits(&mut ada, "바자회").await, shown(&test).await), (0, 1));
}

#[rstest]
#[tokio::test]
async fn an_index_made_anew_has_the_files_of_comments(#[values(Sqlite, Postgres)] engine: Engine) {
    #[derive(Debug, PartialEq, sea_orm::FromQueryResult)]
    struct Row {
        doc: String,
    }
    let test = engine.start().await;
    let db = &test.app.context.db;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let post = with_document(&mut ada).await;
    comment(&mut bob, &post, "숨길 댓글", &[("숨길.txt", "숨긴 말".as_bytes())]).await;
    act(&test, newest_comment(&test).await, ModerationAction::Hide).await;
    read(&test).await;
    // More than one transaction looks at, of comments and of posts.
    for n in 0..7 {
        let with_file = crate::files::post_with(&mut ada, &format!("글의 파일{n}.bin"), b"x").await.path;
        comment(&mut bob, &with_file, "파일", &[(format!("묶음{n}.bin").as_str(), b"y")]).await;
    }
    let rows = async || {
        let sql = "SELECT ref_id || ':' || post_id || ':' || board_id || ':' || author_id || ':' || shown AS doc \
                   FROM search_docs WHERE kind = 'file' ORDER BY ref_id";
        query::all::<Row>(db, sql, []).await.unwrap()
    };
    let by_writing = rows().await;

    query::run(db, "DELETE FROM search_docs", []).await.unwrap();
    if !test.app.config.on_postgres() {
        query::run(db, "DELETE FROM search_grams", []).await.unwrap();
    }
    fill(&test).await;

    assert_eq!((by_writing.len(), rows().await), (16, by_writing));
    assert_eq!((hits(&mut ada, "느티나무").await, hits(&mut ada, "묶음").await, hits(&mut ada, "숨긴 말").await), (1, 7, 0));
}
