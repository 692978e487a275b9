//! Embedded files.

/// The folder of embedded files.
pub const STATIC: &str = "/static/";

/// An embedded file by its hashed name.
pub fn asset(name: &str) -> String {
    format!("{STATIC}{name}")
}

/// The style sheet.
pub fn css() -> &'static str {
    concat!("/static/", crate::assets::css_name!())
}

/// The script.
pub fn js() -> &'static str {
    concat!("/static/", crate::assets::js_name!())
}

/// The script that sends files one by one; only the editor brings it.
pub fn upload() -> &'static str {
    concat!("/static/", crate::assets::upload_name!())
}

/// The script that helps while one types; a page brings it with the first letter.
pub fn writing() -> &'static str {
    concat!("/static/", crate::assets::writing_name!())
}

pub fn icon() -> &'static str {
    concat!("/static/", crate::assets::icon_name!())
}
