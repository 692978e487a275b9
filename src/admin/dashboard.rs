//! GET /: how the house is doing, in numbers that were counted just now.

use crate::domain::{audit, dashboard, members, sessions};
use crate::web::{Result, Staff, present, reply};
use poem::{Response, handler};
use templates::admin::dashboard::{DashboardPage, Signup, Tile};
use templates::text::admin as words;
use templates::ui;

/// Rows in each of the two lists.
const ROWS: i64 = 8;

/// The dashboard.
#[handler]
pub async fn show(staff: Staff) -> Result<Response> {
    let (visit, actor) = (&staff.visit, &staff.actor);
    let numbers = dashboard::numbers(&visit.app).await?;
    let open = sessions::count_open(&visit.app).await?;
    let log = audit::list(&visit.app, actor, 0, ROWS).await.unwrap_or_default();
    let newest = members::newest(&visit.app, actor, ROWS).await?;
    let online = visit.app.shared.presence().count().await.known().map_or(-1, i64::from);
    let n = |count: i64| ui::number(present::count(count));
    let tile = |label, value: String, hint: i64| {
        let hint = if hint < 0 { String::new() } else { visit.lang.fill(words::TILE_TODAY, &[("n", &n(hint))]) };
        Tile { label: visit.lang.t(label), value, hint }
    };
    let here = if online < 0 { "–".to_owned() } else { n(online) };
    let changes: Vec<_> = log.iter().map(audit::Row::changes).collect();
    let now = visit.app.clock.now();
    let page = DashboardPage {
        shell: &present::admin_shell(visit),
        tiles: vec![
            tile(words::TILE_USERS, n(numbers.users), numbers.users_today),
            tile(words::TILE_POSTS, n(numbers.posts), numbers.posts_today),
            tile(words::TILE_COMMENTS, n(numbers.comments), numbers.comments_today),
            tile(words::TILE_ONLINE, here, -1),
            tile(words::TILE_SESSIONS, n(open), -1),
        ],
        audit: present::audit_rows(visit, &log, &changes),
        signups: newest
            .iter()
            .map(|m| Signup { id: m.id, name: &m.name, email: &m.email, at: present::moment(m.created_at, now, visit.lang) })
            .collect(),
    };
    Ok(reply::page(templates::admin::dashboard::page(&page)))
}
