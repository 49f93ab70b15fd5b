//! Takes the screen hints out of a TrueType font in memory.
//!
//! Hints are small programs that snap outlines to the pixels of old screens. They do not change what is printed and
//! are 40 % of an embedded subset of a Japanese font; a letter has to stay below 60 KB a page. Outlines, metrics and
//! character tables stay byte for byte as they are in the pinned file.

/// Tables that only serve hints.
const HINT_TABLES: [&[u8]; 3] = [b"cvt ", b"fpgm", b"prep"];

/// Flags of a part of a composite glyph (OpenType specification, `glyf`).
const WORDS: u16 = 0x0001;
const SCALE: u16 = 0x0008;
const MORE: u16 = 0x0020;
const TWO_SCALES: u16 = 0x0040;
const MATRIX: u16 = 0x0080;
const INSTRUCTIONS: u16 = 0x0100;

/// The font without hints; `None` when it is no plain TrueType font (collections and CFF fonts stay as they are).
pub(crate) fn without_hints(font: &[u8]) -> Option<Vec<u8>> {
    if u32_at(font, 0)? != 0x0001_0000 {
        return None;
    }
    let tables = directory(font)?;
    let table = |tag: &[u8]| tables.iter().find(|(name, _)| name == tag).map(|(_, data)| *data);
    let long_offsets = u16_at(table(b"head")?, 50)? == 1;
    let count = usize::from(u16_at(table(b"maxp")?, 4)?);
    let (glyf, loca) = strip_glyphs(table(b"glyf")?, table(b"loca")?, long_offsets, count)?;
    let kept: Vec<(Vec<u8>, Vec<u8>)> = tables
        .iter()
        .filter(|(name, _)| !HINT_TABLES.contains(&name.as_slice()))
        .map(|(name, data)| {
            let data = match name.as_slice() {
                b"glyf" => glyf.clone(),
                b"loca" => loca.clone(),
                b"head" => with_long_offsets(data),
                b"post" => without_glyph_names(data),
                _ => data.to_vec(),
            };
            (name.clone(), data)
        })
        .collect();
    Some(assemble(&kept))
}

fn directory(font: &[u8]) -> Option<Vec<(Vec<u8>, &[u8])>> {
    let count = usize::from(u16_at(font, 4)?);
    (0..count)
        .map(|n| {
            let at = 12 + 16 * n;
            let start = usize::try_from(u32_at(font, at + 8)?).ok()?;
            let length = usize::try_from(u32_at(font, at + 12)?).ok()?;
            Some((font.get(at..at + 4)?.to_vec(), font.get(start..start.checked_add(length)?)?))
        })
        .collect()
}

/// The glyph table and its offsets (always long ones) without instructions.
fn strip_glyphs(glyf: &[u8], loca: &[u8], long: bool, count: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let offset = |n: usize| -> Option<usize> {
        if long { usize::try_from(u32_at(loca, 4 * n)?).ok() } else { Some(2 * usize::from(u16_at(loca, 2 * n)?)) }
    };
    let mut out = Vec::with_capacity(glyf.len());
    let mut offsets = Vec::with_capacity(4 * (count + 1));
    for n in 0..count {
        offsets.extend(u32::try_from(out.len()).ok()?.to_be_bytes());
        let glyph = glyf.get(offset(n)?..offset(n + 1)?)?;
        if !glyph.is_empty() {
            out.extend(strip_glyph(glyph)?);
            out.resize(out.len().next_multiple_of(4), 0);
        }
    }
    offsets.extend(u32::try_from(out.len()).ok()?.to_be_bytes());
    Some((out, offsets))
}

fn strip_glyph(glyph: &[u8]) -> Option<Vec<u8>> {
    let contours = u16_at(glyph, 0)?;
    // A negative number of contours marks a composite glyph.
    if contours >= 0x8000 {
        return strip_composite(glyph);
    }
    let length_at = 10 + 2 * usize::from(contours);
    let length = usize::from(u16_at(glyph, length_at)?);
    let mut out = glyph.get(..length_at)?.to_vec();
    out.extend([0, 0]);
    out.extend(glyph.get(length_at + 2 + length..)?);
    Some(out)
}

fn strip_composite(glyph: &[u8]) -> Option<Vec<u8>> {
    let mut out = glyph.get(..10)?.to_vec();
    let mut at = 10;
    loop {
        let flags = u16_at(glyph, at)?;
        let arguments = if flags & WORDS != 0 { 4 } else { 2 };
        let transform = match flags {
            f if f & SCALE != 0 => 2,
            f if f & TWO_SCALES != 0 => 4,
            f if f & MATRIX != 0 => 8,
            _ => 0,
        };
        let end = at + 4 + arguments + transform;
        out.extend((flags & !INSTRUCTIONS).to_be_bytes());
        out.extend(glyph.get(at + 2..end)?);
        at = end;
        if flags & MORE == 0 {
            return Some(out);
        }
    }
}

/// `post` of version 3 has no glyph names; a PDF names glyphs by number.
fn without_glyph_names(post: &[u8]) -> Vec<u8> {
    let fixed = post.get(4..32).unwrap_or_default();
    [&0x0003_0000_u32.to_be_bytes(), fixed].concat()
}

/// `head` says whether offsets are long.
fn with_long_offsets(head: &[u8]) -> Vec<u8> {
    let mut head = head.to_vec();
    if let Some(format) = head.get_mut(50..52) {
        format.copy_from_slice(&[0, 1]);
    }
    head
}

fn assemble(tables: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let count = u16::try_from(tables.len()).unwrap_or(u16::MAX);
    let mut out = Vec::new();
    out.extend(0x0001_0000_u32.to_be_bytes());
    out.extend(count.to_be_bytes());
    // Search hints of the directory: readers that need them are gone, zero is read by all of today's.
    out.extend([0; 6]);
    let mut start = 12 + 16 * tables.len();
    for (name, data) in tables {
        out.extend(name);
        out.extend(checksum(data).to_be_bytes());
        out.extend(u32::try_from(start).unwrap_or(u32::MAX).to_be_bytes());
        out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        start += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        out.extend(data);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0, |sum: u32, part| {
        let mut word = [0; 4];
        for (to, from) in word.iter_mut().zip(part) {
            *to = *from;
        }
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?))
}
