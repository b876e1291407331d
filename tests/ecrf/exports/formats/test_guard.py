"""The guard against formulas: the same in PostgreSQL as in Python, harmless, and taken off again without loss."""

import random
from itertools import product

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ecrf.exports.formats.csv_tables import guarded
from ecrf.exports.readers.read import unguarded
from ecrf.exports.tables.description import Column, ColumnKind
from ecrf.trail.download.csv_file import safe

BEGINNINGS = ("", " ", "\u00a0", "\u3000", "\t", "\r", "\n", "\u2003", "\ufeff", "'", "''")
SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "'",
    '"',
    "|",
    "%",
    "\\",
    "a",
    "1",
    "手",
    "🤕",
    "$",
    "^",
    "",
)
ENDINGS = ("", "1", "1.5", "1,5", "1.", "-1", "cmd|' /C calc'!A1", "SUM(A1)", "\n", "\n1", "１", "٣", " ")
TEXT = Column("cell", "Cell", ColumnKind.TEXT, "cell")

pytestmark = pytest.mark.requirement("R-133")


def hostile_texts() -> list[str]:
    """All of these together, and some thousands at random from the same letters."""
    chance = random.Random(7)  # noqa: S311  (the same texts in every run)
    letters = "".join({*"".join((*BEGINNINGS, *SIGNS, *ENDINGS))})
    texts = ["".join(parts) for parts in product(BEGINNINGS, SIGNS, ENDINGS)]
    return texts + ["".join(chance.choices(letters, k=chance.randrange(1, 9))) for _ in range(5000)]


@pytest.mark.django_db
def test_postgresql_guards_a_text_as_python_does():
    texts = hostile_texts()
    with connection.cursor() as cursor:
        rows = "unnest(%s::text[]) WITH ORDINALITY AS row(cell, place) ORDER BY place"
        cursor.execute(f"SELECT {guarded(TEXT)} FROM {rows}", [texts])
        found = [cell for (cell,) in cursor]
    differ = [(text, cell) for text, cell in zip(texts, found, strict=True) if cell != safe(text)]
    assert len(texts) > 7000
    assert differ == []


@given(st.text() | st.sampled_from(hostile_texts()))
def test_guard_is_taken_off_without_loss_and_leaves_nothing_that_runs(text):
    cell = safe(text)
    assert unguarded(cell) == text or (cell == text and not text.startswith("'"))
    assert unguarded(cell) == text
    assert cell[:1] not in "=+@\t\r\n" or cell == "" or cell.lstrip("+")[:1].isdigit()


@pytest.mark.parametrize("kind", [ColumnKind.WHOLE, ColumnKind.DECIMAL, ColumnKind.DAY])
def test_numbers_and_days_are_written_as_they_are(kind):
    assert guarded(Column("cell", "Cell", kind, "cell")) == '"cell"'
