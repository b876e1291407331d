#!/usr/bin/env python3
"""Reads the archive of a study in a browser: patients, visits, forms, queries, signatures, each item's history.

    python3 viewer.py            (Windows: py viewer.py), then open the address that it prints; Ctrl-C ends it

Needs Python 3.8 and nothing else: no network, no database, no script in the browser. It answers this machine alone and
changes nothing. What it shows is in viewer/ and trail/ beside this file; verify.py says whether these are unaltered.
"""

import json
import sys
import unicodedata
from contextlib import suppress
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

AT, ACTOR, ROLE, REASON, TABLE, ROW, CHANGES = 2, 4, 5, 7, 10, 11, 14
MOST = 300
"""Places found that one page shows."""

STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem }
body { color: #1c2628; background: #fff }
a { color: #0b5563 } table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #c3cdd0 }
.quiet { color: #4f5d60 } .blank { color: #4f5d60; font-style: italic } .warn { color: #8a3a00; font-weight: 600 }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem }
@media (prefers-color-scheme: dark) { body { color: #e6ecee; background: #10181a } a { color: #8fd0dd }
.quiet, .blank { color: #aab8bb } .warn { color: #ffb27a } th, td { border-color: #38474b } }
"""


class Archive:
    """The folder. Only patients that the manifest names are ever opened: no address leads to another file."""

    def __init__(self, folder):
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.numbers = sorted(number for number in self.manifest["chains"] if number != "system")

    def patient(self, number):
        if number not in self.numbers:
            raise KeyError(number)
        return json.loads((self.folder / "viewer" / (number + ".json")).read_text(encoding="utf-8"))

    def events(self, number):
        if number not in self.numbers:
            raise KeyError(number)
        with (self.folder / "trail" / (number + ".jsonl")).open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)["content"]

    def history(self, number, table, row, item):
        """(when, who, role, why, value before, value after), the oldest first; texts as the trail has them."""
        for content in self.events(number):
            if content[TABLE] == table and content[ROW] == row:
                changes = json.loads(content[CHANGES])
                if item in changes:
                    before, after = changes[item]
                    yield (
                        content[AT],
                        content[ACTOR],
                        content[ROLE],
                        content[REASON],
                        shown(before),
                        shown(after),
                    )

    def file(self, name):
        """One that the manifest names; its place, or KeyError."""
        self.manifest["files"][name]
        return self.folder / name


def shown(value):
    if value is None:
        return "blank"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- pages ----------------------------------------------------------------------------------------------------------


def page(archive, title, body, searched=""):
    synthetic = (
        '<p class="warn">Synthetic data: no real patient.</p>' if archive.manifest.get("synthetic") else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body><header>'
        f'<p class="quiet">{escape(archive.manifest["trial"])} · read only, '
        f"as of {escape(archive.manifest['taken_at'])}</p>"
        f'{synthetic}<form action="/search" role="search"><a href="/">All patients</a> '
        f'<label>Search <input name="q" value="{escape(searched)}"></label> <button>Search</button></form></header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def table(heads, rows):
    """Cells are HTML already."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def link(parts, words):
    address = "/" + "/".join(quote(str(part), safe="") for part in parts)
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def patients_page(archive):
    rows = []
    for number in archive.numbers:
        patient = archive.patient(number)
        rows.append((link(["patient", number], number), escape(patient["site"]), escape(patient["state"])))
    return page(archive, "Patients", table(["Patient", "Site", "State"], rows))


def patient_page(archive, number):
    patient = archive.patient(number)
    visits = [
        (
            link(["patient", number, place], group["title"]),
            escape(group["state"]),
            "<br>".join(map(escape, group["signed"])),
        )
        for place, group in enumerate(patient["groups"])
    ]
    queries = [
        (
            escape(query["name"]),
            escape(query["where"]),
            escape(query["state"]),
            "<br>".join(
                escape(f"{said['when']} · {said['who']} · {said['act']}: {said['text']}")
                for said in query["said"]
            ),
        )
        for query in patient["queries"]
    ]
    casebook = link(
        ["files", f"casebooks/casebook-{number}.pdf"], "The casebook as PDF, with the trail in words"
    )
    signatures = "".join(f"<li>{escape(one)}</li>" for one in patient["signatures"]) or "<li>none</li>"
    return page(
        archive,
        f"Patient {number}",
        f"<p>{escape(patient['site'])} · {escape(patient['state'])}</p><p>{casebook}</p>"
        f'<p class="quiet">{escape(patient["zone"])}</p>'
        f"<h2>Visits and logs</h2>{table(['Visit or log', 'State', 'Signed'], visits)}"
        f"<h2>Queries</h2>{table(['Query', 'Where', 'State', 'What was said'], queries)}"
        f"<h2>Signatures</h2><ul>{signatures}</ul>",
    )


def group_page(archive, number, place):
    patient = archive.patient(number)
    group = patient["groups"][place]
    forms = "".join(form_part(number, form) for form in group["forms"])
    back = link(["patient", number], f"Patient {number}")
    return page(archive, group["title"], f"<p>{back} · {escape(group['state'])}</p>{forms}")


def form_part(number, form):
    said = "".join(
        f'<p class="quiet">{escape(one)}</p>' for one in [form["state"], form["why"], *form["done"]] if one
    )
    parts = []
    for part in form["parts"]:
        rows = [item_row(number, part, item) for item in part["items"]]
        title = f"<h3>{escape(part['title'])}</h3>" if part["title"] else ""
        parts.append(title + table(["Item", "Value", "History"], rows))
    return f"<h2>{escape(form['title'])}</h2>{said}{''.join(parts)}"


def item_row(number, part, item):
    value = escape(" ".join(text for text in (item["text"], item["unit"]) if text))
    if item["is"] != "value":
        value = f'<span class="blank">{value}</span>'
    past = (
        link(["history", number, part["table"], part["row"], item["item"]], "history") if part["row"] else ""
    )
    return escape(item["label"]), value, past


def history_page(archive, number, of_table, row, item):
    rows = [tuple(map(escape, one)) for one in archive.history(number, of_table, row, item)]
    heads = ["When (UTC)", "Who", "Role", "Why", "Before", "After"]
    back = link(["patient", number], f"Patient {number}")
    body = table(heads, rows) if rows else "<p>Nothing was ever entered here.</p>"
    return page(archive, f"History of {item}", f"<p>{back}</p>{body}")


def alike(text):
    """The text as all that are the same for who searches: case, width, hiragana and katakana."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(
        chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" or sign in "ヽヾ" else sign for sign in plain
    )


def search_page(archive, words):
    """Every value, label, query and signature that holds the words, whatever their case, width and kana."""
    found, wanted = [], alike(words)
    for number in archive.numbers if wanted.strip() else []:
        patient = archive.patient(number)
        if wanted in alike(number):
            found.append((link(["patient", number], number), "", "the patient's number"))
        for place, group in enumerate(patient["groups"]):
            for form in group["forms"]:
                for item in (item for part in form["parts"] for item in part["items"]):
                    if item["is"] in ("value", "reason") and wanted in alike(
                        f"{item['label']} {item['text']}"
                    ):
                        where = link(["patient", number, place], f"{group['title']}: {form['title']}")
                        found.append(
                            (
                                link(["patient", number], number),
                                where,
                                escape(f"{item['label']}: {item['text']}"),
                            )
                        )
        for query in patient["queries"]:
            text = " ".join([query["name"], query["where"], *(said["text"] for said in query["said"])])
            if wanted in alike(text):
                found.append((link(["patient", number], number), escape(query["where"]), escape(text)))
    shown_rows = found[:MOST]
    said = f"<p>{len(found)} found{f', the first {MOST} shown' if len(found) > MOST else ''}.</p>"
    return page(archive, f"Search: {words}", said + table(["Patient", "Where", "What"], shown_rows), words)


# --- the server -----------------------------------------------------------------------------------------------------


def answer(archive, target):
    """(status, kind, content) for an address."""
    address = urlsplit(target)
    parts = [unquote(part) for part in address.path.split("/")[1:]]
    try:
        if address.path == "/style.css":
            return 200, "text/css", STYLE.encode()
        if address.path == "/":
            return html(patients_page(archive))
        if address.path == "/search":
            return html(search_page(archive, parse_qs(address.query).get("q", [""])[0]))
        if parts[0] == "patient" and len(parts) == 2:
            return html(patient_page(archive, parts[1]))
        if parts[0] == "patient" and len(parts) == 3 and parts[2].isdigit():
            return html(group_page(archive, parts[1], int(parts[2])))
        if parts[0] == "history" and len(parts) == 5:
            return html(history_page(archive, *parts[1:]))
        if parts[0] == "files" and len(parts) == 2 and parts[1].endswith(".pdf"):
            return 200, "application/pdf", archive.file(parts[1]).read_bytes()
    except (KeyError, IndexError, FileNotFoundError):
        pass
    return 404, "text/html; charset=utf-8", page(archive, "There is no such page", "").encode()


def html(text):
    return 200, "text/html; charset=utf-8", text.encode("utf-8", "replace")


def handler_of(archive):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host = self.headers.get("Host", "").rpartition(":")[0]
            if host not in ("127.0.0.1", "localhost"):  # a page from elsewhere under a name of its own
                self.send_error(403)
                return
            status, kind, content = answer(archive, self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header(
                "Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'"
            )
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            pass

    return Handler


def main(words):
    port = int(words[0]) if words and words[0].isdigit() else 0
    archive = Archive(Path(__file__).resolve().parent)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler_of(archive))
    print(f"Open http://127.0.0.1:{server.server_address[1]}/ in a browser; Ctrl-C ends this.", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
