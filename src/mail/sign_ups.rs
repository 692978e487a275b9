//! Writes the mail to a newcomer, who is no member yet: looks up the sign-up and makes the token of its link.

use super::compose::origin;
use super::{Recipient, Written};
use crate::app::App;
use crate::domain::jobs::Failure;
use crate::domain::users::sign_ups::{self, GOOD_FOR, SignUpId};
use templates::Lang;
use templates::mail::{self as views, Frame, LinkMail};

/// The mail of a sign-up. None: it was confirmed, dropped or has expired, or its address has an account, whose owner gets another mail.
pub(super) async fn write(app: &App, id: SignUpId) -> Result<Option<Written>, Failure> {
    let ctx = &app.context;
    if sign_ups::end_known(ctx, id).await? {
        return Ok(None);
    }
    let Some((sign_up, token)) = sign_ups::arm(ctx, id).await? else { return Ok(None) };
    let frame = Frame { lang: Lang::from_tag(&sign_up.lang).unwrap_or_default(), name: &sign_up.name, origin: origin(app) };
    let minutes = GOOD_FOR.whole_minutes().unsigned_abs();
    let content = views::confirm_sign_up(&LinkMail { frame, token: &token, minutes });
    let to = Recipient { user: None, name: sign_up.name, email: sign_up.email };
    Ok(Some(Written { to, content, notices: Vec::new() }))
}
