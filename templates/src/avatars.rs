//! Pictures of members: the part of the settings in which one is chosen, and where they are found. How one is drawn: `ui::avatar`.

use self::text as t;
use crate::text::Lang;
use crate::ui::{self, Avatar, ButtonForm, Choice, Field, FieldError};
use maud::{Markup, html};

/// Addresses.
pub mod paths {
    /// A picture: its member, what names it, and its size.
    pub const SHOW: &str = "/avatars/:id/:name/:size";
    /// POST gives one's own account a picture.
    pub const UPDATE: &str = "/my/profile/picture";
    /// POST takes it away.
    pub const DESTROY: &str = "/my/profile/picture/delete";

    /// A picture of a member. The name differs from those of earlier ones, so it never changes.
    pub fn show(member: i64, name: &str, size: &str) -> String {
        SHOW.replace(":id", &member.to_string()).replace(":name", name).replace(":size", size)
    }
}

/// The words by which the sizes are asked for: 96 and 256 pixels wide and high.
pub const SMALL: &str = "small";
pub const LARGE: &str = "large";

/// Which part of a picture is kept, as the form sends it.
pub const CROP_START: &str = "start";
pub const CROP_CENTRE: &str = "centre";
pub const CROP_END: &str = "end";

/// The sentences.
pub mod text {
    crate::text::catalogue! {
        TITLE = "프로필 사진", "Profile picture";
        NONE = "사진이 없어 이름으로 그린 그림이 보입니다.", "You have no picture; one is drawn from your name.";
        NOW = "이 사진이 내 이름 옆에 보입니다.", "This picture is shown beside your name.";
        CHOOSE = "사진 고르기", "Choose a picture";
        HINT = "JPEG, PNG, GIF, WebP 사진을 {n} MB까지 올릴 수 있습니다. 네모나게 잘라 작게 저장하고, 찍은 곳 같은 정보는 지웁니다. 누구나 볼 수 있습니다.", "JPEG, PNG, GIF or WebP, up to {n} MB. It is cut square and made small, and details such as where it was taken are removed. Everybody can see it.";
        CROP = "어느 부분을 남길까요?", "Which part should stay?";
        CROP_HINT = "사진이 정사각형이 아닐 때만 달라집니다.", "It matters only where the picture is not square.";
        START = "위쪽이나 왼쪽", "Top or left";
        CENTRE = "가운데", "Centre";
        END = "아래쪽이나 오른쪽", "Bottom or right";
        SAVE = "사진 저장", "Save picture";
        REMOVE = "사진 지우기", "Remove picture";
        FLASH_SAVED = "프로필 사진을 바꾸었습니다.", "Your picture has changed.";
        FLASH_REMOVED = "프로필 사진을 지웠습니다.", "Your picture is removed.";
        STAFF_REMOVE_TEXT = "지우면 이름으로 그린 그림이 다시 보입니다. 회원은 새 사진을 올릴 수 있습니다.", "One drawn from the name is shown again. The member can upload another.";
        FLASH_STAFF_REMOVED = "회원의 프로필 사진을 지웠습니다.", "The member's picture is removed.";
        ACTION_REMOVE = "프로필 사진 삭제", "Removed a profile picture";
        AVATAR_NONE = "사진을 골라 주세요", "Choose a picture";
        AVATAR_TOO_LARGE = "프로필 사진은 {n} MB까지 올릴 수 있습니다", "A profile picture can have up to {n} MB";
        AVATAR_NO_PICTURE = "사진 파일이 아닙니다. JPEG, PNG, GIF, WebP 가운데 하나를 골라 주세요", "This is not a picture. Choose a JPEG, PNG, GIF or WebP";
    }
}

/// The form: `picture`, `crop`, `once`. It is sent whole, so it needs no scripts.
#[derive(Clone, Copy)]
pub struct PictureForm<'a> {
    pub lang: Lang,
    /// What is shown of the member now.
    pub avatar: Avatar<'a>,
    /// Largest picture, in MB.
    pub most: u64,
    /// The part that was chosen.
    pub crop: &'a str,
    /// One-time key, shared by both buttons: each is answered once.
    pub once: &'a str,
    /// What was wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// Renders it, with the picture of now.
pub fn settings(p: &PictureForm) -> Markup {
    let lang = p.lang;
    html! {
        section.portrait aria-labelledby="portrait-title" {
            h2 #portrait-title { (lang.t(t::TITLE)) }
            (ui::error_summary(lang, "", p.errors))
            div.profile {
                (ui::avatar(&p.avatar, ui::AvatarSize::Large))
                div {
                    p { (lang.t(if p.avatar.picture.is_some() { t::NOW } else { t::NONE })) }
                    @if p.avatar.picture.is_some() { (remove(lang, paths::DESTROY, p.once)) }
                }
            }
            (form(p))
        }
    }
}

/// The button that takes a picture away.
pub(crate) fn remove(lang: Lang, action: &str, once: &str) -> Markup {
    ui::button_form(&ButtonForm { class: "secondary", changes_header: true, ..ButtonForm::new(action, once, lang.t(t::REMOVE)) })
}

fn form(p: &PictureForm) -> Markup {
    let lang = p.lang;
    let hint = lang.fill(t::HINT, &[("n", &p.most)]);
    let base = Field { lang, errors: p.errors, ..Field::default() };
    let parts = [(CROP_START, t::START), (CROP_CENTRE, t::CENTRE), (CROP_END, t::END)];
    let parts = parts.map(|(value, label)| Choice { value, label: lang.t(label) });
    html! {
        form method="post" action=(paths::UPDATE) enctype="multipart/form-data" novalidate hx-boost="false" {
            (ui::once(p.once))
            (ui::choices(&Field { name: "crop", label: lang.t(t::CROP), hint: lang.t(t::CROP_HINT), value: p.crop, ..base }, &parts))
            // Last: what is sent before the file is known while the file arrives.
            (ui::file(&Field { name: "picture", label: lang.t(t::CHOOSE), hint: &hint, ..base }, "image/jpeg,image/png,image/gif,image/webp"))
            div.actions { button.button { (lang.t(t::SAVE)) } }
        }
    }
}

/// With and without a picture, and with errors.
pub(crate) mod samples {
    use super::{CROP_CENTRE, CROP_END, PictureForm, settings};
    use crate::Lang;
    use crate::samples::{Rendered, fault};
    use crate::ui::Avatar;

    pub(crate) fn all(lang: Lang) -> Rendered {
        let avatar = Avatar { member: 7, name: "김하나", picture: None };
        let none = PictureForm { lang, avatar, most: 10, crop: CROP_CENTRE, once: "k-once", errors: &[] };
        let faults = [fault("picture", "avatar.too_large", 10)];
        vec![
            ("fragment-picture-none", settings(&none)),
            ("fragment-picture", settings(&PictureForm { avatar: Avatar { picture: Some("3f2a90bb3f2a90bb"), ..avatar }, ..none })),
            ("fragment-picture-faults", settings(&PictureForm { crop: CROP_END, errors: &faults, ..none })),
        ]
    }
}
