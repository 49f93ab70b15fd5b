//! The receiving side of SMTP (RFC 5321), as little as a sender needs.

use crate::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const LINE_MOST: usize = 4_096;
const MESSAGE_MOST: usize = 10 * 1024 * 1024;
const RECIPIENTS_MOST: usize = 100;
const CONNECTIONS_MOST: usize = 64;
const IDLE: Duration = Duration::from_secs(60);

pub(crate) async fn accept(store: Arc<Store>, listener: TcpListener) -> std::io::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MOST));
    // Conversations end with the receiver: dropping the set stops them.
    let mut conversations = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return Ok(()) };
        let (stream, _) = listener.accept().await?;
        while conversations.try_join_next().is_some() {}
        let store = Arc::clone(&store);
        conversations.spawn(async move {
            let (reader, writer) = stream.into_split();
            let talk = Conversation { store, reader: BufReader::new(reader), writer, from: None, to: Vec::new() };
            if let Err(error) = talk.run().await {
                tracing::debug!(%error, "mail conversation broke off");
            }
            drop(place);
        });
    }
}

struct Conversation<R, W> {
    store: Arc<Store>,
    reader: R,
    writer: W,
    from: Option<String>,
    to: Vec<String>,
}

/// What a line from the sender asks for.
enum Ask {
    Answer(&'static str),
    Data,
    Quit,
}

impl<R: AsyncBufRead + Unpin, W: AsyncWrite + Unpin> Conversation<R, W> {
    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 mailbox ready").await?;
        while let Some(line) = self.line().await? {
            match self.ask(&String::from_utf8_lossy(&line)) {
                Ask::Answer(answer) => self.say(answer).await?,
                Ask::Data => self.data().await?,
                Ask::Quit => return self.say("221 bye").await,
            }
        }
        Ok(())
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.writer.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.writer.flush().await
    }

    /// One line without its end; `None` when the sender is gone, silent for a minute, or never ends its line.
    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.reader).take(LINE_MOST as u64);
        match tokio::time::timeout(IDLE, limited.read_until(b'\n', &mut line)).await {
            Ok(read) => read?,
            Err(_) => return Ok(None),
        };
        if line.pop() != Some(b'\n') {
            return Ok(None);
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }

    fn ask(&mut self, line: &str) -> Ask {
        let verb: String = line.chars().take_while(char::is_ascii_alphabetic).collect();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => Ask::Answer("250-mailbox\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n250 SMTPUTF8"),
            "HELO" => Ask::Answer("250 mailbox"),
            "MAIL" => self.sender(line),
            "RCPT" => self.recipient(line),
            "DATA" if self.to.is_empty() => Ask::Answer("503 recipients first"),
            "DATA" => Ask::Data,
            "RSET" => {
                self.from = None;
                self.to.clear();
                Ask::Answer("250 forgotten")
            }
            "NOOP" => Ask::Answer("250 fine"),
            "QUIT" => Ask::Quit,
            _ => Ask::Answer("502 not here"),
        }
    }

    fn sender(&mut self, line: &str) -> Ask {
        let Some(address) = between_brackets(line) else { return Ask::Answer("501 whose address?") };
        self.from = Some(address.to_owned());
        self.to.clear();
        Ask::Answer("250 sender noted")
    }

    fn recipient(&mut self, line: &str) -> Ask {
        let Some(address) = between_brackets(line).filter(|address| !address.is_empty()) else {
            return Ask::Answer("501 whose address?");
        };
        if self.from.is_none() {
            return Ask::Answer("503 sender first");
        }
        if self.to.len() >= RECIPIENTS_MOST {
            return Ask::Answer("452 too many recipients");
        }
        match address.split('@').next() {
            Some("busy") => Ask::Answer("451 4.3.2 this mailbox is busy, as its name says"),
            Some("refused") => Ask::Answer("550 5.1.1 this mailbox takes nothing, as its name says"),
            _ => {
                self.to.push(address.to_owned());
                Ask::Answer("250 recipient noted")
            }
        }
    }

    async fn data(&mut self) -> std::io::Result<()> {
        self.say("354 go on, end with a dot").await?;
        let mut data = Vec::new();
        loop {
            let Some(line) = self.line().await? else { return Ok(()) };
            if line == b"." {
                break;
            }
            let line = line.strip_prefix(b".").unwrap_or(&line);
            if data.len() <= MESSAGE_MOST {
                data.extend_from_slice(line);
                data.extend_from_slice(b"\r\n");
            }
        }
        let recipients = std::mem::take(&mut self.to);
        self.from = None;
        if data.len() > MESSAGE_MOST {
            return self.say("552 too large").await;
        }
        match self.store.put(&recipients, &data) {
            Ok(number) => self.say(&format!("250 kept as number {number}")).await,
            Err(error) => {
                tracing::error!(%error, "a message could not be kept");
                self.say("451 could not be kept").await
            }
        }
    }
}

fn between_brackets(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address)
}
