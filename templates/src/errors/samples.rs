//! A page for each status and each of its reasons.

use super::{Again, BarePage, ErrorPage, Problem};
use crate::Lang;
use crate::samples::{Drawn, member};

pub(crate) fn all(lang: Lang) -> Drawn {
    let shell = member(lang, "/nowhere");
    let problem = |status, retry_after| Problem { status, retry_after, ..Problem::default() };
    let typed: Vec<(String, String)> =
        [("once", "k-once"), ("title", "겨울 나눔"), ("body", "함께해요.")].map(|(name, value)| (name.into(), value.into())).into();
    let again = Again { action: "/community/free/write", fields: &typed };
    let secret: Vec<(String, String)> =
        [("email", "ada@example.com"), ("password", "x")].map(|(name, value)| (name.into(), value.into())).into();
    let draw = |problem| super::page(&ErrorPage { shell: &shell, problem });
    vec![
        ("error-400", draw(problem(400, 0))),
        ("error-403", draw(problem(403, 0))),
        ("error-403-cross-site", draw(Problem { cross_site: true, ..problem(403, 0) })),
        ("error-404", draw(problem(404, 0))),
        ("error-405", draw(problem(405, 0))),
        ("error-408", draw(problem(408, 0))),
        ("error-409", draw(problem(409, 0))),
        ("error-413", draw(problem(413, 0))),
        ("error-422", draw(problem(422, 0))),
        ("error-429", draw(problem(429, 12))),
        ("error-500", draw(Problem { request_id: "01JD9Z3K7Q", ..problem(500, 0) })),
        ("error-503-reading-only", draw(Problem { reading_only: true, ..problem(503, 2) })),
        ("error-503-full", draw(Problem { full: true, again: Some(again), ..problem(503, 60) })),
        ("error-503-again", draw(Problem { reading_only: true, again: Some(again), ..problem(503, 2) })),
        ("error-503-again-secret", draw(Problem { again: Some(Again { action: "/login", fields: &secret }), ..problem(503, 2) })),
        ("error-503-bare", super::bare(&BarePage { lang, problem: Problem { request_id: "01JD9Z3K7Q", ..problem(503, 5) } })),
    ]
}
