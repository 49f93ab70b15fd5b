//! The portal behind a real socket, for clients that behave badly on the wire.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hojo_access::Site;
use hojo_db::Db;
use hojo_gbizid::FakeGbizId;
use hojo_web::server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::ground::{Ground, origin};

pub struct Served {
    pub address: SocketAddr,
    pub db: Db,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Served {
    pub async fn start(ground: &Ground, gbizid: Arc<FakeGbizId>, pool: u32) -> Self {
        let (kernel, routes) = ground.site_with(Site::Portal, gbizid, pool, Duration::from_secs(10)).await;
        let db = kernel.db().clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            server::serve(listener, kernel, routes, stopped).await.unwrap();
        });
        Self { address, db, stop, task }
    }

    /// One request to its end.
    pub async fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub async fn stop(self) {
        self.stop.send(()).ok();
        self.task.await.unwrap();
        self.db.close().await;
    }
}

/// The head of a request as `client` would send it; the connection closes after the answer.
pub fn head(method: &str, path: &str, client: &Client, media_type: &str, length: usize) -> String {
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: portal.example\r\norigin: {}\r\ncookie: {}\r\nx-csrf-token: {}\r\nx-hojo-upload: 1\r\nconnection: close\r\n",
        origin(client.site()),
        client.cookie,
        client.csrf
    );
    if method == "POST" {
        head.push_str(&format!("content-type: {media_type}\r\ncontent-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    head
}
