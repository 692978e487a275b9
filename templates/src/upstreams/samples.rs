//! The state of the servers, in every state that a server can have.

use super::{Log, Numbers, Server, State, Total, Trouble, UpstreamsPage, Window, page};
use crate::Lang;
use crate::samples::{Rendered, moment};

pub(crate) fn all(lang: Lang) -> Rendered {
    vec![("upstreams", render(lang, true)), ("upstreams-at-the-start", render(lang, false))]
}

fn render(lang: Lang, busy: bool) -> maud::Markup {
    let all = [
        ("127.0.0.1:3000", State::Up, None),
        ("127.0.0.1:3010", State::Draining, Some((Trouble::Failed(503), 90_000))),
        ("127.0.0.1:3020", State::Down, Some((Trouble::NobodyListens, 4))),
        ("10.0.0.7:3000", State::Ejected, Some((Trouble::TimedOut, 12))),
    ];
    let names = all.iter().map(|(name, ..)| *name);
    let row = |n: usize| if busy { numbers(n) } else { Numbers { share: "0.0%".into(), rate: "0.0".into(), ..Numbers::default() } };
    let window = || Window {
        rows: names.clone().enumerate().map(|(n, name)| (name, row(n))).collect(),
        total: Total { rate: "41.3".into(), classes: [2_400, 61, 12, 3], none_live: 2 },
    };
    let server = |(name, state, error): (&'static str, State, Option<(Trouble, u64)>)| Server {
        name,
        state: if busy { state } else { State::Unknown },
        probed: state != State::Ejected,
        since: moment(lang, 3),
        seconds: 192,
        error: error.filter(|_| busy),
    };
    page(&UpstreamsPage {
        lang,
        at: moment(lang, 6),
        watched: 7_500,
        servers: all.map(server).into(),
        windows: [window(), window(), window()],
        log: Log { lines: 128_400, bad: 0, last: busy.then_some(0), lag: busy.then_some(3) },
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
