//! Makes the files that browsers load: brings htmx by npm, joins scripts and style sheets, compresses them,
//! names them after their content and writes the table that `src/assets.rs` includes. Nothing is minified: a minifier
//! saves less than 1 KB of the compressed style sheet, which browsers load once.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io::Write};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// In the order in which the browser must meet them.
const VENDOR_SCRIPTS: [&str; 2] = ["htmx.min.js", "ext/hx-sse.min.js"];

fn main() {
    if let Err(error) = make() {
        // Cargo shows what goes to stderr when a build script fails; a panic would bury it under a backtrace.
        eprintln!("MinSchool's files for the browser could not be made: {error}");
        std::process::exit(1);
    }
}

fn make() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let source = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../static");
    println!("cargo:rerun-if-changed={}", source.display());
    println!("cargo:rerun-if-env-changed=MINSCHOOL_VENDOR_DIR");

    let own = read(&source.join("app.js"))?;
    let files = [
        ("css", "app.css", "text/css; charset=utf-8", style_sheet(&source.join("css"))?),
        ("js", "app.js", "text/javascript; charset=utf-8", script(&vendor(&source, &out)?, &own)?),
        ("icon", "icon.svg", "image/svg+xml", read(&source.join("icon.svg"))?),
    ];
    let mut table = String::from("static ASSETS: &[Asset] = &[\n");
    let mut names = String::new();
    for (key, name, kind, text) in files {
        let name = hashed(name, text.as_bytes());
        write_forms(&out, &name, text.as_bytes())?;
        let file = |end: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}{end}\"))");
        table += &format!(
            "Asset {{ name: \"{name}\", content_type: \"{kind}\", raw: {}, br: {}, gz: {} }},\n",
            file(""),
            file(".br"),
            file(".gz")
        );
        names += &format!("macro_rules! {key}_name {{ () => {{ \"{name}\" }} }}\npub(crate) use {key}_name;\n");
    }
    let size = gzip(own.as_bytes())?.len();
    let budget = format!("/// Bytes of our own script when compressed alone.\n#[cfg(test)]\nconst OWN_SCRIPT_GZ: usize = {size};\n");
    fs::write(out.join("assets.rs"), format!("{table}];\n{names}{budget}"))?;
    Ok(())
}

/// All style sheets in the order of their names.
fn style_sheet(folder: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "css"));
    files.sort();
    let mut text = String::new();
    for file in files {
        text += &read(&file)?;
    }
    Ok(text)
}

fn script(vendor: &Path, own: &str) -> Result<String> {
    let mut text = String::new();
    for file in VENDOR_SCRIPTS {
        let part = read(&vendor.join("htmx.org/dist").join(file))?;
        text.extend(part.lines().filter(|line| !line.starts_with("//# sourceMappingURL")).flat_map(|line| [line, "\n"]));
    }
    Ok(text + own)
}

/// The folder `node_modules` with htmx in it: given, or brought by npm when the lock file changed.
fn vendor(source: &Path, out: &Path) -> Result<PathBuf> {
    if let Ok(given) = env::var("MINSCHOOL_VENDOR_DIR") {
        return Ok(Path::new(&given).join("node_modules"));
    }
    let (folder, lock) = (out.join("npm"), read(&source.join("package-lock.json"))?);
    let (mark, modules) = (folder.join("installed"), folder.join("node_modules"));
    let hash = hex(lock.as_bytes());
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == hash) && modules.is_dir() {
        return Ok(modules);
    }
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(source.join(file), folder.join(file))?;
    }
    install(&folder)?;
    fs::write(mark, hash)?;
    Ok(modules)
}

/// Networks stumble, so npm gets three tries.
fn install(folder: &Path) -> Result<()> {
    let mut last = String::new();
    for _ in 0..3 {
        let done = Command::new("npm").args(["ci", "--ignore-scripts", "--prefer-offline"]).current_dir(folder).output().map_err(|error| {
            format!("npm could not be started ({error}). Install Node.js with npm, or set MINSCHOOL_VENDOR_DIR to a folder where `npm ci` ran for static/package.json")
        })?;
        if done.status.success() {
            return Ok(());
        }
        last = String::from_utf8_lossy(&done.stderr).into_owned();
    }
    Err(format!("`npm ci` failed three times. It said:\n{last}").into())
}

/// `app.css` → `app.0123456789ab.css`
fn hashed(name: &str, content: &[u8]) -> String {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{stem}.{}.{end}", &hex(content)[..12])
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_forms(out: &Path, name: &str, content: &[u8]) -> Result<()> {
    fs::write(out.join(name), content)?;
    fs::write(out.join(format!("{name}.gz")), gzip(content)?)?;
    let mut small = Vec::new();
    brotli::CompressorWriter::new(&mut small, 4096, 11, 22).write_all(content)?;
    fs::write(out.join(format!("{name}.br")), small)?;
    Ok(())
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut small = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    small.write_all(content)?;
    Ok(small.finish()?)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
