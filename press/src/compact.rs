//! Packs the small objects of a PDF into compressed object streams (PDF 1.5 and later, allowed by PDF/A-2).
//!
//! The tags that make a letter readable for everyone are thousands of short dictionaries, which the PDF writer
//! leaves uncompressed: up to a third of a letter. Objects are moved byte for byte; nothing is interpreted.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Objects in one object stream; small enough for readers that unpack one to reach a single object.
const OBJECTS_PER_STREAM: usize = 200;

/// One object of the file: its number and its bytes between `obj` and `endobj`.
struct Object<'a> {
    number: usize,
    body: &'a [u8],
}

/// Where an object is found in the new file.
#[derive(Clone, Copy)]
enum Place {
    Free,
    At(usize),
    In { stream: usize, index: usize },
}

/// The same file in fewer bytes; `None` when it is not the plain kind the PDF writer makes.
pub(crate) fn compact(pdf: &[u8]) -> Option<Vec<u8>> {
    let table_at = number_after(pdf, rfind(pdf, b"startxref")? + b"startxref".len())?;
    let table = pdf.get(table_at..)?;
    let trailer = between(table, b"<<", b">>\nstartxref").or_else(|| between(table, b"<<", b">>\n\nstartxref"))?;
    let offsets = offsets(table)?;
    let objects = objects(pdf, &offsets, table_at)?;

    let mut out = pdf.get(..*offsets.iter().map(|(_, at)| at).min()?)?.to_vec();
    let mut places = vec![Place::Free; offsets.iter().map(|(n, _)| n + 1).max()?];
    let (streams, small): (Vec<_>, Vec<_>) = objects.into_iter().partition(|o| o.body.ends_with(b"endstream"));
    for object in streams {
        *places.get_mut(object.number)? = Place::At(out.len());
        write_object(&mut out, &object)?;
    }
    for pack in small.chunks(OBJECTS_PER_STREAM) {
        let stream = places.len();
        places.push(Place::At(out.len()));
        for (index, object) in pack.iter().enumerate() {
            *places.get_mut(object.number)? = Place::In { stream, index };
        }
        write_pack(&mut out, stream, pack)?;
    }
    write_table(&mut out, places, trailer)?;
    (out.len() < pdf.len()).then_some(out)
}

/// Number and offset of every object in use, from the cross-reference table.
fn offsets(table: &[u8]) -> Option<Vec<(usize, usize)>> {
    let rest = table.strip_prefix(b"xref\n0 ")?;
    let line_end = rest.iter().position(|b| *b == b'\n')?;
    let count = parse(rest.get(..line_end)?.trim_ascii())?;
    let entries = rest.get(line_end + 1..)?;
    (0..count)
        .map(|n| entries.get(20 * n..20 * n + 20).map(|entry| (n, entry)))
        .filter(|entry| entry.is_none_or(|(_, entry)| entry.get(17) == Some(&b'n')))
        .map(|entry| entry.and_then(|(n, entry)| Some((n, parse(entry.get(..10)?)?))))
        .collect()
}

fn objects<'a>(pdf: &'a [u8], offsets: &[(usize, usize)], table_at: usize) -> Option<Vec<Object<'a>>> {
    let mut by_place = offsets.to_vec();
    by_place.sort_by_key(|(_, at)| *at);
    let ends = by_place.iter().skip(1).map(|(_, at)| *at).chain([table_at]);
    by_place
        .iter()
        .zip(ends)
        .map(|((number, start), end)| {
            let whole = pdf.get(*start..end)?;
            let body = whole.strip_prefix(format!("{number} 0 obj").as_bytes())?.trim_ascii();
            Some(Object { number: *number, body: body.strip_suffix(b"endobj")?.trim_ascii() })
        })
        .collect()
}

/// A stream as it is, with a line end before `endstream` that data ending in a carriage return cannot be taken for part
/// of: PDF/A wants `/Length` to be what a reader counts.
fn write_object(out: &mut Vec<u8>, object: &Object<'_>) -> Option<()> {
    let data = object.body.strip_suffix(b"endstream")?;
    // The writer ends a stream with this one byte; a carriage return before it belongs to the data.
    let data = data.strip_suffix(b"\n").unwrap_or(data);
    write!(out, "{} 0 obj\n", object.number).ok()?;
    out.extend(data);
    out.extend(b"\r\nendstream\nendobj\n");
    Some(())
}

fn write_pack(out: &mut Vec<u8>, number: usize, pack: &[Object<'_>]) -> Option<()> {
    let (mut index, mut bodies) = (Vec::new(), Vec::new());
    for object in pack {
        write!(index, "{} {} ", object.number, bodies.len()).ok()?;
        bodies.extend(object.body);
        bodies.push(b'\n');
    }
    let first = index.len();
    index.extend(bodies);
    let packed = deflate(&index)?;
    let head = format!("/Type /ObjStm /N {} /First {first}", pack.len());
    write_stream(out, number, &head, &packed)
}

/// The cross-reference stream: kind (1 byte), offset or stream (4 bytes), index in the stream (2 bytes).
fn write_table(out: &mut Vec<u8>, mut places: Vec<Place>, trailer: &[u8]) -> Option<()> {
    let (number, start) = (places.len(), out.len());
    places.push(Place::At(start));
    let mut rows = Vec::with_capacity(7 * places.len());
    for place in &places {
        let (kind, a, b) = match *place {
            Place::Free => (0, 0, u16::MAX),
            Place::At(offset) => (1, u32::try_from(offset).ok()?, 0),
            Place::In { stream, index } => (2, u32::try_from(stream).ok()?, u16::try_from(index).ok()?),
        };
        rows.push(kind);
        rows.extend(a.to_be_bytes());
        rows.extend(b.to_be_bytes());
    }
    let kept = without_size(std::str::from_utf8(trailer).ok()?)?;
    let head = format!("/Type /XRef /W [1 4 2] /Size {} {kept}", places.len());
    write_stream(out, number, &head, &deflate(&rows)?)?;
    write!(out, "startxref\n{start}\n%%EOF").ok()
}

fn write_stream(out: &mut Vec<u8>, number: usize, head: &str, data: &[u8]) -> Option<()> {
    write!(out, "{number} 0 obj\n<< {head} /Filter /FlateDecode /Length {} >>\nstream\n", data.len()).ok()?;
    out.extend(data);
    out.extend(b"\r\nendstream\nendobj\n");
    Some(())
}

/// The entries of the trailer without `/Size`, which is another one now.
fn without_size(trailer: &str) -> Option<String> {
    let (before, after) = trailer.split_once("/Size")?;
    let rest = after.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    Some(format!("{} {}", before.trim(), rest.trim()))
}

fn deflate(data: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data).ok()?;
    encoder.finish().ok()
}

fn rfind(data: &[u8], needle: &[u8]) -> Option<usize> {
    data.windows(needle.len()).rposition(|window| window == needle)
}

fn between<'a>(data: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a [u8]> {
    let start = data.windows(open.len()).position(|window| window == open)? + open.len();
    let end = rfind(data, close)?;
    data.get(start..end)
}

fn number_after(data: &[u8], at: usize) -> Option<usize> {
    let text = data.get(at..)?.trim_ascii_start();
    let end = text.iter().position(|b| !b.is_ascii_digit())?;
    parse(text.get(..end)?)
}

fn parse(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_plain_pdf_stays_as_it_is() {
        for bytes in
            [&b""[..], b"%PDF-1.7", b"startxref\n99999\n%%EOF", b"xref\n0 1\ntrailer\n<<>>\nstartxref\n0\n%%EOF"]
        {
            assert!(compact(bytes).is_none());
        }
    }
}
