//! Drafts: saved from the editor by a button and by its script, published, a member's own list. Several windows: `draft_windows`.

use crate::support::{Engine, Page, Postgres, Sqlite, TestApp, Visitor, set_board};
use minschool::db::query;
use rstest::rstest;

pub(crate) const WRITE: &str = "/community/free/write";
pub(crate) const SAVE: &str = "/community/free/draft";
pub(crate) const LIST: &str = "/my/drafts";

/// What the form of an editor would send.
pub(crate) type Form = Vec<(String, String)>;

/// The form of an open editor, with what is typed into it.
pub(crate) fn typed(page: &Page, editor: &str, title: &str, body: &str) -> Form {
    let mut form = page.form(editor);
    set(&mut form, "title", title);
    set(&mut form, "body", body);
    form
}

pub(crate) fn set(form: &mut Form, name: &str, value: &str) {
    form.retain(|(field, _)| field != name);
    form.push((name.into(), value.into()));
}

pub(crate) async fn send(visitor: &mut Visitor, address: &str, form: &Form) -> Page {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.post(address, &pairs).await
}

/// Saves as the editor's script does: the values of the answer go into the form.
pub(crate) async fn autosave(visitor: &mut Visitor, address: &str, form: &mut Form) -> Page {
    let page = send(&mut visitor.clone().with_htmx(), address, form).await;
    for name in ["draft", "version"] {
        if let Some(value) = page.attribute("p[data-draft]", &format!("data-{name}")) {
            set(form, name, &value);
        }
    }
    page
}

pub(crate) async fn drafts(test: &TestApp) -> i64 {
    query::number(&test.app.context.db, "SELECT COUNT(*) FROM drafts", []).await.unwrap().unwrap()
}

pub(crate) fn value(page: &Page, editor: &str, name: &str) -> String {
    page.form(editor).into_iter().find(|(field, _)| field == name).map(|(_, value)| value).unwrap_or_default()
}

/// The address of the draft that an answer names, in the editor.
pub(crate) fn go_on(form: &Form) -> String {
    let id = &form.iter().find(|(name, _)| name == "draft").unwrap().1;
    format!("{WRITE}?draft={id}")
}

#[rstest]
#[tokio::test]
async fn a_draft_is_saved_and_continued_without_scripts(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get(WRITE).await;
    assert_eq!(page.attribute("[data-save]", "formaction").as_deref(), Some(SAVE));

    let page = send(&mut ada, SAVE, &typed(&page, WRITE, "쓰다 만 글", "아직 더 쓸 것이 있습니다.")).await;

    assert!(page.path.starts_with("/community/free/write?draft=") && page.path.ends_with("#saved"), "{}", page.path);
    assert!(page.find("#saved").unwrap().ends_with("에 임시저장했습니다."), "{}", page.text());
    assert_eq!(value(&page, WRITE, "title"), "쓰다 만 글");
    assert_eq!(value(&page, WRITE, "body"), "아직 더 쓸 것이 있습니다.");

    let again = send(&mut ada, SAVE, &typed(&page, WRITE, "쓰다 만 글", "조금 더 썼습니다.")).await;
    assert_eq!((value(&again, WRITE, "body").as_str(), drafts(&test).await), ("조금 더 썼습니다.", 1));
    assert!(!ada.get("/community/free").await.says("쓰다 만 글"), "nothing is published");
}

#[rstest]
#[tokio::test]
async fn the_list_and_an_empty_editor_lead_back_to_a_draft(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    assert!(ada.get(LIST).await.says("임시저장한 글이 없습니다"));
    assert!(!ada.get(WRITE).await.says("임시저장한 글이 있습니다"));
    let page = ada.get(WRITE).await;
    send(&mut ada, SAVE, &typed(&page, WRITE, "", "제목은 나중에 정합니다.")).await;

    let offered = ada.get(WRITE).await;
    assert!(offered.says("임시저장한 글이 있습니다") && value(&offered, WRITE, "body").is_empty(), "{}", offered.text());
    let continued = ada.get(&offered.attribute(".draft-note a", "href").unwrap()).await;
    assert_eq!(value(&continued, WRITE, "body"), "제목은 나중에 정합니다.");
    assert!(!ada.get("/community/qna/write").await.says("임시저장한 글이 있습니다"), "of another board");
    assert_eq!(ada.get(&continued.path.replace("free", "qna")).await.status, 404, "nor is it published there");

    let list = ada.get(LIST).await;
    assert!(list.says("제목은 나중에 정합니다.") && list.says("자유게시판"), "{}", list.text());
    assert_eq!(list.attribute(".card .actions a", "href"), offered.attribute(".draft-note a", "href"));
    let show = list.attribute(".card h2 a", "href").unwrap();
    assert!(ada.get(&show).await.says("제목은 나중에 정합니다."));

    let list = ada.submit(&list, &format!("{show}/delete"), &[]).await;
    assert!(list.says("임시저장한 글을 지웠습니다") && list.says("임시저장한 글이 없습니다"), "{}", list.text());
}

#[rstest]
#[tokio::test]
async fn the_script_saves_one_draft_for_each_form_and_a_repeat_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "글", "하나");
    let lost = form.clone();

    let page = autosave(&mut ada, SAVE, &mut form).await;
    assert_eq!(page.status, 200);
    assert!(!page.html.contains("<html") && page.text().ends_with("에 임시저장했습니다."), "{}", page.html);
    assert!(page.text().as_bytes()[..5].iter().enumerate().all(|(at, b)| if at == 2 { *b == b':' } else { b.is_ascii_digit() }));
    assert_eq!(page.attribute("p", "data-version").as_deref(), Some("1"));

    // The answer was lost: the browser knows neither id nor version, and goes on typing.
    let mut unaware = lost.clone();
    let repeated = autosave(&mut ada, SAVE, &mut unaware).await;
    assert_eq!(repeated.attribute("p", "data-version").as_deref(), Some("1"));
    let mut unaware = lost;
    set(&mut unaware, "body", "하나 둘");
    let page = autosave(&mut ada, SAVE, &mut unaware).await;
    assert_eq!((page.status, page.attribute("p", "data-version").as_deref()), (200, Some("2")));
    set(&mut form, "body", "하나 둘 셋");
    assert_eq!(autosave(&mut ada, SAVE, &mut form).await.attribute("p", "data-version").as_deref(), Some("3"));

    assert_eq!(drafts(&test).await, 1);
    assert_eq!(value(&ada.get(&go_on(&form)).await, WRITE, "body"), "하나 둘 셋");
}

#[rstest]
#[tokio::test]
async fn publishing_deletes_the_draft_and_a_late_save_makes_no_new_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "등록할 글", "내용");
    let first = form.clone();
    autosave(&mut ada, SAVE, &mut form).await;
    let unaware = first.clone();

    let post = send(&mut ada, WRITE, &form).await;
    assert!(post.says("글을 등록했습니다"), "{}", post.text());
    assert_eq!(drafts(&test).await, 0);

    for late in [&form, &first, &unaware] {
        let mut late = late.clone();
        set(&mut late, "body", "늦게 온 글");
        let page = autosave(&mut ada, SAVE, &mut late).await;
        assert_eq!(page.status, 410);
        assert!(page.says("이미 등록했거나 지운 글"), "{}", page.text());
    }
    assert_eq!(drafts(&test).await, 0);
    // Without scripts the button shows it, and the next one saves all the same.
    let page = send(&mut ada, SAVE, &form).await;
    assert!(page.status == 422 && page.says("이미 등록했거나 지운 글"), "{}", page.text());
    assert_eq!(value(&page, WRITE, "body"), "내용");
    assert_eq!(send(&mut ada, SAVE, &page.form(WRITE)).await.status, 200);
    assert_eq!(drafts(&test).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_save_and_a_post_at_the_same_moment_leave_no_draft(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    for round in 0..12 {
        let form = typed(&ada.get(WRITE).await, WRITE, &format!("글 {round}"), "내용");
        let (mut one, mut two) = (ada.clone(), ada.clone());
        let (mut save, post) = (form.clone(), form.clone());

        let (saved, posted) = futures_util::join!(autosave(&mut one, SAVE, &mut save), send(&mut two, WRITE, &post));

        assert!(matches!(saved.status, 200 | 410) && posted.status == 200, "{} {}", saved.status, posted.status);
        assert_eq!(drafts(&test).await, 0, "round {round}");
    }
}

#[rstest]
#[tokio::test]
async fn a_post_that_is_refused_keeps_its_draft_and_its_window(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "", "제목을 잊은 글");
    autosave(&mut ada, SAVE, &mut form).await;

    let page = send(&mut ada, WRITE, &form).await;
    assert_eq!((page.status, drafts(&test).await), (422, 1));
    // A save that was on its way when the form was sent is no other window.
    set(&mut form, "body", "제목을 잊은 글입니다");
    autosave(&mut ada, SAVE, &mut form).await;
    let mut again = typed(&page, WRITE, "제목", "제목을 잊은 글이었습니다");
    assert_eq!(autosave(&mut ada, SAVE, &mut again).await.status, 200);
    send(&mut ada, WRITE, &again).await;

    assert_eq!(drafts(&test).await, 0);
}

#[rstest]
#[tokio::test]
async fn drafts_are_for_their_member_alone(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let mut form = typed(&ada.get(WRITE).await, WRITE, "비밀 글", "비밀 내용");
    autosave(&mut ada, SAVE, &mut form).await;
    let address = go_on(&form);
    let show = format!("{LIST}/{}", address.rsplit('=').next().unwrap());
    let mut own = typed(&bob.get(WRITE).await, WRITE, "밥의 글", "밥");
    autosave(&mut bob, SAVE, &mut own).await;
    let key = bob.get(LIST).await.once(&format!("{LIST}/{}/delete", go_on(&own).rsplit('=').next().unwrap()));

    for path in [address.as_str(), show.as_str()] {
        assert_eq!(bob.get(path).await.status, 404, "{path}");
    }
    assert!(!bob.get(LIST).await.says("비밀") && !bob.get(WRITE).await.says("비밀"));
    assert_eq!(bob.post(&format!("{show}/delete"), &[("once", &key)]).await.status, 404);
    // With all that her form knows, neither a save nor a post of another member touches it.
    let mut stolen = form.clone();
    set(&mut stolen, "body", "훔친 글");
    assert_eq!(autosave(&mut bob, SAVE, &mut stolen.clone()).await.status, 410);
    let once = bob.get(WRITE).await.once(WRITE);
    set(&mut stolen, "once", &once);
    assert!(send(&mut bob, WRITE, &stolen).await.says("글을 등록했습니다"));
    assert_eq!(value(&ada.get(&address).await, WRITE, "body"), "비밀 내용");
    set(&mut form, "body", "더 쓴 비밀");
    assert_eq!(autosave(&mut ada, SAVE, &mut form).await.status, 200, "his post is not taken for hers");
    assert!(test.visitor().get(LIST).await.path.starts_with("/login"));
}

#[rstest]
#[tokio::test]
async fn a_member_has_fifty_at_most_and_an_empty_one_is_none(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get(WRITE).await;
    let empty = send(&mut ada, SAVE, &page.form(WRITE)).await;
    assert!(empty.status == 422 && empty.says("제목이나 내용을 먼저"), "{}", empty.text());
    for n in 0..50 {
        let mut form = typed(&page, WRITE, &format!("글 {n}"), "내용");
        set(&mut form, "editor", &format!("window-{n}"));
        assert_eq!(autosave(&mut ada, SAVE, &mut form).await.status, 200);
    }

    let mut form = typed(&page, WRITE, "하나 더", "쉰한 번째");
    let line = autosave(&mut ada, SAVE, &mut form).await;
    assert!(line.status == 422 && line.says("50개까지"), "{}", line.text());
    let full = send(&mut ada, SAVE, &form).await;
    assert!(full.status == 422 && full.says("50개까지"), "{}", full.text());
    assert_eq!(value(&full, WRITE, "body"), "쉰한 번째");
    let list = ada.get(LIST).await;
    assert_eq!((list.count(".card"), drafts(&test).await), (50, 50));
    assert!(list.statements <= 2, "{}", list.statements);
    // Those that are there go on being saved.
    let old = list.attribute(".card .actions a", "href").unwrap();
    let mut form = typed(&ada.get(&old).await, WRITE, "글", "더 썼습니다");
    assert_eq!(autosave(&mut ada, SAVE, &mut form).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_session_that_ended_meanwhile_saves_nothing_and_signing_in_goes_on(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "글", "한 시간 동안 쓴 글");
    let mut gone = test.visitor();

    assert_eq!(autosave(&mut gone, SAVE, &mut form).await.status, 401);
    assert_eq!(drafts(&test).await, 0);
    let relogin = send(&mut gone, SAVE, &form).await;
    assert!(relogin.status == 401 && relogin.html.contains("한 시간 동안 쓴 글"), "{}", relogin.text());
    let password = crate::support::PASSWORD;
    let page = gone.submit(&relogin, "/login", &[("email", "ada@example.com"), ("password", password)]).await;

    assert!(page.path.starts_with("/community/free/write?draft="), "{}", page.path);
    assert_eq!(value(&page, WRITE, "body"), "한 시간 동안 쓴 글");
}

#[rstest]
#[tokio::test]
async fn a_board_that_was_closed_leaves_the_text_to_its_member(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    let (write, save) = ("/community/qna/write", "/community/qna/draft");
    let mut form = typed(&ada.get(write).await, write, "물어볼 것", "질문 내용");
    autosave(&mut ada, save, &mut form).await;
    set_board(&mut boss, "qna", &[("list", "staff"), ("read", "staff"), ("write", "staff"), ("comment", "staff")]).await;

    let list = ada.get(LIST).await;

    assert!(list.says("물어볼 것") && list.says("지금은 쓸 수 없는 곳") && !list.says("이어 쓰기"), "{}", list.text());
    assert!(!list.says("질문과 답변"), "nor is the board named");
    let page = ada.get(&list.attribute(".card h2 a", "href").unwrap()).await;
    assert!(page.says("질문 내용") && !page.says("질문과 답변") && page.count(".version a") == 0, "{}", page.text());
    assert_eq!(autosave(&mut ada, save, &mut form).await.status, 404);
}

#[rstest]
#[tokio::test]
async fn drafts_survive_the_instance_and_redis(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "글", "처음");
    autosave(&mut ada, SAVE, &mut form).await;
    let node = test.node().await;
    if let Some(redis) = &test.backends.redis {
        redis.freeze();
    }

    let mut elsewhere = ada.on(&node);
    set(&mut form, "body", "다른 서버에서 더 쓴 글");
    let page = autosave(&mut elsewhere, SAVE, &mut form).await;

    assert_eq!((page.status, page.attribute("p", "data-version").as_deref()), (200, Some("2")));
    assert_eq!(value(&ada.get(&go_on(&form)).await, WRITE, "body"), "다른 서버에서 더 쓴 글");
}

#[rstest]
#[tokio::test]
async fn the_words_are_in_english_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get("/my/reading").await;
    ada.submit(&page, "/my/reading", &[("language", "en")]).await;
    let mut form = typed(&ada.get(WRITE).await, WRITE, "Post", "Text");

    let line = autosave(&mut ada, SAVE, &mut form).await;

    assert!(line.text().starts_with("Draft saved at "), "{}", line.text());
    assert!(ada.get(LIST).await.says("My drafts") && ada.get(WRITE).await.says("You have a draft"));
}
