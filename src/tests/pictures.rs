//! Pictures: opened in a child process, turned, cleaned, made smaller; what cannot be opened is refused with a sentence.

use crate::drafts::{WRITE, send, set, typed, value};
use crate::files::{ATTACH, names, number, upload};
use crate::support::{Engine, Page, Postgres, Sqlite, Visitor};
use image::codecs::gif::GifEncoder;
use image::{Delay, DynamicImage, Frame, ImageFormat, RgbImage, RgbaImage};
use minschool::config::Config;
use rstest::rstest;
use std::io::Cursor;

/// A picture whose left half is red.
pub(crate) fn half_red(width: u32, height: u32) -> DynamicImage {
    let pixel = |x, _| if x < width / 2 { image::Rgb([250, 10, 10]) } else { image::Rgb([10, 10, 250]) };
    RgbImage::from_fn(width, height, pixel).into()
}

pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG as a phone takes it: lying on its side, with the place in it.
pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
    let jpeg = encoded(&half_red(width, height), ImageFormat::Jpeg);
    // TIFF, big endian, one entry: orientation (0x0112), a short, 6: to be turned clockwise.
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0 GPS 37.5665N 126.9780E";
    let exif = [b"Exif\0\0", &tiff[..]].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

pub(crate) fn moving(frames: u32, side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    for n in 0..frames {
        let pixels = RgbaImage::from_pixel(side, side, image::Rgba([(n * 5 % 256) as u8, 0, 0, 255]));
        encoder.encode_frame(Frame::from_parts(pixels, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
    }
    drop(encoder);
    bytes
}

/// The bytes at an address.
pub(crate) async fn bytes(visitor: &Visitor, path: &str) -> (Vec<u8>, String) {
    use poem::Endpoint;
    let request = visitor.request(poem::http::Method::GET, path, None);
    let response = visitor.site().get_response(request).await;
    assert_eq!(response.status(), 200, "{path}");
    let kind = response.content_type().unwrap().to_owned();
    (response.into_body().into_vec().await.unwrap(), kind)
}

async fn attach(visitor: &mut Visitor, name: &str, content: &[u8]) -> Page {
    let form = typed(&visitor.get(WRITE).await, WRITE, "사진이 있는 글", "내용입니다.");
    upload(visitor, ATTACH, &form, &[(name, content)]).await
}

/// By one engine alone: a build without optimisation takes ten seconds for it.
#[rstest]
#[tokio::test]
async fn a_photo_as_large_as_phones_take_them_is_opened(#[values(Sqlite)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let photo = encoded(&DynamicImage::new_luma8(8_064, 6_048), ImageFormat::Jpeg);

    let editor = attach(&mut ada, "마당.jpg", &photo).await;

    assert_eq!(names(&editor), ["마당.jpg"], "{}", editor.text());
}

#[rstest]
#[tokio::test]
async fn a_photo_is_turned_made_smaller_and_says_no_more_where_it_was_taken(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;

    let editor = attach(&mut ada, "우리 집.jpg", &photo(2_000, 1_000)).await;
    assert_eq!(editor.status, 200, "{}", editor.text());
    let mut form = editor.form(WRITE);
    let field = form.iter().find(|(name, _)| name.starts_with("alt.")).unwrap().0.clone();
    set(&mut form, &field, "빨간 반쪽과 파란 반쪽");
    let post = send(&mut ada, WRITE, &form).await;

    let image = |name: &str| post.attribute(".pictures img", name).unwrap_or_default();
    assert_eq!((image("width"), image("height")), ("640".into(), "1280".into()), "{}", post.html);
    assert_eq!((image("loading"), image("alt")), ("lazy".into(), "빨간 반쪽과 파란 반쪽".into()));
    let guest = test.visitor();
    let whole = post.attribute("a.picture", "href").unwrap();
    for (path, sides) in [(whole.clone(), (1_000, 2_000)), (image("src"), (640, 1_280)), (format!("{whole}?size=small"), (160, 320))] {
        let (content, kind) = bytes(&guest, &path).await;
        assert!(!content.windows(4).any(|part| part == b"Exif" || part == b"37.5"), "{path}");
        let picture = image::load_from_memory(&content).unwrap();
        assert_eq!(((picture.width(), picture.height()), kind.as_str()), (sides, "image/jpeg"), "{path}");
        let top = picture.to_rgb8().get_pixel(sides.0 / 2, 5).0;
        assert!(top[0] > 200 && top[2] < 60, "{path}: what was left is above: {top:?}");
    }
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 3, "what was sent is not kept");
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs WHERE state <> 'ready'").await, 0);
}

#[rstest]
#[tokio::test]
async fn a_picture_stands_where_the_text_wants_it_and_only_in_its_own_post(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let (mut ada, mut bob) = (test.signed_in("ada").await, test.signed_in("bob").await);
    let editor = attach(&mut ada, "a.png", &encoded(&half_red(40, 20), ImageFormat::Png)).await;
    let field = editor.form(WRITE).into_iter().find(|(name, _)| name.starts_with("alt.")).unwrap().0;
    let id = field.trim_start_matches("alt.");
    let text = format!("앞 ![빨강과 **파랑**](file:{id}) 뒤");
    let mut form = editor.form(WRITE);
    set(&mut form, "body", &text);
    let post = send(&mut ada, WRITE, &form).await;

    assert_eq!(post.attribute(".prose img", "alt").as_deref(), Some("빨강과 파랑"), "{}", post.html);
    assert_eq!((post.count(".prose img"), post.count(".pictures")), (1, 0), "it stands once");

    let page = bob.get(WRITE).await;
    let other = send(&mut bob, WRITE, &typed(&page, WRITE, "남의 사진", &text)).await;
    assert_eq!(other.count("img[src*=files]"), 0, "{}", other.html);
    assert!(other.says("빨강과 파랑"), "the words stand alone");
}

#[rstest]
#[tokio::test]
async fn a_picture_that_moves_stays_one_and_has_a_still(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let gif = moving(12, 40);
    // Behind the head and the colours of all frames, where there are such.
    let head = if gif[10] & 0x80 == 0 { 13 } else { 13 + (3 << ((gif[10] & 7) + 1)) };
    let secret = [&gif[..head], b"\x21\xfe\x08at home!\0", &gif[head..]].concat();

    let editor = attach(&mut ada, "손뼉.gif", &secret).await;
    assert_eq!(editor.status, 200, "{}", editor.text());
    let post = send(&mut ada, WRITE, &editor.form(WRITE)).await;

    let still = post.attribute("img.still", "src").unwrap_or_else(|| panic!("{}", post.html));
    let (moving, kind) = bytes(&test.visitor(), &post.attribute("img.moving", "src").unwrap()).await;
    assert_eq!(kind, "image/gif");
    assert!(!moving.windows(7).any(|part| part == b"at home"));
    let (first, kind) = bytes(&test.visitor(), &still).await;
    assert_eq!((kind.as_str(), image::load_from_memory(&first).unwrap().width()), ("image/jpeg", 40));
}

/// A PNG whose header declares so many pixels.
pub(crate) fn head_of(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&half_red(8, 8), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    png
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_opened_is_refused_with_a_sentence_and_nothing_is_kept(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let mut ada = test.signed_in("ada").await;
    let mut giant = encoded(&half_red(16, 16), ImageFormat::Jpeg);
    let frame = giant.windows(2).position(|part| part == b"\xff\xc0").unwrap();
    giant[frame + 5..frame + 9].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
    let (broken, large) = ("열 수 없는 사진입니다", "사진의 가로세로가 너무 큽니다");
    let cut = encoded(&half_red(400, 400), ImageFormat::Png);

    for (name, content, why) in [
        ("거짓.jpg", b"\xff\xd8\xff\xe0 this is no picture".to_vec(), broken),
        ("반쪽.png", cut[..cut.len() / 2].to_vec(), broken),
        ("폭탄.png", head_of(60_000, 60_000), large),
        ("넓은.png", head_of(16_000, 16_000), large),
        ("폭탄.jpg", giant, large),
        ("긴.gif", moving(301, 4), "300장면까지"),
    ] {
        let page = attach(&mut ada, name, &content).await;
        assert!(page.status == 422 && page.says(why) && page.says(name), "{name}: {}", page.text());
        assert_eq!(value(&page, WRITE, "body"), "내용입니다.", "{name}");
        assert!(names(&page).is_empty(), "{name}");
    }

    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0);
    let page = attach(&mut ada, "좋은.png", &encoded(&half_red(30, 30), ImageFormat::Png)).await;
    assert_eq!(names(&page), ["좋은.png"], "{}", page.text());
}

#[rstest]
#[tokio::test]
async fn a_child_that_ends_without_an_answer_costs_a_picture_and_no_more(#[values(Sqlite, Postgres)] engine: Engine) {
    let test = engine.start().await;
    let ada = test.signed_in("ada").await;
    // It takes any argument, and ends at once.
    let config = Config { program: "/bin/true".into(), ..test.app.config.clone() };
    let node = test.node_with(config).await;
    let mut elsewhere = ada.on(&node);

    let page = attach(&mut elsewhere, "a.png", &encoded(&half_red(30, 30), ImageFormat::Png)).await;

    assert!(page.status == 422 && page.says("열 수 없는 사진입니다"), "{}", page.text());
    assert_eq!(number(&test, "SELECT COUNT(*) FROM blobs").await, 0);
    assert_eq!(elsewhere.get("/community/free").await.status, 200);
}

#[test]
fn the_child_may_use_no_more_than_its_limits() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let open = |bytes: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minschool"));
        let mut child = command.arg("open-picture").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(bytes).unwrap();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap_or_default();
        drop(stdin);
        (limits, child.wait_with_output().unwrap())
    };
    let of = |limits: &str, name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line[name.len()..].split_whitespace().next().unwrap_or_default().to_owned()
    };

    // More than a pipe holds: it is being read, so the limits are set.
    let (limits, output) = open(&vec![0; 1024 * 1024]);

    let seconds = if cfg!(debug_assertions) { "60" } else { "10" };
    assert_eq!(of(&limits, "Max address space"), (500 * 1024 * 1024).to_string(), "{limits}");
    assert_eq!((of(&limits, "Max cpu time"), of(&limits, "Max open files")), (seconds.into(), "8".into()));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Broken"));
}
