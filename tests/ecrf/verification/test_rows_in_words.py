"""What a row of the tables of verification is, in few words: logs and errors of the program name it so."""

from datetime import date

from ecrf.access.models import Site
from ecrf.verification.models import SiteShare, Verification


def test_row_is_told_by_what_it_is_about():
    assert str(Verification(entry_id=12, item="pulse", position=345)) == "12.pulse at 345"
    share = str(SiteShare(site=Site(code="07"), share=40, from_on=date(2026, 3, 2)))
    assert [part for part in ("07", "40 %", "2026-03-02") if part not in share] == []
