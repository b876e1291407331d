"""What a row of each table of people and sites is, in few words: logs and errors of the program name it so."""

import pytest

from ecrf.access.delegation import Delegation, Task
from ecrf.access.login_log import LoginEvent, LoginTry, What
from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.access.training import TrainingDocument, TrainingRecord

WHO, WHERE = User(username="one"), Site(code="07")
TEXT = TrainingDocument(title="The protocol", version="3")


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (WHO, ["one"]),
        (WHERE, ["07"]),
        (Membership(user=WHO, role=Role.COORDINATOR, site=WHERE), ["one", "Coordinator", "07"]),
        (Membership(user=WHO, role=Role.SAFETY), ["one", "Safety", "all sites"]),
        (Delegation(user=WHO, site=WHERE, task=Task.ENTER), ["Enter data", "one", "07"]),
        (LoginEvent(username="one", what=What.LOCKED), ["one", "locked"]),
        (LoginTry(username="one"), ["one"]),
        (TEXT, ["The protocol", "3"]),
        (TrainingRecord(confirmed_by=WHO, document=TEXT), ["one", "The protocol"]),
    ],
    ids=lambda given: type(given).__name__,
)
def test_row_is_told_by_what_it_is_about(row, parts):
    assert [part for part in parts if part not in str(row)] == []
