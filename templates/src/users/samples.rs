//! Signing in and up, profiles, who is online, settings.

use super::names::{self, Names, Offer};
use super::online::{self, WhoPage};
use super::profile::{self, ProfilePage};
use super::register::{self, SignupPage};
use super::settings::{self, PasswordForm, ProfileForm, ReadingForm};
use super::sign_in::{self, LoginNotice, LoginPage, LogoutPage, ReloginPage};
use crate::avatars::{CROP_CENTRE, PictureForm};
use crate::layout::Shell;
use crate::posts::Card;
use crate::posts::samples::card;
use crate::samples::{Rendered, fault, guest, member, moment};
use crate::ui::{Avatar, FieldError};
use crate::{Lang, Markup};

pub(crate) fn all(lang: Lang) -> Rendered {
    [login(lang), signup(lang), relogin(lang), own(lang), profiles(lang), who(lang)].concat()
}

fn login(lang: Lang) -> Rendered {
    let shell = guest(lang, "/login");
    let render_for = |confirms_sign_ups, notice, email, errors: &[FieldError]| {
        sign_in::login(&LoginPage {
            shell: &shell,
            confirms_sign_ups,
            email,
            remember: !email.is_empty(),
            next: "/community/free",
            once: "k-once",
            errors,
            notice,
        })
    };
    let render = |notice, email, errors: &[FieldError]| render_for(false, notice, email, errors);
    let wrong = [fault("email", "login.wrong", 0)];
    let suspended = |until| LoginNotice::Suspended { reason: "광고 글을 되풀이해 올림", until };
    vec![
        ("login", render(LoginNotice::None, "", &[])),
        ("login-wrong", render(LoginNotice::None, "ada@example.com", &wrong)),
        ("login-wrong-or-not-confirmed", render_for(true, LoginNotice::None, "ada@example.com", &wrong)),
        ("login-confirmed", render_for(true, LoginNotice::Confirmed, "", &[])),
        ("login-signed-out", render(LoginNotice::SignedOut, "", &[])),
        ("login-required", render(LoginNotice::Required, "", &[])),
        ("login-expired", render(LoginNotice::Expired, "", &[])),
        ("login-ended", render(LoginNotice::Ended, "", &[])),
        ("login-password-changed", render(LoginNotice::PasswordChanged, "", &[])),
        ("login-suspended", render(suspended(""), "ada@example.com", &[])),
        ("login-suspended-until", render(suspended("2026-12-31"), "ada@example.com", &[])),
        ("login-wait-seconds", render(LoginNotice::Wait { seconds: 8 }, "ada@example.com", &[])),
        ("login-wait-minutes", render(LoginNotice::Wait { seconds: 200 }, "ada@example.com", &[])),
    ]
}

fn signup(lang: Lang) -> Rendered {
    let shell = guest(lang, "/signup");
    let empty = SignupPage {
        shell: &shell,
        email: "",
        name: "",
        terms: false,
        privacy: false,
        terms_version: "2026-11-01",
        privacy_version: "2026-11-01",
        confirms: false,
        next: "/",
        once: "k-once",
        errors: &[],
        wait: None,
    };
    let errors = [
        fault("email", "email.taken", 0),
        fault("name", "name.too_long", 20),
        fault("password", "password.weak", 0),
        fault("privacy", "privacy.required", 0),
    ];
    vec![
        ("signup", register::page(&empty)),
        ("signup-by-mail", register::page(&SignupPage { confirms: true, ..empty })),
        (
            "signup-faults",
            register::page(&SignupPage {
                email: "ada@example.com",
                name: "이름이아주아주긴사람입니다스무자를넘지요",
                terms: true,
                errors: &errors,
                ..empty
            }),
        ),
        ("signup-wait", register::page(&SignupPage { email: "ada@example.com", name: "에이다", terms: true, wait: Some(1_500), ..empty })),
        ("logout", sign_in::logout(&LogoutPage { shell: &member(lang, "/logout"), once: "k-once" })),
    ]
}

fn relogin(lang: Lang) -> Rendered {
    let shell = guest(lang, "/login");
    let fields: Vec<(String, String)> = [
        ("title", "바자회 후기"),
        ("body", "정말 즐거웠습니다.\n내년에도 <b>또</b> 만나요."),
        ("once", "k-old"),
        ("waiting.files", "12/바자회 사진.jpg"),
        ("waiting.files", "/바자회 회계.hwpx"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into();
    let wrong = [fault("email", "login.wrong", 0)];
    let render = |errors: &[FieldError]| -> Markup {
        let page = ReloginPage {
            shell: &shell,
            email: "ada@example.com",
            next: "/community/free/write",
            fields: &fields,
            once: "k-once",
            errors,
            notice: LoginNotice::None,
            confirms_sign_ups: false,
        };
        sign_in::relogin(&page)
    };
    vec![("relogin", render(&[])), ("relogin-wrong", render(&wrong))]
}

fn own(lang: Lang) -> Rendered {
    let at = |path| member(lang, path);
    let name = [fault("name", "name.taken", 0)];
    let passwords = [fault("current", "password.wrong", 0), fault("password", "password.too_short", 10)];
    let profile = |shell: &Shell, errors: &[FieldError]| {
        settings::profile(&ProfileForm {
            shell,
            email: "ada@example.com",
            name: "Ada",
            language: lang,
            shows_presence: true,
            once: "k-once",
            errors,
            picture: PictureForm {
                lang,
                avatar: Avatar { member: 7, name: "Ada", picture: None },
                most: 10,
                crop: CROP_CENTRE,
                once: "k-once",
                errors: &[],
            },
        })
    };
    let password = |shell: &Shell, errors: &[FieldError]| {
        settings::password(&PasswordForm { shell, email: "ada@example.com", once: "k-once", errors })
    };
    vec![
        ("settings", profile(&at("/my/profile"), &[])),
        ("settings-faults", profile(&at("/my/profile"), &name)),
        ("password", password(&at("/my/password"), &[])),
        ("password-faults", password(&at("/my/password"), &passwords)),
        ("reading-member", settings::reading(&ReadingForm { shell: &at("/my/reading"), next: "/" })),
        ("reading-guest", settings::reading(&ReadingForm { shell: &guest(lang, "/my/reading"), next: "/" })),
    ]
}

fn profiles(lang: Lang) -> Rendered {
    vec![("profile", profile_page(&guest(lang, "/u/7"), 4, false)), ("profile-own-empty", profile_page(&member(lang, "/u/7"), 0, true))]
}

fn profile_page(shell: &Shell, posts: i64, is_own: bool) -> Markup {
    let lang = shell.lang;
    let recent = (0..posts).map(|id| Card { board: "자유게시판", ..card(lang, id) }).collect();
    profile::page(&ProfilePage {
        shell,
        id: 7,
        name: "김하나",
        picture: is_own.then_some("3f2a90bb3f2a90bb"),
        is_staff: !is_own,
        joined: moment(lang, 1),
        posts: posts as u64,
        comments: 1_024,
        recent,
        is_own,
    })
}

fn who(lang: Lang) -> Rendered {
    let shell = member(lang, "/who");
    let named = |(member, name)| Avatar { member, name, picture: (member == 8).then_some("3f2a90bb3f2a90bb") };
    let offers = [((7, "김하늘"), "김하늘"), ((8, "홍 길동"), "홍길동")];
    let offers = offers.map(|(who, written)| Offer { who: named(who), written }).into();
    let members = [(7, "김하나"), (8, "이두리"), (9, "Ada"), (10, "이름이아주아주긴사람입니다스무자쯤")].map(named).into();
    vec![
        ("fragment-names", names::list(&Names { lang, members: offers })),
        ("who", online::page(&WhoPage { shell: &shell, count: 6, members, unnamed: 2 })),
        ("who-nobody", online::page(&WhoPage { shell: &shell, count: 1, members: Vec::new(), unnamed: 1 })),
    ]
}
