"""Fifty items verified by key: how many keys that takes, and how many SQL statements each of them."""

from django.test import Client
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditChain
from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.services import complete_entries
from ecrf.forms.registry import CRFS
from ecrf.formview.load import visit_form_views
from ecrf.monitoring.sdv.page import ItemStanding, sdv_page_of
from tests.bench.counting import Statements, client_of, statements
from tests.bench.seeding import Seeded, Study
from tests.bench.table import Line, at_most, told

ITEMS = 50
KEYS_AT_MOST = 50
STATEMENTS_AT_MOST = 12
OF_PATIENT = 10
"""One that no other measurement writes to."""


def count_keys(study: Study) -> list[Line]:
    """V at fifty items to verify of one visit, then U; every key is one request."""
    visit = completed(study.small, "W01")
    client, seen = client_of(study.monitor), AuditChain.objects.get(chain=visit.patient_id).length
    page = statements(lambda: client.get(reverse("monitor:casebook_visit_change", args=[visit.pk])))
    before = _left(visit, study)
    keys = [_press_v(client, each, seen) for each in before[:ITEMS]]
    after = _left(visit, study)
    verified = len(before) - len(after)
    most = max(key.count for key in keys)
    return [
        Line("items verified by V, of 50 to verify", str(verified), str(ITEMS), verified == ITEMS),
        at_most("keys for 50 items verified", len(keys), KEYS_AT_MOST, str(len(keys))),
        at_most("V, SQL statements of one key", most, STATEMENTS_AT_MOST, str(most)),
        told("page of a visit with 5 infusion days to verify, SQL statements", str(page.count)),
    ]


def _press_v(client: Client, item: ItemStanding, seen: int) -> Statements:
    url = reverse("monitor:verify", args=[item.entry, item.item])
    data = {"seen": seen, "despite": "yes"}
    return statements(lambda: client.post(url, data, headers={"HX-Request": "true"}))


def _left(visit: Visit, study: Study) -> list[ItemStanding]:
    """What is to verify on the visit's page, in its order."""
    sdv_page = sdv_page_of(visit.patient, visit_form_views(visit), study.monitor, seen=0)
    return [each for form_view in sdv_page.form_views for each in sdv_page.todo(form_view)]


def completed(seeded: Seeded, code: str) -> Visit:
    """The visit with every form complete that lacks nothing."""
    patient = seeded.patients[OF_PATIENT]
    visit = Visit.objects.select_related("patient__site").get(patient=patient, code=code)
    actor = seeded.coordinator.acting_at(seeded.site, Right.ENTER)
    for entry in Entry.objects.filter(visit=visit, parent=None).select_related("patient__site", "visit"):
        place = Place(patient, CRFS[entry.crf], visit, entry.number)
        complete_entries(patient=patient, places=[place], by=actor)
    return visit
