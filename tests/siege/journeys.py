"""What people do, one after another, and how long they look before they go on.

There are no access logs of a study yet: the table below is an assumption, each line with where it comes from. What
share of all requests each page and act has, follows from the journeys and is printed with what was measured.
"""

import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from ecrf.access.roles import Role
from tests.bench.browsing import PASSWORD

THINK_S: dict[str, tuple[float, str]] = {
    "key": (3.0, "20 MRC grades with 20 keys in under 60 s (the goal of the entry page): 3 s a value"),
    "typed": (5.0, "a number read from a source sheet and typed; an assumption"),
    "verify": (4.0, "V, N: one key an item, and a look at the source beside it; an assumption"),
    "list": (8.0, "a list is looked through for one line; an assumption"),
    "read": (15.0, "a page is read; an assumption"),
    "write": (25.0, "a query or an answer in words, or a password that is typed; an assumption"),
    "turn": (2.0, "from one page straight on to the next, whose link is at hand"),
}
"""{how somebody waits: (seconds in the mean, where that comes from)}. Waits are spread exponentially around the mean,
and end at three times it."""

PEOPLE = {
    Role.COORDINATOR: "enters visits item by item, corrects, answers queries, looks up patients",
    Role.INVESTIGATOR: "reads, adds adverse events, signs visits",
    Role.MONITOR: "verifies items of a visit, asks and closes queries, looks through lists",
    Role.DATA_MANAGER: "reviews queries, listings, late entries, exports",
    Role.SAFETY: "reads serious events and adverse events",
    Role.STATISTICIAN: "reads outcomes and exports",
    Role.ADMINISTRATOR: "reads people, logins and access",
    Role.INSPECTOR: "reads patients and trails",
}
"""Three coordinators and an investigator at each of ten sites, a monitor for two, one of each other role: fifty."""

PAGE, SAVE, ACT = "page", "save", "act"


@dataclass(frozen=True)
class Step:
    """One request. `what`: the line of the table it counts for; `then`: how the person waits after it; `fine`: the
    statuses that are an answer and no error."""

    what: str
    path: str
    then: str
    kind: str = PAGE
    data: dict[str, str] | None = None
    fine: tuple[int, ...] = (200,)
    as_script: bool = False


@dataclass
class Place:
    """What the people of a site, or of the study, work on: read from the database before the drive.

    `visit_items`: (form, item, what is posted) of a visit between the schedule's, in the order of the page.
    `next_visit`: by patient, the number of the unscheduled visit that nobody has opened yet.
    """

    number: str = ""
    patients: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    visits: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    visit_items: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    next_visit: dict[str, int] = field(default_factory=dict)
    open_queries: list[tuple[str, int]] = field(default_factory=list)
    to_close: list[int] = field(default_factory=list)
    to_verify: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    unsigned: list[str] = field(default_factory=list)


Journey = Iterator[Step]
Answered = dict[str, Any]
"""What the last answer was, for journeys that read on in it: `body`."""


def journey(role: str, place: Place, dice: random.Random, last: Answered) -> Journey:
    """Without end."""
    make = {
        Role.COORDINATOR: _coordinator,
        Role.INVESTIGATOR: _investigator,
        Role.MONITOR: _monitor,
        Role.DATA_MANAGER: _data_manager,
        Role.SAFETY: _safety,
        Role.STATISTICIAN: _statistician,
        Role.ADMINISTRATOR: _administrator,
        Role.INSPECTOR: _inspector,
    }
    return make[Role(role)](place, dice, last)


def _coordinator(place: Place, dice: random.Random, last: Answered) -> Journey:
    for number in cycle(place.patients):
        patient = f"/patients/{number}/"
        yield Step("Today", "/", "list")
        yield Step("Today, a search", f"/?q={number[:5]}", "list")
        yield Step("patient", patient, "list")
        code = f"UNS-{place.next_visit[number]}"
        place.next_visit[number] += 1
        yield Step("open a visit", f"{patient}{code}/open/", "turn", ACT, {}, (302,))
        yield Step("visit, just begun", f"{patient}{code}/", "read")
        yield from _enter_visit(place, patient, code, dice)
        yield Step("visit, entered", f"{patient}{code}/", "read")
        yield Step("calendar", "/calendar/", "list")
        yield Step("visit of all forms", f"{patient}W04/", "read")
        yield Step("history of an item", f"{patient}W04/vital-signs/1/pulse/history/", "read", as_script=True)
        yield from _correct(patient, dice)
        yield Step("queries of the site", "/queries/", "list")
        if place.open_queries:
            of, query = place.open_queries.pop()
            yield Step("query, alone", f"/patients/{of}/queries/{query}/answer/", "write")
            yield Step(
                "answer a query",
                f"/patients/{of}/queries/{query}/answer/",
                "list",
                ACT,
                {"text": "As in the source (synthetic)"},
                (302, 409),
            )
        yield Step("log of adverse events", f"{patient}casebook/adverse-event/", "read")
        yield Step("grid of patients", "/grid/", "list")


def _enter_visit(place: Place, patient: str, code: str, dice: random.Random) -> Journey:
    """Each item as the page's script sends it, when the focus leaves it."""
    before = ""
    for crf, item, data in place.visit_items:
        if before and crf != before:
            yield Step(
                "leave a form", f"{patient}{code}/{before}/1/leave/", "turn", ACT, {}, (200,), as_script=True
            )
        if crf != before and crf != place.visit_items[0][0]:
            yield add_form(f"{patient}{code}/", crf, uuid.UUID(int=dice.getrandbits(128)))
        first = "first item of a form" if crf != before else "item"
        yield Step(
            f"save: {first}",
            f"{patient}{code}/{crf}/1/{item}/",
            "key" if crf == "mrc-strength" else "typed",
            SAVE,
            {"comment": "", "reason": "", "seen": "", "missing": "", **data},
            (200, 422),
            as_script=True,
        )
        before = crf


def add_form(page: str, crf: str, key: uuid.UUID) -> Step:
    """At a visit between the schedule's, each form is asked for."""
    return Step("add a form to a visit", page, "turn", ACT, {"action": f"add:{crf}:{key}"}, (302,))


def _correct(patient: str, dice: random.Random) -> Journey:
    """A value of a complete form; the page asks why, and gets an answer."""
    path, value = f"{patient}W07/vital-signs/1/pulse/", str(dice.randrange(60, 100))
    yield Step(
        "save: correction, without its reason",
        path,
        "write",
        SAVE,
        {"value": value},
        (428, 200),
        as_script=True,
    )
    yield Step(
        "save: correction with its reason",
        path,
        "typed",
        SAVE,
        {"value": value, "reason": "Transcription error (synthetic)"},
        as_script=True,
    )


def _investigator(place: Place, dice: random.Random, last: Answered) -> Journey:
    for number in cycle(place.patients):
        patient = f"/patients/{number}/"
        yield Step("Today", "/", "list")
        yield Step("patient", patient, "read")
        yield Step("visit of all forms", f"{patient}W04/", "read")
        yield Step("visit with five days of infusions", f"{patient}W01/", "read")
        log = f"{patient}casebook/adverse-event/"
        yield Step("log of adverse events", log, "read")
        key = str(uuid.UUID(int=dice.getrandbits(128)))
        yield Step("add a form to a log", f"{log}add/", "typed", ACT, {"key": key}, (302,))
        yield Step("log of adverse events", log, "typed")
        yield Step("trail of a patient", f"{patient}trail/", "read")
        if place.unsigned:
            path = place.unsigned.pop()
            yield Step("sign: the page", path, "write")
            seen = re.search(rb'name="seen" value="(\d+)"', last.get("body", b""))
            if seen:
                data = {"username": "", "password": PASSWORD, "declares": "yes", "seen": seen[1].decode()}
                yield Step("sign", path, "list", ACT, data, (302, 409, 422))
        yield Step("results of the site", f"/outcomes/sites/{place.number}/", "read")
        yield Step("worksheet to print", f"/print{patient}W04/worksheet/", "read")


def _monitor(place: Place, dice: random.Random, last: Answered) -> Journey:
    for number in cycle(place.patients):
        pk = place.ids[number]
        yield Step("review home", "/monitor/", "list")
        yield Step("review: list of patients", "/monitor/casebook/patient/", "list")
        yield Step("review: patient", f"/monitor/casebook/patient/{pk}/change/", "list")
        for _code, visit in place.visits[number][:2]:
            yield Step("review: visit", f"/monitor/casebook/visit/{visit}/change/", "read")
            for entry, item in place.to_verify.pop(visit, []):
                data = {"seen": "999999", "despite": "yes"}
                yield Step(
                    "verify an item",
                    f"/monitor/items/{entry}/{item}/verify/",
                    "verify",
                    ACT,
                    data,
                    (200, 409),
                    as_script=True,
                )
                last["asked"] = entry, item
        if "asked" in last:
            entry, item = last.pop("asked")
            yield Step(
                "ask a query",
                f"/monitor/items/{entry}/{item}/ask/",
                "write",
                ACT,
                {"text": "Please look at the source again (synthetic)"},
                (200, 409, 422),
                as_script=True,
            )
            yield Step(
                "review: history of an item",
                f"/monitor/casebook/entry/{entry}/{item}/history/",
                "read",
                as_script=True,
            )
        yield Step("review: list of queries", "/monitor/queries/query/", "list")
        if place.to_close:
            query = place.to_close.pop()
            yield Step("review: query", f"/monitor/queries/query/{query}/change/", "read")
            yield Step(
                "close a query",
                f"/monitor/queries/query/{query}/close/",
                "list",
                ACT,
                {"text": "Seen (synthetic)"},
                (302, 409),
            )
        yield Step("review: list of visits", "/monitor/casebook/visit/", "list")
        yield Step("review: list of forms", "/monitor/casebook/entry/", "list")
        yield Step("grid of patients", "/grid/", "list")


LISTING = [
    ("main", "vital-signs"),
    ("join", "visit,visit,,,,,0,0,,all"),
    *(("col", f"vital-signs.{name}") for name in ("weight_kg", "systolic", "diastolic", "pulse")),
    ("col", "visit.visited_on"),
]


def _data_manager(place: Place, dice: random.Random, last: Answered) -> Journey:
    for number in cycle(place.patients):
        yield Step("review home", "/monitor/", "list")
        yield Step("review: list of queries", "/monitor/queries/query/", "read")
        yield Step("listing of values", f"/listings/show/?{urlencode(LISTING)}", "read")
        yield Step("review of the trail, all sites", "/trail/review/", "read")
        yield Step("trail of a site", f"/sites/{number.partition('-')[0]}/trail/", "read")
        yield Step("data cuts", "/exports/", "list")
        yield Step("checks that only make noise", "/monitor/queries/query/checks/", "read")
        yield Step("locks", "/monitor/locks/", "list")
        yield Step("grid of patients", "/grid/", "list")


def _safety(place: Place, dice: random.Random, last: Answered) -> Journey:
    for number in cycle(place.patients):
        yield Step("serious events", "/serious-events/", "list")
        yield Step(
            "review: log of a patient",
            f"/monitor/patients/{place.ids[number]}/log/adverse-event/",
            "read",
        )
        yield Step("review: list of queries", "/monitor/queries/query/", "list")


def _statistician(place: Place, dice: random.Random, last: Answered) -> Journey:
    while True:
        yield Step("results of the study", "/outcomes/", "read")
        yield Step("data cuts", "/exports/", "list")
        yield Step("listing of values", f"/listings/show/?{urlencode(LISTING)}", "read")


def _administrator(place: Place, dice: random.Random, last: Answered) -> Journey:
    while True:
        yield Step("people", "/people/", "list")
        yield Step("logins", "/people/logins/", "read")
        yield Step("who had access", "/people/access/", "read")


def _inspector(place: Place, dice: random.Random, last: Answered) -> Journey:
    for number in cycle(place.patients):
        yield Step("review home", "/monitor/", "list")
        yield Step("review: patient", f"/monitor/casebook/patient/{place.ids[number]}/change/", "read")
        yield Step("trail of a patient", f"/patients/{number}/trail/", "read")
        yield Step("state of the trail", "/audit-trail/", "list")
