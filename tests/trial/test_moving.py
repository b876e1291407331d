"""Every form of the trial, filled by the synthetic study, is the same at its new place, item by item."""

import uuid

import pytest

from ecrf.access.models import User
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.moving import Destination, Moved, move
from ecrf.casebook.services import add_patient, open_visit
from ecrf.casebook.striking import StrikingConsent
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.conftest import make_user
from trial.synthetic import accounts, casebook, loading
from trial.synthetic.patients import STORIES

pytestmark = pytest.mark.django_db

FILLED = "S05"
"""A patient of the synthetic study who has every kind of form."""

Places = dict[tuple[str, str, str], dict[str, object]]
"""{(visit, form, address): every item, calculated ones too, and the missing reasons}."""


@pytest.fixture
def patient() -> Patient:
    """With the logs, the first two visits and those that the logs name: among them is every kind of form."""
    accounts.create("synthetic password")
    loading.add_ranges_where_none()
    story = next(story for story in STORIES if story.name == FILLED)
    pages = casebook.pages(story)
    named = {
        str(form.values.get(name)).partition(".")[0]
        for page in pages
        for form in page.forms
        for name in CRFS[form.crf].links
    }
    return loading.load_patient(story, [page for page in pages if page.code in {"", "SCR", "W01", *named}])


def standing(patient: Patient) -> Places:
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


def move_all(patient: Patient, to: Patient, code: str, by: User, consent: StrikingConsent) -> Moved:
    of = {"visit__code": code} if code else {"visit": None}
    forms = Entry.objects.filter(patient=patient, parent=None, struck_at=None, **of)
    return move(
        forms=list(forms.select_related("patient__site", "visit")),
        to=Destination(to, code),
        by=by,
        reason="Synthetic: entered into the wrong patient",
        request_key=uuid.uuid4(),
        consent=consent,
    )


def as_expected(before: Places, logs: Moved) -> Places:
    """As it stood, the forms of the logs with their new numbers and the links among them led there; their links to
    visits are blank: those stood with the other patient when the logs went."""
    numbers = {(one.entry.crf, str(one.entry.number)): str(one.place.number) for one in logs.forms}
    found = {}
    for (code, key, address), row in before.items():
        for name, link in CRFS[key].links.items():
            row = {**row, name: numbers.get((link.to, row[name]))} if row[name] else row
        top, *below = address.split(".")
        top = top if code else numbers[CRFS[key].row_of or key, top]
        found[code, key, ".".join([top, *below])] = row
    return found


def test_a_whole_casebook_stands_at_another_patient_as_it_stood(patient):
    manager = make_user("mover", "data-manager")
    enters, answers = accounts.writers_of(patient.site.code)
    consent = StrikingConsent(answers, patient.site.today())
    other = add_patient(site=patient.site, by=enters, request_key=uuid.uuid4())
    before = standing(patient)
    assert {key for _code, key, _address in before} == set(CRFS)
    codes = sorted({code for code, _key, _address in before if code}, key=protocol().order)
    for code in codes:  # before the end of the study is among the logs that arrive: none is opened after it
        open_visit(patient=other, code=code, by=enters)
    logs = move_all(patient, other, "", manager, consent)
    for code in codes:
        assert move_all(patient, other, code, manager, consent).strikes_visit
    assert standing(patient) == {}
    assert standing(other) == as_expected(before, logs)
    assert verify().faults == []
