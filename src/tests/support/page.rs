//! What a browser got: status, headers, text, and the forms on it.

use poem::http::HeaderMap;
use scraper::{ElementRef, Html, Selector};

/// An answer.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
    /// Where the browser is after redirects.
    pub path: String,
    /// SQL statements that the last request waited for.
    pub statements: u32,
    /// Redis round trips that the last request waited for.
    pub round_trips: u32,
}

impl Page {
    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The words on the page, white space folded.
    pub fn text(&self) -> String {
        let document = Html::parse_document(&self.html);
        document.root_element().text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    /// Whether these words are on the page.
    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The text of the first element that a CSS selector finds.
    pub fn find(&self, selector: &str) -> Option<String> {
        let document = Html::parse_document(&self.html);
        let found = document.select(&Selector::parse(selector).unwrap()).next()?;
        Some(found.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "))
    }

    /// The texts of all elements that a CSS selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html);
        let selector = Selector::parse(selector).unwrap();
        let found = document.select(&selector);
        found.map(|element| element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")).collect()
    }

    /// How many elements a CSS selector finds.
    pub fn count(&self, selector: &str) -> usize {
        Html::parse_document(&self.html).select(&Selector::parse(selector).unwrap()).count()
    }

    /// An attribute of the first element that a CSS selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.html);
        let found = document.select(&Selector::parse(selector).unwrap()).next()?;
        found.value().attr(name).map(str::to_owned)
    }

    /// What the form that goes to `action` would send if nothing were typed.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.html);
        let (forms, controls) = (Selector::parse("form").unwrap(), Selector::parse("input, textarea, select").unwrap());
        let goes = |form: &ElementRef<'_>| form.value().attr("action") == Some(action);
        let posts = |form: &ElementRef<'_>| form.value().attr("method") == Some("post");
        let form = document.select(&forms).filter(goes).max_by_key(posts);
        let form = form.unwrap_or_else(|| panic!("no form goes to {action} on {} ({}): {}", self.path, self.status, self.text()));
        form.select(&controls).filter_map(control).collect()
    }

    /// The one-time key of that form.
    pub fn once(&self, action: &str) -> String {
        let fields = self.form(action);
        fields.into_iter().find(|(name, _)| name == "once").expect("the form has a one-time key").1
    }
}

fn control(element: ElementRef<'_>) -> Option<(String, String)> {
    let attribute = |name: &str| element.value().attr(name);
    let name = attribute("name")?.to_owned();
    let value = match (element.value().name(), attribute("type")) {
        ("textarea", _) => element.text().collect::<String>().trim_start_matches('\n').to_owned(),
        ("select", _) => {
            let chosen = Selector::parse("option[selected]").unwrap();
            element.select(&chosen).next().and_then(|option| option.value().attr("value")).unwrap_or_default().to_owned()
        }
        (_, Some("checkbox" | "radio")) if attribute("checked").is_none() => return None,
        _ => attribute("value").unwrap_or_default().to_owned(),
    };
    Some((name, value))
}
