//! A session begins only for a password that still holds and a member who is not suspended, and never for a form's key.

use crate::support::{Engine, PASSWORD, Postgres, Sqlite, operator};
use minschool::db::query;
use minschool::domain::sessions::{self, Area, Client};
use minschool::domain::users::{self, password_change};
use minschool::domain::{UserId, bootstrap, tokens};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn a_sign_in_on_its_way_does_not_survive_a_changed_password_or_a_suspension(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.member("ada").await;
    let verified = users::find(&test.app.context.db, UserId(ada)).await.unwrap().password_hash;
    let (user, client) = (UserId(ada), Client::default());
    let start = async |verified: &str| {
        let new = sessions::New { user, verified, area: Area::Site, persistent: true, client: &client, new_device: None };
        sessions::start(&test.app.context, new).await.unwrap()
    };
    let open = start(&verified).await.expect("nothing has changed");

    password_change::store(&test.app.context, &operator(), UserId(ada), "another").await.unwrap();
    assert!(start(&verified).await.is_none(), "the password was changed meanwhile");
    let held = start("another").await.expect("the new password is right");
    let suspend = "UPDATE users SET suspended_at = $1 WHERE id = $2";
    query::run(&test.app.context.db, suspend, [test.app.context.clock.now().into(), ada.into()]).await.unwrap();

    assert!(start("another").await.is_none(), "suspended meanwhile");
    for token in [open, held] {
        let found = sessions::load(&test.app.context, &tokens::hash(&token), Area::Site).await.unwrap();
        assert!(found.is_none(), "a row's lookup refuses who is suspended");
    }
}

#[rstest]
#[tokio::test]
async fn the_setup_form_sent_again_signs_nobody_in(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let token = bootstrap::invite_first_admin(&test.app.context.db).await.unwrap().unwrap();
    let mut root = test.visitor();
    let page = root.get_admin(&format!("/setup?token={token}")).await;
    let once = page.once("/setup");
    let made = root.submit_admin(&page, "/setup", &[("email", "root@example.com"), ("name", "루트맨"), ("password", PASSWORD)]).await;
    assert!(made.status == 200 && root.cookie("ms_admin").is_some(), "{}", made.text());

    let mut eve = test.visitor();
    let again = eve.post_admin("/setup", &[("once", &once)]).await;

    assert!(eve.cookie("ms_admin").is_none(), "{}", again.text());
    assert_eq!(again.path, "/login");
}
