//! What the site publishes about itself to browsers and strangers: how long they use HTTPS alone, and where a vulnerability is
//! reported.

use super::{Sources, Wrong};

/// The shortest time that the lists of browsers accept (<https://hstspreload.org>).
const PRELOAD_SECONDS: u64 = 31_536_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The value of Strict-Transport-Security (RFC 6797), sent where the public address is https. nginx sends none of its
    /// own: an answer without the header changes nothing in the browser (section 8.1), so there is one place to set it.
    pub hsts: String,
    /// Where a vulnerability is reported: a URI for security.txt (RFC 9116 section 2.5.3).
    pub security_contact: Option<String>,
}

pub(super) fn read(sources: &Sources, wrong: &mut Wrong) -> Public {
    let seconds = wrong.number(sources, "HSTS_SECONDS", 0..=315_360_000_u64);
    let scope = wrong.one_of(sources, "HSTS_SCOPE", &["host", "subdomains", "preload"]);
    if scope == "preload" && seconds < PRELOAD_SECONDS {
        wrong.0.push(format!("HSTS_SCOPE: preload needs at least a year; set HSTS_SECONDS to {PRELOAD_SECONDS} or more"));
    }
    Public { hsts: hsts(seconds, scope), security_contact: contact(sources.text("SECURITY_CONTACT"), wrong) }
}

/// With 0 the header is sent all the same: it makes browsers forget an earlier value (RFC 6797 section 6.1.1).
fn hsts(seconds: u64, scope: &str) -> String {
    let more = match scope {
        _ if seconds == 0 => "",
        "subdomains" => "; includeSubDomains",
        "preload" => "; includeSubDomains; preload",
        _ => "",
    };
    format!("max-age={seconds}{more}")
}

fn contact(text: &str, wrong: &mut Wrong) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let uri = if text.contains('@') && !text.contains(':') { format!("mailto:{text}") } else { text.to_owned() };
    let fits = ["mailto:", "https://", "tel:"].iter().any(|scheme| uri.len() > scheme.len() && uri.starts_with(scheme));
    if !fits || !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        wrong.say("SECURITY_CONTACT", text, "an e-mail address, or an address that begins with https://, mailto: or tel:");
    }
    Some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_are_included_only_where_the_operator_says_so() {
        assert_eq!(hsts(31_536_000, "host"), "max-age=31536000");
        assert_eq!(hsts(300, "subdomains"), "max-age=300; includeSubDomains");
        assert_eq!(hsts(63_072_000, "preload"), "max-age=63072000; includeSubDomains; preload");
        assert_eq!(hsts(0, "subdomains"), "max-age=0");
    }

    #[test]
    fn a_contact_is_an_address_that_programs_understand() {
        let mut wrong = Wrong(Vec::new());

        assert_eq!(contact("", &mut wrong), None);
        assert_eq!(contact("security@example.org", &mut wrong).as_deref(), Some("mailto:security@example.org"));
        assert_eq!(contact("https://example.org/report", &mut wrong).as_deref(), Some("https://example.org/report"));
        assert_eq!(wrong.0, Vec::<String>::new());
        for text in ["the office", "http://example.org", "javascript:alert(1)", "a@b\nExpires: never", "mailto:"] {
            wrong.0.clear();
            contact(text, &mut wrong);
            assert!(wrong.0.len() == 1 && wrong.0[0].contains("SECURITY_CONTACT"), "{text:?}");
        }
    }
}
