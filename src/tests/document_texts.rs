//! The text of documents, as the child process reads it: formats that people have, and files that were made to break what opens them.

use crate::documents::*;
use std::io::Write;
use std::process::{Command, Stdio};

/// What the child answers: the outcome and the text. Empty: it was ended, or broke.
pub(crate) fn read(bytes: &[u8]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    let pipes = command.arg("open-text").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    // It may refuse what follows.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    let output = child.wait_with_output().unwrap();
    let answer = String::from_utf8(output.stdout).unwrap();
    let (outcome, text) = answer.split_once('\n').unwrap_or_default();
    (outcome.to_owned(), text.to_owned())
}

fn outcome(bytes: &[u8]) -> String {
    read(bytes).0
}

const PARAGRAPHS: [&str; 3] = ["활동지원 <신청> 안내", "둘째 문단 & 끝", "셋째"];

#[test]
fn documents_are_read_paragraph_by_paragraph() {
    let text = PARAGRAPHS.join("\n\n");
    for (name, bytes) in [
        ("hwpx", hwpx(&PARAGRAPHS)),
        ("docx", docx(&PARAGRAPHS)),
        ("hwp", hwp(&PARAGRAPHS, 1)),
        ("hwp, not compressed", hwp(&PARAGRAPHS, 0)),
    ] {
        assert_eq!(read(&bytes), ("text".into(), text.clone()), "{name}");
    }
    assert_eq!(read(&odt(&PARAGRAPHS)).1, format!("\u{1}머리말\n\n{text}"), "with the mark of a heading");
    assert_eq!(read(&pdf(&["활동지원 신청", "둘째 쪽"])), ("text".into(), "활동지원 신청\n\n둘째 쪽".into()));
    assert_eq!(read(&encoding_rs::EUC_KR.encode("회의록\r\n\r\n뷁").0).1, "회의록\n\n뷁");
    let slides = [("ppt/slides/slide1.xml", &b"<a><a:p><a:t>One</a:t></a:p></a>"[..])];
    assert_eq!(read(&zip(&slides)).1, "One");
}

#[test]
fn what_holds_no_text_or_is_locked_is_no_fault() {
    for (name, bytes, is) in [
        ("an empty docx", docx(&[]), "no_text"),
        ("an empty hwp", hwp(&[], 1), "no_text"),
        ("a scanned page", pdf(&[""]), "no_text"),
        ("an older Word", compound(&[("WordDocument", vec![0; 600])]), "no_text"),
        ("hwp with a password", hwp(&PARAGRAPHS, 1 | 2), "locked"),
        ("docx with a password", compound(&[("EncryptionInfo", vec![4, 0]), ("EncryptedPackage", vec![0; 600])]), "locked"),
        ("pdf with a password", locked_pdf(&["비밀"], "1234"), "locked"),
        (
            "odt with a password",
            zip(&[("content.xml", &[1, 2, 3]), ("META-INF/manifest.xml", b"<m:file-entry><m:encryption-data/></m:file-entry>")]),
            "locked",
        ),
    ] {
        assert_eq!(outcome(&bytes), is, "{name}");
    }
    assert_eq!(read(&locked_pdf(&["열린 글"], "")), ("text".into(), "열린 글".into()), "with an empty password anybody reads it");
    assert_eq!(read(&hwp(&["배포용 문서"], 1 | 4)), ("text".into(), "배포용 문서".into()), "the beginning that it keeps for previews");
}

/// XML of so many bytes without a letter in it.
fn blank_xml(bytes: usize) -> Vec<u8> {
    [&b"<d>"[..], &vec![b' '; bytes], b"</d>"].concat()
}

#[test]
fn bombs_are_refused_for_their_size() {
    let many: Vec<String> = (0..100_000).map(|n| format!("word/{n}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let section = [&(67_u32 | 0xfff << 20).to_le_bytes()[..], &(70_u32 << 20).to_le_bytes(), &vec![0; 70 << 20]].concat();
    for (name, bytes) in [
        ("a part of 70 MiB", docx_of(&blank_xml(70 << 20))),
        (
            "parts that are too much together",
            zip(&[("word/document.xml", &blank_xml(40 << 20)), ("word/footnotes.xml", &blank_xml(40 << 20))]),
        ),
        ("100,000 entries", zip(&many)),
        ("a section of 70 MiB", hwp_of(&section)),
    ] {
        assert_eq!(outcome(&bytes), "too_large", "{name}");
    }
    let long = docx(&[&"가나다라 ".repeat(600_000)]);
    let (outcome, text) = read(&long);
    assert_eq!(
        (outcome.as_str(), text.chars().count() <= 1_000_000),
        ("text", true),
        "of a long text the first million characters are kept"
    );
}

#[test]
fn what_is_broken_or_lies_is_damage_and_no_more() {
    let good = docx(&PARAGRAPHS);
    let compound = hwp(&PARAGRAPHS, 1);
    let deep = format!("{}{}", "<w:p>".repeat(100_000), "</w:p>".repeat(100_000));
    let billion = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]><d><p><t>&b;</t></p></d>";
    let outside = "<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><d><p><t>&a;</t></p></d>";
    for (name, bytes) in [
        ("half a zip", good[..good.len() / 2].to_vec()),
        ("a zip that is its end alone", b"PK\x05\x06".to_vec()),
        ("a docx that is another zip", zip(&[("readme.txt", b"hello")])),
        ("a zip in a zip in its place", docx_of(&docx(&PARAGRAPHS))),
        ("sizes that are not so", with_size(&good, u32::MAX - 1)),
        ("a size of one byte", with_size(&good, 1)),
        ("entities", docx_of(billion.as_bytes())),
        ("a file of this machine", docx_of(outside.as_bytes())),
        ("100,000 levels", docx_of(deep.as_bytes())),
        ("XML that ends early", docx_of(b"<w:p><w:t>x")),
        ("half a compound file", compound[..1024].to_vec()),
        ("hwp without its section's end", hwp_of(&[67, 0, 0xf0, 0xff, 1, 2])),
        ("a pdf that is its head alone", b"%PDF-1.7\n%%EOF".to_vec()),
        ("a pdf of numbers", [&b"%PDF-1.7\n"[..], &[7; 100_000]].concat()),
    ] {
        assert_eq!(read(&bytes), ("damaged".into(), String::new()), "{name}");
    }
}

/// A zip file that calls each of its parts so large.
fn with_size(zip: &[u8], size: u32) -> Vec<u8> {
    let mut bytes = zip.to_vec();
    let places: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x01\x02").map(|(at, _)| at).collect();
    for at in places {
        bytes[at + 24..at + 28].copy_from_slice(&size.to_le_bytes());
    }
    bytes
}

#[test]
fn files_that_go_round_in_circles_or_down_end_the_child_at_most() {
    let mut cyclic = hwp(&[&"가".repeat(20_000)], 0);
    // The table of sectors, by its number in the head of the file: each entry that names a next one names itself.
    let table = 4096 * (1 + cyclic[76] as usize);
    for (n, entry) in cyclic[table..table + 4096].chunks_exact_mut(4).enumerate().filter(|(_, entry)| entry[3] == 0) {
        entry.copy_from_slice(&(n as u32).to_le_bytes());
    }
    let nested = [&b"%PDF-1.7\n1 0 obj\n"[..], &vec![b'['; 4 << 20], b"\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF"].concat();
    let objects = b"%PDF-1.7\nxref\n0 2000000000\ntrailer <</Size 2000000000 /Root 1 0 R>>\nstartxref\n9\n%%EOF".to_vec();
    let mut pages =
        b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj 2 0 obj <</Type /Pages /Kids [2 0 R 2 0 R] /Count 9>> endobj\n".to_vec();
    let place = pages.len();
    pages.extend(b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000055 00000 n \ntrailer <</Size 3 /Root 1 0 R>>\nstartxref\n");
    pages.extend(format!("{place}\n%%EOF").bytes());
    for (name, bytes) in [("sectors in a circle", cyclic), ("arrays", nested), ("objects", objects), ("pages in a circle", pages)] {
        let begun = std::time::Instant::now();

        let (outcome, text) = read(&bytes);

        assert!(["", "damaged", "no_text"].contains(&outcome.as_str()) && text.is_empty(), "{name}: {outcome}");
        assert!(begun.elapsed().as_secs() < 25, "{name} took {:?}", begun.elapsed());
    }
}

#[test]
fn the_child_may_use_no_more_than_its_limits() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
    let mut child = command.arg("open-text").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();

    // More than a pipe holds: it is being read, so the limits are set.
    stdin.write_all(&vec![0; 1024 * 1024]).unwrap();

    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    drop(stdin);
    let of = |name: &str| limits.lines().find_map(|line| line.strip_prefix(name)).unwrap().split_whitespace().next().unwrap().to_owned();
    let seconds = if cfg!(debug_assertions) { "60" } else { "10" };
    assert_eq!((of("Max address space"), of("Max cpu time")), ((500 << 20).to_string(), seconds.to_owned()));
    assert_eq!((of("Max open files"), of("Max file size")), ("8".to_owned(), "0".to_owned()));
    assert!(child.wait_with_output().unwrap().stdout.starts_with(b"damaged"));
}
