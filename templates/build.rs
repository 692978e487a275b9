//! Makes the files that browsers load: brings htmx by npm, joins scripts and style sheets, compresses them,
//! names them after their content and writes the table that `src/assets.rs` includes, and the list of nouns. Nothing is minified: a minifier
//! saves less than 1 KB of the compressed style sheet, which browsers load once.
//!
//! Where npm is missing or cannot reach its registry, a debug build leaves htmx out with a warning, for every page works
//! without scripts; a release build fails unless `MINSCHOOL_WITHOUT_HTMX=1` asks for that.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io::Write};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// In the order in which the browser must meet them.
const VENDOR_SCRIPTS: [&str; 2] = ["htmx.min.js", "ext/hx-sse.min.js"];

/// Set to 1, it leaves htmx out of any build.
const WITHOUT_HTMX: &str = "MINSCHOOL_WITHOUT_HTMX";

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
    println!("cargo::rerun-if-changed={}", source.display());
    for name in ["MINSCHOOL_VENDOR_DIR", WITHOUT_HTMX] {
        println!("cargo::rerun-if-env-changed={name}");
    }

    fs::write(out.join("nouns.rs"), nouns(&Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src"))?)?;
    let own = read(&source.join("app.js"))?;
    let modules = vendor(&source, &out)?;
    let files = [
        ("css", "app.css", "text/css; charset=utf-8", style_sheet(&source.join("css"))?),
        ("js", "app.js", "text/javascript; charset=utf-8", script(modules.as_deref(), &own)?),
        ("upload", "upload.js", "text/javascript; charset=utf-8", read(&source.join("upload.js"))?),
        ("writing", "writing.js", "text/javascript; charset=utf-8", read(&source.join("writing.js"))?),
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
    let htmx = format!("/// Whether the script holds htmx.\n#[cfg(test)]\nconst HAS_HTMX: bool = {};\n", modules.is_some());
    fs::write(out.join("assets.rs"), format!("{table}];\n{names}{budget}{htmx}"))?;
    Ok(())
}

/// The list of nouns: every folder with sentences and samples, and every file that holds both.
fn nouns(source: &Path) -> Result<String> {
    println!("cargo::rerun-if-changed={}", source.display());
    let mut found = Vec::new();
    find_nouns(source, "", &mut found)?;
    found.sort();
    let noun =
        |name: &String| format!("Noun {{ name: \"{name}\", texts: crate::{name}::text::ALL, samples: crate::{name}::samples::all }},\n");
    Ok(format!("static NOUNS: &[Noun] = &[\n{}];\n", found.iter().map(noun).collect::<String>()))
}

fn find_nouns(folder: &Path, module: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = if module.is_empty() { stem.into_owned() } else { format!("{module}::{stem}") };
        if path.is_dir() {
            if path.join("text.rs").exists() && path.join("samples.rs").exists() {
                found.push(name.clone());
            }
            find_nouns(&path, &name, found)?;
        } else if path.extension().is_some_and(|end| end == "rs") && read(&path)?.contains("mod samples {") {
            found.push(name);
        }
    }
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

/// htmx, where there is one, and our own script, which only listens to its events.
fn script(modules: Option<&Path>, own: &str) -> Result<String> {
    let Some(modules) = modules else { return Ok(own.to_owned()) };
    let mut text = String::new();
    for file in VENDOR_SCRIPTS {
        let part = read(&modules.join("htmx.org/dist").join(file))?;
        text.extend(part.lines().filter(|line| !line.starts_with("//# sourceMappingURL")).flat_map(|line| [line, "\n"]));
    }
    Ok(text + own)
}

/// The folder `node_modules` with htmx in it: given, or brought by npm when the lock file changed. `None` leaves htmx out.
fn vendor(source: &Path, out: &Path) -> Result<Option<PathBuf>> {
    if let Ok(given) = env::var("MINSCHOOL_VENDOR_DIR") {
        return Ok(Some(Path::new(&given).join("node_modules")));
    }
    if env::var(WITHOUT_HTMX).is_ok_and(|value| value == "1") {
        println!("cargo::warning=htmx is left out, as {WITHOUT_HTMX}=1 asks; every page works without it.");
        return Ok(None);
    }
    let (folder, lock) = (out.join("npm"), read(&source.join("package-lock.json"))?);
    let (mark, modules) = (folder.join("installed"), folder.join("node_modules"));
    let hash = hex(lock.as_bytes());
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == hash) && modules.is_dir() {
        return Ok(Some(modules));
    }
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(source.join(file), folder.join(file))?;
    }
    match install(&folder) {
        Ok(()) => {
            fs::write(mark, hash)?;
            Ok(Some(modules))
        }
        Err(reason) if is_release()? => Err(format!("{reason}\n{WITHOUT_HTMX}=1 builds without htmx, on purpose.").into()),
        Err(reason) => {
            // Only now: between a terminal and an editor, which often differ in it, PATH would rebuild everything each time.
            println!("cargo::rerun-if-env-changed=PATH");
            let reason = reason.to_string().replace('\n', " ");
            println!(
                "cargo::warning=htmx is left out; every page works without it. {reason} Then `touch static/package.json` to try again."
            );
            Ok(None)
        }
    }
}

/// Whether the build is one that may be shipped: `PROFILE` also names profiles that inherit `release`.
fn is_release() -> Result<bool> {
    Ok(env::var("PROFILE")? == "release" || env::var("OPT_LEVEL")? != "0")
}

/// Networks stumble, so npm gets three tries, and waits little within each.
fn install(folder: &Path) -> Result<()> {
    let options = ["ci", "--ignore-scripts", "--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
    let mut last = String::new();
    for _ in 0..3 {
        let done = Command::new("npm").args(options).current_dir(folder).output().map_err(|error| {
            format!("npm could not be started ({error}). Install Node.js with npm, or set MINSCHOOL_VENDOR_DIR to a folder where `npm ci` ran for static/package.json.")
        })?;
        if done.status.success() {
            return Ok(());
        }
        last = String::from_utf8_lossy(&done.stderr).into_owned();
    }
    let first: Vec<&str> = last.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
    Err(format!("`npm ci` failed three times: {}. Look at the network and the registry.", first.join("; ")).into())
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
