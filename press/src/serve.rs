//! The warm press: one request a line in, one reply a line out, until the input ends.

use std::io::{self, BufRead, Read, Write};

use base64::Engine as _;
use hojo_press_client::wire::{LONGEST_LINE, Outcome, Printed, Problem, ProblemKind, Reply, Request};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::render::Press;

/// Answers requests until the input ends.
///
/// # Errors
/// Only when reading or writing itself fails; a bad request gets a reply.
pub fn serve(press: &Press, mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        // One byte above the limit tells a line that is too long from one that just fits.
        let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX).saturating_add(1);
        if (&mut input).take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let reply = if line.len() > LONGEST_LINE && !line.ends_with(b"\n") {
            skip_line(&mut input)?;
            refused(String::new(), "依頼が大きすぎます")
        } else if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        } else {
            answer(press, &line)
        };
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

/// The reply to one request line.
#[must_use]
pub fn answer(press: &Press, line: &[u8]) -> Reply {
    let request: Request = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => return refused(id_of(line), &error.to_string()),
    };
    let Ok(issued_at) = OffsetDateTime::parse(&request.issued_at, &Rfc3339) else {
        return refused(request.id, "issued_at は 2026-11-22T10:00:00+09:00 の形で書く");
    };
    let outcome = match press.print(&request.model, issued_at) {
        Ok(sheet) => Outcome::Ok(Printed {
            pdf_base64: base64::engine::general_purpose::STANDARD.encode(&sheet.pdf),
            sha256: sheet.sha256,
            pages: sheet.pages,
            notes: sheet.notes,
        }),
        Err(problem) => Outcome::Err(problem),
    };
    Reply { id: request.id, outcome }
}

fn refused(id: String, detail: &str) -> Reply {
    let problem = Problem::plain(ProblemKind::BadRequest, format!("印刷の依頼が読めません（{detail}）。"));
    Reply { id, outcome: Outcome::Err(problem) }
}

/// The id of a request that is JSON but not a request, so that the asker knows which one failed.
fn id_of(line: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    value.get("id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}
