"""The annotated CRF: every item of every form, with codes, limits, conditions and names; every visit leads there."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.prints.pdf.annotated_crf import annotated_crf_pdf
from tests.printed import bookmarks, missing_glyphs, outside_margins, pdf_pages, pdf_words

MADE_AT = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def made() -> bytes:
    return annotated_crf_pdf(MADE_AT)


@pytest.fixture(scope="module")
def pages(made) -> list[str]:
    return pdf_pages(made)


def pages_of(pages: list[str], key: str) -> str:
    """The pages on which the form is set, without blanks: names of variables may be broken."""
    first = next(n for n, page in enumerate(pages) if f"{key} · form version" in page)
    last = next((n for n, page in enumerate(pages[first + 1 :], first + 1) if "form version" in page), None)
    return "".join(" ".join(pages[first:last]).split())


@pytest.mark.parametrize("key", CRFS)
def test_every_item_stands_with_its_name_its_answers_and_its_cdash_name(key, pages):
    words = pages_of(pages, CRFS[key].row_of or key)
    for name, item in CRFS[key].items.items():
        wanted = [f"{item.verbose_name} {name}", item.cdash, item.unit]
        wanted += [f"{label} {code}" for code, label in (getattr(item, "flatchoices", None) or [])]
        assert [one for one in wanted if "".join(one.split()) not in words] == [], name


def test_limits_conditions_and_what_is_calculated_are_said(pages):
    words = " ".join(pages)
    assert "kg Number: 0.1 to 300 kg, up to 1 decimal" in words
    assert "Required if “Ongoing?” is No" in words
    assert "calculated: HIGHEST v1" in words


def test_each_form_is_set_once_and_visits_lead_to_it(made):
    marks = bookmarks(made)
    titles = [title for depth, title in marks if depth == 0][1:]
    assert titles == [CRFS[key].title for key in protocol().scheduled_crfs()]
    for plan in protocol().visits:
        place = marks.index((1, plan.label))
        below = [title for depth, title in marks[place + 1 : place + 1 + len(plan.forms)] if depth == 2]
        assert [title.split(" ")[0] for title in below] == [
            CRFS[key].title.split(" ")[0] for key in plan.forms
        ]
    links = [
        annotation.get_object()["/A" if "/A" in annotation.get_object() else "/Dest"]
        for page in PdfReader(BytesIO(made)).pages
        for annotation in page.get("/Annots", [])
    ]
    assert len(links) >= sum(len(plan.forms) for plan in protocol().visits)


def test_sdtm_has_a_column_only_where_somebody_says_what_stands_in_it(pages):
    assert "SDTM" not in " ".join(pages)
    annotated = pdf_words(
        annotated_crf_pdf(MADE_AT, lambda crf, item: "VSORRES" if item == "pulse" else None)
    )
    assert "SDTM" in annotated
    assert "VSORRES" in annotated.replace("PULSE_VSORRES", "")


def test_it_is_the_same_twice_and_nothing_is_missing_or_beyond_the_margins(made):
    assert annotated_crf_pdf(MADE_AT) == made
    assert missing_glyphs(made) == 0
    assert outside_margins(made) == []
