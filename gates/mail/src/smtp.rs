//! The real gate: SMTP with time-outs, one connection a message.

use crate::{BadMessage, Mail, Message, Receipt, SendProblem, message_id};
use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::{Duration, SystemTime};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: a receiver on this machine, or a relay inside a closed network.
    None,
    /// STARTTLS, refused if the server does not offer it (usually port 587).
    StartTls,
    /// TLS from the first byte (usually port 465).
    Tls,
}

/// Where and as whom mail is sent.
#[derive(Clone)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User name and password.
    pub credentials: Option<(String, String)>,
    /// 差出人の表示名, e.g. 補助金事務局.
    pub from_name: String,
    pub from_address: String,
    pub reply_to: Option<String>,
    /// For each step of the conversation; a whole message may take four times that.
    pub time_out: Duration,
}

impl std::fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("from_address", &self.from_address)
            .finish_non_exhaustive()
    }
}

/// Why the gate could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpProblem {
    #[error("the {what} address {address:?} is not one")]
    Address { what: &'static str, address: String },
    #[error("the sender's name contains a line break")]
    Name,
    #[error("TLS: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Sends through one SMTP server.
pub struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    whole: Duration,
}

fn mailbox(what: &'static str, name: Option<String>, address: &str) -> Result<Mailbox, SetUpProblem> {
    let parsed: Result<Address, _> = address.parse();
    let parsed = parsed.map_err(|_| SetUpProblem::Address { what, address: address.to_owned() })?;
    Ok(Mailbox::new(name, parsed))
}

impl SmtpMail {
    /// # Errors
    /// Sender or reply address that is none, a sender's name with line breaks, TLS that cannot be set up.
    pub fn new(config: &SmtpConfig) -> Result<Self, SetUpProblem> {
        if config.from_name.chars().any(char::is_control) {
            return Err(SetUpProblem::Name);
        }
        let name = Some(config.from_name.clone()).filter(|name| !name.is_empty());
        let from = mailbox("sender", name, &config.from_address)?;
        let reply_to = config.reply_to.as_deref().map(|a| mailbox("reply", None, a)).transpose()?;
        let tls = match config.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(TlsParameters::new(config.host.clone())?),
            Security::Tls => Tls::Wrapper(TlsParameters::new(config.host.clone())?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(config.host.clone())
            .port(config.port)
            .tls(tls)
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(config.time_out));
        if let Some((user, password)) = &config.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { transport: builder.build(), from, reply_to, whole: config.time_out.saturating_mul(4) })
    }

    fn compose(&self, message: &Message) -> Result<(lettre::Message, String), BadMessage> {
        let to = message.checked_recipient()?;
        let id = message_id(&message.key, self.from.email.domain());
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject.as_str())
            .message_id(Some(id.clone()))
            .date(SystemTime::from(message.date.utc()))
            // Keeps holiday notices from being sent back to us (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(message.text_lines());
        let built = builder.singlepart(part).map_err(|_| BadMessage::Address(message.to.clone()))?;
        Ok((built, id))
    }
}

#[async_trait]
impl Mail for SmtpMail {
    async fn send(&self, message: &Message) -> Result<Receipt, SendProblem> {
        let (built, message_id) = self.compose(message)?;
        let sending = tokio::time::timeout(self.whole, self.transport.send(built));
        match sending.await.map_err(|_| SendProblem::Slow)? {
            Ok(answer) => Ok(Receipt { message_id, answer: answer.message().collect::<Vec<_>>().join(" ") }),
            Err(error) => {
                tracing::warn!(%error, key = message.key, "mail not sent");
                Err(problem(&error))
            }
        }
    }
}

fn problem(error: &lettre::transport::smtp::Error) -> SendProblem {
    let text = error.to_string();
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() => SendProblem::Refused { code, text },
        Some(code) => SendProblem::Deferred { code, text },
        None if error.is_timeout() => SendProblem::Slow,
        None => SendProblem::Unreachable(text),
    }
}
