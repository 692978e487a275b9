//! The state of the servers, in every state that a server can have.

use super::{Drawn, moment};
use crate::Lang;
use crate::upstreams::{Log, Numbers, Server, State, Total, UpstreamsPage, Window, page};

pub(super) fn all(lang: Lang) -> Drawn {
    vec![("upstreams", draw(lang, true)), ("upstreams-at-the-start", draw(lang, false))]
}

fn draw(lang: Lang, busy: bool) -> maud::Markup {
    let all = [
        ("127.0.0.1:3000", State::Up, None),
        ("127.0.0.1:3010", State::Draining, None),
        ("127.0.0.1:3020", State::Down, Some(("took no connection", "4s".to_owned()))),
        ("10.0.0.7:3000", State::Ejected, Some(("took too long", "12s".to_owned()))),
    ];
    let names = all.iter().map(|(name, ..)| *name);
    let row = |n: usize| if busy { numbers(n) } else { Numbers { share: "0.0%".into(), rate: "0.0".into(), ..Numbers::default() } };
    let window = || Window {
        rows: names.clone().enumerate().map(|(n, name)| (name, row(n))).collect(),
        total: Total { rate: "41.3".into(), classes: [2_400, 61, 12, 3], none_live: 2 },
    };
    let server = |(name, state, error): (&'static str, State, Option<(&'static str, String)>)| Server {
        name,
        state: if busy { state } else { State::Unknown },
        probed: state != State::Ejected,
        since: moment(lang, 3),
        span: "3m 12s".into(),
        error: error.filter(|_| busy),
    };
    page(&UpstreamsPage {
        lang,
        at: moment(lang, 6),
        watched: "2h 5m",
        servers: all.clone().map(server).into(),
        windows: [window(), window(), window()],
        log: Log { lines: 128_400, bad: 0, last: busy.then_some("0s"), lag: busy.then_some(3) },
    })
}

fn numbers(n: usize) -> Numbers {
    Numbers {
        share: format!("{}.3%", 33 - n),
        rate: format!("{}.1", 13 + n),
        percentiles: [Some("4.1ms".into()), Some("12ms".into()), (n != 2).then(|| "30ms".into())],
        classes: [812, 20, 4, 1],
        refused: n as u32,
        broken: 0,
        timed_out: 0,
        retried: n as u32,
    }
}
