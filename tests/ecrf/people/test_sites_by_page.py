"""Sites by page: added, corrected, activated not before the approval, closed, their delegation log."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from ecrf.access.models import Site
from ecrf.access.roles import Right, Role
from ecrf.audit.models import AuditEvent
from tests.conftest import make_site, make_user

pytestmark = pytest.mark.django_db

NEW = {"code": "07", "name": "Synthetic hospital 07", "time_zone": "Asia/Tokyo"}


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def act(client, page: str, site: Site, **data: str):
    return client.post(reverse(page, args=[site.code]), {"reason": "Letter of the committee", **data})


@pytest.fixture
def waiting(db) -> Site:
    """A site that was added and is not active."""
    return make_site("05", active_from=None)


def test_site_is_added_and_takes_no_data_yet(admins):
    answer = admins.post(reverse("add-site"), NEW)
    site = Site.objects.get(code="07")
    assert answer.headers["Location"] == reverse("site", args=["07"])
    assert (site.active_from, site.time_zone) == (None, "Asia/Tokyo")


def test_double_click_on_add_makes_one_site(admins):
    admins.post(reverse("add-site"), NEW)
    assert "was added already" in words(admins.post(reverse("add-site"), NEW, follow=True))


@pytest.mark.parametrize(
    ("typed", "zone"), [("Tokyo", "Asia/Tokyo"), ("new york", "America/New_York"), ("UTC", "UTC")]
)
def test_city_of_one_time_zone_is_enough(typed, zone, admins):
    admins.post(reverse("add-site"), {**NEW, "time_zone": typed})
    assert Site.objects.get(code="07").time_zone == zone


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "x1", "Only digits and capital letters"),
        ("code", "ABCDEFGHIJK", "At most 10 characters"),
        ("code", "", "This is needed"),
        ("code", "01\nBcc", "line break"),
        ("name", "", "This is needed"),
        ("time_zone", "Atlantis", "no time zone of a place"),
        ("time_zone", "Louisville", "no time zone of a place"),  # there are two
        ("time_zone", "Etc/GMT+9", "no time zone of a place"),
        ("time_zone", "Mars/Olympus", "no time zone of a place"),
    ],
)
def test_what_cannot_stand_is_refused_in_words(admins, field, value, said):
    answer = admins.post(reverse("add-site"), {**NEW, field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Site.objects.exists()


def test_code_of_another_site_is_refused(admins, site):
    answer = admins.post(reverse("add-site"), {**NEW, "code": "01"})
    assert "There is a site 01 already: Synthetic hospital 01." in words(answer)


def test_places_are_offered_by_their_cities(admins):
    page = admins.get(reverse("add-site")).content.decode()
    assert '<option value="Asia/Tokyo">' in page
    assert "Etc/GMT" not in page


def test_corrected_time_zone_is_recorded_with_its_reason(admins, site):
    act(admins, "correct-site", site, name=site.name, time_zone="America/New_York", reason="It was wrong")
    event = AuditEvent.objects.filter(table="access_site", row=str(site.pk)).latest("position")
    assert event.changes["time_zone"] == ["Asia/Tokyo", "America/New_York"]
    assert (event.reason, event.actor) == ("It was wrong", "administrator")


@pytest.mark.requirement("R-080")
def test_site_is_activated_from_a_day_on_with_its_approval(admins, waiting, browse):
    enters = make_user("enters", Role.COORDINATOR, waiting)
    assert not enters.may(Right.ENTER, waiting)
    approved = waiting.today() - timedelta(days=10)
    act(
        admins,
        "activate-site",
        waiting,
        approved_on=str(approved),
        version="2.1",
        active_from=str(waiting.today()),
    )
    site = Site.objects.get(code="05")
    assert (site.approved_on, site.approved_version, site.active_from) == (approved, "2.1", site.today())
    again = type(enters).objects.get(pk=enters.pk)
    assert again.may(Right.ENTER, site)


@pytest.mark.requirement("R-080")
def test_active_site_without_a_recorded_approval_is_not_said_to_take_no_data(admins, site, waiting):
    sentence = "only the practice site takes data"
    assert sentence not in words(admins.get(reverse("site", args=[site.code])))
    assert sentence in words(admins.get(reverse("site", args=[waiting.code])))


def test_day_before_the_approval_is_refused(admins, waiting):
    approved = waiting.today() - timedelta(days=1)
    answer = act(
        admins, "activate-site", waiting, approved_on=str(approved), version="2.1",
        active_from=str(approved - timedelta(days=1)),
    )  # fmt: skip
    assert f"cannot take data before it was approved, on {approved}" in words(answer)
    assert Site.objects.get(code="05").active_from is None


@pytest.mark.requirement("R-080")
def test_approval_that_is_still_to_come_activates_nothing(admins, waiting):
    approved = str(waiting.today() + timedelta(days=1))
    answer = act(admins, "activate-site", waiting, approved_on=approved, version="2", active_from=approved)
    assert "still to come" in words(answer)


def test_activation_wants_the_version(admins, waiting):
    day = str(waiting.today())
    assert (
        act(admins, "activate-site", waiting, approved_on=day, version="", active_from=day).status_code == 422
    )


@pytest.mark.requirement("R-080")
def test_closed_site_is_read_and_not_written_and_can_be_opened_again(admins, site, coordinator):
    act(admins, "close-site", site, closed_on=str(site.today()))
    now = Site.objects.get(pk=site.pk)
    fresh = type(coordinator).objects.get(pk=coordinator.pk)
    assert not fresh.may(Right.ENTER, now)
    assert fresh.may(Right.READ, now)
    act(admins, "open-site", site)
    assert type(coordinator).objects.get(pk=coordinator.pk).may(Right.ENTER, Site.objects.get(pk=site.pk))


def test_closing_a_site_that_was_never_active_is_refused(admins, waiting):
    assert "never active" in words(act(admins, "close-site", waiting, closed_on=str(waiting.today())))


def test_closing_before_the_first_day_is_refused(admins, site):
    assert "active from 2000-01-01" not in words(act(admins, "close-site", site, closed_on="2019-01-01"))
    assert "This day is over" in words(act(admins, "close-site", site, closed_on="2019-01-01"))


def test_delegation_log_is_kept_here_from_a_day_on_or_on_paper(admins, site):
    act(admins, "keep-delegation-log", site, delegation_from=str(site.today()))
    assert Site.objects.get(pk=site.pk).delegation_from == site.today()
    act(admins, "keep-delegation-log", site, delegation_from="")
    assert Site.objects.get(pk=site.pk).delegation_from is None


def test_list_says_how_many_people_a_site_has_and_nothing_of_patients(
    admins, site, coordinator, investigator
):
    page = words(admins.get(reverse("sites")))
    assert '<td class="num" data-label="People">2</td>' in page
    assert "atient" not in page.replace("No real patient is in this system", "")


def test_site_that_does_not_exist_is_not_found(admins):
    assert admins.get("/sites/99/").status_code == 404


def test_t_is_today_on_the_sites_own_calendar(administrator, browse, site):
    """When the evening of UTC is Tokyo's next morning."""
    with time_machine.travel(datetime(2027, 3, 1, 20, tzinfo=UTC), tick=False):
        act(browse(administrator), "close-site", site, closed_on="t")
    assert Site.objects.get(pk=site.pk).closed_on == date(2027, 3, 2)
