"""Fifty items verified and fifty queries closed by key: how many keys that takes, how many SQL statements each."""

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
from ecrf.queries.models import Query, Turn
from tests.bench.browsing import Answer, Browser, medians
from tests.bench.counting import Statements, client_of, statements
from tests.bench.seeding import Seeded, Study
from tests.bench.table import Line, at_most, told
from tests.ecrf.queries.builders import answered, asked

ITEMS = 50
KEYS_AT_MOST = 50
STATEMENTS_AT_MOST = 12
NEXT_AT_MOST = 1.5
ROUNDS = 24
SCRIPT = {"HX-Request": "true"}
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
    return statements(lambda: client.post(url, data, headers=SCRIPT))


def count_closing(study: Study) -> list[Line]:
    """C at fifty answered queries, one after the other; the next one is fetched while one is read."""
    entry = Entry.objects.select_related("patient__site", "visit").get(
        visit__patient=study.small.patients[OF_PATIENT], visit__code="W01", crf="vital-signs"
    )
    for number in range(ITEMS):
        answered(asked(entry, study.monitor, f"Is that right ({number})?"), study.small.coordinator)
    client, keys, pieces = client_of(study.monitor), [], []
    waiting = Query.objects.filter(entry=entry, turn=Turn.MONITOR).order_by("turn_since", "pk")
    for query in waiting:
        page = f"{reverse('monitor:queries_query_change', args=[query.pk])}?list=turn%3Dmine"
        pieces.append(statements(lambda at=page: client.get(at, headers=SCRIPT)).count)
        url, said = reverse("monitor:close-query", args=[query.pk]), {"said": query.last_said}
        keys.append(statements(lambda at=url, it=said: client.post(at, it, headers=SCRIPT)).count)
    left = Query.objects.filter(entry=entry, turn=Turn.MONITOR).count()
    return [
        at_most(f"keys for {ITEMS} queries closed, {left} left", len(keys), KEYS_AT_MOST, str(len(keys))),
        at_most("C, SQL statements of one key", max(keys), STATEMENTS_AT_MOST, str(max(keys))),
        at_most("the next query, SQL statements", max(pieces), STATEMENTS_AT_MOST, str(max(pieces))),
    ]


def measure_queue(monitor: Browser, study: Study) -> list[Line]:
    """The queue's next query beside a V of the review page, in turn."""
    visit = completed(study.small, "W04")
    items, seen = iter(_left(visit, study)), AuditChain.objects.get(chain=visit.patient_id).length
    query = Query.objects.filter(site=study.small.site).order_by("pk").first()
    assert query
    page, script = f"{reverse('monitor:queries_query_change', args=[query.pk])}?list=", monitor.as_script()

    def press_v() -> Answer:
        item = next(items)
        url = reverse("monitor:verify", args=[item.entry, item.item])
        return script.post(url, {"seen": str(seen), "despite": "yes"})

    found = medians(ROUNDS, {"v": press_v, "next": lambda: script.get(page)})
    ratio = found["next"] / found["v"]
    said = f"{found['next']:.1f} ms = {ratio:.2f} × {found['v']:.1f} ms of a V"
    return [at_most("the queue's next query, median", ratio, NEXT_AT_MOST, said, f"≤ {NEXT_AT_MOST} ×")]


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
