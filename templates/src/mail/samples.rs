//! Mails, as text and as HTML.

use super::notices::{self, Entry, NoticeMail, Place, Subject, Why};
use super::{
    ChangeMail, DeviceMail, Frame, LinkMail, Mail, body, change_email, confirm_sign_up, email_change_asked, email_changed, new_device,
    password_changed, reset_password, sign_up_again, test, text, verify_email,
};
use crate::notifications::Kind;
use crate::samples::Rendered;
use crate::{Lang, Markup};
use maud::html;

pub(crate) fn all(lang: Lang) -> Rendered {
    let frame = Frame { lang, name: "김하나", origin: "https://example.org" };
    let link = |minutes| LinkMail { frame, token: "k-token", minutes };
    let change = ChangeMail { frame, wanted: "hana@example.net" };
    let device = DeviceMail { frame, device: "Whale · Windows", ip: "203.0.113.7", at: "2026-11-22 14:05" };
    vec![
        ("mail-reset-password", drawn(&reset_password(&link(30)))),
        ("mail-password-changed", drawn(&password_changed(&frame))),
        ("mail-verify-email", drawn(&verify_email(&link(1_440)))),
        ("mail-confirm-sign-up", drawn(&confirm_sign_up(&link(1_440)))),
        ("mail-change-email", drawn(&change_email(&link(1_440)))),
        ("mail-email-change-asked", drawn(&email_change_asked(&change))),
        ("mail-email-changed", drawn(&email_changed(&change))),
        ("mail-sign-up-again", drawn(&sign_up_again(&frame))),
        ("mail-test", drawn(&test(&frame))),
        ("mail-new-device", drawn(&new_device(&device))),
        ("mail-notice", drawn(&notices::notice(&about(frame, 1, Subject::Post { title: TITLE }, Why::Kinds)))),
        ("mail-notice-many", drawn(&notices::notice(&about(frame, 2, Subject::Post { title: TITLE }, Why::Board)))),
        ("mail-notice-search", drawn(&notices::notice(&of_search(frame)))),
        ("mail-notice-day", drawn(&notices::notice(&about(frame, 2, Subject::Day, Why::Day)))),
        ("mail-notice-week", drawn(&notices::notice(&NoticeMail { more: 3, ..about(frame, 2, Subject::Week, Why::Week) }))),
    ]
}

const TITLE: &str = "겨울 나눔 바자회에 함께해 주세요";

fn about<'a>(frame: Frame<'a>, n: usize, subject: Subject<'a>, why: Why) -> NoticeMail<'a> {
    let entry = |kind, comment, excerpt| Entry { kind, actor: "이두리", about: TITLE, excerpt, place: Place::Comment(comment) };
    let entries = [entry(Kind::Reply, 3, "꼭 갈게요!\n점자 안내문도 있나요?"), entry(Kind::Mention, 4, "")];
    NoticeMail { frame, subject, entries: entries[..n].to_vec(), more: 0, why, stop: "7-kinds.reply-00ff" }
}

fn of_search(frame: Frame<'_>) -> NoticeMail<'_> {
    let entry = Entry { kind: Kind::SavedSearch { hits: 3 }, actor: "", about: "바자회", excerpt: "", place: Place::Search(5) };
    NoticeMail { entries: vec![entry], ..about(frame, 1, Subject::Search, Why::Kinds) }
}

fn drawn(mail: &Mail) -> Markup {
    html! { section { h2 { (mail.subject) } pre { (text(mail)) } (body(mail)) } }
}
