//! A member's devices.

use super::{Device, SessionsPage};
use crate::Lang;
use crate::samples::{Rendered, member, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
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
    let render = |sessions| super::page(&SessionsPage { shell: &shell, sessions, once: "k-once" });
    vec![("sessions", render(vec![this.clone(), phone])), ("sessions-only-this", render(vec![this]))]
}
