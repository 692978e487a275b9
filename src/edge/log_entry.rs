//! One line of nginx's log: JSON behind the head of a syslog message. Anything else is counted as malformed.

use serde::Deserialize;
use std::borrow::Cow;
use std::net::SocketAddr;

/// A request is tried twice; more than a handful of attempts is nobody's log.
const ATTEMPTS: usize = 16;
/// No name of a server or of a group is longer.
const NAME: usize = 108;

/// One request. Nothing that could be about a person is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When nginx wrote it, in seconds since 1970.
    pub at: Option<f64>,
    /// What the visitor got.
    pub status: u16,
    /// An event stream: how long it was open says nothing about how fast the server is.
    pub is_stream: bool,
    /// Which servers were asked, in order. None: nginx answered by itself.
    pub attempts: Vec<Attempt>,
}

/// One server that was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub server: Server,
    /// What came of it.
    pub outcome: Outcome,
    /// How long the answer took.
    pub seconds: Option<f64>,
    /// Another server was asked after this one, for the same request.
    pub retried: bool,
}

/// Who was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// The address of a server.
    At(String),
    /// The name of the group: none of its servers was live.
    NoneLive(String),
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer with this status.
    Answered(u16),
    /// There was no connection.
    Refused,
    /// The connection broke before the answer.
    Broken,
    /// It took too long.
    TimedOut,
    /// The visitor did not wait.
    Left,
}

impl Outcome {
    /// nginx counts it against the server.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Refused | Self::Broken | Self::TimedOut)
    }
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    t: Cow<'a, str>,
    #[serde(borrow, default)]
    p: Cow<'a, str>,
    #[serde(borrow)]
    s: Cow<'a, str>,
    #[serde(borrow, default)]
    up: Cow<'a, str>,
    #[serde(borrow, default)]
    us: Cow<'a, str>,
    #[serde(borrow, default)]
    ut: Cow<'a, str>,
    #[serde(borrow, default)]
    uc: Cow<'a, str>,
}

impl Line {
    /// Reads a datagram. None: it is not a line of ours.
    pub fn read(datagram: &[u8]) -> Option<Self> {
        // An address may hold bytes that are no text; the rest of its line still counts.
        let text = String::from_utf8_lossy(datagram);
        let json = text.get(text.find('{')?..)?.trim_end_matches(['\n', '\r', '\0', ' ']);
        let raw: Raw<'_> = serde_json::from_str(json).ok()?;
        Some(Self {
            at: number(&raw.t),
            status: status(&raw.s)?,
            is_stream: raw.p.starts_with(templates::paths::EVENTS),
            attempts: attempts(&raw)?,
        })
    }
}

fn status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (100..600).contains(status))
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

/// Lists are parted by commas where one server was asked after another, and by colons where nginx led the request on
/// to another place of its own. All four lists have the same shape.
fn attempts(raw: &Raw<'_>) -> Option<Vec<Attempt>> {
    if raw.up.is_empty() || raw.up == "-" {
        return Some(Vec::new());
    }
    let mut out = Vec::new();
    let mut beside = [pieces(&raw.us), pieces(&raw.ut), pieces(&raw.uc)];
    for group in raw.up.split(" : ") {
        let mut names = group.split(", ").peekable();
        while let Some(name) = names.next() {
            let [status, seconds, connected] = beside.each_mut().map(|list| list.next().unwrap_or("-"));
            let server = server(name.trim())?;
            // A group without a live server is no further upstream.
            let retried = names.peek().is_some_and(|next| is_address(next.trim()));
            out.push(Attempt { server, outcome: outcome(status, connected), seconds: number(seconds), retried });
        }
    }
    (out.len() <= ATTEMPTS).then_some(out)
}

fn pieces(list: &str) -> impl Iterator<Item = &str> {
    list.split(" : ").flat_map(|group| group.split(", ")).map(str::trim)
}

fn server(name: &str) -> Option<Server> {
    if is_address(name) {
        return Some(Server::At(name.to_owned()));
    }
    let fits = !name.is_empty() && name.len() <= NAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    fits.then(|| Server::NoneLive(name.to_owned()))
}

fn is_address(name: &str) -> bool {
    let is_path = |path: &str| !path.is_empty() && path.len() <= NAME && path.bytes().all(|b| b.is_ascii_graphic());
    name.parse::<SocketAddr>().is_ok() || name.strip_prefix("unix:").is_some_and(is_path)
}

/// nginx gives 502 and 504 for servers that did not answer; ours never answer so themselves.
fn outcome(status_text: &str, connected: &str) -> Outcome {
    match (status(status_text), number(connected)) {
        (None, _) => Outcome::Left,
        (Some(504), _) => Outcome::TimedOut,
        (Some(502), None) => Outcome::Refused,
        (Some(502), Some(_)) => Outcome::Broken,
        (Some(status), _) => Outcome::Answered(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(up: &str, us: &str, ut: &str, uc: &str) -> Line {
        let json = format!(
            r#"<190>Nov 22 18:00:00 minschool: {{"t":"1795370400.123","id":"x","m":"GET","p":"/한글","s":"200","rt":"0.1","up":"{up}","us":"{us}","ut":"{ut}","uc":"{uc}","b":"10","c":"","h":"80"}}"#
        );
        Line::read(json.as_bytes()).expect("a line")
    }

    fn at(server: &str) -> Server {
        Server::At(server.into())
    }

    #[test]
    fn an_answer_is_one_attempt() {
        let line = line("127.0.0.1:3000", "200", "0.012", "0.000");

        let attempt = Attempt { server: at("127.0.0.1:3000"), outcome: Outcome::Answered(200), seconds: Some(0.012), retried: false };
        assert_eq!(line, Line { at: Some(1_795_370_400.123), status: 200, is_stream: false, attempts: vec![attempt] });
    }

    #[test]
    fn a_retry_is_a_list_and_says_why() {
        let line = line("127.0.0.1:3000, 127.0.0.1:3010, unix:/run/a.sock", "502, 504, 200", "0.000, 2.001, 0.030", "-, 0.001, 0.000");

        let seen: Vec<_> = line.attempts.iter().map(|a| (a.outcome, a.retried)).collect();
        assert_eq!(seen, [(Outcome::Refused, true), (Outcome::TimedOut, true), (Outcome::Answered(200), false)]);
        assert_eq!(line.attempts[2].server, at("unix:/run/a.sock"));
        assert_eq!(line.attempts[2].seconds, Some(0.03));
    }

    #[test]
    fn a_connection_that_broke_is_not_one_that_was_refused() {
        assert_eq!(line("127.0.0.1:3000", "502", "0.010", "0.000").attempts[0].outcome, Outcome::Broken);
        assert_eq!(line("127.0.0.1:3000", "502", "0.000", "-").attempts[0].outcome, Outcome::Refused);
    }

    #[test]
    fn being_led_on_inside_nginx_is_not_a_retry() {
        let line = line("127.0.0.1:3000 : [::1]:3010", "404 : 200", "0.001 : 0.002", "0.000 : 0.000");

        assert_eq!(line.attempts.iter().map(|a| a.retried).collect::<Vec<_>>(), [false, false]);
        assert_eq!(line.attempts[1].server, at("[::1]:3010"));
        assert_eq!(line.attempts[1].outcome, Outcome::Answered(200));
    }

    #[test]
    fn a_group_without_a_live_server_gives_its_name() {
        assert_eq!(line("minschool_site", "502", "0.000", "-").attempts[0].server, Server::NoneLive("minschool_site".into()));
        let after = line("127.0.0.1:3000, minschool_site", "502, 502", "0.001, 0.000", "-, -");
        assert!(!after.attempts[0].retried, "nobody else was asked");
        assert_eq!(after.attempts[1].server, Server::NoneLive("minschool_site".into()));
    }

    #[test]
    fn nginx_answers_some_by_itself_and_some_visitors_leave() {
        assert!(line("-", "-", "-", "-").attempts.is_empty());
        assert!(line("", "", "", "").attempts.is_empty());
        assert_eq!(line("127.0.0.1:3000", "-", "-", "-").attempts[0].outcome, Outcome::Left);
        assert_eq!(line("127.0.0.1:3000", "", "", "").attempts[0].outcome, Outcome::Left);
    }

    #[test]
    fn a_stream_is_known_by_its_address() {
        let read = |path: &str| Line::read(format!(r#"{{"s":"200","p":"{path}"}}"#).as_bytes()).expect("a line").is_stream;

        assert!(read("/events") && read("/events/posts/7"));
        assert!(!read("/community/events"));
    }

    #[test]
    fn bytes_that_are_no_text_do_not_cost_the_line() {
        assert_eq!(Line::read(b"<190>x: {\"s\":\"404\",\"p\":\"/\xff\xfe\"}").map(|line| line.status), Some(404));
    }

    #[test]
    fn garbage_is_nothing() {
        let lists = format!(r#"{{"s":"200","up":"{}"}}"#, vec!["127.0.0.1:1"; 40].join(", "));
        for garbage in [
            &b""[..],
            b"{",
            b"}",
            b"\0\0\0\0",
            b"\xff\xff{\xff}",
            b"{}",
            b"[1,2]",
            b"{\"s\":200}",
            b"{\"s\":\"99\"}",
            b"{\"s\":\"-1\"}",
            b"{\"s\":\"200\",\"up\":\"<script>\"}",
            b"{\"s\":\"200\",\"up\":\"a b\"}",
            b"{\"s\":\"200\"} and more",
            lists.as_bytes(),
            "{".repeat(100_000).as_bytes(),
        ] {
            assert_eq!(Line::read(garbage), None, "{}", String::from_utf8_lossy(&garbage[..garbage.len().min(60)]));
        }
        assert_eq!(Line::read(br#"{"s":"200","t":"NaN","up":"-"}"#).map(|line| line.at), Some(None));
        assert_eq!(Line::read(br#"{"s":"200","t":"-5","up":"-"}"#).map(|line| line.at), Some(None));
    }
}
