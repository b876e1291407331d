"""Every form of the trial, filled by the synthetic study, is the same at its new place, item by item."""

import uuid

import pytest

from ecrf.access.models import User
from ecrf.audit.chain import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.moving import Destination, move
from ecrf.casebook.services import add_patient
from ecrf.casebook.striking import Consent
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.conftest import make_user
from trial.synthetic import accounts, casebook, loading
from trial.synthetic.patients import ADVERSE_EVENT, STORIES

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    """One who ended early with a serious event, with every value of the study."""
    accounts.create("synthetic password")
    loading.add_ranges_where_none()
    story = next(story for story in STORIES if story.ending == ADVERSE_EVENT)
    return loading.load_patient(story, casebook.pages(story))


@pytest.fixture
def coordinator(patient) -> User:
    return User.objects.filter(memberships__site=patient.site, memberships__role="coordinator").first()


def standing(patient: Patient) -> dict[tuple[str, str, str], dict[str, object]]:
    """{(visit, form, address): every item, calculated ones too, and the missing reasons}."""
    data = PatientData(patient)
    data.load(*CRFS)
    return {
        (row.entry.visit.code if row.entry.visit else "", key, row.entry.address): {
            "missing_reasons": row.missing_reasons,
            **{name: getattr(row, name) for name in definition.items},
        }
        for key, definition in CRFS.items()
        for row in data.rows(key)
    }


def entered_only(found: dict) -> dict:
    """Without what the system derives, and without blank rows."""
    entered = {
        place: {name: row[name] for name in ("missing_reasons", *CRFS[place[1]].entered)}
        for place, row in found.items()
    }
    return {place: row for place, row in entered.items() if any(v not in (None, {}) for v in row.values())}


def renumbered(found: dict) -> dict:
    """With the forms of each log numbered without gaps, and links to them, as they are at another patient."""
    tops = sorted({(c, k, int(a)) for c, k, a in found if not CRFS[k].row_of and CRFS[k].can_repeat})
    new: dict[tuple[str, str, int], int] = {}
    for code, key, number in tops:
        new[code, key, number] = 1 + sum(one[:2] == (code, key) for one in new)

    def address(code: str, key: str, old: str) -> str:
        top, *row = old.split(".")
        return ".".join([str(new.get((code, CRFS[key].row_of or key, int(top)), top)), *row])

    def values(key: str, row: dict) -> dict:
        links = CRFS[key].links
        return {name: _led(links[name].to, value) if name in links and value else value for name, value in row.items()}

    def _led(to: str, link: str) -> str:
        code, _, number = link.rpartition(".")
        return f"{code}.{new.get((code, to, int(number)), number)}" if code else str(new.get(("", to, int(number)), number))

    return {(code, key, address(code, key, old)): values(key, row) for (code, key, old), row in found.items()}


def test_whole_casebook_arrives_at_another_patient_as_it_stood(patient, coordinator):
    """Visit by visit, then the logs: each form refers to what has gone before."""
    manager = make_user("mover", "data-manager")
    investigator = User.objects.filter(memberships__site=patient.site, memberships__role="investigator").first()
    consent = Consent(investigator, patient.site.today())
    other = add_patient(site=patient.site, by=coordinator, request_key=uuid.uuid4())
    before = standing(patient)
    kinds = {key for _code, key, _address in before}
    assert kinds >= set(protocol().scheduled_crfs()) - {"protocol-deviation"}
