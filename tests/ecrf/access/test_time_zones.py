"""A site's time zone is that of a place; a wrong one is corrected with a reason, in the trail."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ecrf.access.models import Site
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify


@pytest.mark.parametrize("name", ["Asia/Tokyo", "America/Argentina/Buenos_Aires", "UTC"])
def test_zones_of_places_are_taken(db, name):
    call_command("add_site", "07", "Synthetic hospital", "--time-zone", name, stdout=StringIO())
    assert Site.objects.get(code="07").time_zone == name


@pytest.mark.parametrize(
    "name",
    [
        "localtime",
        "Factory",
        "EST",
        "EST5EDT",
        "Etc/GMT+9",
        "Etc/UTC",
        "GMT",
        "Japan",
        "US/Eastern",
        "asia/tokyo",
        "Asia/",
    ],
)
def test_others_are_refused_in_words(db, name):
    with pytest.raises(CommandError, match="Asia/Tokyo"):
        call_command("add_site", "07", "Synthetic hospital", "--time-zone", name)
    assert not Site.objects.filter(code="07").exists()


def test_a_wrong_zone_is_corrected_with_its_reason_in_the_trail(site):
    call_command(
        "correct_time_zone",
        "01",
        "--time-zone",
        "America/New_York",
        "--reason",
        "Typed wrongly",
        stdout=StringIO(),
    )
    event = AuditEvent.objects.filter(table="access_site").latest("pk")
    assert event.changes["time_zone"] == ["Asia/Tokyo", "America/New_York"]
    assert event.reason == "Typed wrongly"
    assert verify().faults == []


@pytest.mark.parametrize(
    ("code", "zone", "reason", "says"),
    [
        ("99", "Asia/Tokyo", "Typed wrongly", "no site 99"),
        ("01", "EST", "Typed wrongly", "no time zone"),
        ("01", "Europe/Berlin", "x", "Say why"),
    ],
)
def test_what_cannot_be_corrected_is_said(site, code, zone, reason, says):
    with pytest.raises(CommandError, match=says):
        call_command("correct_time_zone", code, "--time-zone", zone, "--reason", reason)
    site.refresh_from_db()
    assert site.time_zone == "Asia/Tokyo"
