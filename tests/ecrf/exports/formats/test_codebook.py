"""The codebook lists each column of each table, and a label is a text whatever stands in it."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.utils.translation import override
from lxml import html

from ecrf.exports.formats.codebook import write_codebook
from ecrf.exports.readers.read import unguarded
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.forms.protocol import protocol
from tests.ecrf.exports.formats.conftest import package_of

pytestmark = pytest.mark.django_db
HOSTILE_LABEL = "<script>alert('x')</script> & \"=1+1\" `$x' 痛み"


def lines(package, name="codebook.csv"):
    with (package.folder / "codebook" / name).open(encoding="utf-8-sig", newline="") as file:
        return [{key: unguarded(cell) for key, cell in row.items()} for row in csv.DictReader(file)]


def with_hostile_labels(package):
    """Labels, units and codes of every item of the forms say what no form should."""
    forms = []
    for form in package.description.forms:
        items = [
            replace(
                item,
                label=HOSTILE_LABEL,
                unit="'m/s²'",
                codes=[["<a&'b\"", HOSTILE_LABEL]] if item.codes else [],
            )
            for item in form.items
        ]
        forms.append(replace(form, title=f"*/ {HOSTILE_LABEL}", items=items))
    package.description = replace(package.description, forms=forms)
    return package


class Words(HTMLParser):
    """The texts of a page, and the names of its elements."""

    def __init__(self):
        super().__init__()
        self.texts, self.tags, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]

    def handle_data(self, data):
        self.texts.append(data.strip())


def read_page(package) -> Words:
    words = Words()
    words.feed((package.folder / "codebook/codebook.html").read_text(encoding="utf-8"))
    return words


@pytest.mark.parametrize("selection", [Selection(identifiers=True), Selection()], ids=["all", "plain"])
def test_each_column_of_each_table_is_listed_once_in_its_order(selection, written):
    package = written(selection=selection)
    expected = [(table.name, column.name) for table in package.tables for column in table.columns]
    assert [(line["table"], line["column"]) for line in lines(package)] == expected
    texts = read_page(package).texts
    for table in package.tables:
        assert table.title in texts
        assert {column.name for column in table.columns} <= set(texts)


def test_line_says_what_the_form_says(package):
    found = next(line for line in lines(package) if line["column"] == "weight_kg")
    others = {"label_ja", "label_zh_hans"}
    assert set(found) >= others
    assert {name: text for name, text in found.items() if name not in others} == {
        **{"table": "vital_signs", "column": "weight_kg", "label": "Weight", "type": "decimal", "unit": "kg"},
        **{"codes": "", "decimals": "1", "length": "", "cdash": "WEIGHT_VSORRES", "form": "vital-signs"},
        **{"item": "vital-signs.weight_kg", "identifying": "no", "rule": "", "key": "no"},
        **{"sas_table": "VTLSGN", "sas_name": "WGHTKG", "stata_name": "weight_kg"},
    }


def labels_in(language):
    """{table of a column, its name: its label in this language}"""
    with override(language):
        tables = tables_of(describe(protocol()), Selection(identifiers=True))
        return {(table.name, column.name): column.label for table in tables for column in table.columns}


@pytest.mark.parametrize(("language", "head"), [("ja", "label_ja"), ("zh-hans", "label_zh_hans")])
def test_label_stands_in_every_language_beside_the_english(language, head, written):
    package = written(selection=Selection(identifiers=True))
    said = {(line["table"], line["column"]): line[head] for line in lines(package)}
    wanted, english = labels_in(language), labels_in("en")
    assert said == wanted
    assert wanted["visits", "patient"] != english["visits", "patient"]
    assert all(line[head] for line in lines(package, "codes.csv"))
    texts = read_page(package).texts
    assert {wanted["visits", "patient"], wanted["visits", "forms_begun"]} <= set(texts)


@pytest.mark.parametrize(("language", "tag"), [("ja", "ja"), ("zh-hans", "zh-Hans")])
def test_list_of_tables_names_each_in_every_language(language, tag, package):
    raw = (package.folder / "codebook/codebook.html").read_text(encoding="utf-8")
    listed = html.fromstring(raw).find(".//nav")
    with override(language):
        titles = {table.name: table.title for table in tables_of(describe(protocol()), package.selection)}
    said = {}
    for line in listed.iter("li"):
        [link] = line.iter("a")
        others = line.xpath(f"span[@lang='{tag}']/text()")
        said[link.get("href")[1:]] = others[0] if others else link.text
    assert said == titles
    assert titles["visits"] != "Visits"


def test_codes_stand_line_by_line_for_programs(package):
    expected = [
        {"table": table.name, "column": column.name, "code": code, "label": label}
        for table in package.tables
        for column in table.columns
        for code, label in column.codes
    ]
    found = [
        {name: line[name] for name in ("table", "column", "code", "label")}
        for line in lines(package, "codes.csv")
    ]
    assert found == expected


def test_page_runs_nothing_and_fetches_nothing_whatever_labels_say(study, tmp_path):
    package = with_hostile_labels(package_of(tmp_path / "package"))
    write_codebook(package)
    page = read_page(package)
    assert HOSTILE_LABEL in page.texts
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert not [name for name in page.attributes if name in ("src", "style") or name.startswith("on")]
    raw = (package.folder / "codebook/codebook.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|@import|url\(", raw)
    assert "Synthetic data" in raw


def test_every_link_of_the_list_of_contents_leads_to_its_table(package):
    raw = (package.folder / "codebook/codebook.html").read_text(encoding="utf-8")
    targets = re.findall(r'href="#([^"]+)"', raw)
    assert targets
    assert set(targets) == set(re.findall(r'<h2 id="([^"]+)"', raw))
