//! The embedded files: their names carry their content's hash, so they may be kept for ever.

use super::error::{HttpError, Result};
use super::packed;
use bytes::Bytes;
use poem::http::header;
use poem::web::Path;
use poem::{Body, Request, Response, handler};
use templates::assets::{self, Asset};

/// GET /static/:name
#[handler]
pub fn show(Path(name): Path<String>, req: &Request) -> Result<Response> {
    let asset = assets::find(&name).ok_or(HttpError::Status(404))?;
    let accepts = req.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (body, encoding) = choose(asset, accepts);
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, asset.content_type)
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(header::VARY, "Accept-Encoding");
    if let Some(encoding) = encoding {
        response = response.header(header::CONTENT_ENCODING, encoding);
    }
    Ok(response.body(Body::from_bytes(Bytes::from_static(body))))
}

/// The smallest form that the browser takes.
fn choose(asset: &'static Asset, accepts: &str) -> (&'static [u8], Option<&'static str>) {
    let takes = |name| packed::takes(accepts, name);
    if takes("br") && !asset.br.is_empty() {
        (asset.br, Some("br"))
    } else if takes("gzip") && !asset.gz.is_empty() {
        (asset.gz, Some("gzip"))
    } else {
        (asset.raw, None)
    }
}
