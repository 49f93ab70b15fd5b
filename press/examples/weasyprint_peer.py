"""The same letters with WeasyPrint: prints letters per CPU-second. Arguments: font directory, samples, letters."""
import html
import json
import pathlib
import sys
import time

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

fonts, samples, count = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), int(sys.argv[3])
letters = [json.loads(p.read_text()) for p in sorted(samples.glob("*-notice.json"))]

STYLE = f"""
@font-face {{ font-family: mincho; src: url(file://{fonts}/ipaexm.ttf) }}
@page {{ size: A4; margin: 20mm 29.7mm 25mm 30mm }}
body {{ font: 10.5pt/7.1mm mincho; margin: 0 }}
p, h1, ol {{ margin: 0; font-size: 10.5pt; font-weight: normal }}
.right {{ text-align: right }} h1, .centre {{ text-align: center; margin: 7mm 0 }} .body {{ text-indent: 1em }}
"""


def lines(values):
    return "<br>".join(html.escape(v) for v in values)


def items(values):
    parts = []
    for item in values:
        text = " ".join(html.escape(item.get(k) or "") for k in ("label", "text", "amount"))
        parts.append(f"<li>{text}{items(item.get('children', []))}</li>")
    return f"<ol>{''.join(parts)}</ol>" if parts else ""


def page(letter, n):
    return (
        f"<html lang=ja><head><title>{html.escape(letter['doc_title'])}</title></head><body>"
        f"<p class=right>新も採第{n}号<p class=right>{letter['date_legal']}<p>{lines(letter['addressee'])}"
        f"<p class=right>{lines(letter['sender'])}<h1>{lines(letter['title'])}</h1>"
        + "".join(f"<p class=body>{html.escape(b)}" for b in letter["body"])
        + f"<p class=centre>記</p>{items(letter['items'])}<p class=right>以上<p>{lines(letter['contact'])}</body></html>"
    )


def write(n, config):
    document = HTML(string=page(letters[n % len(letters)], n))
    return document.write_pdf(stylesheets=[CSS(string=STYLE, font_config=config)], font_config=config, pdf_variant="pdf/ua-1")


config = FontConfiguration()
write(0, config)
start = time.process_time()
for n in range(count):
    write(n, config)
print(count / (time.process_time() - start))
