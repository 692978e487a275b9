//! GET /: the site in numbers that were counted just now.

use crate::domain::users::manage;
use crate::domain::{Error, audit, dashboard};
use crate::web::{Result, Staff, present, reply};
use poem::{Response, handler};
use templates::admin::dashboard::{DashboardPage, Signup, Tile, text as t};
use templates::ui;

/// Rows in each of the two lists.
const ROWS: i64 = 8;

/// The dashboard.
#[handler]
pub async fn show(staff: Staff) -> Result<Response> {
    let (request, actor) = (&staff.request, &staff.actor);
    let numbers = dashboard::numbers(&request.app.context).await?;
    let log = match audit::list(&request.app.context, actor, &request.boards, 1, ROWS).await {
        Ok(page) => page.rows,
        // Not everybody who may be here may see what the others did.
        Err(Error::Forbidden) => Vec::new(),
        Err(err) => return Err(err.into()),
    };
    let newest = manage::newest(&request.app.context, actor, ROWS).await?;
    let online = request.app.context.shared.presence().count().await.known();
    let n = |count: i64| ui::number(present::count(count));
    let tile = |label, value: String, hint, count: i64| Tile {
        label: request.lang.t(label),
        value,
        hint: request.lang.fill(hint, &[("n", &n(count))]),
    };
    let changes: Vec<_> = log.iter().map(audit::AuditRow::changes).collect();
    let now = request.app.context.clock.now();
    let page = DashboardPage {
        shell: &present::admin_shell(request),
        tiles: vec![
            tile(t::TILE_MEMBERS, n(numbers.users), t::TILE_MEMBERS_HINT, numbers.users_today),
            tile(t::TILE_POSTS, n(numbers.posts), t::TILE_TODAY_HINT, numbers.posts_today),
            tile(t::TILE_COMMENTS, n(numbers.comments), t::TILE_TODAY_HINT, numbers.comments_today),
            // Redis may not have answered: then the number is unknown, and the tile shows that.
            tile(t::TILE_ONLINE, online.map_or_else(|| "?".into(), |here| n(here.into())), t::TILE_ONLINE_HINT, 0),
            tile(t::TILE_SESSIONS, n(numbers.sessions), t::TILE_SESSIONS_HINT, numbers.sessions_admin),
            tile(t::TILE_SUSPENDED, n(numbers.suspended), t::TILE_SUSPENDED_HINT, 0),
        ],
        audit: present::audit_rows(request, &log, &changes),
        signups: newest
            .iter()
            .map(|m| Signup {
                id: m.id.0,
                name: &m.name,
                picture: m.avatar.as_deref(),
                email: &m.email,
                at: present::moment(m.created_at, now, request.lang),
            })
            .collect(),
    };
    Ok(reply::page(templates::admin::dashboard::page(&page)))
}
