//! Looks of boards: with files, with pictures; and boards that ask for descriptions of pictures.

use crate::drafts::{Form, set, typed};
use crate::files::{names, upload};
use crate::pictures::{encoded, half_red};
use crate::support::{Engine, Page, Postgres, Sqlite, Visitor, operator, set_board};
use image::ImageFormat;
use minschool::domain::PostId;
use minschool::domain::idempotency;
use minschool::domain::posts::moderate::{ModerationAction, moderate};
use rstest::rstest;

const FREE: &str = "/community/free";
const WRITE: &str = "/community/free/write";
const ATTACH: &str = "/community/free/files";

async fn look(boss: &mut Visitor, look: &str, needs_alt: bool) {
    let needs_alt: &[(&str, &str)] = if needs_alt { &[("needs_alt", "1")] } else { &[] };
    set_board(boss, "free", &[&[("look", look)], needs_alt].concat()).await;
}

fn png(side: u32) -> Vec<u8> {
    encoded(&half_red(side, side), ImageFormat::Png)
}

async fn editor_with(visitor: &mut Visitor, title: &str, files: &[(&str, &[u8])]) -> Page {
    let form = typed(&visitor.get(WRITE).await, WRITE, title, "내용입니다.");
    upload(visitor, ATTACH, &form, files).await
}

async fn publish(visitor: &mut Visitor, form: &Form) -> Page {
    crate::drafts::send(visitor, WRITE, form).await
}

#[rstest]
#[tokio::test]
async fn a_board_shows_the_files_or_the_first_picture_of_its_posts(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    let (small, large) = (png(40), png(600));
    let editor = editor_with(&mut ada, "자료가 있는 글", &[("신청서.txt", b"1"), ("입구.png", &small), ("지도.png", &large)]).await;
    let mut form = editor.form(WRITE);
    for (name, value) in &mut form {
        if name.starts_with("alt.") {
            "턱 없는 입구".clone_into(value);
        }
    }
    let post = publish(&mut ada, &form).await;
    let id: PostId = post.path.rsplit('/').next().unwrap().parse().unwrap();
    assert!(names(&ada.get(FREE).await).is_empty(), "a list names no files");

    look(&mut boss, "cards", false).await;
    let cards = test.visitor().get(FREE).await;
    assert_eq!(names(&cards), ["신청서.txt", "입구.png", "지도.png"]);
    assert!(cards.attribute(".materials h2 a", "href").unwrap().ends_with(&id.to_string()));

    look(&mut boss, "gallery", false).await;
    let gallery = test.visitor().get(FREE).await;
    let cover = gallery.attribute(".gallery img", "src").unwrap();
    assert!(cover.ends_with("?size=small") && cover.contains("%EC%9E%85%EA%B5%AC"), "{cover}");
    assert!(gallery.says("턱 없는 입구") && gallery.html.contains(">2</span>"), "{}", gallery.html);
    assert_eq!(test.visitor().get(&cover).await.status, 200);

    let home = test.visitor().get("/").await;
    assert_eq!(home.attribute(".pictures-of-boards img", "src").as_deref(), Some(cover.as_str()));
    assert_eq!(
        (home.count("a:not(.cover)[href$='/1']"), home.count(".columns-of-posts a[href*='/free']")),
        (1, 0),
        "a post stands in one list"
    );
    let key = idempotency::Key::random().unwrap();
    moderate(&test.app.context, &operator(), &key, &[id], ModerationAction::Hide, "까닭").await.unwrap();
    assert!(test.visitor().get(FREE).await.attribute(".gallery img", "src").is_none(), "a hidden post's picture is gone");
    assert_eq!(test.visitor().get("/").await.count(".pictures-of-boards"), 0);
    assert_eq!(test.visitor().get(&cover).await.status, 404);
}

#[rstest]
#[tokio::test]
async fn those_who_may_only_see_a_list_read_no_words_of_its_files(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut boss) = (test.signed_in("ada").await, test.staff("boss", "admin").await);
    let picture = png(40);
    let mut form = editor_with(&mut ada, "제목은 모두 봅니다", &[("명단.txt", b"1"), ("행사.png", &picture)]).await.form(WRITE);
    let alt = form.iter().find(|(name, _)| name.starts_with("alt.")).unwrap().0.clone();
    set(&mut form, &alt, "세 사람의 얼굴");
    publish(&mut ada, &form).await;

    for look in ["cards", "gallery"] {
        set_board(&mut boss, "free", &[("look", look), ("list", "everyone"), ("read", "members")]).await;
        // The first member's page is kept before the guest's is drawn, and the other way round.
        for _ in 0..2 {
            let (member, guest) = (ada.get(FREE).await, test.visitor().get(FREE).await);
            assert!(member.html.contains(if look == "cards" { "명단.txt" } else { "세 사람의 얼굴" }), "{look}: {}", member.html);
            assert!(guest.says("제목은 모두 봅니다"), "{look}: {}", guest.text());
            assert!(!["명단", "세 사람", "/files/"].iter().any(|word| guest.html.contains(word)), "{look}: {}", guest.html);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_board_that_asks_for_descriptions_refuses_a_picture_without_one_and_loses_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut boss = test.staff("boss", "admin").await;
    look(&mut boss, "gallery", true).await;
    let mut ada = test.signed_in("ada").await;
    let picture = png(40);
    let editor = editor_with(&mut ada, "설명이 없는 사진", &[("가.png", &picture), ("나.txt", b"2")]).await;

    let refused = publish(&mut ada, &editor.form(WRITE)).await;

    assert_eq!((refused.status, names(&refused)), (422, vec!["가.png".to_owned(), "나.txt".to_owned()]));
    let field = refused.attribute("input[name^='alt.']", "name").unwrap();
    assert_eq!(refused.attribute(".error-summary a", "href"), Some(format!("#{field}")));
    let mut form = refused.form(WRITE);
    set(&mut form, &field, "붉은 네모");
    let post = publish(&mut ada, &form).await;
    assert!(post.says("글을 등록했습니다") && post.html.contains("alt=\"붉은 네모\""), "{}", post.text());

    let edit = format!("{}/edit", post.path);
    let mut change = ada.get(&edit).await.form(&edit);
    set(&mut change, &field, "");
    assert_eq!(crate::drafts::send(&mut ada, &edit, &change).await.status, 422, "a description cannot be taken away either");
}
