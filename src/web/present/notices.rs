//! Notifications by mail for the views.

use super::super::request::RequestContext;
use super::posts::board_name;
use crate::domain::Actor;
use crate::domain::notices::preferences::{Change, Preferences};
use crate::domain::notices::unsubscribe::Scope;
use crate::domain::notices::{Kind as Notified, Pace as Chosen};
use crate::domain::users::addresses::Known;
use templates::notices::{Board, Ends, Kind, Pace, Reach, board_field};

/// A pace.
pub fn pace(pace: Chosen) -> Pace {
    match pace {
        Chosen::AtOnce => Pace::AtOnce,
        Chosen::Daily => Pace::Daily,
        Chosen::Weekly => Pace::Weekly,
        Chosen::Never => Pace::Never,
    }
}

/// A kind that is mailed.
pub fn kind(kind: Notified) -> Kind {
    match kind {
        Notified::Reply => Kind::Reply,
        Notified::Mention => Kind::Mention,
        Notified::SavedSearch => Kind::SavedSearch,
        Notified::Comment | Notified::SignUpAgain | Notified::AddressRefused => Kind::Comment,
    }
}

/// Whether mails reach a member.
pub fn reach(sends_mail: bool, known: Known) -> Reach {
    match known {
        _ if !sends_mail => Reach::NoMail,
        _ if known.takes_notices() => Reach::Yes,
        _ if known.is_verified => Reach::Refused,
        _ => Reach::Unverified,
    }
}

/// The boards that a member may read, and what they chose for each.
pub fn boards<'a>(request: &'a RequestContext, chosen: &Preferences) -> Vec<Board<'a>> {
    let board = |board: &'a crate::domain::boards::Board| Board {
        id: board.id.0,
        name: board_name(board, request.lang),
        pace: chosen.of_board(board.id).map(pace),
    };
    request.boards.readable(request.actor.as_ref()).map(board).collect()
}

/// What a link ends. The name of a board only where the link's member may read it.
pub fn ends<'a>(request: &'a RequestContext, member: &Actor, scope: &Scope) -> Ends<'a> {
    match scope {
        Scope::Kinds(kinds) => Ends::Kinds(kinds.iter().map(|known| kind(*known)).collect()),
        Scope::Board(board) => {
            let board = request.boards.find_readable(Some(member), *board).ok();
            Ends::Board(board.map(|board| board_name(board, request.lang)))
        }
        Scope::Digest(Chosen::Weekly) => Ends::Week,
        Scope::Digest(_) => Ends::Day,
    }
}

/// The fields of a form that puts back what was ended; what was off before stays so.
pub fn back(before: &[Change]) -> Vec<(String, &'static str)> {
    let field = |change: &Change| match change {
        Change::Kind(_, Chosen::Never) | Change::Board(_, Some(Chosen::Never)) => None,
        Change::Kind(known, chosen) => Some((kind(*known).field().to_owned(), chosen.word())),
        Change::Board(board, chosen) => Some((board_field(board.0), Pace::sent(chosen.map(pace)))),
    };
    before.iter().filter_map(field).collect()
}
