//! Requests as an attacker or an unlucky person makes them: nothing is followed, nothing is kept.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use hojo_access::Site;
use hojo_programme::{Answers, Edition, Field, Raw};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::ground::{Session, origin};

#[derive(Clone)]
pub struct Client {
    app: axum::Router,
    site: Site,
    pub origin: Option<String>,
    pub cookie: String,
    pub csrf: String,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What a person reads, the first lines of it: for messages of failed tests.
    pub fn said(&self) -> String {
        let text = self.text();
        let from = text.find("<main").or_else(|| text.find("<title")).unwrap_or(0);
        let mut inside = false;
        let words: String = text[from..]
            .chars()
            .filter(|c| {
                inside = *c == '<' || (inside && *c != '>');
                !inside && *c != '>'
            })
            .collect();
        format!("{} {}", self.status, words.chars().take(500).collect::<String>())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn has(&self, words: &str) -> bool {
        let words = words.as_bytes();
        words.is_empty() || self.bytes.windows(words.len()).any(|w| w == words)
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.said());
        self
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn to(self) -> String {
        assert_eq!(self.status, 303, "{}", self.said());
        self.header("location").to_owned()
    }

    /// The value of a hidden field.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let text = self.text();
        let start = format!("name=\"{name}\" value=\"");
        let at = text.find(&start).unwrap_or_else(|| panic!("no hidden {name}: {}", self.said())) + start.len();
        text[at..].split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<")
    }
}

impl Client {
    /// The token goes along under the cookie names of every site: none but its own may take it.
    pub fn new(app: axum::Router, site: Site, session: &Session) -> Self {
        let cookie = match session.token.as_str() {
            "" => String::new(),
            t => format!("__Host-hojo-portal={t}; __Host-hojo-office={t}; __Host-hojo-api={t}"),
        };
        Self { app, site, origin: Some(origin(site)), cookie, csrf: session.csrf(site) }
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let path = path.split('#').next().unwrap();
        let mut builder = Request::builder().method(method).uri(path);
        if let Some(origin) = &self.origin {
            builder = builder.header("origin", origin);
        }
        if !self.cookie.is_empty() {
            builder = builder.header(header::COOKIE, &self.cookie);
        }
        builder
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.post_with(path, pairs, &[]).await
    }

    pub async fn post_with(&self, path: &str, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
        let mut request = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        if !self.csrf.is_empty() {
            request = request.header("x-csrf-token", &self.csrf);
        }
        for (k, v) in headers {
            request = request.header(*k, *v);
        }
        self.send(request.body(Body::from(body.join("&"))).unwrap()).await
    }

    pub async fn upload(&self, path: &str, files: &[(&str, &str, &[u8])]) -> Answer {
        let request = self
            .request("POST", path)
            .header("content-type", "multipart/form-data; boundary=B")
            .header("x-csrf-token", &self.csrf)
            .header("x-hojo-upload", "1");
        self.send(request.body(Body::from(multipart(&[], files))).unwrap()).await
    }

    pub fn site(&self) -> Site {
        self.site
    }

    /// Starts an application; gives back the address of its task list.
    pub async fn start(&self, round: hojo_words::ids::PublicId) -> String {
        self.post(&format!("/me/start?round={round}"), &[]).await.to()
    }

    /// Types a whole example into the sections, and attaches a PDF wherever the example has a file.
    pub async fn fill(&self, base: &str, edition: &Edition, answers: &Answers) {
        let form = &edition.procedure("application").unwrap().form;
        for section in &form.sections {
            let fields: Vec<&Field> = section.fields.iter().map(|slot| form.fields[*slot].as_ref()).collect();
            let path = format!("{base}/sections/{}", section.id);
            let page = self.get(&path).await;
            if page.status == 404 {
                continue;
            }
            let mut pairs =
                vec![("_version".to_owned(), page.ok().hidden("_version")), ("_action".into(), "next".into())];
            for field in &fields {
                if let Some(raw) = answers.get(&field.id) {
                    pairs.extend(pairs_of(&field.id, raw));
                }
            }
            let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            // What breaks a rule is saved and said.
            let saved = self.post(&path, &borrowed).await;
            assert!(matches!(saved.status, 303 | 422), "{path}: {}", saved.said());
            for field in fields.iter().filter(|f| f.file().is_some()) {
                if let Some(Raw::Files(files)) = answers.get(&field.id) {
                    for n in 0..files.len() {
                        let bytes = pdf(&format!("{base} {} {n}", field.id));
                        self.upload(&format!("{base}/files/{}", field.id), &[(&field.id, "書類.pdf", &bytes)])
                            .await
                            .ok();
                    }
                }
            }
        }
    }

    /// Sends the draft as the check page shows it.
    pub async fn submit(&self, base: &str) -> Answer {
        let seen = self.get(&format!("{base}/check")).await.ok().hidden("_seen");
        self.post(&format!("{base}/submit"), &[("_seen", &seen), ("declare", "yes")]).await
    }
}

/// A multipart body with boundary `B`.
pub fn multipart(pairs: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in pairs {
        body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (field, name, bytes) in files {
        let head = format!(
            "--B\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--B--\r\n");
    body
}

fn pairs_of(id: &str, raw: &Raw) -> Vec<(String, String)> {
    match raw {
        Raw::Text(text) => vec![(id.to_owned(), text.clone())],
        Raw::Many(many) => {
            let mut pairs = vec![("_has".to_owned(), id.to_owned())];
            pairs.extend(many.iter().map(|v| (id.to_owned(), v.clone())));
            pairs
        }
        Raw::Files(_) => vec![],
        Raw::Rows(rows) => {
            let mut pairs = vec![("_has".to_owned(), id.to_owned())];
            for (row, cells) in rows.iter().enumerate() {
                for (column, cell) in cells {
                    let name = format!("{id}[{row}].{column}");
                    match cell {
                        Raw::Text(text) => pairs.push((name, text.clone())),
                        Raw::Many(many) => pairs.extend(many.iter().map(|v| (name.clone(), v.clone()))),
                        Raw::Files(_) | Raw::Rows(_) => {}
                    }
                }
            }
            pairs
        }
    }
}

pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A small PDF that opens: one page, a comment that makes its bytes its own.
pub fn pdf(mark: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut out = format!("%PDF-1.7\n% {mark}\n").into_bytes();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).bytes());
    }
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n", objects.len() + 1).bytes());
    out
}

/// The complete application of the examples.
pub fn complete(edition: &Edition) -> Answers {
    let procedure = edition.procedure("application").unwrap();
    let example = procedure.examples.iter().find(|e| e.name.contains("製造業・従業員22人・革新枠（不備なし）"));
    example.expect("the base example").answers.clone()
}
