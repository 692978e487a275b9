//! The conversation with a relay (RFC 5321), on connections that are used again.

use crate::config::mail::{Relay, Security};
use crate::outgoing::{self, Reach};
use lettre::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use parking_lot::Mutex;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Connections that are kept for the next mail.
const KEPT: usize = 2;
/// A connection that was not used for so long is closed: relays close it after some minutes, mostly without a word.
const IDLE: Duration = Duration::from_secs(30);

/// How long a relay is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte to the answer to DATA.
    pub opening: Duration,
    /// For the text and the answer to it.
    pub sending: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { opening: Duration::from_secs(15), sending: Duration::from_secs(20) }
    }
}

/// Why a relay did not take a mail.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Later it may.
    Temporary(String),
    /// The connection broke after the text was begun: it may have been taken.
    Doubt(String),
    /// It does not take mail for this address, now or later.
    Recipient(String),
    /// It does not take this text, now or later.
    Text(String),
}

impl Refusal {
    /// The same without an address: a relay's answer often repeats it, and it goes into the log.
    pub(super) fn without(self, address: &str) -> Self {
        let hide = |why: String| why.replace(address, "…");
        match self {
            Self::Temporary(why) => Self::Temporary(hide(why)),
            Self::Doubt(why) => Self::Doubt(hide(why)),
            Self::Recipient(why) => Self::Recipient(hide(why)),
            Self::Text(why) => Self::Text(hide(why)),
        }
    }
}

/// A connection on which the relay waits for the text.
pub(super) struct Open(AsyncSmtpConnection);

/// The connections of an instance to its relay.
pub(super) struct Connections {
    kept: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    patience: Patience,
}

impl Connections {
    pub(super) fn within(patience: Patience) -> Self {
        Self { kept: Mutex::default(), patience }
    }

    /// Names sender and recipient, and asks for the text.
    pub(super) async fn open(&self, relay: &Relay, message: &Message) -> Result<Open, Refusal> {
        let patience = self.patience.opening;
        let late = |_| Refusal::Temporary(format!("{} does not answer in {} s", relay.host, patience.as_secs_f32()));
        timeout(patience, self.opening(relay, message)).await.map_err(late)?
    }

    async fn opening(&self, relay: &Relay, message: &Message) -> Result<Open, Refusal> {
        let sender = || Mail::new(message.envelope().from().cloned(), Vec::new());
        let mut connection = match self.idle() {
            // A kept connection may have been closed meanwhile; an answer is one, whatever its code.
            Some(mut kept) => match kept.command(sender()).await {
                Ok(_) => kept,
                Err(err) if err.status().is_some() => return Err(ours(&err)),
                Err(_) => begin(relay, sender()).await?,
            },
            None => begin(relay, sender()).await?,
        };
        for to in message.envelope().to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|err| match err.is_permanent() {
                true => Refusal::Recipient(reply_text(&err)),
                false => Refusal::Temporary(reply_text(&err)),
            })?;
        }
        connection.command(Data).await.map_err(|err| theirs(&err))?;
        Ok(Open(connection))
    }

    /// Sends the text.
    pub(super) async fn finish(&self, open: Open, message: &Message) -> Result<(), Refusal> {
        let Open(mut connection) = open;
        match timeout(self.patience.sending, connection.message(&message.formatted())).await {
            Ok(Ok(_)) => {
                let mut kept = self.kept.lock();
                if kept.len() < KEPT {
                    kept.push((connection, Instant::now()));
                }
                Ok(())
            }
            Ok(Err(err)) if err.status().is_some() => Err(theirs(&err)),
            Ok(Err(err)) => Err(Refusal::Doubt(reply_text(&err))),
            Err(_) => Err(Refusal::Doubt(format!("no answer in {} s", self.patience.sending.as_secs_f32()))),
        }
    }

    fn idle(&self) -> Option<AsyncSmtpConnection> {
        let mut kept = self.kept.lock();
        kept.retain(|(_, since)| since.elapsed() < IDLE);
        kept.pop().map(|(connection, _)| connection)
    }
}

/// A new connection, encrypted and signed in to, with its first mail begun.
async fn begin(relay: &Relay, sender: Mail) -> Result<AsyncSmtpConnection, Refusal> {
    let mut connection = connect(relay).await?;
    connection.command(sender).await.map_err(|err| ours(&err))?;
    Ok(connection)
}

async fn connect(relay: &Relay) -> Result<AsyncSmtpConnection, Refusal> {
    let addresses = outgoing::resolve(&relay.host, relay.port, Reach::Configured).await;
    let addresses = addresses.map_err(|err| Refusal::Temporary(err.to_string()))?;
    let (hello, tls) = (ClientId::default(), || encryption(relay).map_err(|err| ours(&err)));
    let wrapped = if relay.security == Security::Tls { Some(tls()?) } else { None };
    let patience = Some(outgoing::PATIENCE);
    let connected = AsyncSmtpConnection::connect_tokio1(&addresses[..], patience, &hello, wrapped, None).await;
    let mut connection = connected.map_err(|err| ours(&err))?;
    if relay.security == Security::StartTls {
        connection.starttls(tls()?, &hello).await.map_err(|err| ours(&err))?;
    }
    if let Some((user, password)) = &relay.login {
        let login = Credentials::new(user.clone(), password.clone());
        connection.auth(DEFAULT_MECHANISMS, &login).await.map_err(|err| ours(&err))?;
    }
    Ok(connection)
}

/// What the relay has to prove: a certificate for its name, from an authority that is public or the operator's own.
fn encryption(relay: &Relay) -> Result<TlsParameters, SmtpError> {
    let mut tls = TlsParameters::builder(relay.host.clone());
    if !relay.authorities.is_empty() {
        tls = tls.add_root_certificate(Certificate::from_pem(&relay.authorities)?);
    }
    tls.build_rustls()
}

/// A refusal that the recipient has no part in: the relay is away, or does not take our password or sender. Once an operator has
/// corrected that, the mail is to go out.
fn ours(err: &SmtpError) -> Refusal {
    Refusal::Temporary(reply_text(err))
}

/// A refusal of what was to be sent.
fn theirs(err: &SmtpError) -> Refusal {
    if err.is_permanent() { Refusal::Text(reply_text(err)) } else { Refusal::Temporary(reply_text(err)) }
}

fn reply_text(err: &SmtpError) -> String {
    err.to_string()
}
