"""What the monitor's pages are tested on: a world of one site, the addresses of its pages, and how they are read."""

import html
import re
import uuid
from types import SimpleNamespace

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.casebook.read_by_safety import right_to_read
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import add_entry
from ecrf.forms.registry import CRFS
from ecrf.monitoring.site import monitor_site
from ecrf.queries.models import Query
from tests.builders import a_patient, a_visit, enter


def an_adverse_event(patient, by, **values):
    actor = by.acting_at(patient.site, Right.ENTER)
    place = add_entry(
        patient=patient,
        definition=CRFS["adverse-event"],
        visit=None,
        parent=None,
        by=actor,
        request_key=uuid.uuid4(),
    )
    enter(patient, "adverse-event", by, number=place.number, **values)
    return Entry.objects.get(patient=patient, crf="adverse-event", number=place.number)


def a_world(site, by):
    """A patient with two visits, an infusion with its rows, an open question and an adverse event."""
    patient = a_patient(site, by)
    a_visit(patient, "SCR", by)
    visit = a_visit(patient, "W04", by)
    enter(visit, "grip-strength", by, right_1="35.0", right_2=Missing("not-done", "splint"), right_3="170")
    enter(visit, "grip-strength", by, right_1="31.5")
    enter(visit, "infusion", by, dosing_weight_kg="60.0")
    enter(visit, "infusion-lot", by, parent=1, lot_number="SYN-0412")
    enter(visit, "infusion-vitals", by, parent=1, pulse="72")
    grip = Entry.objects.get(visit=visit, crf="grip-strength")
    lot = Entry.objects.get(visit=visit, crf="infusion-lot")
    ae = an_adverse_event(patient, by, term="Headache", severity="MILD")
    return SimpleNamespace(site=site, by=by, patient=patient, visit=visit, grip=grip, lot=lot, ae=ae)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page_of(thing, name: str = "change") -> str:
    meta = thing._meta
    return reverse(
        f"monitor:{meta.app_label}_{meta.model_name}_{name}", args=[thing.pk] if name == "change" else []
    )


def history_of(entry, item: str) -> str:
    return reverse("monitor:item-history", args=[entry.pk, item])


def log_pages(where) -> list[str]:
    """What safety may read."""
    model = CRFS["adverse-event"].model
    return [
        reverse("monitor:index"),
        page_of(Query, "changelist"),
        page_of(model, "changelist"),
        page_of(model.objects.get(pk=where.ae.pk)),
        page_of(where.ae),
        history_of(where.ae, "term"),
    ]


def other_pages(where) -> list[str]:
    """What only reviewers may read."""
    open_to_safety = {Query, *(d.model for d in CRFS.values() if right_to_read(d) == Right.REVIEW_SAFETY)}
    lists = [page_of(model, "changelist") for model in monitor_site._registry if model not in open_to_safety]
    objects = [page_of(thing) for thing in (where.patient, where.visit, where.grip, where.lot)]
    typed = page_of(CRFS["grip-strength"].model.objects.get(pk=where.grip.pk))
    return [*lists, *objects, typed, history_of(where.grip, "right_1"), history_of(where.lot, "lot_number")]


def every_page(where) -> list[str]:
    return [*log_pages(where), *other_pages(where)]


def object_pages(where) -> list[str]:
    return [url for url in every_page(where) if re.search(r"/\d+/", url)]


def text_of(client: Client, url: str) -> str:
    """The page as somebody reads it: no tags, one space between words."""
    main = client.get(url).content.decode().split("<main", 1)[-1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as taken:
        assert client.get(url).status_code == 200
    return len(taken)
