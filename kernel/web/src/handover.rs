//! ファイルの受け渡し: what people handed in is never served by the sites they work in. A page checks the permission and
//! writes the access down; then the browser is sent to the files site with a link that opens this one file, once,
//! within a minute, while the session it was made in lives.
//!
//! The link carries its own facts and a signature; nothing is stored when it is made, so a GET makes it. Taking it is
//! the one write of the files site (`docs/decisions/0006-files-on-their-own-site.md`).

use axum::http::Method;
use hmac::{Hmac, Mac};
use hojo_access::{Access, Site, allow};
use hojo_case::Refusal;
use hojo_db::{LinkTaken, Taken, Tx};
use hojo_words::ids::PublicId;
use maud::html;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::cx::Cx;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::route::Routes;

/// How long a link waits to be used: a redirect is followed at once.
const LIFE: Duration = Duration::seconds(60);
/// What browsers show safely by themselves; everything else is a download.
const SHOWN: [&str; 3] = ["application/pdf", "image/png", "image/jpeg"];

/// What is handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handed {
    /// An attachment, by its public id.
    File(PublicId),
    /// The PDF of a letter, by the letter's public id.
    Letter(PublicId),
}

impl Handed {
    fn kind(self) -> (&'static str, u8, Uuid) {
        match self {
            Self::File(id) => ("file", 0, id.uuid()),
            Self::Letter(id) => ("letter", 1, id.uuid()),
        }
    }
}

/// The facts of a link, as they are signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Link {
    what: Handed,
    /// To be kept and not looked at.
    keep: bool,
    session: Uuid,
    /// Seconds since 1970.
    until: i64,
    /// Two links to one file differ.
    once: [u8; 16],
}

/// Bytes of a link before its signature.
const FACTS: usize = 1 + 1 + 16 + 16 + 8 + 16;
const SIGNATURE: usize = 32;

impl Link {
    fn facts(&self) -> Vec<u8> {
        let (_, kind, object) = self.what.kind();
        let mut out = vec![kind, u8::from(self.keep)];
        out.extend_from_slice(object.as_bytes());
        out.extend_from_slice(self.session.as_bytes());
        out.extend_from_slice(&self.until.to_be_bytes());
        out.extend_from_slice(&self.once);
        out
    }

    /// The address of the link. `browser` is what the browser calls itself: copied into another one the link is refused.
    fn written(&self, secret: &[u8], browser: &str) -> String {
        let mut all = self.facts();
        all.extend(sign(secret, &all, browser));
        all.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The link, if we signed it for this browser.
    fn read(text: &str, secret: &[u8], browser: &str) -> Option<Self> {
        let all = unhex(text)?;
        let (facts, signature) = all.split_at_checked(FACTS)?;
        let expected = sign(secret, facts, browser);
        // Compared without telling by time how much was right.
        let differ = signature.iter().zip(&expected).fold(0, |acc, (x, y)| acc | (x ^ y));
        if signature.len() != SIGNATURE || expected.len() != SIGNATURE || differ != 0 {
            return None;
        }
        let (kind, rest) = facts.split_first()?;
        let (keep, rest) = rest.split_first()?;
        let (object, rest) = rest.split_first_chunk::<16>()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (until, rest) = rest.split_first_chunk::<8>()?;
        let (once, _) = rest.split_first_chunk::<16>()?;
        let object = PublicId::from_uuid(Uuid::from_bytes(*object));
        Some(Self {
            what: if *kind == 0 { Handed::File(object) } else { Handed::Letter(object) },
            keep: *keep == 1,
            session: Uuid::from_bytes(*session),
            until: i64::from_be_bytes(*until),
            once: *once,
        })
    }
}

fn sign(secret: &[u8], facts: &[u8], browser: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return vec![] };
    mac.update(b"hojo link to a file\0");
    mac.update(facts);
    mac.update(browser.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != (FACTS + SIGNATURE) * 2 {
        return None;
    }
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()).filter(|_| !c.is_uppercase())).collect();
    let digits = digits?;
    Some(digits.chunks_exact(2).filter_map(|p| if let [h, l] = p { Some(h << 4 | l) } else { None }).collect())
}

impl<A: Access> Cx<A> {
    /// Sends the browser to the files site for something this handler has found to be the person's to see, and has
    /// written down where that is due. `?download=1` in the address asks for a file to keep instead of one to look at.
    ///
    /// # Errors
    /// [`Fault::NotFound`] without a session; [`Fault::Busy`] when the database does not answer.
    pub async fn hand_over(&self, tx: &mut Tx, what: Handed) -> Result<Reply, Fault> {
        let session = self.session().ok_or(Fault::NotFound)?;
        let link = Link {
            what,
            keep: !self.query("download").is_empty(),
            session: session.0,
            until: (tx.now().await?.utc() + LIFE).unix_timestamp(),
            once: hojo_db::random::bytes(),
        };
        let settings = self.settings();
        let written = link.written(&settings.secret, &self.request().user_agent);
        Ok(Reply::see_other(&format!("{}/f/{written}", settings.files_url)))
    }
}

/// The routes of the files site.
#[must_use]
pub fn routes() -> Routes {
    Routes::on(Site::Files).get("/", about).get("/f/{link}", hand)
}

/// Somebody typed the address of the site.
async fn about(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let body = html! {
        p { "ここは、添付書類や通知書のファイルを受け渡すためのアドレスです。" }
        p { "ファイルを開くには、元の画面に戻り、ファイルの名前をもう一度押してください。" }
    };
    Ok(Reply::page(&cx.page("ファイルの受け渡し", body)))
}

/// Takes the link and gives the file.
async fn hand(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    // Whoever only asks whether it is there must not use it up.
    if cx.request().method != Method::GET || cx.header("sec-purpose").contains("prefetch") {
        return Err(Fault::NotFound);
    }
    let text: String = cx.param("link")?;
    let link = Link::read(&text, &cx.settings().secret, &cx.request().user_agent).ok_or(Fault::NotFound)?;
    let (kind, _, object) = link.what.kind();
    let until = OffsetDateTime::from_unix_timestamp(link.until).map_err(|_| Fault::NotFound)?;
    let hash = Sha256::digest(text.as_bytes());
    let asked = LinkTaken { hash: &hash, until, session: link.session, kind, object };
    let (name, sha256, media_type) = match cx.gate().take_link(&asked).await? {
        Taken::File { name, sha256, media_type } => (name, sha256, media_type),
        Taken::No(why) => {
            metrics::counter!("file_links_refused_total", "why" => why.clone()).increment(1);
            return Err(no_more(&why));
        }
    };
    let bytes = cx.vault().read(&sha256).await?;
    let framers = cx.settings().framers.join(" ");
    Ok(if SHOWN.contains(&media_type.as_str()) && !link.keep {
        Reply::inline(bytes, &media_type, &name, &framers)
    } else {
        Reply::download(bytes, &media_type, &name)
    })
}

/// Nothing is told of the file, not even that there is one.
fn no_more(why: &str) -> Fault {
    let advice = "元の画面に戻り、ファイルの名前をもう一度押してください。";
    Fault::Gone(match why {
        "expired" => Refusal::new("LINK-EXPIRED", "このリンクの有効時間（1分）が過ぎました。", advice),
        "spent" => {
            Refusal::new("LINK-SPENT", "このリンクはすでに使われています。ファイルのリンクは1回だけ使えます。", advice)
        }
        _ => Refusal::new(
            "LINK-ENDED",
            "このリンクはもう使えません。",
            "元の画面に戻り、ログインし直してから、ファイルの名前をもう一度押してください。",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            what: Handed::Letter(PublicId::from_uuid(Uuid::from_u128(5))),
            keep: true,
            session: Uuid::from_u128(7),
            until: 1_800_000_000,
            once: [9; 16],
        }
    }

    #[test]
    fn a_link_is_read_as_written_by_the_same_browser_and_secret_alone() {
        let text = link().written(b"secret", "browser");
        assert_eq!(Link::read(&text, b"secret", "browser"), Some(link()));
        assert_eq!(Link::read(&text, b"secreu", "browser"), None);
        assert_eq!(Link::read(&text, b"secret", "another"), None);
        for wrong in ["", "00", &text[2..], &format!("{text}00"), &text.to_uppercase(), &"あ".repeat(text.len() / 3)] {
            assert_eq!(Link::read(wrong, b"secret", "browser"), None, "{wrong}");
        }
    }

    #[test]
    fn no_bit_of_a_link_can_be_changed() {
        let text = link().written(b"secret", "browser");
        let bytes = unhex(&text).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                let other: String = other.iter().map(|b| format!("{b:02x}")).collect();
                assert_eq!(Link::read(&other, b"secret", "browser"), None, "byte {at} bit {bit}");
            }
        }
    }
}
