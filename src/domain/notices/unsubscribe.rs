//! The address in each notice that ends it (RFC 8058): it carries the HMAC of a member and of what ends, so it needs no session. It
//! does not expire, and does one thing alone: it stores "never".

use super::preferences::{self, Change, Preferences};
use super::{Context, Kind, Pace, Result, UserId};
use crate::db::query;
use crate::domain::users::profile;
use crate::domain::{Actor, BoardId};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of the HMAC in an address.
const SIGNATURE: usize = 16;

/// What ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Notifications of these kinds, on boards that do not differ.
    Kinds(Vec<Kind>),
    /// Those of a board that differs.
    Board(BoardId),
    /// A digest: all that is of its pace.
    Digest(Pace),
}

impl Scope {
    fn word(&self) -> String {
        match self {
            Self::Kinds(kinds) => format!("kinds.{}", kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(".")),
            Self::Board(board) => format!("board.{board}"),
            Self::Digest(pace) => format!("digest.{}", pace.word()),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let (what, which) = word.split_once('.')?;
        match what {
            "kinds" => which.split('.').map(Kind::of_word).collect::<Option<_>>().map(Self::Kinds),
            "board" => which.parse().ok().map(Self::Board),
            "digest" => Pace::parse(which).map(Self::Digest),
            _ => None,
        }
    }

    /// What is in force of it.
    fn present(&self, preferences: &Preferences) -> Vec<Change> {
        match self {
            Self::Kinds(kinds) => kinds.iter().map(|kind| Change::Kind(*kind, preferences.of_kind(*kind))).collect(),
            Self::Board(board) => vec![Change::Board(*board, preferences.of_board(*board))],
            Self::Digest(pace) => preferences.all_of(*pace),
        }
    }
}

/// What stands in the address.
pub fn token(secret: &str, user: UserId, scope: &Scope) -> String {
    let word = scope.word();
    let signature = mac(secret, user, &word).finalize().into_bytes();
    format!("{user}-{word}-{}", hex::encode(&signature[..SIGNATURE]))
}

/// Whose notices an address ends, and which; none where we did not make it.
pub fn parse(secret: &str, token: &str) -> Option<(UserId, Scope)> {
    let (user, rest) = token.split_once('-')?;
    let (word, signature) = rest.rsplit_once('-')?;
    let user: UserId = user.parse().ok()?;
    let signature = hex::decode(signature).ok().filter(|bytes| bytes.len() == SIGNATURE)?;
    mac(secret, user, word).verify_truncated_left(&signature).ok()?;
    Scope::parse(word).map(|scope| (user, scope))
}

fn mac(secret: &str, user: UserId, word: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("unsubscribe\0{user}\0{word}").as_bytes());
    mac
}

/// The member whose notices an address ends; none where they are gone.
///
/// # Errors
/// The database's.
pub async fn find_member(ctx: &Context, user: UserId) -> Result<Option<Actor>> {
    Ok(profile::actors(&ctx.db, &[], &[user]).await?.pop())
}

/// Ends what an address names for a member, and gives what was in force before, to be put back. Twice is the same as once.
///
/// # Errors
/// The database's.
pub async fn end(ctx: &Context, user: UserId, scope: &Scope) -> Result<Vec<Change>> {
    let tx = query::begin(&ctx.db).await?;
    let before = scope.present(&preferences::read(&tx, user).await?);
    for change in &before {
        preferences::store(&tx, user, change.never()).await?;
    }
    tx.commit().await?;
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_its_member_and_for_what_it_names_alone() {
        let scopes = [Scope::Kinds(vec![Kind::Comment, Kind::Reply]), Scope::Board(BoardId(7)), Scope::Digest(Pace::Weekly)];
        for scope in scopes {
            let token = token("secret", UserId(12), &scope);

            assert_eq!(parse("secret", &token), Some((UserId(12), scope.clone())), "{token}");
            assert_eq!(parse("other", &token), None);
            assert_eq!(parse("secret", &token.replacen("12-", "13-", 1)), None);
            assert_eq!(parse("secret", &token[..token.len() - 1]), None);
            assert_eq!(parse("secret", &token[..token.len() - 2]), None, "a shorter signature is none");
        }
        let daily = token("secret", UserId(12), &Scope::Digest(Pace::Daily));
        assert_eq!(parse("secret", &daily.replace("daily", "weekly")), None);
        for wrong in ["", "-", "1-", "1-kinds.comment-", "x-kinds.comment-00"] {
            assert_eq!(parse("secret", wrong), None, "{wrong}");
        }
    }
}
