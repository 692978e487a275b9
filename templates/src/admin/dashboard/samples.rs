//! The dashboard of a busy site, and of a new one for staff with few permissions.

use super::{DashboardPage, Signup, Tile, text as t};
use crate::Lang;
use crate::admin::audit::samples::audit_rows;
use crate::admin::layout::{AdminShell, Permissions};
use crate::admin::samples::shell;
use crate::admin::text as admin_text;
use crate::layout::Flash;
use crate::samples::{Rendered, moment};
use crate::ui::Tone;

pub(crate) fn all(lang: Lang) -> Rendered {
    let tile = |label, value: &str, hint: String| Tile { label: lang.t(label), value: value.into(), hint };
    let tiles = vec![
        tile(t::TILE_MEMBERS, "1,284", lang.fill(t::TILE_MEMBERS_HINT, &[("n", &3)])),
        tile(t::TILE_POSTS, "52,430", lang.fill(t::TILE_TODAY_HINT, &[("n", &41)])),
        tile(t::TILE_COMMENTS, "208,113", lang.fill(t::TILE_TODAY_HINT, &[("n", &187)])),
        tile(t::TILE_ONLINE, "12", lang.t(t::TILE_ONLINE_HINT).into()),
        tile(t::TILE_SESSIONS, "640", lang.fill(t::TILE_SESSIONS_HINT, &[("n", &2)])),
        tile(t::TILE_SUSPENDED, "1", lang.t(t::TILE_SUSPENDED_HINT).into()),
    ];
    let signups = vec![
        Signup { id: 9, name: "Ada", picture: Some("3f2a90bb3f2a90bb"), email: "ada@example.com", at: moment(lang, 5) },
        Signup { id: 8, name: "이두리", picture: None, email: "duri@example.com", at: moment(lang, 1) },
    ];
    let full = shell(lang, "/");
    let bare = AdminShell {
        may: Permissions { audit: true, users: true, ..Permissions::default() },
        flash: Some(Flash { tone: Tone::Success, text: lang.t(admin_text::FLASH_SAVED) }),
        ..full
    };
    vec![
        ("admin-dashboard", super::page(&DashboardPage { shell: &full, tiles: tiles.clone(), audit: audit_rows(lang), signups })),
        ("admin-dashboard-new", super::page(&DashboardPage { shell: &bare, tiles, audit: Vec::new(), signups: Vec::new() })),
    ]
}
