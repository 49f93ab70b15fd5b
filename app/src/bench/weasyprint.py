"""The same letters with WeasyPrint. Arguments: font directory, file with letter models (JSON), how many letters.
Prints letters per CPU-second, imports and the first letter not counted; with 1 letter, only makes it."""
import html
import json
import pathlib
import sys
import time

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

fonts, count = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[3])
letters = json.loads(pathlib.Path(sys.argv[2]).read_text())

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


def page(letter):
    return (
        f"<html lang=ja><head><title>{html.escape(letter['doc_title'])}</title></head><body>"
        f"<p class=right>{html.escape(letter['number'])}<p class=right>{letter['date_legal']}<p>{lines(letter['addressee'])}"
        f"<p class=right>{lines(letter['sender'])}<h1>{lines(letter['title'])}</h1>"
        + "".join(f"<p class=body>{html.escape(b)}" for b in letter["body"])
        + f"<p class=centre>記</p>{items(letter['items'])}<p class=right>以上<p>{lines(letter['contact'])}</body></html>"
    )


def write(letter, config):
    document = HTML(string=page(letter))
    return document.write_pdf(stylesheets=[CSS(string=STYLE, font_config=config)], font_config=config, pdf_variant="pdf/ua-1")


config = FontConfiguration()
write(letters[0], config)
if count > 1:
    start = time.process_time()
    for n in range(count):
        write(letters[n % len(letters)], config)
    print(count / (time.process_time() - start))
