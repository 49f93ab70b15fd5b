//! A browser without scripts: sends forms, keeps its cookie, reads pages.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

#[derive(Clone)]
pub struct Client {
    app: axum::Router,
    cookie: String,
    csrf: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// A page that says all of this.
    #[track_caller]
    pub fn says(self, status: u16, parts: &[&str]) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "{part} is not in\n{}", self.text);
        }
        self
    }

    /// Where a post led.
    #[track_caller]
    pub fn to(self) -> String {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers.get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The value of a hidden field.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self.text.find(&start).unwrap_or_else(|| panic!("no hidden {name} in\n{}", self.text)) + start.len();
        self.text[at..].split('"').next().unwrap().to_owned()
    }

    /// Says none of it.
    #[track_caller]
    pub fn lacks(self, part: &str) -> Self {
        assert!(!self.text.contains(part), "{part} is in\n{}", self.text);
        self
    }

    /// Where the form leads whose address ends so.
    #[track_caller]
    pub fn action(&self, end: &str) -> String {
        let stop = self.text.find(&format!("{end}\"")).unwrap_or_else(|| panic!("no form to {end} in\n{}", self.text));
        let start = self.text[..stop].rfind("action=\"").unwrap() + "action=\"".len();
        format!("{}{end}", &self.text[start..stop])
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl Client {
    pub async fn new(app: axum::Router, cookie: String) -> Self {
        let mut client = Self { app, cookie, csrf: String::new() };
        let page = client.get("/nowhere").await;
        let start = "name=\"csrf-token\" content=\"";
        let at = page.text.find(start).expect("a page for somebody signed in") + start.len();
        client.csrf = page.text[at..].split('"').next().unwrap().to_owned();
        client
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let path = path.split('#').next().unwrap();
        Request::builder()
            .method(method)
            .uri(path)
            .header("origin", "https://office.example")
            .header("cookie", &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.post_with(path, pairs, &[]).await
    }

    pub async fn post_with(&self, path: &str, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
        let mut request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-csrf-token", &self.csrf);
        for (k, v) in headers {
            request = request.header(*k, *v);
        }
        self.send(request.body(Body::from(body.join("&"))).unwrap()).await
    }
}

pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
