"""In Review the copy stands beside what it proves; the verification keeps its version and hash."""

import uuid

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.files.models import FileVersion
from ecrf.files.services import add_version, strike_file
from ecrf.verification.models import Verification
from ecrf.verification.services import verify_shown
from tests.builders import a_patient, a_visit
from tests.ecrf.files.builders import a_copy, a_page, flat
from tests.ecrf.queries.builders import complete, vital_signs
from tests.ecrf.verification.acts import length, press_v

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(patient, coordinator):
    """Vital signs, complete."""
    visit = a_visit(patient, "W04", coordinator)
    vital_signs(visit, coordinator)
    return complete(visit, "vital-signs", coordinator)


@pytest.fixture
def review(client, monitor):
    client.force_login(monitor)
    return client


def newer(version: FileVersion, by) -> FileVersion:
    actor = by.acting_at(version.file.site, Right.ENTER)
    return add_version(
        file=version.file,
        version=flat(a_page("A page more")),
        reason="A page was missing",
        by=by,
        actor=actor,
        request_key=uuid.uuid4(),
    )


def strike(version: FileVersion, by) -> None:
    actor = by.acting_at(version.file.site, Right.ENTER)
    strike_file(file=version.file, reason="Belongs elsewhere", by=by, actor=actor)


def page_of(client, entry) -> str:
    return client.get(reverse("monitor:casebook_visit_change", args=[entry.visit_id])).content.decode()


def test_copy_stands_on_the_page_of_the_visit_with_the_item_that_it_proves(review, entry, coordinator):
    assert "data-copies" not in page_of(review, entry)
    of_item = a_copy(entry.patient, coordinator, entry, "pulse", title="Strip")
    of_form = a_copy(entry.patient, coordinator, entry, title="Chart")
    struck = a_copy(entry.patient, coordinator, entry, "pulse", title="Wrong one")
    strike(struck, coordinator)
    page = page_of(review, entry)
    assert f'data-copy="{of_item.pk}" data-copy-of="{entry.pk}.pulse"' in page
    assert f'data-copy="{of_form.pk}" data-copy-of="{entry.pk}."' in page
    assert "Wrong one" not in page
    assert f'data-copy="{newer(of_item, coordinator).pk}"' in page_of(review, entry)


@pytest.mark.parametrize("item", ["pulse", ""])
def test_verification_keeps_version_and_hash_of_the_copy(review, entry, coordinator, item):
    version = a_copy(entry.patient, coordinator, entry, item)
    answer = press_v(review, entry, copy=str(version.pk))
    made = Verification.objects.get()
    assert (answer.status_code, made.copy, made.copy_sha256) == (200, version, version.content_id)
    assert "against “Report”, version 1" in answer.content.decode()
    event = AuditEvent.objects.get(table="verification_verification")
    assert event.changes["copy_sha256"] == [None, version.content_id]


def test_without_a_copy_none_is_kept(review, entry):
    assert press_v(review, entry, copy="").status_code == 200
    assert Verification.objects.get().copy is None


def test_copy_that_was_replaced_struck_out_or_proves_something_else_is_refused_in_words(
    review, entry, coordinator, site
):
    first = a_copy(entry.patient, coordinator, entry, "pulse")
    newer(first, coordinator)
    struck = a_copy(entry.patient, coordinator, entry, "pulse")
    strike(struck, coordinator)
    elsewhere = a_copy(entry.patient, coordinator, entry, "systolic")
    others = a_copy(a_patient(site, coordinator), coordinator)
    for version, words in [
        (first, "There is version 2"),
        (struck, "was struck out"),
        (elsewhere, "belongs to another item"),
        (others, "belongs to another item"),
    ]:
        answer = press_v(review, entry, copy=str(version.pk))
        assert (answer.status_code, words in answer.content.decode()) == (409, True)
    assert not Verification.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"), [(newer, "version 2 came since"), (strike, "that copy was struck out since")]
)
def test_what_became_of_the_copy_is_said_at_the_item(review, entry, coordinator, change, words):
    version = a_copy(entry.patient, coordinator, entry, "pulse")
    press_v(review, entry, copy=str(version.pk))
    assert words not in page_of(review, entry)
    change(version, coordinator)
    assert words in page_of(review, entry)
    made = Verification.objects.get()
    assert (made.stands, made.copy_sha256) == (True, version.content_id)


def test_history_of_the_item_tells_of_both(review, entry, coordinator):
    version = a_copy(entry.patient, coordinator, entry, "pulse")
    press_v(review, entry, copy=str(version.pk))
    page = review.get(reverse("monitor:item-history", args=[entry.pk, "pulse"])).content.decode()
    assert "source copy added" in page
    assert "against “Report” version 1" in page


def test_copy_breaks_no_signature_and_no_verification(review, entry, coordinator):
    press_v(review, entry)
    a_copy(entry.patient, coordinator, entry, "pulse")
    assert Verification.objects.get().stands


@pytest.mark.requirement("R-133")
def test_many_verified_at_once_keep_each_the_copy_that_stood_beside_it(review, entry, coordinator, monitor):
    of_form = a_copy(entry.patient, coordinator, entry, title="Chart")
    of_item = newer(a_copy(entry.patient, coordinator, entry, "pulse", title="Strip"), coordinator)
    strike(a_copy(entry.patient, coordinator, entry, "pulse", title="Wrong one"), coordinator)
    seen = length(entry.patient)
    newer(of_form, coordinator)  # since the page was loaded
    items = [(entry, "pulse"), (entry, "weight_kg")]
    actor = monitor.acting_at(entry.site, Right.VERIFY)
    made, _left_out = verify_shown(patient=entry.patient, items=items, seen=seen, by=monitor, actor=actor)
    found = {one.item: (one.copy_id, one.copy_sha256) for one in made}
    assert found["pulse"] == (of_item.pk, of_item.content_id)
    assert found["weight_kg"] == (None, None)
    event = AuditEvent.objects.filter(table="verification_verification").latest("position")
    assert event.changes["item"][1] in found


def test_of_several_copies_none_is_noted_for_nobody_said_which_was_looked_at(
    review, entry, coordinator, monitor
):
    for title in ("Chart", "Another chart"):
        a_copy(entry.patient, coordinator, entry, title=title)
    actor = monitor.acting_at(entry.site, Right.VERIFY)
    seen = length(entry.patient)
    made, _left_out = verify_shown(
        patient=entry.patient, items=[(entry, "pulse")], seen=seen, by=monitor, actor=actor
    )
    assert [one.copy for one in made] == [None]
