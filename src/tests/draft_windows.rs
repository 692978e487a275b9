//! Drafts in several windows: nothing is overwritten, and both texts are shown.

use crate::drafts::{LIST, SAVE, WRITE, autosave, drafts, go_on, send, set, typed, value};
use crate::support::{Engine, Postgres, Sqlite};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn two_windows_are_shown_side_by_side_and_nothing_is_overwritten(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut left = typed(&ada.get(WRITE).await, WRITE, "글", "처음");
    autosave(&mut ada, SAVE, &mut left).await;
    let address = go_on(&left);
    let mut right = typed(&ada.get(&address).await, WRITE, "글", "오른쪽에서 쓴 글");
    assert_eq!(autosave(&mut ada, SAVE, &mut right).await.status, 200);

    set(&mut left, "body", "왼쪽에서 쓴 글");
    let line = autosave(&mut ada, SAVE, &mut left).await;

    assert_eq!(line.status, 409);
    assert!(line.says("따로 임시저장했습니다"), "{}", line.text());
    let both = ada.get(&line.attribute("a", "href").unwrap()).await;
    assert!(both.says("왼쪽에서 쓴 글") && both.says("오른쪽에서 쓴 글"), "{}", both.text());
    assert_eq!(both.text().matches("이 글로 계속 쓰기").count(), 2);

    // Each window goes on with its own.
    set(&mut left, "body", "왼쪽에서 더 쓴 글");
    assert_eq!(autosave(&mut ada, SAVE, &mut left).await.status, 409);
    set(&mut right, "body", "오른쪽에서 더 쓴 글");
    assert_eq!(autosave(&mut ada, SAVE, &mut right).await.status, 200);
    assert_eq!((drafts(&test).await, go_on(&left) == go_on(&right)), (2, false));
    assert_eq!(value(&ada.get(&go_on(&left)).await, WRITE, "body"), "왼쪽에서 더 쓴 글");

    // One is chosen: it is saved without a word on the other, which stays in the list.
    let mut chosen = typed(&ada.get(&go_on(&left)).await, WRITE, "글", "고른 글");
    assert_eq!(autosave(&mut ada, SAVE, &mut chosen).await.status, 200);
    let list = ada.get(LIST).await;
    assert!(list.count(".card") == 2 && list.says("글"), "{}", list.text());
}

#[rstest]
#[tokio::test]
async fn without_scripts_two_windows_get_the_same_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let page = ada.get(WRITE).await;
    let left = send(&mut ada, SAVE, &typed(&page, WRITE, "글", "처음")).await;
    let right = ada.get(left.path.split('#').next().unwrap()).await;
    send(&mut ada, SAVE, &typed(&right, WRITE, "글", "오른쪽에서 쓴 글")).await;

    let both = send(&mut ada, SAVE, &typed(&left, WRITE, "글", "왼쪽에서 쓴 글")).await;

    assert_eq!(both.status, 409);
    assert!(both.says("왼쪽에서 쓴 글") && both.says("오른쪽에서 쓴 글"), "{}", both.text());
    let chosen = ada.get(&both.attribute(".version a.button", "href").unwrap()).await;
    assert_eq!(value(&chosen, WRITE, "body"), "왼쪽에서 쓴 글");
    // The same text in two windows is no conflict.
    let (one, two) = (ada.get(&chosen.path).await, ada.get(&chosen.path).await);
    send(&mut ada, SAVE, &typed(&one, WRITE, "글", "같은 글")).await;
    assert_eq!(send(&mut ada, SAVE, &typed(&two, WRITE, "글", "같은 글")).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn what_another_window_saved_since_survives_publishing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut left = typed(&ada.get(WRITE).await, WRITE, "글", "처음");
    autosave(&mut ada, SAVE, &mut left).await;
    let mut right = typed(&ada.get(&go_on(&left)).await, WRITE, "글", "오른쪽에서 쓴 글");
    autosave(&mut ada, SAVE, &mut right).await;

    send(&mut ada, WRITE, &left).await;

    assert_eq!(value(&ada.get(&go_on(&right)).await, WRITE, "body"), "오른쪽에서 쓴 글");
    set(&mut right, "body", "더 쓴 글");
    assert_eq!(autosave(&mut ada, SAVE, &mut right).await.status, 200);
    assert_eq!(drafts(&test).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_change_of_a_post_has_one_draft_and_meets_a_post_that_changed_meanwhile(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let post = ada.write("free", "글").await;
    let (edit, save) = (format!("{post}/edit"), format!("{post}/draft"));
    let mut first = typed(&ada.get(&edit).await, &edit, "글", "고치는 중");
    assert_eq!(autosave(&mut ada, &save, &mut first).await.status, 200);

    let page = ada.get(&edit).await;
    assert!(page.says("임시저장한 글이 있습니다") && value(&page, &edit, "body") == "내용입니다.", "{}", page.text());
    // A second window that knows nothing of the draft does not overwrite it.
    let mut second = typed(&page, &edit, "글", "다르게 고치는 중");
    assert_eq!(autosave(&mut ada, &save, &mut second).await.status, 409);

    ada.submit(&ada.clone().get(&edit).await, &edit, &[("body", "먼저 고쳤습니다.")]).await;
    assert_eq!(drafts(&test).await, 2, "those of other windows stay");
    let draft = first.iter().find(|(name, _)| name == "draft").unwrap().1.clone();
    let continued = ada.get(&format!("{edit}?draft={draft}")).await;
    assert!(continued.says("원래 글이 바뀌었습니다") && value(&continued, &edit, "body") == "고치는 중", "{}", continued.text());

    let refused = send(&mut ada, &edit, &continued.form(&edit)).await;
    assert_eq!(refused.status, 422);
    assert!(value(&refused, &edit, "body") == "고치는 중" && ada.get(&post).await.says("먼저 고쳤습니다."));
    let done = send(&mut ada, &edit, &refused.form(&edit)).await;
    assert!(done.path == post && done.says("고치는 중"), "{}", done.text());
    assert_eq!(drafts(&test).await, 1);
    assert_eq!(autosave(&mut ada, &save, &mut first).await.status, 410);
}
