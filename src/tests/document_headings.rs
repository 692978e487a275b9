//! Headings of documents: found by their styles, marked in the text that is kept, and headings of its page.

use crate::document_texts::read;
use crate::documents::*;
use crate::file_texts::{all_done, work};
use crate::files::post_with;
use crate::search::look;
use crate::support::{Engine, Postgres, Sqlite};
use pdf_extract::{Document, Object, ObjectId, dictionary};
use rstest::rstest;

const STYLES: &str = "<w:styles xmlns:w=\"w\"><w:style w:type=\"paragraph\" w:styleId=\"1\"><w:name w:val=\"heading 1\"/>\
    <w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr></w:style><w:style w:styleId=\"a9\"><w:name w:val=\"우리 제목\"/><w:basedOn w:val=\"2\"/></w:style>\
    <w:style w:styleId=\"2\"><w:name w:val=\"heading 2\"/></w:style><w:style w:styleId=\"a\"><w:name w:val=\"Normal\"/></w:style></w:styles>";

fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{}</w:t></w:r></w:p>", escaped(text))
}

/// A DOCX with these styles.
fn docx_with(styles: &[u8]) -> Vec<u8> {
    let body = [
        paragraph("<w:pStyle w:val=\"1\"/>", "참가 안내"),
        paragraph("<w:pStyle w:val=\"a\"/>", "느티나무 아래에서 만나요"),
        paragraph("<w:pStyle w:val=\"a9\"/>", "언제 <어디서>"),
        paragraph("<w:pStyle w:val=\"a\"/><w:outlineLvl w:val=\"2\"/>", "오시는 길"),
        paragraph("<w:pStyle w:val=\"1\"/><w:outlineLvl w:val=\"9\"/>", "제목처럼 보이는 글"),
        paragraph("<w:pStyle w:val=\"a\"/><w:pPrChange><w:pPr><w:pStyle w:val=\"1\"/></w:pPr></w:pPrChange>", "전에는 제목"),
        paragraph("<w:pStyle w:val=\"1\"/>", &"길다 ".repeat(80)),
    ];
    let document = format!("<w:document xmlns:w=\"w\"><w:body>{}</w:body></w:document>", body.concat());
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes()), ("word/styles.xml", styles)])
}

/// The paragraphs that are headings, with their levels.
fn headings(bytes: &[u8]) -> Vec<(u32, String)> {
    let (outcome, text) = read(bytes);
    assert_eq!(outcome, "text");
    let marked = text.split("\n\n").filter_map(|text| Some((text.chars().next().filter(|c| c.is_control())?, text)));
    marked.map(|(mark, text)| (u32::from(mark), text[1..].to_owned())).collect()
}

fn of(level: u32, text: &str) -> (u32, String) {
    (level, text.to_owned())
}

#[test]
fn styles_of_word_say_what_is_a_heading() {
    let found = headings(&docx_with(STYLES.as_bytes()));

    assert_eq!(found, [of(1, "참가 안내"), of(2, "언제 <어디서>"), of(3, "오시는 길")]);
}

#[test]
fn headings_of_opendocument_have_their_level() {
    let xml = "<o><text:h text:outline-level=\"2\">둘째</text:h><text:p>글</text:p><text:h>수준 없음</text:h>\
        <text:h text:outline-level=\"x\">이상한 수준</text:h><text:h text:outline-level=\"99\">깊은 것</text:h></o>";

    let found = headings(&zip(&[("content.xml", xml.as_bytes())]));

    assert_eq!(found, [of(2, "둘째"), of(1, "수준 없음"), of(1, "이상한 수준"), of(6, "깊은 것")]);
}

#[test]
fn outlines_and_styles_of_hangul_are_headings() {
    let header = "<hh:head><hh:paraPr id=\"0\"><hh:heading type=\"NONE\" level=\"0\"/></hh:paraPr><hh:paraPr id=\"3\"><hh:align/>\
        <hh:heading type=\"OUTLINE\" idRef=\"0\" level=\"1\"/></hh:paraPr><hh:paraPr id=\"4\"><hh:heading type=\"NUMBER\" level=\"0\"/></hh:paraPr>\
        <hh:style id=\"0\" type=\"PARA\" name=\"바탕글\" engName=\"Normal\"/><hh:style id=\"2\" type=\"PARA\" name=\"개요 1\" engName=\"Outline 1\"/></hh:head>";
    let section = "<hs:sec><hp:p paraPrIDRef=\"0\" styleIDRef=\"2\"><hp:run><hp:t>개요</hp:t></hp:run></hp:p>\
        <hp:p paraPrIDRef=\"3\" styleIDRef=\"0\"><hp:run><hp:t>둘째 수준</hp:t><hp:tbl><hp:p paraPrIDRef=\"0\"><hp:t>칸</hp:t></hp:p></hp:tbl></hp:run></hp:p>\
        <hp:p paraPrIDRef=\"4\" styleIDRef=\"0\"><hp:run><hp:t>번호 글</hp:t></hp:run></hp:p></hs:sec>";
    let hwpx = zip(&[("Contents/section0.xml", section.as_bytes()), ("Contents/header.xml", header.as_bytes())]);

    assert_eq!(headings(&hwpx), [of(1, "개요"), of(2, "둘째 수준")]);
    assert_eq!(headings(&hwp_with(Some(doc_info()))), [of(1, "개요"), of(3, "셋째 수준")]);
    assert_eq!(read(&hwp_with(Some(doc_info()))).1.split("\n\n").last(), Some("글"));
}

#[test]
fn headings_of_a_tagged_pdf_are_those_of_its_structure() {
    let roles = [("Heading", "Title1"), ("Title1", "H1"), ("Loop", "Loop"), ("P", "P")];
    let elements: [(&str, &[&str]); 8] = [
        ("Heading", &["참가 안내"]),
        ("P", &["느티나무 아래에서 만나요"]),
        ("H2", &["언제 어디서", "만나는지"]),
        ("H2", &["오시는 길"]),
        ("P", &["지하철로", "오세요"]),
        ("Loop", &["글"]),
        ("H9", &["없는 수준"]),
        ("H3", &[""]),
    ];

    let pdf = tagged_pdf(&elements, &roles);

    assert_eq!(headings(&pdf), [of(1, "참가 안내"), of(2, "언제 어디서 만나는지"), of(2, "오시는 길")]);
    let text = read(&pdf).1.replace(|c: char| c.is_control() && c != '\n', "");
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(paragraphs[..4], ["참가 안내", "느티나무 아래에서 만나요", "언제 어디서 만나는지", "오시는 길"]);
    for words in ["지하철로", "오세요", "글", "없는 수준"] {
        assert_eq!(text.matches(words).count(), 1, "{text}");
    }
}

#[test]
fn a_heading_without_a_number_is_as_deep_as_its_section() {
    let elements: [(&str, &[&str]); 6] = [
        ("H", &["안내"]),
        ("Sect/H", &["오시는 길"]),
        ("Sect/P", &["지하철로 오세요"]),
        ("Part/Chapter/H", &["버스"]),
        ("Sect/Div/Art/Sect/H", &["정류장"]),
        ("Sect/H4", &["표"]),
    ];

    let pdf = tagged_pdf(&elements, &[("Chapter", "Sect")]);

    assert_eq!(headings(&pdf), [of(1, "안내"), of(1, "오시는 길"), of(2, "버스"), of(3, "정류장"), of(4, "표")]);
}

/// Breaks the structure tree that has this root.
type Break = fn(&mut Document, ObjectId);

#[test]
fn a_structure_that_is_broken_spoils_no_pdf() {
    let whole = tagged_pdf(&[("Heading", &["참가 안내"]), ("P", &["만나요"]), ("H2", &["둘째"])], &[("Heading", "H1")]);
    let letters = |bytes: &[u8]| {
        let (outcome, text) = read(bytes);
        (outcome, text.replace(|c: char| c.is_control() || c.is_whitespace(), ""))
    };
    let with = |change: Break| {
        let mut document = Document::load_mem(&whole).unwrap();
        let root = document.catalog().unwrap().get(b"StructTreeRoot").unwrap().as_reference().unwrap();
        change(&mut document, root);
        saved(document)
    };
    let broken: [(&str, Break); 5] = [
        ("a root that is its own kid", |document, root| set(document, root, "K", root.into())),
        ("arrays of themselves", |document, root| {
            let array = document.new_object_id();
            document.objects.insert(array, vec![Object::from(array); 300].into());
            set(document, root, "K", array.into());
        }),
        ("roles in a circle", |document, root| {
            set(document, root, "RoleMap", dictionary! { "Heading" => "P", "P" => "Heading", "H2" => "H2" }.into());
        }),
        ("no tree", |document, root| drop(document.objects.insert(root, 7.into()))),
        ("numbers that no page has", |document, root| set(document, root, "K", vec![Object::from(-1), i64::MAX.into()].into())),
    ];
    for (name, change) in broken {
        assert_eq!(letters(&with(change)), letters(&whole), "{name}");
    }
}

fn set(document: &mut Document, id: ObjectId, name: &str, value: Object) {
    document.get_object_mut(id).unwrap().as_dict_mut().unwrap().set(name, value);
}

fn record(tag: u32, content: &[u8]) -> Vec<u8> {
    [&(tag | (content.len() as u32) << 20).to_le_bytes()[..], content].concat()
}

/// Two shapes of paragraphs, the second an outline, and two styles, the second named for one.
fn doc_info() -> Vec<u8> {
    let style = |name: &str| {
        let units: Vec<u16> = name.encode_utf16().collect();
        record(
            26,
            &[&(units.len() as u16).to_le_bytes()[..], &units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()].concat(),
        )
    };
    let shape = |bits: u32| record(25, &[&bits.to_le_bytes()[..], &[0; 20]].concat());
    [shape(2 << 23 | 1 << 25), shape(1 << 23 | 2 << 25), style("바탕글"), style("개요 1")].concat()
}

/// HWP 5 whose paragraphs have a style that is an outline, a shape that is one, and neither.
fn hwp_with(doc_info: Option<Vec<u8>>) -> Vec<u8> {
    let paragraph = |shape: u16, style: u8, text: &str| {
        let head = [&[0; 8][..], &shape.to_le_bytes(), &[style, 0]].concat();
        let units: Vec<u8> = text.encode_utf16().chain([13]).flat_map(u16::to_le_bytes).collect();
        [record(66, &head), record(67, &units)].concat()
    };
    let section = [paragraph(0, 1, "개요"), paragraph(1, 0, "셋째 수준"), record(66, &[0; 12]), paragraph(9, 9, "글")].concat();
    let mut streams = vec![("FileHeader", header(1)), ("BodyText/Section0", deflated(&section))];
    streams.extend(doc_info.map(|bytes| ("DocInfo", deflated(&bytes))));
    compound(&streams)
}

#[test]
fn styles_that_are_broken_spoil_no_document() {
    let words = read(&docx_with(STYLES.as_bytes())).1.replace(|c: char| c.is_control() && c != '\n', "");
    let bomb = [STYLES.as_bytes(), &vec![b' '; 70 << 20]].concat();
    let many: String = (0..200_000).map(|n| format!("<w:style w:styleId=\"s{n}\"><w:basedOn w:val=\"s{}\"/></w:style>", n + 1)).collect();
    for (name, styles) in [
        ("none", &b""[..]),
        ("no XML", b"\xff\xfe<<<"),
        ("half", &STYLES.as_bytes()[..90]),
        ("another encoding", b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><w:styles/>"),
        ("entities", b"<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><w:styles>&a;</w:styles>"),
        ("a bomb", &bomb),
        ("200,000 that are based on each other", many.as_bytes()),
    ] {
        let (outcome, text) = read(&docx_with(styles));
        let plain = text.replace(|c: char| c.is_control() && c != '\n', "");
        assert_eq!((outcome.as_str(), plain), ("text", words.clone()), "{name}");
    }
    let whole = docx_with(STYLES.as_bytes());
    let mut wrong = whole.clone();
    // The check sums of the parts do not fit any more: that of the text still must.
    let directory = wrong.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    wrong[directory + 16] ^= 0xff;
    assert_eq!(read(&wrong).0, "text");
    for doc_info in [None, Some(vec![]), Some(vec![26, 0, 0xf0, 0xff, 0xff]), Some(record(26, &[0xff])), Some(record(25, &[1]))] {
        assert_eq!(read(&hwp_with(doc_info.clone())), ("text".into(), "개요\n\n셋째 수준\n\n글".into()), "{doc_info:?}");
    }
}

#[rstest]
#[tokio::test]
async fn headings_of_a_document_are_headings_of_its_page(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut guest) = (test.signed_in("ada").await, test.visitor());
    let post = post_with(&mut ada, "안내.docx", &docx_with(STYLES.as_bytes())).await;
    work(&test.app);
    all_done(&test).await;

    let page = guest.get(&format!("{}/text", post.attribute("ul.files a", "href").unwrap())).await;

    let first = |name: &str| page.find(&format!(".document {name}"));
    assert_eq!((page.count("h1"), first("h2").as_deref()), (1, Some("참가 안내")), "{}", page.html);
    assert_eq!((first("h3").as_deref(), first("h4").as_deref()), (Some("언제 <어디서>"), Some("오시는 길")));
    assert_eq!((page.count(".document h2"), page.count("h2#text-title"), page.count(".document p")), (1, 0, 4));
    let is_plain = |html: &str| !html.chars().any(|c| c.is_control() && !c.is_whitespace());
    let hits = look(&mut guest, "안내 느티나무").await;
    assert!(is_plain(&page.html) && is_plain(&hits.html), "no mark is sent");
    assert_eq!((hits.count(".hit"), look(&mut guest, "참가 안내").await.count(".hit")), (1, 1), "{}", hits.text());
}
