// Files to attach: whole ones, and ones the portal must refuse.

/** A one-page PDF that says `words` (ASCII). */
export function pdf(words: string): Buffer {
  const text = `BT /F1 14 Tf 72 770 Td (${words.replaceAll(/[^ \w.:-]/g, "")}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let out = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = out.length;
    out += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(out, "latin1");
}

export interface Sent {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const pdfFile = (name: string): Sent => ({ name, mimeType: "application/pdf", buffer: pdf(`e2e ${Date.now()}`) });

/** Says it is a PDF and is none. */
export const disguised: Sent = { name: "決算書.pdf", mimeType: "application/pdf", buffer: Buffer.from("これはPDFではありません。".repeat(40)) };
