"""What was open when something was locked is kept in English, and read in the reader's language."""

import pytest
from django.utils.translation import gettext, override

from ecrf.access.language import in_master
from ecrf.forms.registry import CRFS
from ecrf.locks.checklist import KINDS, Checklist, OpenPlace
from ecrf.locks.models import Lock

pytestmark = [pytest.mark.requirement("R-096")]


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_each_open_point_is_read_as_the_checklist_says_it(kind, number, language):
    def points():
        found = Checklist(
            [
                OpenPlace("Here", "visit", 1, 1, {kind: number}),
                OpenPlace("There", "form", 2, 1, {"queries": 2}),
            ],
            not_begun=[CRFS["vital-signs"].title]
            * 2,  # a name that no protocol shares with another word of ours
        )
        return gettext("; ").join(found.points)

    with in_master():
        lock = Lock(open_points=points())
    with override(language):
        assert lock.points_words == points()
    assert Lock().points_words == ""


def test_row_is_told_by_what_it_is_about():
    assert str(Lock(kind="freeze", scope="visit")) == "freeze of visit"
