//! clamd over TCP or a Unix socket: `zINSTREAM`, then chunks with their length in front, then a zero length.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use crate::{NoVerdict, Scanner, Verdict};

/// Where clamd listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// `host:port`
    Tcp(String),
    Socket(PathBuf),
}

impl Place {
    /// `/run/clamav/clamd.ctl` or `127.0.0.1:3310`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text.starts_with('/') { Self::Socket(text.into()) } else { Self::Tcp(text.to_owned()) }
    }
}

/// A clamd.
#[derive(Clone, Debug)]
pub struct Clamd {
    place: Place,
    /// For the whole of one question.
    time_out: Duration,
}

const CHUNK: usize = 64 * 1024;
/// An answer is one short line; more is none.
const LONGEST_ANSWER: u64 = 4 * 1024;

trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

impl Clamd {
    #[must_use]
    pub fn new(place: Place, time_out: Duration) -> Self {
        Self { place, time_out }
    }

    async fn connect(&self) -> std::io::Result<Box<dyn Line>> {
        Ok(match &self.place {
            Place::Tcp(address) => Box::new(TcpStream::connect(address).await?),
            Place::Socket(path) => Box::new(UnixStream::connect(path).await?),
        })
    }

    async fn ask(&self, command: &[u8], stream: Option<&[u8]>) -> Result<String, NoVerdict> {
        let away = |e: std::io::Error| NoVerdict::Away(e.to_string());
        let whole = async {
            let mut line = self.connect().await.map_err(away)?;
            line.write_all(command).await.map_err(away)?;
            if let Some(bytes) = stream {
                // clamd closes the line in the middle of a stream that is too long for it, and says why first.
                drop(send(&mut line, bytes).await);
            }
            let mut answer = Vec::new();
            (&mut line).take(LONGEST_ANSWER).read_to_end(&mut answer).await.map_err(away)?;
            Ok(String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned())
        };
        match tokio::time::timeout(self.time_out, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(NoVerdict::Away(format!("no answer in {} s", self.time_out.as_secs()))),
        }
    }
}

async fn send(line: &mut Box<dyn Line>, bytes: &[u8]) -> std::io::Result<()> {
    for chunk in bytes.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        line.write_all(&length.to_be_bytes()).await?;
        line.write_all(chunk).await?;
    }
    line.write_all(&0u32.to_be_bytes()).await?;
    line.flush().await
}

/// `stream: OK`, `stream: Eicar-Signature FOUND`, `INSTREAM size limit exceeded. ERROR`.
fn verdict(answer: &str) -> Result<Verdict, NoVerdict> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) if !name.is_empty() => Ok(Verdict::Infected(name.to_owned())),
        _ if said == "OK" => Ok(Verdict::Clean),
        _ if said.contains("size limit exceeded") => Err(NoVerdict::TooLarge),
        _ if answer.is_empty() => Err(NoVerdict::Away("the line was closed".into())),
        _ => Err(NoVerdict::Odd(answer.chars().take(200).collect())),
    }
}

#[async_trait]
impl Scanner for Clamd {
    async fn scan(&self, bytes: &[u8]) -> Result<Verdict, NoVerdict> {
        verdict(&self.ask(b"zINSTREAM\0", Some(bytes)).await?)
    }

    async fn version(&self) -> Result<String, NoVerdict> {
        let answer = self.ask(b"zVERSION\0", None).await?;
        if answer.starts_with("ClamAV") { Ok(answer) } else { Err(NoVerdict::Odd(answer)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_clean() {
        assert!(matches!(verdict("stream: OK"), Ok(Verdict::Clean)));
        assert!(matches!(verdict("stream: A.B-1 FOUND"), Ok(Verdict::Infected(n)) if n == "A.B-1"));
        assert!(matches!(verdict("INSTREAM size limit exceeded. ERROR"), Err(NoVerdict::TooLarge)));
        assert!(matches!(verdict(""), Err(NoVerdict::Away(_))));
        for odd in ["stream: ", "stream:  FOUND", "OK then", "stream: lstat() failed ERROR", "stream: OK\nstream: OK"] {
            assert!(!matches!(verdict(odd), Ok(Verdict::Clean)), "{odd}");
        }
        assert_eq!(Place::read("/run/c.ctl"), Place::Socket("/run/c.ctl".into()));
    }
}
