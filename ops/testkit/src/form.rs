//! Forms: how browsers encode them, and the idempotency key that each of ours carries.

/// The field of a form that holds its idempotency key.
pub const KEY: &str = "once";

/// Fields as `application/x-www-form-urlencoded`.
pub fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Fields and a file in the field `files` as the body of a form (RFC 7578), and its Content-Type.
pub fn multipart(fields: &[(&str, &str)], (name, content): (&str, &[u8])) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----testkit-7d31c6a2f0b94e58";
    let mut body = Vec::with_capacity(content.len() + 1024);
    for (field, value) in fields {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n");
    body.extend((head + "Content-Type: application/octet-stream\r\n\r\n").into_bytes());
    body.extend(content);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

/// The idempotency key of the form on a page that goes to `action`.
pub fn idempotency_key(html: &str, action: &str) -> Option<String> {
    let (target, field) = (format!("action=\"{action}\""), format!("name=\"{KEY}\""));
    let forms = html.split(&target).skip(1).filter_map(|part| part.split("</form>").next());
    let input = forms.filter_map(|form| form.split_once(&field)).map(|(_, rest)| rest).next()?;
    Some(input.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_right_form_is_found() {
        let html = r#"<form action="/a"><input name="q"></form><form method="post" action="/a"><input name="once" value="k1"></form>
            <form action="/b"><input name="once" type="hidden" value="k2"></form>"#;

        assert_eq!(idempotency_key(html, "/a").as_deref(), Some("k1"));
        assert_eq!(idempotency_key(html, "/b").as_deref(), Some("k2"));
        assert_eq!(idempotency_key(html, "/c"), None);
    }

    #[test]
    fn fields_are_encoded() {
        assert_eq!(encode(&[("a", "b c&d"), ("e", "가")]), "a=b+c%26d&e=%EA%B0%80");
    }
}
