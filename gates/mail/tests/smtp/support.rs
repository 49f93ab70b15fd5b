//! A sender, a message, and servers to send it to.

use hojo_mail::{Message, Security, SmtpConfig, SmtpMail};
use hojo_mailbox::Store;
use hojo_words::Now;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

pub fn sender(port: u16) -> SmtpMail {
    SmtpMail::new(&config(port)).unwrap()
}

pub fn config(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        credentials: None,
        from_name: "補助金事務局（髙橋）".to_owned(),
        from_address: "office@hojo.example".to_owned(),
        reply_to: Some("reply@hojo.example".to_owned()),
        time_out: Duration::from_millis(400),
    }
}

pub fn message(to: &str) -> Message {
    Message {
        key: "case/42/returned/1".to_owned(),
        to: to.to_owned(),
        subject: "申請書の差戻しについて".to_owned(),
        text: "株式会社あおぞら精機　御中\n\n修正をお願いします。\n".to_owned(),
        date: Now::new(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()),
    }
}

/// A mailbox in a folder of its own.
pub async fn mailbox() -> (Arc<Store>, u16, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(folder.path()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(hojo_mailbox::receive(Arc::clone(&store), listener));
    (store, port, folder)
}

/// Says `greeting`, then to each verb what the script has for it (250 otherwise); an empty answer is silence.
pub async fn scripted(greeting: &'static str, script: &'static [(&'static str, &'static str)]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(format!("{greeting}\r\n").as_bytes()).await.unwrap();
            let mut in_text = false;
            while let Ok(Some(line)) = lines.next_line().await {
                if in_text && line != "." {
                    continue;
                }
                let told = script.iter().find(|(verb, _)| line.starts_with(verb)).map(|(_, answer)| *answer);
                match told.unwrap_or("250 fine") {
                    "" => tokio::time::sleep(Duration::from_secs(5)).await,
                    "hang up" => break,
                    answer => {
                        in_text = answer.starts_with("354");
                        writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                    }
                }
            }
        }
    });
    port
}
