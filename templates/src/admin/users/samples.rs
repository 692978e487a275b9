//! Members in the panel, signing in to it, and the first administrator.

use super::setup::{self, SetupPage};
use super::sign_in::{self, LoginPage, LogoutPage};
use super::{Suspension, UserPage, UserRow, UsersPage};
use crate::Lang;
use crate::admin::layout::AdminShell;
use crate::admin::samples::shell;
use crate::admin::sessions::samples::sessions_of;
use crate::admin::sign_ups::Waiting;
use crate::layout::Aids;
use crate::samples::{Rendered, fault, moment};
use crate::ui::{Choice, FieldError};
use crate::users::sign_in::LoginNotice;

pub(crate) fn all(lang: Lang) -> Rendered {
    [members(lang), signed_out(lang)].concat()
}

fn user(lang: Lang, id: i64, name: &'static str, suspended: bool) -> UserRow<'static> {
    let last_seen = (id % 2 == 0).then(|| moment(lang, 44));
    UserRow {
        id,
        name,
        picture: (id == 8).then_some("3f2a90bb3f2a90bb"),
        email: "someone.with.a.long.name@example.com",
        role: "회원",
        joined: moment(lang, 2),
        last_seen,
        suspended,
    }
}

fn user_page<'a>(shell: &'a AdminShell<'a>, errors: &'a [FieldError<'a>]) -> UserPage<'a> {
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
        may_remove_picture: true,
        may_end_sessions: true,
        is_self: false,
        reason: "",
        until: "",
        once: "k-once",
        errors,
    }
}

fn members(lang: Lang) -> Rendered {
    let (list, one) = (shell(lang, "/users"), shell(lang, "/users/8"));
    let found = vec![user(lang, 7, "김하나", false), user(lang, 8, "이두리", true), user(lang, 9, "Ada", false)];
    let index = |query, users, total_pages| {
        super::index(&UsersPage { shell: &list, query, users, page: 1, total_pages, waiting: Waiting::default(), errors: &[] })
    };
    let errors = [fault("reason", "reason.empty", 0), fault("until", "until.past", 0)];
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
        ("admin-user", super::show(&user_page(&one, &[]))),
        ("admin-user-faults", super::show(&UserPage { until: "2020-01-01", ..user_page(&one, &errors) })),
        ("admin-user-suspended", super::show(&suspended)),
        ("admin-user-self", super::show(&own)),
    ]
}

fn signed_out(lang: Lang) -> Rendered {
    let (aids, at) = (Aids::default(), shell(lang, "/logout"));
    let wrong = [fault("email", "login.wrong", 0)];
    let empty = LoginPage {
        lang,
        aids,
        email: "",
        next: "/",
        fields: &[],
        once: "k-once",
        errors: &[],
        notice: LoginNotice::None,
        not_staff: false,
    };
    let errors = [fault("form", "token.invalid", 0), fault("password", "password.too_short", 10)];
    let first = SetupPage { lang, aids, token: "t-setup", email: "", name: "", once: "k-once", errors: &[] };
    vec![
        ("admin-login", sign_in::page(&empty)),
        ("admin-login-wrong", sign_in::page(&LoginPage { email: "ada@example.com", errors: &wrong, ..empty })),
        ("admin-login-not-staff", sign_in::page(&LoginPage { not_staff: true, notice: LoginNotice::Expired, ..empty })),
        ("admin-logout", sign_in::logout(&LogoutPage { shell: &at, once: "k-once" })),
        ("admin-setup", setup::page(&first)),
        ("admin-setup-faults", setup::page(&SetupPage { email: "ada@example.com", name: "Ada", errors: &errors, ..first })),
    ]
}
