//! The site's whole address space. Handlers are one file a noun.

mod accounts;
mod avatars;
mod boards;
mod bookmarks;
mod comments;
mod drafts;
mod email;
mod events;
mod files;
mod home;
mod members;
mod notices;
mod notifications;
mod pages;
mod password_reset;
mod posts;
mod revisions;
mod saved_searches;
mod search;
mod settings;
mod sign_ups;

use crate::app::App;
use crate::domain::sessions::Area;
use crate::web::routes::Kind::{Asset, Plain, Probe, Stream};
use crate::web::routes::{RateLimit, Routes, page};
use crate::web::{assets, health, layers};
use poem::{Endpoint, EndpointExt, Response, get, post};
use templates::paths;

/// The site.
pub fn router(app: &App) -> impl Endpoint<Output = Response> + use<> {
    let (table, router) = routes().split(app, Area::Site);
    let kept = router.data(posts::PostPages::default()).data(home::Here::default()).data(crate::web::live::RecentNews::default());
    layers::wrap(app, Area::Site, table, kept)
}

/// Every address of the site, and what holds for it.
pub fn routes() -> Routes {
    let routes = Routes::default()
        .at(page("/").cost(0, 0), get(home::show))
        .at(page("/static/:name").kind(Asset), get(assets::show))
        .at(page("/healthz").kind(Probe), get(health::alive))
        .at(page("/readyz").kind(Probe), get(health::ready))
        .at(page("/robots.txt").kind(Plain), get(health::robots))
        .at(paths::SECURITY_TXT, get(pages::security))
        .at("/favicon.ico", get(health::favicon))
        .at(page("/terms").cost(0, 0), get(pages::terms))
        .at(page("/privacy").cost(0, 0), get(pages::privacy))
        .at(page("/accessibility").cost(0, 0), get(pages::accessibility));
    let routes = search::routes(drafts::routes(bookmarks::routes(of_members(of_posts(routes)))));
    let routes = files::routes(password_reset::routes(revisions::routes(saved_searches::routes(routes))));
    avatars::routes(notices::routes(email::routes(sign_ups::routes(routes))))
}

fn of_posts(routes: Routes) -> Routes {
    routes
        .at(page("/community").cost(1, 0), get(boards::index))
        .at(page("/community/:board").board(2).cost(0, 0), get(boards::show))
        .at(page("/community/:board/write").board(2).cost(1, 0), get(posts::new).post(posts::create))
        .at(page("/community/:board/:id").board(2).post(3).cost(0, 0), get(posts::show))
        .at(page("/community/:board/:id/edit").board(2).cost(4, 0), get(posts::edit).post(posts::update))
        .at(page("/community/:board/:id/delete").board(2).cost(2, 0), get(posts::delete).post(posts::destroy))
        .at(page("/community/:board/:id/comments").board(2).with_files(), get(posts::to_comments).post(comments::create))
        .at("/posts/:id/restore", post(posts::restore))
        .at("/posts/:id/hide", post(posts::hide))
        .at("/comments/:id", get(comments::show))
        .at(page("/comments/:id/reply").cost(3, 0), get(comments::answer))
        .at(page("/comments/:id/edit").cost(3, 0).with_files(), get(comments::edit).post(comments::update))
        .at(page("/comments/:id/delete").cost(3, 0), get(comments::delete).post(comments::destroy))
        .at(page("/preview").limit(RateLimit::Preview), post(posts::preview))
}

fn of_members(routes: Routes) -> Routes {
    routes
        .at("/login", get(accounts::new_session).post(accounts::create_session))
        .at(page("/logout").cost(0, 0), get(accounts::delete_session).post(accounts::destroy_session))
        .at("/signup", get(accounts::new).post(accounts::create))
        .at(page("/u/:id").cost(1, 1), get(members::show))
        .at(page("/who").cost(1, 2), get(members::online))
        .at(page("/members/names").cost(0, 0), get(members::offer))
        .at(page("/my/profile").private().cost(0, 0), get(settings::edit).post(settings::update))
        .at(page("/my/password").private().cost(0, 0), get(settings::edit_password).post(settings::update_password))
        .at(page("/my/reading").private().cost(0, 0), get(settings::edit_reading).post(settings::update_reading))
        .at(page("/my/sessions").private().cost(1, 0), get(settings::devices))
        .at(page("/my/sessions/end-others").private(), post(settings::end_others))
        .at(page("/my/sessions/:id/end").private(), post(settings::end_one))
        // An empty list cannot be kept ready: two more round trips.
        .at(page("/notifications").cost(1, 2), get(notifications::index))
        .at("/notifications/read-all", post(notifications::read_all))
        .at("/notifications/:id/read", post(notifications::read))
        .at(page("/events").kind(Stream), get(events::bell))
        .at(page("/events/posts/:id").kind(Stream), get(events::post))
}
