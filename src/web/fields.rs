//! A form as it was sent: every field, in order, nothing lost.
//!
//! By hand and not by `form_urlencoded`: that replaces invalid UTF-8 silently, here the form is refused.

use super::error::HttpError;
use super::multipart::Multipart;
use super::request::RequestContext;
use poem::http::header;
use poem::{FromRequest, Request, RequestBody};
use templates::users::sign_in::KEPT_PREFIX;

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// A form whose fields were read already; where it waited for its writer to sign in again, as it was before.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        let fields = Self(pairs);
        let kept = fields.kept();
        if kept.is_empty() { fields } else { Self(kept) }
    }

    /// Bytes of all values.
    pub fn size(&self) -> usize {
        self.0.iter().map(|(_, value)| value.len()).sum()
    }

    /// Adds fields that came after these.
    pub fn extend(&mut self, more: Vec<(String, String)>) {
        self.0.extend(more);
    }

    /// The value of a field; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether a field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// The value of a field as a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }

    /// All values of a field that was sent several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Everything that was sent.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The fields of a form that waited for its writer to sign in again.
    pub fn kept(&self) -> Vec<(String, String)> {
        let kept = self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix(KEPT_PREFIX)?.to_owned(), value.clone())));
        kept.collect()
    }

    /// Reads the body of a form, sign-in fields and all.
    ///
    /// # Errors
    /// 413 when it is larger than the limit in `layers`; 415 when it is no form; 400 when it is not UTF-8.
    pub async fn read(req: &Request, body: &mut RequestBody) -> Result<Self, HttpError> {
        let kind = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/") {
            return Self::of_parts(kind, body).await;
        }
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(HttpError::Status(415));
        }
        let bytes = body.take().map_err(|_| HttpError::Status(400))?.into_bytes().await;
        let bytes = bytes.map_err(|err| super::body::err(&err))?;
        parse(&bytes).map(Self).ok_or(HttpError::Status(400))
    }
}

impl Fields {
    /// The texts of a form that can have files, whose handler does not want them now.
    async fn of_parts(kind: &str, body: &mut RequestBody) -> Result<Self, HttpError> {
        let body = body.take().map_err(|_| HttpError::Status(400))?;
        let mut form = Multipart::of(kind, body, super::body::FORM as u64 * 2).ok_or(HttpError::Status(415))?;
        let (mut pairs, mut left) = (Vec::new(), super::body::FORM);
        while let Some(part) = form.next().await? {
            if part.file.is_none() {
                let text = form.text(left).await?;
                left -= text.len().min(left);
                pairs.push((part.name, text));
            }
        }
        Ok(Self(pairs))
    }
}

impl<'a> FromRequest<'a> for Fields {
    /// The form; where it waited for its writer to sign in again, as it was before.
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let fields = Self::of(Self::read(req, body).await?.0);
        remember(req, &fields);
        Ok(fields)
    }
}

/// A form with all that was sent, sign-in fields and kept ones.
pub struct Sent(pub Fields);

impl<'a> FromRequest<'a> for Sent {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let fields = Fields::read(req, body).await?;
        remember(req, &fields);
        Ok(Self(fields))
    }
}

/// Whatever happens to this request now, what was typed can be given back.
fn remember(req: &Request, fields: &Fields) {
    if let Some(request) = req.extensions().get::<RequestContext>() {
        // A form is read once.
        let _ = request.head.sent.set(fields.pairs().to_vec());
    }
}

/// Splits an urlencoded body. None: a value is not UTF-8.
fn parse(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let pairs = bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let cut = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            Some((decode(&pair[..cut])?, decode(pair.get(cut + 1..).unwrap_or_default())?))
        })
        .collect()
}

fn decode(bytes: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    let text = percent_encoding::percent_decode(&spaced).decode_utf8().ok()?;
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let fields = parse(b"title=%EC%95%88%EB%85%95+1&body=a%26b%3Dc&empty=&ids=1&ids=2&lone").map(Fields).expect("UTF-8");

        assert_eq!(fields.text("title"), "안녕 1");
        assert_eq!(fields.text("body"), "a&b=c");
        assert_eq!(fields.all("ids").collect::<Vec<_>>(), ["1", "2"]);
        assert!(!fields.ticked("empty") && !fields.ticked("lone"));
    }

    #[test]
    fn what_is_not_utf8_is_refused() {
        assert!(parse(b"a=%FF%FE").is_none());
        assert!(parse(b"a=\xC0\xAF").is_none());
    }
}
