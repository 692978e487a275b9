//! Bodies are read before their requests take a place among those at work, so that slow senders hold none. They are bounded in
//! size, in time, in what is held at once, and in how many one network sends at the same time.

use super::error::HttpError;
use super::fields::Fields;
use crate::app::App;
use crate::domain::Error;
use crate::domain::users::network;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use poem::http::header;
use poem::{Body, Request, RequestBody};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Largest body of a form, in bytes: the longest post in Korean, percent-encoded, fits.
pub const FORM: usize = 1024 * 1024;
/// Longest a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// KiB of bodies that are held at once.
const HELD: usize = 48 * 1024;
/// Longest wait for room for a further piece. Short: those who wait hold room themselves.
const ROOM: Duration = Duration::from_secs(2);
/// Bodies that one network may send at once. An office sends a few; a proxy of ours is not counted.
const AT_ONCE: usize = 64;
/// Seconds after which to try again.
const PAUSE: u64 = 2;

/// The bodies of a router.
pub struct Bodies {
    held: Arc<Semaphore>,
    senders: Mutex<HashMap<String, usize>>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self { held: Arc::new(Semaphore::new(HELD)), senders: Mutex::default() }
    }
}

/// One more that a network sends; one less when it is dropped.
struct Sending<'a> {
    bodies: &'a Bodies,
    network: String,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        let mut senders = self.bodies.senders.lock();
        if let Entry::Occupied(mut entry) = senders.entry(std::mem::take(&mut self.network)) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

impl Bodies {
    /// A request with its whole body, and the permit for what it holds, to be kept until the answer is drawn.
    ///
    /// # Errors
    /// 408 (RFC 9110 section 15.5.9) where it does not come in time, 400 where it breaks off, 429 for a network that sends
    /// too many at once, 503 where no room came free. The text of such a body cannot be given back: it was not read.
    pub async fn receive(&self, app: &App, mut req: Request, limit: usize) -> Result<(Request, Option<OwnedSemaphorePermit>), HttpError> {
        let length: Option<usize> = req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        if length.is_none_or(|n| n == 0) && !req.headers().contains_key(header::TRANSFER_ENCODING) {
            return Ok((req, None));
        }
        let _sending = self.sender(app, &req)?;
        let pieces = req.take_body().into_bytes_stream();
        let body = if length.is_some_and(|n| n > limit) {
            None
        } else {
            timeout(PATIENCE, self.gather(pieces, limit)).await.map_err(|_| HttpError::Status(408))??
        };
        let Some((bytes, permit)) = body else {
            // The form's own page shows that.
            req.set_body(Body::from_bytes_stream(futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other(TOO_LARGE))])));
            return Ok((req, None));
        };
        req.set_body(bytes);
        Ok((req, Some(permit)))
    }

    /// Counts one more body of the network that this request comes from.
    fn sender(&self, app: &App, req: &Request) -> Result<Option<Sending<'_>>, HttpError> {
        let Some(ip) = super::address::client(req, &app.config.trusted_proxies) else { return Ok(None) };
        if app.config.trusted_proxies.iter().any(|network| network.contains(&ip)) {
            return Ok(None);
        }
        let network = network::key(&ip.to_string());
        let mut senders = self.senders.lock();
        let count = senders.entry(network.clone()).or_default();
        if *count >= AT_ONCE {
            return Err(HttpError::Domain(Error::Slow(PAUSE)));
        }
        *count += 1;
        Ok(Some(Sending { bodies: self, network }))
    }

    /// A whole body. None: it is larger than the limit. Each KiB needs a permit as it comes.
    async fn gather<E>(
        &self,
        pieces: impl Stream<Item = Result<Bytes, E>>,
        limit: usize,
    ) -> Result<Option<(Vec<u8>, OwnedSemaphorePermit)>, HttpError> {
        let mut permit = self.room(1).await?;
        let (mut pieces, mut bytes) = (std::pin::pin!(pieces), Vec::new());
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.map_err(|_| HttpError::Status(400))?);
            if bytes.len() > limit {
                return Ok(None);
            }
            let more = (bytes.len() / 1024 + 1).saturating_sub(permit.num_permits());
            if more > 0 {
                permit.merge(self.room(more).await?);
            }
        }
        Ok(Some((bytes, permit)))
    }

    async fn room(&self, kib: usize) -> Result<OwnedSemaphorePermit, HttpError> {
        let busy = || HttpError::Domain(Error::Busy(PAUSE));
        let wanted = self.held.clone().acquire_many_owned(u32::try_from(kib).unwrap_or(u32::MAX));
        timeout(ROOM, wanted).await.map_err(|_| busy())?.map_err(|_| busy())
    }
}

/// The fields of a form that comes to a route which takes files too, and so is read by its handler.
///
/// # Errors
/// As [`Fields::read`]; 408 where it does not come in time.
pub async fn form(req: &Request, body: Body) -> Result<Fields, HttpError> {
    let mut pieces = body.into_bytes_stream();
    let mut bytes = Vec::new();
    let gather = async {
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.map_err(|_| HttpError::Status(400))?);
            if bytes.len() > FORM {
                return Err(HttpError::Status(413));
            }
        }
        Ok(())
    };
    timeout(PATIENCE, gather).await.map_err(|_| HttpError::Status(408))??;
    let read = Fields::read(req, &mut RequestBody::new(Body::from_vec(bytes))).await?;
    Ok(Fields::of(read.pairs().to_vec()))
}

const TOO_LARGE: &str = "the body is larger than the limit";

/// What a body that could not be read means.
pub(super) fn err(err: &poem::error::ReadBodyError) -> HttpError {
    HttpError::Status(if format!("{err:?} {err}").contains(TOO_LARGE) { 413 } else { 400 })
}
