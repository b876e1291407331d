"""What an item's history tells of its verifications: made, taken back, fallen, each with when and by whom."""

import pytest

from ecrf.verification.models import SiteShare
from tests.ecrf.monitoring.world import history_of, logged_in
from tests.ecrf.queries.builders import change
from tests.ecrf.verification.acts import take_back, verify

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def history(entry, by, item="pulse"):
    page = logged_in(by).get(history_of(entry, item)).content.decode()
    return " ".join(page.split())


def test_verification_stands_in_the_history_and_so_does_what_ended_it(entry, monitor, coordinator):
    assert "Verified: 70 /min" not in history(entry, monitor)
    taken_back = verify(entry, monitor)
    take_back(taken_back, monitor)
    fallen = verify(entry, monitor)
    change(entry, coordinator, pulse="75")
    taken_back.refresh_from_db()
    fallen.refresh_from_db()
    assert taken_back.undone_by == monitor
    assert fallen.fell_at is not None
    page = history(entry, monitor)
    assert page.count("Verified: 70 /min") == 2
    assert page.count("Verification taken back") == 1
    assert page.count("Verification by monitor undone by the change: was 70 /min when verified") == 1


def test_verification_and_share_say_what_they_are(entry, monitor):
    made = verify(entry, monitor)
    assert str(made) == f"{entry.pk}.pulse at {made.position}"
    share = SiteShare(site=entry.site, share=40, from_on="2026-01-01")
    assert str(share) == "Site 01: 40 % from 2026-01-01"
