"""What is left to finish of a patient who has left, derived from what stands: nothing of it is stored."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient
from ecrf.casebook.places import Place
from ecrf.casebook.schedule.due import VisitState
from ecrf.casebook.schedule.matrix import Log, Matrix, MatrixLog
from ecrf.entry.addresses import PagePlace, html_id, page_url
from ecrf.entry.ending.forms_wanted import ending_of, forms_to_load, standing
from ecrf.forms.protocol import Ending, EndingForm, protocol
from ecrf.forms.registry import CRFS
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Turn

OF_A_LOG = 20
"""How many forms of one log are named that are left to complete."""


@dataclass(frozen=True)
class EndingTask:
    """One thing to finish: in words, how far it is, and where. `opens`: the code of a visit to be opened first."""

    words: str
    url: str
    state: str = ""
    opens: str = ""


@dataclass(frozen=True)
class ToFinish:
    """What is left of one ending."""

    ending: Ending
    tasks: list[EndingTask]


def to_finish(patient: Patient, data: PatientData, seen: Matrix) -> ToFinish | None:
    """None where the patient has not left, or nothing is left; `data` is loaded with the matrix."""
    ending = ending_of(data)
    if ending is None:
        return None
    data.load(*forms_to_load(ending))
    tasks = [
        *_forms(patient, ending, data, seen),
        *drafts(patient, seen, _of_the_ending(ending, data)),
        *unfinished_visits(patient, seen),
        *queries_to_answer(patient),
    ]
    return ToFinish(ending, tasks) if tasks else None


def _forms(patient: Patient, ending: Ending, data: PatientData, seen: Matrix) -> Iterator[EndingTask]:
    """The forms that the ending asks for, where they do not say what they must."""
    opened = {row.due.plan.code for row in seen.rows if row.is_open}
    for form in ending.forms:
        if standing(form, data) is None:
            yield _task(patient, form, opened)


def _task(patient: Patient, form: EndingForm, opened: set[str]) -> EndingTask:
    if not form.visit:
        return EndingTask(form.words, reverse("log", args=[patient.number, form.crf]))
    if form.visit not in opened:
        return EndingTask(
            form.words, reverse("open-visit", args=[patient.number, form.visit]), opens=form.visit
        )
    address = reverse("visit", args=[patient.number, form.visit])
    return EndingTask(form.words, f"{address}#{html_id(Place(patient, CRFS[form.crf]))}")


def _of_the_ending(ending: Ending, data: PatientData) -> list[int]:
    """The entries that the ending is about, in the order in which they are filled in: its own forms, then the end."""
    rows = [*(standing(form, data) for form in ending.forms), data.one(protocol().end_form)]
    return [row.entry_id for row in rows if row is not None]


def drafts(patient: Patient, seen: Matrix, first: Sequence[int] = ()) -> Iterator[EndingTask]:
    """The forms that belong to no visit, begun and not complete; those of these entries `first`. Of a long log some are
    named, and how many more there are."""
    left = [(log, line) for log in seen.logs for line in log.lines if line.is_unfinished]
    order = {entry: place for place, entry in enumerate(first)}
    named: dict[str, int] = defaultdict(int)
    more: dict[str, list[tuple[Log, MatrixLog]]] = defaultdict(list)
    for log, line in sorted(left, key=lambda pair: order.get(pair[1].entry_id, len(order))):
        key = log.definition.key
        if named[key] == OF_A_LOG:
            more[key].append((log, line))
            continue
        named[key] += 1
        place = Place(patient, log.definition, number=line.number)
        first_item = next(iter(log.definition.column_items.values()))
        about = line.cells[0] if log.is_repeating and first_item.kind != "link" else ""
        name = log.definition.name_of(line.number) if log.is_repeating else log.definition.title
        words = gettext(", ").join((name, about)) if about else name
        yield EndingTask(words, page_url(PagePlace(patient), place), line.form.words)
    for (log, line), *others in more.values():
        words = gettext("%(forms)s: %(number)d more to complete")
        place = Place(patient, log.definition, number=line.number)
        known = {"forms": log.definition.plural, "number": 1 + len(others)}
        yield EndingTask(words % known, page_url(PagePlace(patient), place))


def unfinished_visits(patient: Patient, seen: Matrix) -> Iterator[EndingTask]:
    """The visits that were begun and are not complete."""
    for row in seen.rows:
        if row.due.state == VisitState.BEGUN:
            code = row.due.plan.code
            yield EndingTask(
                label_of(code),
                reverse("visit", args=[patient.number, code]),
                pgettext("state of a visit", "begun"),
            )


def queries_to_answer(patient: Patient) -> Iterator[EndingTask]:
    """The queries that wait for the site; one statement."""
    waiting = open_queries().filter(patient=patient, turn=Turn.SITE).count()
    if waiting:
        words = ngettext("%(number)s query to answer", "%(number)s queries to answer", waiting)
        yield EndingTask(words % {"number": waiting}, reverse("queries"))
