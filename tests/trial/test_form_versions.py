"""The version of each form: raised with its definition, kept by every entry (R-019)."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter

TABLE = Path(__file__).parent / "form_versions.json"
"""{form: [version, fingerprint]} of the forms as they were last released; a form that is new since has no line yet."""

KNOWN = json.loads(TABLE.read_text())


@pytest.mark.requirement("R-019")
@pytest.mark.parametrize("key", KNOWN)
def test_definition_changes_only_with_a_new_version(key):
    assert key in CRFS, (
        f"The form {key} is gone: entries of it name it. Bring it back, or take its line out of {TABLE.name}."
    )
    version, fingerprint = KNOWN[key]
    definition = CRFS[key]
    line = f'"{key}": [{definition.version}, "{definition.fingerprint}"]'
    if definition.version == version:
        assert definition.fingerprint == fingerprint, (
            f"What people fill in on {key} is another than in version {version}, and entries keep their version: "
            f"set version={version + 1} in its @crf(...), run this test again and copy the line that it tells."
        )
    assert definition.version == version, f"{key} has a new version. Write its line in {TABLE.name}: {line}"


@pytest.mark.requirement("R-019")
def test_fingerprint_follows_what_people_fill_in_and_nothing_else():
    definition = CRFS["vital-signs"]
    same = replace(definition, columns=("pulse",), domain="XX")
    assert same.fingerprint == definition.fingerprint
    assert replace(definition, version=definition.version + 1).fingerprint != definition.fingerprint
    assert replace(definition, title="Vital signs").fingerprint != definition.fingerprint
    assert len({crf.fingerprint for crf in CRFS.values()}) == len(CRFS)


@pytest.mark.requirement("R-019")
@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("unit", "kPa"),
        ("high", 1),
        ("required", False),
        ("asked_if", ("systolic", ("1",))),
        ("verbose_name", "Rate"),
    ],
)
def test_fingerprint_follows_each_item(monkeypatch, what, value):
    before = CRFS["vital-signs"].fingerprint
    monkeypatch.setattr(CRFS["vital-signs"].items["pulse"], what, value)
    assert replace(CRFS["vital-signs"]).fingerprint != before


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "SCR", coordinator)


@pytest.mark.requirement("R-019")
@pytest.mark.django_db
def test_entry_keeps_the_version_it_was_made_with_in_the_trail_too(visit, coordinator, monkeypatch):
    enter(visit, "vital-signs", coordinator, pulse="70")
    definition = CRFS["vital-signs"]
    entry = Entry.objects.get(visit=visit, crf="vital-signs")
    kept = (entry.form_version, entry.form_fingerprint)
    assert kept == (definition.version, definition.fingerprint)
    event = AuditEvent.objects.get(table="casebook_entry", row=str(entry.pk))
    assert event.changes["form_version"] == [None, entry.form_version]
    assert event.changes["form_fingerprint"] == [None, entry.form_fingerprint]
    monkeypatch.setitem(CRFS, "vital-signs", replace(definition, version=definition.version + 1))
    enter(visit, "vital-signs", coordinator, pulse="72")
    entry.refresh_from_db()
    assert (entry.form_version, entry.form_fingerprint) == kept


@pytest.mark.requirement("R-019")
@pytest.mark.django_db
def test_entry_without_its_forms_version_is_refused(visit):
    entry = a_place(visit, "vital-signs").new_entry()
    entry.form_fingerprint = ""
    with (
        pytest.raises(IntegrityError, match="entry_form_version"),
        acting(SYSTEM, patient_id=visit.patient_id),
    ):
        entry.save()


@pytest.mark.requirement("R-019")
@pytest.mark.django_db
def test_review_and_paper_say_the_version(visit, coordinator, monitor, client):
    enter(visit, "vital-signs", coordinator, pulse="70")
    entry = Entry.objects.get(visit=visit, crf="vital-signs")
    client.force_login(monitor)
    version = CRFS["vital-signs"].version
    assert f"Version {version} of the form" in client.get(f"/monitor/casebook/entry/{entry.pk}/change/").text
    assert f"form version {version}" in client.get(f"/print/patients/{visit.patient.number}/SCR/").text
