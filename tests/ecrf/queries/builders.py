"""Builders for queries: forms filled in and completed, and what people do in queries."""

from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.casebook.services import complete_entries
from ecrf.queries import services
from tests.builders import a_place, enter

SIGNS = {
    "measured_at": "09:30",
    "systolic": "120",
    "diastolic": "80",
    "pulse": "70",
    "temperature": "36.5",
    "respiration": "14",
    "spo2": "98",
    "weight_kg": "60",
}


def vital_signs(visit, by, **values):
    items = a_place(visit, "vital-signs").definition.entered
    given = {name: value for name, value in {**SIGNS, **values}.items() if name in items}
    result = enter(visit, "vital-signs", by, **given)
    assert result.is_clean, result
    return Entry.objects.get(visit=visit, crf="vital-signs")


def complete(visit, crf, by, number=1):
    place = a_place(visit, crf, number)
    gaps = complete_entries(
        patient=place.patient, places=[place], by=by.acting_at(place.patient.site, Right.ENTER)
    )
    assert gaps == []
    return Entry.objects.get(patient=place.patient, visit=place.visit, crf=crf, number=number, parent=None)


def change(entry, by, **values):
    """A correction with its reason."""
    where = entry.visit or entry.patient
    result = enter(where, entry.crf, by, number=entry.number, reason="Misread", **values)
    assert result.is_clean, result
    return result


def asked(entry, by, text="Please check the pulse", item="pulse", **more):
    return services.open_query(
        entry=entry, item=item, text=text, by=by, actor=by.acting_at(entry.site, Right.QUERY), **more
    )


def answered(query, by, text="It is as in the source", **more):
    actor = by.acting_at(query.site, Right.ENTER)
    return services.answer(query=query, text=text, by=by, actor=actor, **more)


def act(name, query, by, **more):
    """`act("close", query, monitor)`: what a reviewer does. Who closes says why: the site may not have answered."""
    if name == "close":
        more.setdefault("text", "Seen in the source")
    actor = by.acting_at(query.site, Right.QUERY)
    return getattr(services, name)(query=query, by=by, actor=actor, **more)


def conversation(query):
    return [(said.act, said.text) for said in query.messages.all()]
