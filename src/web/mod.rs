//! What both routers share of HTTP: the request's context, forms, replies, errors, streams.
//!
//! `request` one request's facts · `viewer` the extractors that ask who it is · `fields` a form as sent · `form` what each form goes
//! through · `form_token` one-time keys · `reply` answers · `error` error pages · `layers` the one list of middleware · `present` domain
//! values as view structs · `live` event streams · `degraded` while the database is away · `cookies`, `address`, `assets`, `avatars`,
//! `health`, `language` · `link` the token of a mailed link · `metrics_auth` who may read the metrics · `routes` a router that knows its
//! addresses · `serve` the accept loop · `sign_in` the sign-in of both routers · `multipart` forms with files · `origin` where a form comes
//! from · `range` parts of files · `pieces` pages sent in pieces · `packed` of packed parts · `stalled` connections whose peer takes nothing.

pub mod address;
pub mod assets;
pub mod avatars;
pub mod body;
pub mod concurrency_limit;
pub mod cookies;
pub mod degraded;
pub mod error;
pub mod fields;
pub mod form;
pub mod form_token;
pub mod health;
pub mod language;
pub mod layers;
pub mod link;
pub mod live;
pub mod metrics_auth;
pub mod multipart;
mod origin;
pub mod packed;
mod pieces;
pub mod present;
pub mod range;
pub mod reply;
pub mod request;
pub mod routes;
pub mod serve;
pub mod sign_in;
mod stalled;
pub mod viewer;

pub use error::{HttpError, Result};
pub use fields::Fields;
pub use form::{Rejection, Submission};
pub use link::LinkToken;
pub use reply::Flash;
pub use request::{Generations, RequestContext};
pub use viewer::{SignedIn, Staff};
