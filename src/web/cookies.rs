//! The cookies: one for the session, one for how pages look, one for a sentence after a redirect, one for browsers in which
//! an account was signed in to before.
//!
//! Over HTTPS the session's has the `__Host-` prefix (RFC 6265bis section 4.1.3.2), so no neighbour can set
//! it. Cookies ignore ports, so the site's and the admin's have different names.
//!
//! The header is split by hand and not by `cookie::split_parse`, which takes text: one that is not UTF-8 would lose all cookies.

use crate::domain::sessions::Area;
use cookie::{Cookie, SameSite, time::Duration};
use poem::http::{HeaderMap, HeaderValue, header};
use std::borrow::Cow;

/// How pages look to a visitor, and their language.
pub const READING: &str = "ms_reading";
/// What the last action came to.
pub const FLASH: &str = "ms_flash";
/// The accounts that were signed in to with this browser (`domain::devices`).
pub const DEVICE: &str = "ms_device";

/// A token is 32 bytes in base64url.
const TOKEN_LENGTH: usize = 43;

/// The name of the session's cookie.
pub fn session_name(area: Area, secure: bool) -> &'static str {
    match (area, secure) {
        (Area::Site, true) => "__Host-ms_site",
        (Area::Site, false) => "ms_site",
        (Area::Admin, true) => "__Host-ms_admin",
        (Area::Admin, false) => "ms_admin",
    }
}

/// The value of a cookie that was sent. Read as bytes: another site of the same domain may set a cookie that is not UTF-8
/// (RFC 6265 section 5.2 lets browsers keep any), and it stands in the same line.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let mut pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).filter_map(|pair| {
        let pair = pair.trim_ascii();
        Some(pair.split_at(pair.iter().position(|byte| *byte == b'=')?))
    });
    let value = pairs.find_map(|(key, value)| if key == name.as_bytes() { std::str::from_utf8(&value[1..]).ok() } else { None });
    value.map(Cow::Borrowed)
}

/// Whether a cookie of ours may have been sent. nginx asks the same of the same bytes before it shows a copy to a guest
/// (`ops/nginx/minschool/maps.conf`).
pub fn any_of_ours(headers: &HeaderMap) -> bool {
    headers.get_all(header::COOKIE).iter().any(|line| line.as_bytes().windows(3).any(|bytes| bytes == b"ms_"))
}

/// A session's token, if one was sent that has a token's form.
pub fn token<'a>(headers: &'a HeaderMap, area: Area, secure: bool) -> Option<Cow<'a, str>> {
    let fits = |value: &str| value.len() == TOKEN_LENGTH && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    get(headers, session_name(area, secure)).filter(|value| fits(value))
}

/// A session's cookie. A persistent one outlives the browser for 90 days, the longest such a session lasts.
pub fn session(area: Area, secure: bool, token: String, persistent: bool) -> Cookie<'static> {
    let days = persistent.then_some(Duration::days(90));
    base(session_name(area, secure), token, secure, days)
}

/// What takes a session's cookie away.
pub fn no_session(area: Area, secure: bool) -> Cookie<'static> {
    base(session_name(area, secure), String::new(), secure, Some(Duration::ZERO))
}

/// How pages look, for a year.
pub fn reading(value: String, secure: bool) -> Cookie<'static> {
    base(READING, value, secure, Some(Duration::days(365)))
}

/// Marks this browser as one in which an account was signed in to, for a year. It is sent to the sign-in form alone: nginx
/// takes any cookie of ours for a sign that a page is personal, and guests' pages have to stay common.
pub fn device(value: String, secure: bool) -> Cookie<'static> {
    let mut cookie = base(DEVICE, value, secure, Some(Duration::days(365)));
    cookie.set_path(templates::paths::LOGIN);
    cookie
}

/// A sentence for the next page; a minute is enough to get there.
pub fn flash(name: String, secure: bool) -> Cookie<'static> {
    base(FLASH, name, secure, Some(Duration::minutes(1)))
}

/// A word that is no sentence, unless there is one: the next page shows what was sent, so it has to read the newest state
/// (`RequestHead::accepts_recent`).
pub fn ensure_flash(headers: &mut HeaderMap, secure: bool) {
    let is_flash = |line: &HeaderValue| line.as_bytes().strip_prefix(FLASH.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
    if !headers.get_all(header::SET_COOKIE).iter().any(is_flash) {
        set(headers, &flash("-".into(), secure));
    }
}

/// What takes the sentence away once it has been shown.
pub fn no_flash(secure: bool) -> Cookie<'static> {
    base(FLASH, String::new(), secure, Some(Duration::ZERO))
}

fn base(name: &'static str, value: String, secure: bool, age: Option<Duration>) -> Cookie<'static> {
    let mut cookie = Cookie::build((name, value)).path("/").http_only(true).secure(secure).same_site(SameSite::Lax).build();
    cookie.set_max_age(age);
    cookie
}

/// Adds a cookie to an answer.
pub fn set(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Our names and values are ASCII, so this holds.
    if let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_no_token_is_no_session() {
        let mut headers = HeaderMap::new();
        for value in ["", "short", &"x".repeat(44), &"é".repeat(22), &format!("{}'", "x".repeat(42))] {
            headers.clear();
            if let Ok(line) = HeaderValue::from_bytes(format!("a=b; ms_site={value}").as_bytes()) {
                headers.insert(header::COOKIE, line);
            }
            assert_eq!(token(&headers, Area::Site, false), None, "{value}");
        }
        headers.insert(header::COOKIE, HeaderValue::from_str(&format!("ms_site={}", "x".repeat(43))).expect("ASCII"));
        assert!(token(&headers, Area::Site, false).is_some());
        assert!(token(&headers, Area::Admin, false).is_none());
    }

    #[test]
    fn over_https_the_session_is_bound_to_this_host() {
        let cookie = session(Area::Site, true, "t".into(), false).to_string();

        assert_eq!(cookie, "__Host-ms_site=t; HttpOnly; SameSite=Lax; Secure; Path=/");
    }
}
