//! The form, filled and with faults.

use super::OrganisationForm;
use crate::Lang;
use crate::admin::samples::shell;
use crate::samples::{Rendered, fault};

pub(crate) fn all(lang: Lang) -> Rendered {
    let shell = shell(lang, "/organisation");
    let form = OrganisationForm {
        shell: &shell,
        name: "민들레장애인자립생활센터",
        representative: "이두리",
        business_number: "123-82-45678",
        address: "서울특별시 마포구 어울림로 12",
        phone: "02-123-4567",
        email: "hello@example.org",
        links: "https://www.youtube.com/@example",
        once: "k-once",
        errors: &[],
    };
    let errors = [fault("links", "organisation.links", 6)];
    vec![
        ("admin-organisation", super::form(&form)),
        ("admin-organisation-faults", super::form(&OrganisationForm { links: "ftp://x", errors: &errors, ..form })),
    ]
}
