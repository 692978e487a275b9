//! The frame around each page of the site: head, header, live regions, main, footer.
//!
//! Only `#main` is swapped when a link is followed by script; the header, the live regions and the event
//! stream live outside it and go on. Every word in the frame comes from the [`Shell`].

mod aids;
pub(crate) mod head;

use crate::admin::organisation::text as organisation_text;
use crate::once::{PerLang, Room};
use crate::text::{Lang, common};
use crate::ui::{self, Avatar, FieldError, Tone};
use crate::users::text as users_text;
use crate::{notifications, paths, search};
use head::head_with;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

pub use aids::{Aids, Motion, Spacing, TextSize, Theme};
pub use head::{About, head};

/// What the frame shows besides the page itself.
#[derive(Clone, Copy)]
pub struct Shell<'a> {
    pub lang: Lang,
    /// The page's own address with its query, for coming back to it.
    pub path: &'a str,
    /// Who reads.
    pub viewer: Viewer<'a>,
    /// How many members are here now.
    pub online: u32,
    /// The boards that the menu offers.
    pub boards: &'a [NavBoard],
    /// How the reader wants pages to look.
    pub aids: Aids,
    /// What the last action came to.
    pub flash: Option<Flash<'a>>,
    /// Whether to open the event stream: members only.
    pub live: bool,
    /// Who runs the site.
    pub organisation: Organisation<'a>,
    /// The site as browsers reach it, without a slash at the end.
    pub origin: &'a str,
}

/// Who runs the site, for the foot of each page. What is empty is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Organisation<'a> {
    pub name: &'a str,
    pub representative: &'a str,
    pub business_number: &'a str,
    pub address: &'a str,
    pub phone: &'a str,
    pub email: &'a str,
    /// Its other pages: address and name.
    pub links: &'a [(String, String)],
}

/// Who reads the page.
#[derive(Clone, Copy, Debug)]
pub enum Viewer<'a> {
    /// Not signed in.
    Guest,
    Member(MemberBadge<'a>),
}

impl Viewer<'_> {
    /// The member's number, where there is one.
    pub fn id(&self) -> Option<i64> {
        match self {
            Viewer::Guest => None,
            Viewer::Member(badge) => Some(badge.id),
        }
    }
}

/// The member in the header.
#[derive(Clone, Copy, Debug)]
pub struct MemberBadge<'a> {
    /// The member's number.
    pub id: i64,
    /// The member's name.
    pub name: &'a str,
    /// What names the member's picture.
    pub picture: Option<&'a str>,
    /// How many notifications are unread.
    pub unread: u32,
    /// The admin's address for staff; empty for everybody else.
    pub admin_url: &'a str,
}

/// A board in the menu.
#[derive(Clone, Debug)]
pub struct NavBoard {
    pub slug: String,
    pub name: String,
}

/// What the last action came to.
#[derive(Clone, Copy, Debug)]
pub struct Flash<'a> {
    /// How it went.
    pub tone: Tone,
    /// One sentence.
    pub text: &'a str,
}

/// A whole page of the site that search engines leave out.
pub fn page(shell: &Shell, title: &str, main: impl Render) -> Markup {
    whole(shell, title, head::NOT_INDEXED, main)
}

/// A whole page of the site that strangers may find.
pub fn public_page(shell: &Shell, title: &str, about: &About, main: impl Render) -> Markup {
    whole(shell, title, head::metadata(shell.lang, shell.origin, title, about), main)
}

/// The same with what [`head::metadata`] gave.
pub(crate) fn public_page_with(shell: &Shell, title: &str, metadata: &Markup, main: impl Render) -> Markup {
    whole(shell, title, metadata, main)
}

/// Boards in the menu.
const IN_MENU: usize = 5;
/// Bytes of a page without its main part, about.
const FRAME: usize = 12 * 1024;
/// Bytes of its header and of its footer, about.
const PART: usize = 3 * 1024;

fn whole(shell: &Shell, title: &str, metadata: impl Render, main: impl Render) -> Markup {
    let lang = shell.lang;
    html! {
        (Room(FRAME))
        (DOCTYPE)
        html lang=(lang.tag()) data-theme=(shell.aids.theme.word()) data-size=(shell.aids.size.word())
            data-motion=(shell.aids.motion.word()) data-spacing=(shell.aids.spacing.word()) {
            (head_with(&lang.fill(common::PAGE_TITLE, &[("title", &title)]), metadata))
            body "hx-boost:inherited"="true" "hx-target:inherited"="#main" "hx-select:inherited"="#main"
                "hx-swap:inherited"="outerHTML" "hx-status:5xx:inherited"="swap:none push:false" {
                a.skip href="#main" { (lang.t(common::SKIP)) }
                (header(shell))
                (regions(lang))
                @if shell.live { (stream(paths::EVENTS)) }
                main #main tabindex="-1" {
                    @if let Some(flash) = &shell.flash { div data-flash { (ui::notice(lang, flash.tone, flash.text)) } }
                    (main)
                }
                (footer(shell))
            }
        }
    }
}

/// A page that holds a form: "오류:" opens the title when it came back with errors.
pub fn form_page(shell: &Shell, title: &str, errors: &[FieldError], main: Markup) -> Markup {
    if errors.is_empty() {
        return page(shell, title, main);
    }
    page(shell, &shell.lang.fill(common::ERROR_TITLE, &[("title", &title)]), main)
}

/// What a page needs that has no script and stands for itself.
pub(crate) fn plain_head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) }
            link rel="icon" type="image/svg+xml" href=(paths::icon());
            link rel="stylesheet" href=(paths::css());
        }
    }
}

fn header(shell: &Shell) -> Markup {
    let lang = shell.lang;
    html! {
        (Room(PART))
        header.site-header {
            div.wrap.bar {
                (brand(lang))
                nav.main-nav aria-label=(lang.t(common::MAIN_MENU)) { (menu(shell)) }
                (search::header(lang))
                div.member-nav {
                    (online(shell))
                    (member(shell))
                }
            }
        }
    }
}

fn brand(lang: Lang) -> PreEscaped<&'static str> {
    static BRAND: PerLang = PerLang::new();
    BRAND.get(lang, || html! { a.brand href=(paths::HOME) { (mark()) span { (lang.t(common::SITE_NAME)) } } })
}

/// On a phone only the number stays in sight; the name is the same.
fn online(shell: &Shell) -> Markup {
    let label = shell.lang.count(common::ONLINE_ONE, common::ONLINE_MANY, shell.online.into());
    html! {
        a.online href=(paths::WHO) {
            span.dot {} span.short aria-hidden="true" { (ui::number(shell.online.into())) } span.long { (label) }
        }
    }
}

fn menu(shell: &Shell) -> Markup {
    html! {
        ul {
            li { a href=(paths::COMMUNITY) aria-current=[current(shell.path, paths::COMMUNITY, true)] { (shell.lang.t(common::COMMUNITY)) } }
            // The others are on the page of all boards.
            @for board in shell.boards.iter().take(IN_MENU) {
                @let href = paths::board(&board.slug);
                li { a href=(href) aria-current=[current(shell.path, &href, false)] { (board.name) } }
            }
        }
    }
}

/// The list of boards is current only on its own page; a board also on its posts.
fn current(path: &str, href: &str, exact: bool) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or(path);
    if path == href {
        return Some("page");
    }
    let below = path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    (below && !exact).then_some("true")
}

fn member(shell: &Shell) -> Markup {
    let lang = shell.lang;
    html! {
        @match &shell.viewer {
            Viewer::Guest => {
                a.button.quiet href=(paths::LOGIN) { (lang.t(common::SIGN_IN)) }
                a.button href=(paths::SIGNUP) { (lang.t(common::SIGN_UP)) }
            },
            Viewer::Member(badge) => {
                (notifications::bell(&notifications::Bell { lang, unread: badge.unread }))
                (account(lang, badge))
            },
        }
    }
}

fn account(lang: Lang, badge: &MemberBadge) -> Markup {
    html! {
        details.menu {
            summary { (ui::avatar(&Avatar { member: badge.id, name: badge.name, picture: badge.picture }, ui::AvatarSize::Small)) span.name { (badge.name) } }
            nav aria-label=(lang.t(common::MEMBER_MENU)) {
                ul {
                    li { a href=(paths::profile(badge.id)) { (lang.t(users_text::SEE_PROFILE)) } }
                    (own_pages(lang))
                    @if !badge.admin_url.is_empty() { li { a href=(badge.admin_url) hx-boost="false" { (lang.t(common::ADMIN)) } } }
                    li { (sign_out(lang, "")) }
                }
            }
        }
    }
}

/// What a member has of their own, for the menu.
fn own_pages(lang: Lang) -> PreEscaped<&'static str> {
    static OWN: PerLang = PerLang::new();
    OWN.get(lang, || {
        html! {
            li { a href=(crate::bookmarks::paths::INDEX) { (lang.t(crate::bookmarks::text::TITLE)) } }
            li { a href=(crate::drafts::paths::INDEX) { (lang.t(crate::drafts::text::TITLE)) } }
            li { a href=(crate::saved_searches::paths::INDEX) { (lang.t(crate::saved_searches::text::TITLE)) } }
            li { a href=(paths::MY_PROFILE) { (lang.t(users_text::PROFILE)) } }
            li { a href=(paths::MY_SESSIONS) { (lang.t(users_text::SESSIONS)) } }
            li { a href=(paths::MY_READING) { (lang.t(users_text::READING)) } }
        }
    })
}

/// Signs out with one click; the question at GET /logout is for those who come by its address. It has no one-time key:
/// leaving twice is the same as once, and forms of other sites are refused by their origin.
pub fn sign_out(lang: Lang, class: &str) -> Markup {
    html! {
        form.sign-out method="post" action=(paths::LOGOUT) hx-boost="false" { button class=[Some(class).filter(|class| !class.is_empty())] { (lang.t(common::SIGN_OUT)) } }
    }
}

/// What scripts write into: two live regions, the toasts, and the sentences they need in the page's language.
pub fn regions(lang: Lang) -> PreEscaped<&'static str> {
    static REGIONS: PerLang = PerLang::new();
    REGIONS.get(lang, || html! {
        div #progress hidden {}
        div #polite.visually-hidden role="status" aria-live="polite" {}
        div #assertive.visually-hidden role="alert" aria-live="assertive" {}
        div #toasts data-retry=(lang.t(common::RETRY)) data-close=(lang.t(common::CLOSE))
            data-server=(lang.t(common::FAILED_SERVER)) data-network=(lang.t(common::FAILED_NETWORK))
            data-kept=(lang.t(common::KEPT)) data-leaving=(lang.t(common::LEAVING)) data-show=(lang.t(common::SHOW)) data-conceal=(lang.t(common::CONCEAL)) {}
    })
}

/// Listens to a stream of partials. An error answer must not land in the page, and a failed start is tried again.
pub fn stream(url: &str) -> Markup {
    html! {
        div.stream hidden "hx-sse:connect"=(url) "hx-sse:close"="bye" hx-trigger="load, every 30s" hx-target="this"
            hx-select="" hx-swap="none" "hx-status:4xx"="swap:none push:false" "hx-status:5xx"="swap:none push:false" {}
    }
}

fn footer(shell: &Shell) -> Markup {
    let lang = shell.lang;
    html! {
        (Room(PART))
        footer.site-footer {
            div.wrap {
                (about_pages(lang))
                (language(shell))
                (organisation(lang, &shell.organisation))
                p { (lang.t(common::COPYRIGHT)) }
            }
        }
    }
}

fn organisation(lang: Lang, o: &Organisation) -> Markup {
    let facts = [
        (organisation_text::REPRESENTATIVE, o.representative),
        (organisation_text::FOOT_NUMBER, o.business_number),
        (organisation_text::ADDRESS, o.address),
    ];
    let known = |(_, value): &&(_, &str)| !value.is_empty();
    if o.name.is_empty() && o.phone.is_empty() && o.email.is_empty() && !facts.iter().any(|fact| known(&fact)) && o.links.is_empty() {
        return Markup::default();
    }
    html! {
        address.organisation {
            @if !o.name.is_empty() { strong { (o.name) } }
            @for (label, value) in facts.iter().filter(known) { span { (lang.t(*label)) " " (value) } }
            @if !o.phone.is_empty() { span { (lang.t(organisation_text::PHONE)) " " a href={ "tel:" (o.phone.replace(' ', "")) } { (o.phone) } } }
            @if !o.email.is_empty() { a href={ "mailto:" (o.email) } { (o.email) } }
        }
        @if !o.links.is_empty() {
            nav aria-label=(lang.t(organisation_text::FOOT_LINKS)) {
                ul { @for (href, name) in o.links { li { a href=(href) rel="me noopener" hx-boost="false" { (name) } } } }
            }
        }
    }
}

/// The pages at the foot of every page.
fn about_pages(lang: Lang) -> PreEscaped<&'static str> {
    static RULES: PerLang = PerLang::new();
    RULES.get(lang, || {
        html! {
            nav aria-label=(lang.t(common::FOOTER_MENU)) {
                ul {
                    li { a href=(paths::TERMS) { (lang.t(common::TERMS)) } }
                    li { a href=(paths::PRIVACY) { strong { (lang.t(common::PRIVACY)) } } }
                    li { a href=(paths::ACCESSIBILITY) { (lang.t(common::ACCESSIBILITY)) } }
                    li { a href=(paths::MY_READING) { (lang.t(common::READING_AIDS)) } }
                }
            }
        }
    })
}

/// Changing the language changes the frame as well, so this form asks for a whole page.
fn language(shell: &Shell) -> Markup {
    let other = shell.lang.other();
    html! {
        form.language method="post" action=(paths::MY_READING) hx-boost="false" {
            input type="hidden" name="next" value=(shell.path) data-here;
            button.button.quiet name="language" value=(other.tag()) lang=(other.tag()) { (other.name()) }
        }
    }
}

/// The site's mark: two people under one roof.
pub fn mark() -> Markup {
    html! {
        svg.mark width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            path d="M3 14 16 4l13 10v14H3z" {}
            circle.cut cx="12" cy="17" r="3" {}
            circle.cut cx="20" cy="17" r="3" {}
            path.cut d="M7 28c0-4 2-6.500 5-6.500s4 1.500 4 3c0-1.500 1-3 4-3s5 2.500 5 6.500z" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_current_on_its_posts_but_the_list_is_not() {
        assert_eq!(current("/community/free?page=2", "/community/free", false), Some("page"));
        assert_eq!(current("/community/free/7", "/community/free", false), Some("true"));
        assert_eq!(current("/community/free/7", "/community", true), None);
        assert_eq!(current("/community/freedom", "/community/free", false), None);
    }
}
