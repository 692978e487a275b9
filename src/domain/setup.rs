//! The first administrator, made through the link that the first start prints.

use super::sessions::Client;
use super::users::{Joining, Newcomer};
use super::{Account, Actor, Permissions, Result, audit, house, once, roles, sql};
use crate::app::App;

/// Makes the first administrator and uses up the link.
///
/// # Errors
/// `NotFound` when the link is not good (any more); `Invalid`; `Busy`; the database's.
pub async fn first_admin(app: &App, key: &once::Key, token: &str, form: &Joining, client: &Client) -> Result<once::Settled> {
    let done = async {
        let newcomer = Newcomer::check(app, form, Account::Staff).await?;
        let now = app.clock.now();
        let tx = sql::begin(&app.db).await?;
        house::use_setup(&tx, token).await?;
        let role = roles::named(&tx, roles::ADMIN).await?;
        let id = newcomer.insert(&tx, role.id, now).await?;
        let actor = Actor { id, name: form.name.clone(), role: roles::ADMIN.into(), permissions: Permissions::default() };
        let by = audit::By { actor, client: client.clone() };
        audit::write(&tx, &by, audit::Entry::new("user.create", "user", id, &form.name).after("role", roles::ADMIN), now).await?;
        once::keep(&tx, key, id, now).await?;
        tx.commit().await?;
        Ok(id)
    };
    once::settle(&app.db, key, done.await).await
}
