//! Small whole PDF files to attach: one page with a few words, made byte by byte.

/// A one-page PDF that says `words` (ASCII). Different words make different bytes.
#[must_use]
pub fn small_pdf(words: &str) -> Vec<u8> {
    let shown: String = words.chars().filter(|c| c.is_ascii_alphanumeric() || " .:-/".contains(*c)).collect();
    let text = format!("BT /F1 14 Tf 72 770 Td ({shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let start = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::small_pdf;
    use hojo_vault::Format;
    use hojo_vault::inspect::inspect;

    #[test]
    fn the_vault_takes_it() {
        let seen = inspect("a.pdf", &small_pdf("financial statement (demo-00001)"), &[Format::Pdf]).unwrap();
        assert_eq!(seen.pages, Some(1));
        assert_ne!(small_pdf("a"), small_pdf("b"));
    }
}
