"""Under a freeze or lock no page offers work that would be refused: what is held is counted apart, and said once."""

import pytest

from ecrf.access.roles import Right
from ecrf.entry.today.to_do import to_do_list
from ecrf.entry.today.to_sign import waiting
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.monitoring.home.to_do import left_by_patient
from tests.builders import a_patient, a_visit
from tests.ecrf.monitoring.world import logged_in
from tests.ecrf.signatures.conftest import checked, complete_scale

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-112")]
WHOLE = (LockScope.STUDY, LockScope.SITE)


@pytest.fixture
def scale(site, coordinator):
    """A visit with a complete form: to verify, and to sign."""
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    return complete_scale(visit, coordinator)


def hold(scope: str, kind: str, scale, by) -> None:
    site, patient = scale.patient.site, scale.patient
    target = {
        LockScope.STUDY: {},
        LockScope.SITE: {"site": site},
        LockScope.PATIENT: {"patient": patient},
        LockScope.VISIT: {"visit": scale.visit},
    }[scope]
    actor = by.acting_at(None if scope == LockScope.STUDY else site, Right.LOCK)
    put(kind=kind, scope=scope, reason="Final", by=by, actor=actor, despite_open_points=True, **target)


@pytest.mark.parametrize("scope", [*WHOLE, LockScope.PATIENT, LockScope.VISIT])
def test_what_a_lock_holds_is_nobodys_to_sign_or_verify(scope, scale, site, investigator, data_manager):
    checked(investigator)
    assert (waiting(investigator).count, waiting(investigator).held) == (1, 0)
    assert left_by_patient(site, 10).lines
    hold(scope, LockKind.FREEZE, scale, data_manager)
    assert (waiting(investigator).count, waiting(investigator).held) == (1, 0)
    assert left_by_patient(site, 10).lines
    hold(scope, LockKind.LOCK, scale, data_manager)
    held = waiting(investigator)
    assert (held.count, held.held, held.patients) == (0, 1, [])
    assert not left_by_patient(site, 10).lines


@pytest.mark.parametrize("scope", WHOLE)
@pytest.mark.parametrize("kind", LockKind.values)
def test_first_pages_say_what_holds_and_offer_no_entering(
    scope, kind, scale, coordinator, monitor, data_manager
):
    assert "Add patient" in logged_in(coordinator).get("/").content.decode()
    hold(scope, kind, scale, data_manager)
    today = logged_in(coordinator).get("/").content.decode()
    review = logged_in(monitor).get("/monitor/").content.decode()
    assert "Add patient" not in today
    for page in (today, review):
        assert "by data_manager: Final." in " ".join(page.split())
    assert ("Go on verifying" in review) == (kind == LockKind.FREEZE)
    assert to_do_list(coordinator).entering == []


def test_signing_page_says_the_lock_first_and_nothing_of_the_way_to_a_signature(
    scale, investigator, data_manager
):
    checked(investigator)
    address = f"/patients/{scale.patient.number}/W04/sign/"
    assert "To the signature" in logged_in(investigator).get(address).content.decode()
    hold(LockScope.SITE, LockKind.LOCK, scale, data_manager)
    page = logged_in(investigator).get(address).content.decode()
    assert "To the signature" not in page
    assert "Before you sign" not in page
    assert page.index("It cannot be signed") < page.index('class="visit signing"')
