//! The list with and without entries, and the bell.

use super::{Bell, Item, Kind, NotificationsPage};
use crate::Lang;
use crate::live::{self, BellUpdate};
use crate::samples::{Rendered, member, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = member(lang, "/notifications");
    let item = |id, kind, unread| Item {
        id,
        kind,
        actor: "이두리",
        actor_id: 8,
        actor_picture: None,
        about: "겨울 나눔 바자회에 함께해 주세요",
        excerpt: "꼭 갈게요! 점자 안내문도 있나요?",
        at: moment(lang, 12),
        unread,
    };
    let render = |items, unread, older_than| super::page(&NotificationsPage { shell: &shell, items, unread, older_than, once: "k-once" });
    let some = vec![item(3, Kind::Comment, true), item(2, Kind::Reply, true), item(1, Kind::Mention, false)];
    let refused = Item { actor: "", actor_id: 0, about: "", excerpt: "", ..item(4, Kind::AddressRefused, true) };
    let search =
        |id, hits, unread| Item { actor: "", actor_id: 0, about: "바자회", excerpt: "", ..item(id, Kind::SavedSearch { hits }, unread) };
    let sentence = super::sentence(lang, Kind::Reply, "이두리", "겨울 나눔 바자회에 함께해 주세요");
    let bell = |unread, sentence| live::bell(&BellUpdate { lang, unread, sentence });
    vec![
        ("fragment-live-bell", bell(4, &sentence)),
        ("fragment-live-bell-silent", bell(0, "")),
        ("fragment-bell-many", super::bell(&Bell { lang, unread: 120 })),
        ("notifications", render(some, 2, Some(1))),
        ("notifications-all-read", render(vec![item(1, Kind::Mention, false)], 0, None)),
        ("notifications-refused", render(vec![refused], 1, None)),
        ("notifications-searches", render(vec![search(6, 1, true), search(5, 120, false)], 1, None)),
        ("notifications-none", render(Vec::new(), 0, None)),
    ]
}
