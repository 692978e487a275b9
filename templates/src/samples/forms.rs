//! Forms of the site: writing a post, signing in and up, settings.

use super::{Drawn, fault, guest, member};
use crate::auth::{self, LoginNotice, LoginPage, LogoutPage, ReloginPage, SignupPage};
use crate::layout::Shell;
use crate::post_form::{self, PostForm, Purpose};
use crate::settings::{self, PasswordForm, ProfileForm, ReadingForm};
use crate::ui::Fault;
use crate::{Lang, Markup};

pub(super) fn all(lang: Lang) -> Drawn {
    [editor(lang), login(lang), signup(lang), relogin(lang), own(lang)].concat()
}

fn editor(lang: Lang) -> Drawn {
    let shell = member(lang, "/community/free/write");
    let faults = [fault("title", "title.empty", 0), fault("body", "body.too_long", 20_000)];
    let empty = PostForm {
        shell: &shell,
        slug: "free",
        board: "자유게시판",
        purpose: Purpose::New,
        title: "",
        body: "",
        can_notice: false,
        notice: false,
        revision: None,
        once: "k-once",
        faults: &[],
        preview_html: "",
    };
    let written = PostForm {
        title: "바자회",
        body: "**나눔 바자회**\n</textarea><b>태그는 글자로 남습니다</b>",
        preview_html: "<p><strong>나눔 바자회</strong></p>",
        ..empty
    };
    vec![
        ("write", post_form::page(&empty)),
        ("write-faults", post_form::page(&PostForm { title: "", faults: &faults, ..written })),
        (
            "edit-staff",
            post_form::page(&PostForm { purpose: Purpose::Edit { id: 42 }, revision: Some(3), can_notice: true, notice: true, ..written }),
        ),
    ]
}

fn login(lang: Lang) -> Drawn {
    let shell = guest(lang, "/login");
    let draw = |notice, email, faults: &[Fault]| {
        auth::login(&LoginPage {
            shell: &shell,
            email,
            remember: !email.is_empty(),
            next: "/community/free",
            once: "k-once",
            faults,
            notice,
        })
    };
    let wrong = [fault("email", "login.wrong", 0)];
    let suspended = |until| LoginNotice::Suspended { reason: "광고 글을 되풀이해 올림", until };
    vec![
        ("login", draw(LoginNotice::None, "", &[])),
        ("login-wrong", draw(LoginNotice::None, "ada@example.com", &wrong)),
        ("login-signed-out", draw(LoginNotice::SignedOut, "", &[])),
        ("login-required", draw(LoginNotice::Required, "", &[])),
        ("login-expired", draw(LoginNotice::Expired, "", &[])),
        ("login-ended", draw(LoginNotice::Ended, "", &[])),
        ("login-password-changed", draw(LoginNotice::PasswordChanged, "", &[])),
        ("login-suspended", draw(suspended(""), "ada@example.com", &[])),
        ("login-suspended-until", draw(suspended("2026-12-31"), "ada@example.com", &[])),
        ("login-wait-seconds", draw(LoginNotice::Wait { seconds: 8 }, "ada@example.com", &[])),
        ("login-wait-minutes", draw(LoginNotice::Wait { seconds: 200 }, "ada@example.com", &[])),
    ]
}

fn signup(lang: Lang) -> Drawn {
    let shell = guest(lang, "/signup");
    let empty = SignupPage {
        shell: &shell,
        email: "",
        name: "",
        terms: false,
        privacy: false,
        terms_version: "2026-11-01",
        privacy_version: "2026-11-01",
        next: "/",
        once: "k-once",
        faults: &[],
        wait: None,
    };
    let faults = [
        fault("email", "email.taken", 0),
        fault("name", "name.too_long", 20),
        fault("password", "password.weak", 0),
        fault("privacy", "privacy.required", 0),
    ];
    vec![
        ("signup", auth::signup(&empty)),
        (
            "signup-faults",
            auth::signup(&SignupPage {
                email: "ada@example.com",
                name: "이름이아주아주긴사람입니다스무자를넘지요",
                terms: true,
                faults: &faults,
                ..empty
            }),
        ),
        ("signup-wait", auth::signup(&SignupPage { email: "ada@example.com", name: "에이다", terms: true, wait: Some(1_500), ..empty })),
        ("logout", auth::logout(&LogoutPage { shell: &member(lang, "/logout"), once: "k-once" })),
    ]
}

fn relogin(lang: Lang) -> Drawn {
    let shell = guest(lang, "/login");
    let fields: Vec<(String, String)> =
        [("title", "바자회 후기"), ("body", "정말 즐거웠습니다.\n내년에도 <b>또</b> 만나요."), ("once", "k-old")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
    let wrong = [fault("email", "login.wrong", 0)];
    let draw = |faults: &[Fault]| -> Markup {
        let page = ReloginPage {
            shell: &shell,
            email: "ada@example.com",
            next: "/community/free/write",
            fields: &fields,
            once: "k-once",
            faults,
            notice: LoginNotice::None,
        };
        auth::relogin(&page)
    };
    vec![("relogin", draw(&[])), ("relogin-wrong", draw(&wrong))]
}

fn own(lang: Lang) -> Drawn {
    let at = |path| member(lang, path);
    let name = [fault("name", "name.taken", 0)];
    let passwords = [fault("current", "password.wrong", 0), fault("password", "password.too_short", 10)];
    let profile = |shell: &Shell, faults: &[Fault]| {
        settings::profile(&ProfileForm {
            shell,
            email: "ada@example.com",
            name: "Ada",
            language: lang,
            shows_presence: true,
            once: "k-once",
            faults,
        })
    };
    let password =
        |shell: &Shell, faults: &[Fault]| settings::password(&PasswordForm { shell, email: "ada@example.com", once: "k-once", faults });
    vec![
        ("settings", profile(&at("/my/profile"), &[])),
        ("settings-faults", profile(&at("/my/profile"), &name)),
        ("password", password(&at("/my/password"), &[])),
        ("password-faults", password(&at("/my/password"), &passwords)),
        ("reading-member", settings::reading(&ReadingForm { shell: &at("/my/reading"), next: "/" })),
        ("reading-guest", settings::reading(&ReadingForm { shell: &guest(lang, "/my/reading"), next: "/" })),
    ]
}
