//! A comment's form as it was sent: its text, and the files that came with it, which are all here or all refused.

use crate::domain::files::of_comments::{Incoming, OF_COMMENT_MAX};
use crate::domain::{self, Problem};
use crate::site::files::receive::{self, Received, Refused};
use crate::web::{Fields, Rejection, RequestContext, Result, SignedIn};
use poem::{Body, Request};
use templates::comments::SLOTS;

/// A form whose text is here, and whose files are still to come.
pub(super) struct Arriving {
    pub member: SignedIn,
    received: Received,
}

impl Arriving {
    /// Reads its text. A member whose session ended is asked to sign in and keeps it, with the files.
    ///
    /// # Errors
    /// As [`receive::receive`]; asks visitors to sign in.
    pub async fn open(request: &RequestContext, req: &Request, body: Body) -> Result<Self> {
        let (member, received) = receive::receive(request, req, body).await?.signed_in(request).await?;
        Ok(Self { member, received })
    }

    pub fn fields(&self) -> &Fields {
        self.received.fields()
    }

    pub fn has_files(&self) -> bool {
        self.received.has_files()
    }

    /// Writes the files, if the comment takes them: `most` is how many, or why not.
    ///
    /// # Errors
    /// That reason; the database's; the form breaks off.
    pub async fn take(mut self, most: domain::Result<usize>) -> Result<Sent> {
        let most = match most {
            Ok(most) => most,
            Err(err) => return Err(self.received.refuse(err.into()).await),
        };
        let (files, refused) = self.received.of_comment(&self.member, most).await?;
        let sent = Sent { member: self.member, fields: self.received.fields().clone(), files, refused };
        match sent.files.is_empty() {
            true => Ok(sent),
            false => sent.reloaded().await,
        }
    }
}

/// A form that is here.
pub(super) struct Sent {
    pub member: SignedIn,
    pub fields: Fields,
    pub files: Vec<Incoming>,
    /// Where there is one, `files` is empty.
    pub refused: Vec<Refused>,
}

impl Sent {
    /// With the rights that its sender has now; where the session has ended, the files are deleted and the text waits for its sender.
    async fn reloaded(self) -> Result<Self> {
        match self.member.clone().reloaded(&self.fields).await {
            Ok(member) => Ok(Self { member, ..self }),
            Err(err) => {
                self.abandon().await;
                Err(err)
            }
        }
    }

    /// Why nothing is stored, where a file was refused.
    pub fn refusal(&self) -> Option<Rejection> {
        (!self.refused.is_empty()).then(|| Problem { field: "files", message: "comment.files_refused" }.into())
    }

    /// A rejection of the text; a browser does not fill in files again.
    pub fn rejected(&self, mut rejection: Rejection) -> Rejection {
        if !self.files.is_empty() {
            rejection.problems.push(Problem { field: "files", message: "comment.files_again" });
        }
        rejection
    }

    /// How new files are described, by their places in the form.
    pub fn alts(&self) -> [&str; OF_COMMENT_MAX] {
        SLOTS.map(|slot| self.fields.text(slot.alt))
    }

    /// Deletes what did not become ready: the comment was refused, or stored by an earlier form.
    pub async fn abandon(self) {
        for file in self.files {
            file.sent.abandon(&self.member.request.app.context).await;
        }
    }
}
