//! A browser without scripts: keeps cookies, follows redirects, fills in forms. With `with_htmx` it sends what
//! htmx sends.

use super::{PASSWORD, Page, encode};
use minschool::db::statements::counting;
use minschool::shared::meter;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method, header};
use poem::{Body, Endpoint, Request, Response};
use std::collections::BTreeMap;
use std::sync::Arc;

type Router = Arc<BoxEndpoint<'static, Response>>;

/// A person with a browser.
#[derive(Clone)]
pub struct Visitor {
    site: Router,
    admin: Router,
    /// Value and path of each.
    cookies: BTreeMap<String, (String, String)>,
    extra: BTreeMap<&'static str, String>,
}

impl Visitor {
    /// A browser that has never been here.
    pub fn new(site: Router, admin: Router) -> Self {
        Self { site, admin, cookies: BTreeMap::new(), extra: BTreeMap::new() }
    }

    /// The site, for answers that are no text.
    pub fn site(&self) -> &BoxEndpoint<'static, Response> {
        &self.site
    }

    /// The same browser with its connection going to another instance.
    pub fn on(&self, node: &super::TestNode) -> Self {
        Self { site: node.site.clone(), admin: node.admin.clone(), ..self.clone() }
    }

    /// The same browser with a header on every request.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.extra.insert(name, value.to_owned());
        self
    }

    /// Sends what htmx sends for a part of a page.
    pub fn with_htmx(self) -> Self {
        self.with("hx-request", "true").with("hx-request-type", "partial")
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(|(value, _)| value.as_str())
    }

    /// Copies a cookie from another browser.
    pub fn take_cookie(&mut self, name: &str, from: &Self) {
        self.cookies.insert(name.into(), from.cookies[name].clone());
    }

    /// Puts a cookie in place.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.into(), (value.into(), "/".into()));
    }

    /// Opens a page of the site and follows redirects.
    pub async fn get(&mut self, path: &str) -> Page {
        self.follow(Method::GET, path, None, false).await
    }

    /// Opens a page of the panel and follows redirects.
    pub async fn get_admin(&mut self, path: &str) -> Page {
        self.follow(Method::GET, path, None, true).await
    }

    /// Sends a form, exactly these fields, and follows redirects.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.follow(Method::POST, path, Some(encode(fields)), false).await
    }

    /// The same in the panel.
    pub async fn post_admin(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.follow(Method::POST, path, Some(encode(fields)), true).await
    }

    /// Sends a form that is on a page, with these fields filled in, to its address.
    pub async fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = fill(page, action, fields);
        self.post(action, &pairs(&form)).await
    }

    /// The same in the panel.
    pub async fn submit_admin(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = fill(page, action, fields);
        self.post_admin(action, &pairs(&form)).await
    }

    /// Signs in to the site with the form.
    pub async fn sign_in(&mut self, name: &str) -> Page {
        let page = self.get("/login").await;
        let email = format!("{name}@example.com");
        self.submit(&page, "/login", &[("email", &email), ("password", PASSWORD)]).await
    }

    /// Signs in to the panel with the form.
    pub async fn sign_in_as_staff(&mut self, name: &str) -> Page {
        let page = self.get_admin("/login").await;
        let email = format!("{name}@example.com");
        self.submit_admin(&page, "/login", &[("email", &email), ("password", PASSWORD)]).await
    }

    /// Writes a post with the form, and gives its address.
    pub async fn write(&mut self, board: &str, title: &str) -> String {
        let address = format!("/community/{board}/write");
        let page = self.get(&address).await;
        let post = self.submit(&page, &address, &[("title", title), ("body", "내용입니다.")]).await;
        assert_eq!(post.status, 200, "{}", post.text());
        post.path
    }

    /// Writes a comment with the form on a post's page, and gives the page that is shown then.
    pub async fn comment(&mut self, post: &str, text: &str) -> Page {
        let page = self.get(post).await;
        self.submit(&page, &format!("{post}/comments"), &[("body", text)]).await
    }

    /// The same with many, each with the form that stands under the one before.
    pub async fn comment_often(&mut self, post: &str, texts: impl IntoIterator<Item = String>) {
        let mut page = self.get(post).await;
        for text in texts {
            page = self.submit(&page, &format!("{post}/comments"), &[("body", &text)]).await;
        }
    }

    /// One request, whatever it answers.
    pub async fn send(&mut self, method: Method, path: &str, body: Option<String>, admin: bool) -> Page {
        let request = self.request(method, path, body);
        self.raw(request, path, admin).await
    }

    /// One request made by hand; cookies are added.
    pub async fn raw(&mut self, request: Request, path: &str, admin: bool) -> Page {
        let router = if admin { &self.admin } else { &self.site };
        let work = meter::scope(router.get_response(request));
        let ((response, round_trips), statements) = counting(work).await;
        self.keep(response.headers());
        let (parts, body) = response.into_parts();
        let bytes = body.into_bytes().await.unwrap();
        let html = String::from_utf8_lossy(&bytes).into_owned();
        Page { status: parts.status.as_u16(), headers: parts.headers, html, path: path.into(), statements, round_trips }
    }

    /// A request as this browser sends it.
    pub fn request(&self, method: Method, path: &str, body: Option<String>) -> Request {
        let here = self.cookies.iter().filter(|(_, (_, place))| path.starts_with(place.as_str()));
        let cookies: Vec<String> = here.map(|(name, (value, _))| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri_str(path);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.extra {
            request = request.header(*name, value);
        }
        match body {
            None => request.finish(),
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::CONTENT_LENGTH, body.len().to_string())
                .body(Body::from_string(body)),
        }
    }

    /// Follows redirects as browsers do: 307 sends the form again, 303 does not.
    async fn follow(&mut self, mut method: Method, path: &str, mut body: Option<String>, admin: bool) -> Page {
        let mut path = path.to_owned();
        for _ in 0..8 {
            let asked = path.split('#').next().unwrap_or_default().to_owned();
            let mut page = self.send(method.clone(), &asked, body.clone(), admin).await;
            let place = page.header("location").to_owned();
            if place.is_empty() {
                page.path = path;
                return page;
            }
            if page.status != 307 {
                (method, body) = (Method::GET, None);
            }
            path = place;
        }
        panic!("redirected for ever at {path}");
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie::Cookie::parse(line.to_str().unwrap().to_owned()).unwrap();
            let gone = cookie.max_age().is_some_and(|age| age.is_zero());
            if gone {
                self.cookies.remove(cookie.name());
            } else {
                let place = cookie.path().unwrap_or("/").to_owned();
                self.cookies.insert(cookie.name().into(), (cookie.value().into(), place));
            }
        }
    }
}

fn fill(page: &Page, action: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut form = page.form(action);
    form.retain(|(name, _)| fields.iter().all(|(typed, _)| typed != name));
    form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    form
}

fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// A board's settings, changed by the form.
pub async fn set_board(boss: &mut Visitor, slug: &str, fields: &[(&str, &str)]) -> Page {
    let list = boss.get_admin("/boards").await;
    let place = list.html.split("<tr>").find(|row| row.contains(&format!("<code>{slug}</code>"))).unwrap();
    let edit = place.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = boss.get_admin(&edit).await;
    boss.submit_admin(&page, &edit, fields).await
}
