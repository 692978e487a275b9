//! The label of an address: the template of its route, and one label for all other addresses, so that requests for made-up addresses add
//! no labels.
//!
//! poem gives its template only after a handler has run; this also knows it for what was turned away, timed out or
//! panicked, which are the requests one wants to know about.

/// The label of every address that no route has.
pub const OTHER: &str = "other";

/// No route has more parts.
const DEPTH: usize = 8;

/// The addresses of a router.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    prefix: &'static str,
    known: Vec<Known>,
}

#[derive(Clone, Debug)]
struct Known {
    label: Box<str>,
    parts: Box<[Part]>,
}

/// A literal part sorts before a place that takes anything, as in poem's tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Is(&'static str),
    Any,
}

impl Routes {
    /// For a router whose labels begin so; two routers have an address `/` each.
    pub fn labelled(prefix: &'static str, templates: &[&'static str]) -> Self {
        let mut routes = Self { prefix, known: templates.iter().map(|template| Known::of(prefix, template)).collect() };
        routes.known.sort_by(|a, b| a.parts.cmp(&b.parts));
        routes
    }

    /// Which of the templates it was made of stands at each place.
    pub fn order(&self, templates: &[&'static str]) -> Vec<usize> {
        let label = |template: &str| format!("{}{template}", self.prefix);
        let at = |known: &Known| templates.iter().position(|template| *known.label == *label(template));
        self.known.iter().filter_map(at).collect()
    }

    /// Where an address stands among the labels.
    pub fn find(&self, path: &str) -> usize {
        let mut given = [""; DEPTH];
        let mut depth = 0;
        for part in path.split('/').skip(1) {
            // Deeper than any route.
            let Some(place) = given.get_mut(depth) else { return self.known.len() };
            *place = part;
            depth += 1;
        }
        let given = &given[..depth];
        self.known.iter().position(|known| known.takes(given)).unwrap_or(self.known.len())
    }

    /// How many labels there are.
    pub(super) fn len(&self) -> usize {
        self.known.len() + 1
    }

    /// The label at a place.
    pub(super) fn label(&self, place: usize) -> String {
        self.known.get(place).map_or_else(|| format!("{}{OTHER}", self.prefix), |known| known.label.to_string())
    }
}

impl Known {
    fn of(prefix: &str, template: &'static str) -> Self {
        let part = |part: &'static str| if part.starts_with(':') { Part::Any } else { Part::Is(part) };
        Self { label: format!("{prefix}{template}").into(), parts: template.split('/').skip(1).map(part).collect() }
    }

    fn takes(&self, given: &[&str]) -> bool {
        let takes = |(part, given): (&Part, &&str)| match part {
            Part::Is(word) => word == given,
            Part::Any => !given.is_empty(),
        };
        self.parts.len() == given.len() && self.parts.iter().zip(given).all(takes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(path: &str) -> String {
        let routes = Routes::labelled("admin:", &["/", "/roles/:id", "/roles/new", "/roles/:id/delete", "/static/:name"]);
        routes.label(routes.find(path))
    }

    #[test]
    fn an_address_is_known_by_its_template() {
        for (path, expected) in [
            ("/", "admin:/"),
            ("/roles/7", "admin:/roles/:id"),
            ("/roles/new", "admin:/roles/new"),
            ("/roles/7/delete", "admin:/roles/:id/delete"),
        ] {
            assert_eq!(label(path), expected);
        }
    }

    #[test]
    fn what_nobody_routes_is_other() {
        for path in ["", "/nowhere", "/roles/", "/roles/7/", "/roles/7/delete/x", "//", "roles/7", "/static/a/b", &"/x".repeat(99)] {
            assert_eq!(label(path), "admin:other", "{path:?}");
        }
    }
}
