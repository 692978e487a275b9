//! Boards in the panel.

use super::{Audience, BoardForm, BoardRow, BoardsPage};
use crate::Lang;
use crate::admin::samples::shell;
use crate::boards::Look;
use crate::samples::{Rendered, fault};

pub(crate) fn all(lang: Lang) -> Rendered {
    let (list, edit) = (shell(lang, "/boards"), shell(lang, "/boards/2/edit"));
    let row =
        |id, slug, name, archived| BoardRow { id, slug, name, read: Audience::Everyone, write: Audience::Members, posts: 1_204, archived };
    let rows = vec![row(1, "notice", "공지사항", false), row(2, "free", "자유게시판", false), row(3, "old", "지난 행사", true)];
    let index = |boards| super::index(&BoardsPage { shell: &list, boards, once: "k-once" });
    let form = BoardForm {
        shell: &edit,
        id: Some(2),
        name: "자유게시판",
        name_en: "Open board",
        slug: "free",
        description: "무엇이든 편하게 이야기해요.",
        description_en: "Talk about anything.",
        list: Audience::Everyone,
        read: Audience::Everyone,
        write: Audience::Members,
        comment: Audience::Members,
        revisions: Audience::Staff,
        look: Look::Cards,
        needs_alt: true,
        comments_on: true,
        archived: false,
        once: "k-once",
        errors: &[],
    };
    let errors = [fault("name", "name.empty", 0), fault("slug", "slug.taken", 0)];
    vec![
        ("admin-boards", index(rows)),
        ("admin-boards-none", index(Vec::new())),
        ("admin-board-edit", super::form(&form)),
        ("admin-board-new-faults", super::form(&BoardForm { id: None, name: "", errors: &errors, ..form })),
    ]
}
