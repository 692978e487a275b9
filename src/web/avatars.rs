//! Pictures of members. The address contains a part of the picture's digest, so browsers may cache it for ever; instances ask at each
//! request whether it is still the member's, so that a removed one is not sent again.

use super::error::{HttpError, Result};
use crate::app::App;
use crate::domain::UserId;
use crate::domain::users::avatar::{self, AvatarSize};
use crate::files::storage;
use futures_util::TryStreamExt;
use poem::http::header;
use poem::web::{Data, Path};
use poem::{Body, Response, handler};
use templates::avatars as views;

/// It is what it is, and nothing else is to be made of it.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// GET /avatars/:id/:name/:size
#[handler]
pub async fn show(app: Data<&App>, Path((member, name, size)): Path<(UserId, String, String)>) -> Result<Response> {
    let size = match size.as_str() {
        views::SMALL => AvatarSize::Small,
        views::LARGE => AvatarSize::Large,
        _ => return Err(HttpError::Status(404)),
    };
    let db = &app.context.db;
    let found = avatar::find(db, member, &name, size).await?;
    let bytes = storage::read(db, found.blob_id, 0..found.size.unsigned_abs());
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, found.kind.media_type())
        .header(header::CONTENT_LENGTH, found.size)
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        // It is the same for every reader and language.
        .header(header::VARY, "Accept-Encoding")
        // nginx keeps none: there it would outlive its removal (ngx_http_proxy_module, proxy_cache_valid).
        .header("x-accel-expires", "0")
        .header(header::CONTENT_SECURITY_POLICY, SANDBOX)
        .body(Body::from_bytes_stream(bytes.map_err(std::io::Error::other))))
}
