//! Which program draws what: poppler for PDF, netpbm for images. Both only ever see the file on their input.

use async_trait::async_trait;
use tokio::sync::{OnceCell, Semaphore};

use crate::{Kind, NoPicture, Pictures, Sandbox};

/// The longer side of a picture, in pixels: a page reads well, and a page a kilometre wide is drawn no larger.
const SIDE: &str = "1400";
/// Pictures drawn at once in this process.
const AT_ONCE: usize = 2;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Draws in the best sandbox of this machine, found when the first picture is asked for.
pub struct Drawn {
    sandbox: OnceCell<Option<Sandbox>>,
    slots: Semaphore,
}

impl Default for Drawn {
    fn default() -> Self {
        Self { sandbox: OnceCell::new(), slots: Semaphore::new(AT_ONCE) }
    }
}

#[async_trait]
impl Pictures for Drawn {
    async fn page(&self, kind: Kind, bytes: &[u8], n: u32) -> Result<Vec<u8>, NoPicture> {
        let sandbox = *self.sandbox.get_or_init(Sandbox::detect).await;
        let sandbox = sandbox.ok_or_else(|| NoPicture::Away("no sandbox works here".into()))?;
        // Work is refused rather than queued for long: the file itself can be opened meanwhile.
        let wait = tokio::time::timeout(std::time::Duration::from_secs(10), self.slots.acquire());
        let Ok(Ok(_slot)) = wait.await else { return Err(NoPicture::Away("too many at once".into())) };
        let n = n.to_string();
        let made = match kind {
            Kind::Pdf => {
                let program = ["pdftoppm", "-q", "-png", "-scale-to", SIDE, "-f", &n, "-l", &n, "-singlefile", "-"];
                sandbox.run(&program, bytes).await?
            }
            Kind::Jpeg => sandbox.run(&["sh", "-c", &pipe("jpegtopnm")], bytes).await?,
            Kind::Png => sandbox.run(&["sh", "-c", &pipe("pngtopam")], bytes).await?,
        };
        if made.starts_with(PNG) { Ok(made) } else { Err(NoPicture::File("nothing was drawn".into())) }
    }
}

/// Fixed words, nothing of the file's in them.
fn pipe(reader: &str) -> String {
    format!("{reader} -quiet | pamscale -quiet -xyfit {SIDE} {SIDE} | pnmtopng -quiet -compression 3")
}
