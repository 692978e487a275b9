//! Documents for the tests, made here: zip files, compound files and PDFs, well made and hostile.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use pdf_extract::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, ObjectId, Permissions, Stream, dictionary};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::{Cursor, Write};

/// A zip file of these parts.
pub(crate) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in parts {
        let (mut entry, config) = archive.new_file(*name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn each(paragraphs: &[&str], begin: &str, end: &str) -> String {
    paragraphs.iter().map(|text| format!("{begin}{}{end}", escaped(text))).collect()
}

pub(crate) fn hwpx(paragraphs: &[&str]) -> Vec<u8> {
    let section = |paragraphs: &[&str]| {
        let body = each(paragraphs, "<hp:p><hp:run><hp:t>", "</hp:t></hp:run></hp:p>");
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><hs:sec xmlns:hs=\"s\" xmlns:hp=\"p\">{body}</hs:sec>")
    };
    let (first, rest) = paragraphs.split_at(paragraphs.len().min(1));
    // Sections in the order of their numbers, not of their names.
    let parts = [("Contents/section10.xml", section(rest)), ("Contents/section2.xml", section(first))];
    let header = ("Contents/header.xml", "<head/>".to_owned());
    let parts: Vec<(&str, &[u8])> = parts.iter().chain([&header]).map(|(name, text)| (*name, text.as_bytes())).collect();
    zip(&[&[("mimetype", &b"application/hwp+zip"[..])], parts.as_slice()].concat())
}

pub(crate) fn docx(paragraphs: &[&str]) -> Vec<u8> {
    let body = each(paragraphs, "<w:p><w:r><w:t xml:space=\"preserve\">", "</w:t></w:r></w:p>");
    docx_of(format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>").as_bytes())
}

/// One whose main part is this.
pub(crate) fn docx_of(document: &[u8]) -> Vec<u8> {
    zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document)])
}

pub(crate) fn odt(paragraphs: &[&str]) -> Vec<u8> {
    let body = each(paragraphs, "<text:p><text:span>", "</text:span></text:p>");
    let xml = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><text:tracked-changes><text:p>지운 말</text:p></text:tracked-changes>\
         <text:h>머리말</text:h>{body}</office:document-content>"
    );
    zip(&[("content.xml", xml.as_bytes()), ("META-INF/manifest.xml", b"<manifest/>")])
}

/// HWP 5 with these bits in its head.
pub(crate) fn hwp(paragraphs: &[&str], flags: u32) -> Vec<u8> {
    let mut section = Vec::new();
    for text in paragraphs {
        let units: Vec<u8> = text.encode_utf16().chain([13]).flat_map(u16::to_le_bytes).collect();
        // A head of a paragraph (66), then its text (67) a level below.
        section.extend((66_u32 | 4 << 20).to_le_bytes());
        section.extend([0; 4]);
        section.extend((67_u32 | 1 << 10 | (units.len() as u32) << 20).to_le_bytes());
        section.extend(units);
    }
    let body = if flags & 1 == 0 { section } else { deflated(&section) };
    compound(&[("FileHeader", header(flags)), ("BodyText/Section0", body), ("PrvText", preview(&paragraphs.join("\r\n")))])
}

pub(crate) fn header(flags: u32) -> Vec<u8> {
    let mut header = vec![0; 256];
    header[..17].copy_from_slice(b"HWP Document File");
    header[32..36].copy_from_slice(&[0, 3, 0, 5]);
    header[36..40].copy_from_slice(&flags.to_le_bytes());
    header
}

fn preview(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// HWP 5 whose one section is these bytes, compressed.
pub(crate) fn hwp_of(section: &[u8]) -> Vec<u8> {
    compound(&[("FileHeader", header(1)), ("BodyText/Section0", deflated(section))])
}

/// A compound file of these streams.
pub(crate) fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, content) in streams {
        if let Some((storage, _)) = path.split_once('/') {
            file.create_storage_all(format!("/{storage}")).unwrap();
        }
        file.create_stream(format!("/{path}")).unwrap().write_all(content).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A PDF with a page for each text, in a font that has its letters as numbers and a table of what they mean.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    saved(document(pages))
}

/// One that opens with this password alone.
pub(crate) fn locked_pdf(pages: &[&str], password: &str) -> Vec<u8> {
    let mut document = document(pages);
    document.trailer.set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: password,
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    saved(document)
}

pub(crate) fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn document(pages: &[&str]) -> Document {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let kids: Vec<Object> = pages.iter().map(|text| page(&mut document, root, text, &drawn(text, 0, 700)).into()).collect();
    let count = kids.len() as i64;
    let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    document.objects.insert(root, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    document
}

/// A part of a page's text, from this letter of it on and at this height.
fn drawn(part: &str, from: usize, y: i64) -> String {
    let codes: String = (from + 1..=from + part.chars().count()).map(|n| format!("{n:04X}")).collect();
    if part.is_empty() { String::new() } else { format!("BT /F1 12 Tf 72 {y} Td <{codes}> Tj ET") }
}

/// A tagged PDF of one page: elements by their names, behind those of elements around them, each with its lines; `roles` are names and the standard ones that they stand for.
pub(crate) fn tagged_pdf(elements: &[(&str, &[&str])], roles: &[(&str, &str)]) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let (tree, root) = (document.new_object_id(), document.new_object_id());
    let (mut text, mut content, mut kids) = (String::new(), String::new(), Vec::new());
    let mut mark = 0;
    for (path, lines) in elements {
        let first = mark;
        let name = path.rsplit('/').next().unwrap_or_default();
        for line in *lines {
            let part = drawn(line, text.chars().count(), 700 - 20 * mark);
            content.push_str(&format!("/{name} <</MCID {mark}>> BDC {part} EMC\n"));
            text.push_str(line);
            mark += 1;
        }
        kids.push((*path, (first..mark).map(Object::from).collect::<Vec<_>>()));
    }
    let page = page(&mut document, tree, &text, &content);
    let mut add = |(path, marks): (&str, Vec<Object>)| -> Object {
        path.rsplit('/').fold(marks.into(), |kid: Object, name| {
            let element = dictionary! { "Type" => "StructElem", "S" => name, "P" => root, "Pg" => page, "K" => kid };
            document.add_object(element).into()
        })
    };
    let kids: Vec<Object> = kids.into_iter().map(&mut add).collect();
    let mut names = Dictionary::new();
    for (name, standard) in roles {
        names.set(*name, Object::Name(standard.as_bytes().to_vec()));
    }
    // As writers have it, with a document above all elements.
    let whole = document.add_object(dictionary! { "Type" => "StructElem", "S" => "Document", "P" => root, "K" => kids });
    document.objects.insert(root, dictionary! { "Type" => "StructTreeRoot", "K" => whole, "RoleMap" => names }.into());
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree, "StructTreeRoot" => root });
    document.trailer.set("Root", catalog);
    saved(document)
}

fn page(document: &mut Document, tree: ObjectId, text: &str, drawn: &str) -> ObjectId {
    let meanings: String = text.chars().zip(1..).map(|(c, n)| format!("<{n:04X}> <{:04X}>\n", u32::from(c))).collect();
    let table = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n\
         1 begincodespacerange <0000> <FFFF> endcodespacerange\n{} beginbfchar\n{meanings}endbfchar\nendcmap end end",
        text.chars().count()
    );
    let table = document.add_object(Stream::new(Dictionary::new(), table.into_bytes()));
    let descriptor = document.add_object(dictionary! { "Type" => "FontDescriptor", "FontName" => "Batang", "Flags" => 4 });
    let descendant = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "Batang", "FontDescriptor" => descriptor, "DW" => 1000,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"), "Ordering" => Object::string_literal("Identity"), "Supplement" => 0
        }
    });
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Batang", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()], "ToUnicode" => table
    });
    let content = document.add_object(Stream::new(Dictionary::new(), drawn.as_bytes().to_vec()));
    let fonts = dictionary! { "Font" => dictionary! { "F1" => font } };
    let page = dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => fonts,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()]
    };
    document.add_object(page)
}
