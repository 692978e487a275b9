//! The staff's side: dashboard, members, roles, sessions, audit, sign-in, set-up.

use super::{Drawn, fault, moment};
use crate::Lang;
use crate::admin::audit::{self, AuditPage, AuditRow, Change};
use crate::admin::dashboard::{self, DashboardPage, Signup, Tile};
use crate::admin::errors::{self, ErrorPage};
use crate::admin::layout::{AdminShell, Permissions};
use crate::admin::login::{self, LoginPage, LogoutPage};
use crate::admin::roles::{self, GrantRow, NewRolePage, RoleGrid, RolesPage};
use crate::admin::sessions::{self, SessionRow, SessionsPage};
use crate::admin::setup::{self, SetupPage};
use crate::admin::users::{self, Suspension, UserPage, UserRow, UsersPage};
use crate::auth::LoginNotice;
use crate::errors::Problem;
use crate::layout::{Aids, Flash};
use crate::text::admin as words;
use crate::ui::{Choice, Fault, Tone};

pub(super) fn all(lang: Lang) -> Drawn {
    [front(lang), members(lang), role_pages(lang), logs(lang), doors(lang)].concat()
}

/// Somebody who may do everything.
pub(super) fn shell(lang: Lang, path: &'static str) -> AdminShell<'static> {
    let may = Permissions { users: true, roles: true, boards: true, posts: true, comments: true, sessions: true, audit: true };
    AdminShell {
        lang, path, staff: "운영자", staff_id: 1, may, aids: Aids::default(), flash: None, site_url: "https://www.example.com/"
    }
}

fn audit_rows(lang: Lang) -> Vec<AuditRow<'static>> {
    let role = Change { field: "역할", before: "회원", after: "운영자" };
    let until = Change { field: "정지 기한", before: "", after: "2026-12-31" };
    let row = AuditRow {
        at: moment(lang, 21),
        staff: "운영자",
        action: "user.role",
        target: "이두리 (#8)",
        reason: "",
        ip: "203.0.113.7",
        changes: vec![role],
    };
    vec![
        row.clone(),
        AuditRow {
            action: "user.suspend", target: "Ada (#9)", reason: "광고 글을 되풀이해 올림", changes: vec![until], ..row.clone()
        },
        AuditRow { staff: "", action: "user.lift", changes: Vec::new(), ..row },
    ]
}

fn front(lang: Lang) -> Drawn {
    let tile = |label, value: &str, hint: String| Tile { label: lang.t(label), value: value.into(), hint };
    let tiles = vec![
        tile(words::TILE_MEMBERS, "1,284", lang.fill(words::TILE_MEMBERS_HINT, &[("n", &3)])),
        tile(words::TILE_POSTS, "52,430", lang.fill(words::TILE_TODAY_HINT, &[("n", &41)])),
        tile(words::TILE_COMMENTS, "208,113", lang.fill(words::TILE_TODAY_HINT, &[("n", &187)])),
        tile(words::TILE_ONLINE, "12", lang.t(words::TILE_ONLINE_HINT).into()),
        tile(words::TILE_SESSIONS, "640", lang.fill(words::TILE_SESSIONS_HINT, &[("n", &2)])),
        tile(words::TILE_SUSPENDED, "1", lang.t(words::TILE_SUSPENDED_HINT).into()),
    ];
    let signups = vec![
        Signup { id: 9, name: "Ada", email: "ada@example.com", at: moment(lang, 5) },
        Signup { id: 8, name: "이두리", email: "duri@example.com", at: moment(lang, 1) },
    ];
    let full = shell(lang, "/");
    let bare = AdminShell {
        may: Permissions { audit: true, users: true, ..Permissions::default() },
        flash: Some(Flash { tone: Tone::Success, text: lang.t(words::FLASH_SAVED) }),
        ..full
    };
    vec![
        ("admin-dashboard", dashboard::page(&DashboardPage { shell: &full, tiles: tiles.clone(), audit: audit_rows(lang), signups })),
        ("admin-dashboard-new", dashboard::page(&DashboardPage { shell: &bare, tiles, audit: Vec::new(), signups: Vec::new() })),
    ]
}

fn user(lang: Lang, id: i64, name: &'static str, suspended: bool) -> UserRow<'static> {
    let last_seen = (id % 2 == 0).then(|| moment(lang, 44));
    UserRow { id, name, email: "someone.with.a.long.name@example.com", role: "회원", joined: moment(lang, 2), last_seen, suspended }
}

fn sessions_of(lang: Lang) -> Vec<SessionRow<'static>> {
    let row = SessionRow {
        id: 1,
        user_id: 8,
        name: "이두리",
        device: "Windows · Chrome",
        ip: "203.0.113.7",
        in_admin: false,
        created: moment(lang, 1),
        last_seen: moment(lang, 50),
        is_current: false,
    };
    vec![SessionRow { id: 2, in_admin: true, is_current: true, ..row.clone() }, row]
}

fn user_page<'a>(shell: &'a AdminShell<'a>, faults: &'a [Fault<'a>]) -> UserPage<'a> {
    let roles = vec![
        Choice { value: "member", label: "회원" },
        Choice { value: "moderator", label: "운영자" },
        Choice { value: "admin", label: "관리자" },
    ];
    UserPage {
        shell,
        user: user(shell.lang, 8, "이두리", false),
        roles,
        role: "member",
        suspension: None,
        sessions: sessions_of(shell.lang),
        may_change_role: true,
        may_suspend: true,
        may_end_sessions: true,
        is_self: false,
        reason: "",
        until: "",
        once: "k-once",
        faults,
    }
}

fn members(lang: Lang) -> Drawn {
    let (list, one) = (shell(lang, "/users"), shell(lang, "/users/8"));
    let found = vec![user(lang, 7, "김하나", false), user(lang, 8, "이두리", true), user(lang, 9, "Ada", false)];
    let index = |query, users, total_pages| users::index(&UsersPage { shell: &list, query, users, page: 1, total_pages });
    let faults = [fault("reason", "reason.empty", 0), fault("until", "until.past", 0)];
    let mut suspended = user_page(&one, &[]);
    suspended.user.suspended = true;
    suspended.sessions = Vec::new();
    suspended.suspension =
        Some(Suspension {
            reason: "광고 글을 되풀이해 올림", by: "운영자", at: moment(lang, 9), until: Some(moment(lang, 10))
        });
    let mut own = user_page(&one, &[]);
    own.is_self = true;
    vec![
        ("admin-users", index("", found, 65)),
        ("admin-users-none", index("없는 사람", Vec::new(), 1)),
        ("admin-user", users::show(&user_page(&one, &[]))),
        ("admin-user-faults", users::show(&UserPage { until: "2020-01-01", ..user_page(&one, &faults) })),
        ("admin-user-suspended", users::show(&suspended)),
        ("admin-user-self", users::show(&own)),
    ]
}

fn role_pages(lang: Lang) -> Drawn {
    let at = shell(lang, "/roles");
    let grant = |on: bool| {
        let row = |resource, grants| GrantRow { resource, grants };
        vec![
            row("post", vec![Some(true), Some(true), Some(on), Some(on), None]),
            row("comment", vec![Some(true), Some(true), Some(on), Some(on), None]),
            row("user", vec![Some(on), None, None, Some(false), Some(false)]),
            row("audit", vec![Some(on), None, None, None, None]),
        ]
    };
    let role = |id, name, builtin, locked, members| RoleGrid { id, name, builtin, locked, members, rows: grant(id != 3) };
    let roles = vec![
        role(1, "관리자", true, true, 2),
        role(2, "운영자", true, false, 1),
        role(3, "회원", true, false, 1_281),
        role(4, "편집자", false, false, 0),
    ];
    let faults = [fault("form", "role.last_admin", 0)];
    let page = |faults| RolesPage {
        shell: &at,
        actions: vec!["read", "write", "delete", "moderate", "manage"],
        roles: roles.clone(),
        may_manage: true,
        once: "k-once",
        faults,
    };
    let name = [fault("name", "name.empty", 0)];
    let new = |faults| roles::new(&NewRolePage { shell: &at, name: "", once: "k-once", faults });
    vec![
        ("admin-roles", roles::index(&page(&[]))),
        ("admin-roles-faults", roles::index(&page(&faults))),
        ("admin-roles-read-only", roles::index(&RolesPage { may_manage: false, ..page(&[]) })),
        ("admin-role-new", new(&[])),
        ("admin-role-new-faults", new(&name)),
    ]
}

fn logs(lang: Lang) -> Drawn {
    let (all, audit) = (shell(lang, "/sessions"), shell(lang, "/audit"));
    let page = SessionsPage { shell: &all, rows: sessions_of(lang), user: None, total: 640, page: 2, total_pages: 32, once: "k-once" };
    let log = |rows, total_pages| audit::page(&AuditPage { shell: &audit, rows, page: 1, total_pages });
    vec![
        ("admin-sessions", sessions::index(&page)),
        (
            "admin-sessions-of",
            sessions::index(&SessionsPage { user: Some((8, "이두리")), total: 1, page: 1, total_pages: 1, ..page.clone() }),
        ),
        ("admin-sessions-none", sessions::index(&SessionsPage { rows: Vec::new(), total: 0, page: 1, total_pages: 1, ..page.clone() })),
        ("admin-audit", log(audit_rows(lang), 12)),
        ("admin-audit-none", log(Vec::new(), 1)),
    ]
}

fn doors(lang: Lang) -> Drawn {
    let (aids, at) = (Aids::default(), shell(lang, "/logout"));
    let wrong = [fault("email", "login.wrong", 0)];
    let door = LoginPage {
        lang,
        aids,
        email: "",
        next: "/",
        fields: &[],
        once: "k-once",
        faults: &[],
        notice: LoginNotice::None,
        not_staff: false,
    };
    let faults = [fault("form", "token.invalid", 0), fault("password", "password.too_short", 10)];
    let first = SetupPage { lang, aids, token: "t-setup", email: "", name: "", once: "k-once", faults: &[] };
    let problem = Problem { status: 403, request_id: "01JD9Z3K7Q", ..Problem::default() };
    vec![
        ("admin-login", login::page(&door)),
        ("admin-login-wrong", login::page(&LoginPage { email: "ada@example.com", faults: &wrong, ..door })),
        ("admin-login-not-staff", login::page(&LoginPage { not_staff: true, notice: LoginNotice::Expired, ..door })),
        ("admin-logout", login::logout(&LogoutPage { shell: &at, once: "k-once" })),
        ("admin-setup", setup::page(&first)),
        ("admin-setup-faults", setup::page(&SetupPage { email: "ada@example.com", name: "Ada", faults: &faults, ..first })),
        ("admin-error-403", errors::page(&ErrorPage { shell: &at, problem })),
    ]
}
