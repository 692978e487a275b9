//! Profiles, presence, sessions, notifications.

use super::{Drawn, card, guest, member, moment};
use crate::layout::Shell;
use crate::notifications::{self, Item, Kind, NotificationsPage};
use crate::posts::Card;
use crate::presence::{self, WhoPage};
use crate::profiles::{self, ProfilePage};
use crate::sessions::{self, Device, SessionsPage};
use crate::{Lang, Markup};

pub(super) fn all(lang: Lang) -> Drawn {
    [profiles(lang), who(lang), devices(lang), told(lang)].concat()
}

fn profile(shell: &Shell, posts: i64, is_own: bool) -> Markup {
    let lang = shell.lang;
    let recent = (0..posts).map(|id| Card { board: "자유게시판", ..card(lang, id) }).collect();
    profiles::page(&ProfilePage {
        shell,
        id: 7,
        name: "김하나",
        is_staff: !is_own,
        joined: moment(lang, 1),
        posts: posts as u64,
        comments: 1_024,
        recent,
        is_own,
    })
}

fn profiles(lang: Lang) -> Drawn {
    vec![("profile", profile(&guest(lang, "/u/7"), 4, false)), ("profile-own-empty", profile(&member(lang, "/u/7"), 0, true))]
}

fn who(lang: Lang) -> Drawn {
    let shell = member(lang, "/who");
    let members = vec![(7, "김하나"), (8, "이두리"), (9, "Ada"), (10, "이름이아주아주긴사람입니다스무자쯤")];
    vec![
        ("who", presence::page(&WhoPage { shell: &shell, count: 6, members, unnamed: 2 })),
        ("who-nobody", presence::page(&WhoPage { shell: &shell, count: 1, members: Vec::new(), unnamed: 1 })),
    ]
}

fn devices(lang: Lang) -> Drawn {
    let shell = member(lang, "/my/sessions");
    let this = Device {
        id: 1,
        device: "Windows · Chrome",
        ip: "203.0.113.7",
        created: moment(lang, 1),
        last_seen: moment(lang, 59),
        is_current: true,
        persistent: true,
    };
    let phone =
        Device { id: 2, device: "Android · Samsung Internet", ip: "2001:db8::7", is_current: false, persistent: false, ..this.clone() };
    let draw = |sessions| sessions::page(&SessionsPage { shell: &shell, sessions, once: "k-once" });
    vec![("sessions", draw(vec![this.clone(), phone])), ("sessions-only-this", draw(vec![this]))]
}

fn told(lang: Lang) -> Drawn {
    let shell = member(lang, "/notifications");
    let item = |id, kind, unread| Item {
        id,
        kind,
        actor: "이두리",
        actor_id: 8,
        post_title: "겨울 나눔 바자회에 함께해 주세요",
        excerpt: "꼭 갈게요! 점자 안내문도 있나요?",
        at: moment(lang, 12),
        unread,
    };
    let draw =
        |items, unread, older_than| notifications::page(&NotificationsPage { shell: &shell, items, unread, older_than, once: "k-once" });
    let some = vec![item(3, Kind::Comment, true), item(2, Kind::Reply, true), item(1, Kind::Mention, false)];
    vec![
        ("notifications", draw(some, 2, Some(1))),
        ("notifications-all-read", draw(vec![item(1, Kind::Mention, false)], 0, None)),
        ("notifications-none", draw(Vec::new(), 0, None)),
    ]
}
