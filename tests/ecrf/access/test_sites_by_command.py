"""Sites added from the command line: active from today, or for training; what is missing or wrong is said."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ecrf.access.models import Site

ZONE = ("--time-zone", "Asia/Tokyo")


def add(*options) -> str:
    said = StringIO()
    call_command("add_site", *options, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_site_takes_data_from_today_on_and_a_practice_site_needs_no_such_day():
    assert "Site 07" in add("07", "Synthetic\nhospital", *ZONE)
    add("08", "Synthetic practice", *ZONE, "--practice")
    real, practice = Site.objects.get(code="07"), Site.objects.get(code="08")
    assert (real.name, real.is_practice, real.active_from) == ("Synthetic hospital", False, real.today())
    assert (practice.is_practice, practice.active_from) == (True, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("07",), "name"),
        (("07", "Synthetic hospital"), "--time-zone"),
        (("7 a", "Synthetic hospital", *ZONE), "valid"),
        (("01", "Synthetic hospital", *ZONE), "already exists"),
    ],
)
def test_site_without_name_zone_or_a_code_of_its_own_is_refused(site, options, says):
    with pytest.raises(CommandError, match=says):
        add(*options)
    assert [one.code for one in Site.objects.all()] == ["01"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "says"),
    [(("01", *ZONE), "--reason"), (("01", "--reason", "Typed wrongly"), "--time-zone"), ((), "code")],
)
def test_time_zone_is_corrected_only_with_site_zone_and_reason(site, options, says):
    with pytest.raises(CommandError, match=says):
        call_command("correct_time_zone", *options)


@pytest.mark.django_db
def test_correction_says_what_the_zone_was_and_is(site):
    said = StringIO()
    zone = ("--time-zone", "America/New_York")
    call_command("correct_time_zone", "01", *zone, "--reason", "Typed wrongly", stdout=said)
    assert "Asia/Tokyo is now America/New_York" in said.getvalue()
