//! A browser without scripts: sends forms, keeps its cookie, reads pages.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use hojo_programme::{Answers, Edition, Field, Raw};
use http_body_util::BodyExt;
use tower::ServiceExt;

#[derive(Clone)]
pub struct Client {
    app: axum::Router,
    origin: &'static str,
    cookie: String,
    pub csrf: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |v| v.to_str().unwrap())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn to(self) -> String {
        assert_eq!(self.status, 303, "{}", self.text);
        self.location().to_owned()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self.text.find(&start).unwrap_or_else(|| panic!("no hidden {name}")) + start.len();
        self.text[at..].split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<")
    }
}

impl Client {
    pub fn new(app: axum::Router, origin: &'static str, cookie: String) -> Self {
        Self { app, origin, cookie, csrf: String::new() }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let path = path.split('#').next().unwrap();
        Request::builder().method(method).uri(path).header("origin", self.origin).header("cookie", &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Reads the anti-forgery token off any page.
    pub async fn token(&mut self) {
        let page = self.get("/nowhere").await;
        let start = "name=\"csrf-token\" content=\"";
        let at = page.text.find(start).expect("a page for somebody signed in") + start.len();
        self.csrf = page.text[at..].split('"').next().unwrap().to_owned();
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

    pub async fn upload(
        &self,
        path: &str,
        pairs: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
        script: bool,
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in pairs {
            body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (field, name, bytes) in files {
            body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--B--\r\n");
        let mut request = self
            .request("POST", path)
            .header("content-type", "multipart/form-data; boundary=B")
            .header("x-csrf-token", &self.csrf);
        if script {
            request = request.header("x-hojo-upload", "1");
        }
        self.send(request.body(Body::from(body)).unwrap()).await
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
            let version = page.ok().hidden("_version");
            let mut pairs: Vec<(String, String)> =
                vec![("_version".into(), version), ("_action".into(), "next".into())];
            for field in &fields {
                if let Some(raw) = answers.get(&field.id) {
                    pairs.extend(pairs_of(&field.id, raw));
                }
            }
            let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let answer = self.post(&path, &borrowed).await;
            assert_eq!(answer.status, 303, "{}: {}", section.id, answer.text);
            for field in fields.iter().filter(|f| f.file().is_some()) {
                if let Some(Raw::Files(files)) = answers.get(&field.id) {
                    for (n, _) in files.iter().enumerate() {
                        let bytes = pdf(&format!("{} {n}", field.id));
                        self.upload(
                            &format!("{base}/files/{}", field.id),
                            &[],
                            &[(&field.id, "書類.pdf", &bytes)],
                            true,
                        )
                        .await
                        .ok();
                    }
                }
            }
        }
    }
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

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A small PDF that opens: one page, a comment that makes its bytes its own.
pub fn pdf(mark: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned(),
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
