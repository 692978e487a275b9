//! The body of a page that shares parts with other answers: its pieces are handed to the socket as they are (`writev`). Put together
//! into one text, 80 KB of comments were copied for each reader.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use templates::Piece;

/// The pieces that are not sent yet.
struct Pieces(VecDeque<Bytes>);

/// The body that sends these.
pub fn body(pieces: &[Piece]) -> poem::Body {
    let pieces = pieces.iter().map(|piece| piece.html.as_bytes().clone()).collect();
    poem::Body::from(BoxBody::<Bytes, io::Error>::new(http_body_util::BodyExt::map_err(Pieces(pieces), |never| match never {})))
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    /// Exact, so that the answer has a length and is not sent in chunks.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_of_pieces_is_their_text_and_says_how_long_it_is() {
        let pieces = ["가", "나다", "x"].map(|text| Piece { html: text.into(), part: None });

        let body: BoxBody<Bytes, io::Error> = body(&pieces).into();
        assert_eq!(body.size_hint().exact(), Some(10));
        assert_eq!(poem::Body::from(body).into_string().await.expect("it is text"), "가나다x");
    }
}
