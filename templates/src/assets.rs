//! The style sheet, the script and the icon: embedded, compressed beforehand, named after their content.

/// An embedded file in the three forms that browsers ask for.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name with a part of its content's hash, so that it may be kept for ever.
    pub name: &'static str,
    pub content_type: &'static str,
    /// As it is.
    pub raw: &'static [u8],
    /// Compressed by brotli.
    pub br: &'static [u8],
    /// Compressed by gzip.
    pub gz: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file with this name.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Every file.
pub fn all() -> &'static [Asset] {
    ASSETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_stay_within_their_budgets() {
        let css = find(css_name!()).expect("the style sheet");
        let js = find(js_name!()).expect("the script");

        assert!(css.gz.len() <= 12 * 1024, "CSS is {} bytes", css.gz.len());
        assert!(js.gz.len() <= 20 * 1024, "JS is {} bytes", js.gz.len());
        let upload = find(upload_name!()).expect("the editor's script");
        assert!(upload.gz.len() <= 3 * 1024, "the editor's script is {} bytes", upload.gz.len());
        let writing = find(writing_name!()).expect("the script that helps while one types");
        assert!(writing.gz.len() <= 5 * 1024 / 2, "it is {} bytes", writing.gz.len());
        const { assert!(OWN_SCRIPT_GZ <= 5 * 1024, "our own script outgrew its budget") };
    }

    #[test]
    fn every_file_has_a_hash_in_its_name_and_all_its_forms() {
        for asset in all() {
            assert_eq!(asset.name.split('.').count(), 3, "{}", asset.name);
            assert!(!asset.raw.is_empty() && !asset.br.is_empty() && !asset.gz.is_empty());
        }
        assert!(find("nothing.css").is_none());
    }

    #[test]
    fn the_script_evaluates_nothing() {
        let js = find(js_name!()).expect("the script");
        let text = std::str::from_utf8(js.raw).expect("UTF-8");

        assert_eq!(text.contains("hx-swap"), HAS_HTMX, "htmx is there if and only if the build brought it");
        assert!(!text.contains("sourceMappingURL"));
    }
}
