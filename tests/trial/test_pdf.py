"""This trial's PDF files: every item of every form stands in the casebook and in the annotated CRF."""

from datetime import UTC, datetime

import pytest

from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.prints.pdf.annotated_crf import annotated_crf_pdf
from ecrf.prints.pdf.casebook import casebook_pdf
from ecrf.prints.pdf.fonts import drawable
from tests.builders import a_patient, a_visit, enter
from tests.printed import missing_glyphs, outside_margins, pdf_words

pytestmark = pytest.mark.django_db

VISITS = list({plan.forms: plan for plan in protocol().visits}.values())
"""One of those that have the same forms."""

MADE_AT = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def annotated() -> bytes:
    return annotated_crf_pdf(MADE_AT)


@pytest.fixture(scope="module")
def annotated_words(annotated) -> str:
    """Without blanks: names of variables may be broken."""
    return "".join(pdf_words(annotated).split())


def stands(label: str, words: str) -> bool:
    """In a grid a label is taken apart into the heads of its line and its column."""
    label = drawable(label)
    line, _, column = label.rpartition(", ")
    return label in words or (line in words and column[:1].upper() + column[1:] in words)


@pytest.mark.requirement("R-114")
@pytest.mark.parametrize("plan", VISITS, ids=lambda plan: plan.code)
def test_every_item_of_a_visit_stands_in_the_casebook_though_nothing_is_entered(plan, site, coordinator):
    patient = a_patient(site, coordinator)
    a_visit(patient, f"{plan.code}-1" if plan.repeats else plan.code, coordinator)
    made = casebook_pdf(patient, made_at=MADE_AT)
    words = pdf_words(made)
    for key in plan.forms:
        # What belongs to another form stands at the visits that can have it.
        here = ("", *plan.forms, *plan.optional)
        labels = [str(item.verbose_name) for item in CRFS[key].items.values() if item.asked_with in here]
        assert [label for label in labels if not stands(label, words)] == []
        assert [name for row in CRFS[key].rows for name in CRFS[row].row_names if name not in words] == []
    assert missing_glyphs(made) == 0
    assert outside_margins(made) == []


@pytest.mark.parametrize("key", [*protocol().logs, *protocol().patient_forms])
def test_every_item_of_a_log_stands_in_the_casebook(key, site, coordinator):
    patient = a_patient(site, coordinator)
    texts = [name for name, item in CRFS[key].entered.items() if item.kind in ("line", "prose")]
    enter(patient, key, coordinator, **dict.fromkeys(texts[:1], "筋力 weak"))
    words = pdf_words(casebook_pdf(patient, made_at=MADE_AT))
    labels = [str(item.verbose_name) for item in CRFS[key].items.values()]
    assert [label for label in labels if not stands(label, words)] == []
    assert "筋力 weak" in words or not texts


@pytest.mark.parametrize("key", CRFS)
def test_every_item_of_a_form_stands_in_the_annotated_crf_with_its_cdash_name(key, annotated_words):
    wanted = [f"{item.verbose_name}{name}" for name, item in CRFS[key].items.items()]
    wanted += [item.cdash for item in CRFS[key].items.values()]
    assert [one for one in wanted if "".join(drawable(one).split()) not in annotated_words] == []


def test_annotated_crf_stays_inside_its_margins(annotated):
    assert missing_glyphs(annotated) == 0
    assert outside_margins(annotated) == []
