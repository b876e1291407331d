"""What a row of the tables of signatures is, in few words: logs and errors of the program name it so."""

import pytest

from ecrf.access.models import User
from ecrf.signatures.models import Declaration, IdentityCheck, Signature, SignatureScope

WHO = User(username="one")


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (
            Signature(printed_name="A. One", scope=SignatureScope.VISIT, patient_id=12, position=345),
            ["A. One", "visit", "12", "345"],
        ),
        (
            IdentityCheck(user=WHO, how="Passport seen", confirmed_by="B. Two"),
            ["one", "Passport seen", "B. Two"],
        ),
        (Declaration(declared_by=WHO, text="It binds me."), ["one", "It binds me."]),
    ],
    ids=lambda given: type(given).__name__,
)
def test_row_is_told_by_what_it_is_about(row, parts):
    assert [part for part in parts if part not in str(row)] == []
