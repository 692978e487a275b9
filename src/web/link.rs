//! The token of a mailed link, in the query of its address.

use poem::web::Query;
use poem::{FromRequest, Request, RequestBody};
use serde::Deserialize;

/// The value of `token`; empty where the address has none, which is a token that no link has.
pub struct LinkToken(pub String);

#[derive(Deserialize)]
struct Named {
    token: Option<String>,
}

impl<'a> FromRequest<'a> for LinkToken {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let query = Option::<Query<Named>>::from_request(req, body).await?;
        Ok(Self(query.and_then(|Query(named)| named.token).unwrap_or_default()))
    }
}
