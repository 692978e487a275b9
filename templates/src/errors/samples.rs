//! A page for each status and each of its reasons.

use super::{Again, BarePage, ErrorPage, Problem};
use crate::Lang;
use crate::samples::{Rendered, member};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = member(lang, "/nowhere");
    let problem = |status, retry_after| Problem { status, retry_after, ..Problem::default() };
    let typed: Vec<(String, String)> =
        [("once", "k-once"), ("title", "겨울 나눔"), ("body", "함께해요.")].map(|(name, value)| (name.into(), value.into())).into();
    let again = Again { action: "/community/free/write", fields: &typed };
    let secret: Vec<(String, String)> =
        [("email", "ada@example.com"), ("password", "x")].map(|(name, value)| (name.into(), value.into())).into();
    let render = |problem| super::page(&ErrorPage { shell: &shell, problem });
    vec![
        ("error-400", render(problem(400, 0))),
        ("error-403", render(problem(403, 0))),
        ("error-403-cross-site", render(Problem { cross_site: true, ..problem(403, 0) })),
        ("error-404", render(problem(404, 0))),
        ("error-405", render(problem(405, 0))),
        ("error-408", render(problem(408, 0))),
        ("error-409", render(problem(409, 0))),
        ("error-413", render(problem(413, 0))),
        ("error-422", render(problem(422, 0))),
        ("error-429", render(problem(429, 12))),
        ("error-500", render(Problem { request_id: "01JD9Z3K7Q", ..problem(500, 0) })),
        ("error-503-reading-only", render(Problem { reading_only: true, ..problem(503, 2) })),
        ("error-503-full", render(Problem { full: true, again: Some(again), ..problem(503, 60) })),
        ("error-503-again", render(Problem { reading_only: true, again: Some(again), ..problem(503, 2) })),
        ("error-503-again-secret", render(Problem { again: Some(Again { action: "/login", fields: &secret }), ..problem(503, 2) })),
        ("error-503-bare", super::bare(&BarePage { lang, problem: Problem { request_id: "01JD9Z3K7Q", ..problem(503, 5) } })),
    ]
}
