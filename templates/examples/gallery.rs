//! Writes every view in every state as files that a browser opens: `cargo run -p templates --example gallery`.

use maud::{DOCTYPE, html};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use templates::{Markup, assets, layout, samples};

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let folder = target.join("gallery");
    fs::create_dir_all(folder.join("static"))?;
    for asset in assets::all() {
        fs::write(folder.join("static").join(asset.name), asset.raw)?;
    }
    let samples = samples::all();
    for sample in &samples {
        let page = if sample.is_page() { sample.markup.clone() } else { framed(&sample.name, &sample.markup) };
        write(&folder, &sample.name, page)?;
    }
    write(&folder, "index", index(&samples))?;
    println!("{} views: {}", samples.len(), folder.canonicalize()?.join("index.html").display());
    Ok(())
}

/// Opened as a file, a page finds its style sheet beside itself rather than at the root of a server.
fn write(folder: &Path, name: &str, page: Markup) -> std::io::Result<()> {
    fs::write(folder.join(format!("{name}.html")), page.into_string().replace("\"/static/", "\"static/"))
}

fn framed(name: &str, fragment: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(&name[..2]) {
            (layout::head(name))
            body { main { div.wrap.reading {
                h1 { "MinSchool" }
                h2 { (name) }
                // A partial only means something to the page it is sent to, so its source is shown.
                @if fragment.0.starts_with("<hx-partial") { pre { code { (fragment.0) } } }
                @else if fragment.0.starts_with("<li") { ol { (fragment) } }
                @else { (fragment) }
            } } }
        }
    }
}

fn index(samples: &[samples::Sample]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (layout::head("MinSchool: every view"))
            body { main { div.wrap {
                h1 { "Every view in every state" }
                ul { @for sample in samples { li { a href={ (sample.name) ".html" } { (sample.name) } } } }
            } } }
        }
    }
}
