//! Mails that came back: reports on their delivery (RFC 3464), sent to an address that only we could have made.
//!
//! Of a report only the status is used, and only where its recipient carries the HMAC of a member and their present address, because
//! anybody can send a mail that looks like a report.

use crate::clock::OffsetDateTime;
use crate::domain::users::addresses;
use crate::domain::{Result, UserId};
use crate::entity::user;
use hmac::{Hmac, Mac};
use sea_orm::{ConnectionTrait, EntityTrait};
use sha2::Sha256;

/// Bytes of the HMAC in an address; all of it in hexadecimal, because servers may change the case of letters.
const SIGNATURE: usize = 10;
/// Largest report that is looked at, in bytes.
pub const LARGEST: u64 = 1024 * 1024;

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounce {
    /// The address is marked.
    Marked(UserId),
    /// It will be tried again by another server, or it is no report: an absence notice, an advertisement.
    Ignored,
    /// It is about a sign-up that waited: it has no member whose address could be marked.
    SignUp,
    /// Its recipient carries no HMAC of ours, or that of an address which the member has changed.
    Unknown,
}

/// The member in the sender of a mail to a newcomer, who is none yet.
pub const NO_MEMBER: UserId = UserId(0);

/// What stands between "bounce+" and "@" in the sender of a mail to this member.
pub fn tag(secret: &str, user: UserId, email: &str) -> String {
    let signature = mac(secret, user, email).finalize().into_bytes();
    format!("{user}-{}", hex::encode(&signature[..SIGNATURE]))
}

fn mac(secret: &str, user: UserId, email: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("bounce\0{user}\0{email}").as_bytes());
    mac
}

/// Takes a report that came to `recipient`; empty: as its headers say.
///
/// # Errors
/// The database's.
pub async fn record(db: &impl ConnectionTrait, secret: &str, recipient: &str, report: &str, now: OffsetDateTime) -> Result<Bounce> {
    let tagged = if recipient.is_empty() { recipients(report).find_map(parse) } else { parse(recipient) };
    let Some((user, signature)) = tagged else { return Ok(Bounce::Unknown) };
    let Some(status) = status(report).filter(|status| status.starts_with('5')) else { return Ok(Bounce::Ignored) };
    if user == NO_MEMBER {
        return Ok(Bounce::SignUp);
    }
    let Some(member) = user::Entity::find_by_id(user).one(db).await? else { return Ok(Bounce::Unknown) };
    if mac(secret, user, &member.email).verify_truncated_left(&signature).is_err() {
        return Ok(Bounce::Unknown);
    }
    addresses::record_failure(db, user, &member.email, &format!("came back with status {status}"), now).await?;
    Ok(Bounce::Marked(user))
}

/// Member and signature of an address such as `bounce+7-00ff…@example.org`.
fn parse(address: &str) -> Option<(UserId, Vec<u8>)> {
    let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
    let (user, signature) = local.rsplit_once('+')?.1.split_once('-')?;
    let signature = hex::decode(signature).ok().filter(|bytes| bytes.len() == SIGNATURE)?;
    Some((user.parse().ok()?, signature))
}

/// Whom the report was delivered to, as the headers say.
fn recipients(report: &str) -> impl Iterator<Item = &str> {
    let head = report.lines().take_while(|line| !line.trim().is_empty());
    head.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        ["x-original-to", "delivered-to", "to"].contains(&name.to_ascii_lowercase().as_str()).then_some(value.trim())
    })
}

/// The first status in the part that is for machines (RFC 3464 section 2.3.4), such as `5.1.1`.
fn status(report: &str) -> Option<&str> {
    let part = report.to_ascii_lowercase().find("content-type: message/delivery-status")?;
    let value = report[part..].lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("status").then_some(value)
    })?;
    let code = value.split_whitespace().next()?;
    let fits = code.len() <= 11 && code.split('.').count() == 3 && code.split('.').all(|part| part.parse::<u16>().is_ok());
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "From: MAILER-DAEMON\r\nTo: <bounce+7-00112233445566778899@example.org>\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nStatus: 4.0.0\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.c\r\nStatus: 5.1.1 (no such user)\r\n--b--\r\n";

    #[test]
    fn the_status_is_read_in_the_part_for_machines_only() {
        assert_eq!(status(REPORT), Some("5.1.1"));
        assert_eq!(status("Subject: away\r\n\r\nStatus: 5.1.1\r\n"), None);
        assert_eq!(status("Content-Type: message/delivery-status\r\n\r\nStatus: 5.x\r\n"), None);
    }

    #[test]
    fn an_address_of_ours_names_its_member() {
        let tag = tag("secret", UserId(7), "ada@example.com");

        assert_eq!(parse(&format!("<bounce+{}@example.org>", tag.to_uppercase())).expect("an address").0, UserId(7));
        assert!(recipients(REPORT).any(|to| parse(to).is_some()));
        for wrong in ["bounce@example.org", "bounce+7@example.org", "bounce+7-zz@example.org", "bounce+7-00ff@example.org", "", "+-@"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
