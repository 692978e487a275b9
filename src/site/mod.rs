//! The site's whole address space. Handlers are one file a noun.

mod accounts;
mod boards;
mod comments;
mod events;
mod home;
mod members;
mod notifications;
mod pages;
mod posts;
mod settings;

use crate::app::App;
use crate::domain::sessions::Area;
use crate::web::routes::Routes;
use crate::web::{assets, health, layers};
use poem::{Endpoint, Response, get, post};
use templates::paths;

/// The site.
pub fn router(app: &App) -> impl Endpoint<Output = Response> + use<> {
    layers::wrap(app, Area::Site, routes().measured(app, Area::Site))
}

/// Every address of the site.
pub fn addresses() -> Vec<&'static str> {
    routes().templates().to_vec()
}

fn routes() -> Routes {
    let route = Routes::default()
        .at("/", get(home::show))
        .at("/static/:name", get(assets::show))
        .at("/healthz", get(health::alive))
        .at("/readyz", get(health::ready))
        .at("/robots.txt", get(health::robots))
        .at(paths::SECURITY_TXT, get(pages::security))
        .at("/favicon.ico", get(health::favicon))
        .at("/terms", get(pages::terms))
        .at("/privacy", get(pages::privacy))
        .at("/accessibility", get(pages::accessibility));
    let route = writing(route);
    people(route)
}

fn writing(route: Routes) -> Routes {
    route
        .at("/community", get(boards::index))
        .at("/community/:board", get(boards::show))
        .at("/community/:board/write", get(posts::new).post(posts::create))
        .at("/community/:board/:id", get(posts::show))
        .at("/community/:board/:id/edit", get(posts::edit).post(posts::update))
        .at("/community/:board/:id/delete", get(posts::delete).post(posts::destroy))
        .at("/community/:board/:id/comments", get(posts::to_comments).post(comments::create))
        .at("/posts/:id/restore", post(posts::restore))
        .at("/posts/:id/hide", post(posts::hide))
        .at("/comments/:id", get(comments::show))
        .at("/comments/:id/reply", get(comments::answer))
        .at("/comments/:id/edit", get(comments::edit).post(comments::update))
        .at("/comments/:id/delete", get(comments::delete).post(comments::destroy))
        .at("/preview", post(posts::preview))
}

fn people(route: Routes) -> Routes {
    route
        .at("/login", get(accounts::new_session).post(accounts::create_session))
        .at("/logout", get(accounts::delete_session).post(accounts::destroy_session))
        .at("/signup", get(accounts::new).post(accounts::create))
        .at("/u/:id", get(members::show))
        .at("/who", get(members::online))
        .at("/my/profile", get(settings::edit).post(settings::update))
        .at("/my/password", get(settings::edit_password).post(settings::update_password))
        .at("/my/reading", get(settings::edit_reading).post(settings::update_reading))
        .at("/my/sessions", get(settings::devices))
        .at("/my/sessions/end-others", post(settings::end_others))
        .at("/my/sessions/:id/end", post(settings::end_one))
        .at("/notifications", get(notifications::index))
        .at("/notifications/read-all", post(notifications::read_all))
        .at("/notifications/:id/read", post(notifications::read))
        .at("/events", get(events::bell))
        .at("/events/posts/:id", get(events::post))
}
