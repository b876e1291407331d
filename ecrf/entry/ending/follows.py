"""What follows from a patient's end, in words, before it is recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Patient
from ecrf.casebook.page_acts import FALLS_AWAY
from ecrf.casebook.places import Place
from ecrf.casebook.record.withdrawn import later_days
from ecrf.casebook.schedule.due import AHEAD
from ecrf.casebook.schedule.matrix import Matrix
from ecrf.checks.running import would_ask
from ecrf.entry.ending.forms_wanted import asks_for_event, standing, to_begin
from ecrf.entry.ending.to_finish import EndingTask, drafts, queries_to_answer, unfinished_visits
from ecrf.forms.protocol import Ending, EndingForm, protocol
from ecrf.forms.registry import CRFS


@dataclass(frozen=True)
class Consequence:
    """One thing that follows: in words, and the places that it is about."""

    words: str
    places: tuple[EndingTask, ...] = ()


def what_follows(
    patient: Patient, ending: Ending, day: date, data: PatientData, seen: Matrix
) -> list[Consequence]:
    """In the order in which people ask; `data` is loaded with the matrix."""
    rule = protocol().consent_withdrawn
    found = [
        _recorded(ending),
        *_asked(patient, ending, day, data),
        _not_due(seen, day),
        *_new_data(ending, day),
    ]
    found += [Consequence(words) for step in FALLS_AWAY for words in step(patient, day, ending)]
    if begun := to_begin(ending, data):
        words = gettext("Begun with what is known: %(forms)s.")
        if asks_for_event(ending, data):
            words = gettext("Begun with what is known: %(forms)s, unless the event is recorded already.")
        found.append(Consequence(words % {"forms": gettext(", ").join(map(_in_a_sentence, begun))}))
    if at_visits := [form for form in ending.forms if form.visit and standing(form, data) is None]:
        words = gettext("To be filled in: %(forms)s.")
        found.append(Consequence(words % {"forms": gettext(", ").join(map(_in_a_sentence, at_visits))}))
    for words, places in (
        (gettext("To be finished, or marked as not done:"), unfinished_visits(patient, seen)),
        (gettext("To be completed:"), drafts(patient, seen)),
        (gettext("Still open:"), queries_to_answer(patient)),
    ):
        if listed := tuple(places):
            found.append(Consequence(words, listed))
    if later := tuple(_later(patient, day, data, seen)):
        words = gettext("Recorded with a day after %(day)s; it stays as it is.")
        if rule and rule.reason == ending.reason:
            words = gettext("Recorded with a day after %(day)s; it stays as it is. It is asked about.")
        found.append(Consequence(words % {"day": day}, later))
    return found


def _in_a_sentence(form: EndingForm) -> str:
    return form.words[0].lower() + form.words[1:]


def _recorded(ending: Ending) -> Consequence:
    trial = protocol()
    form = CRFS[trial.end_form]
    reason = form.items[trial.end_reason_item].words(ending.reason)
    words = gettext("“%(form)s” is filled in: %(reason)s, with the day and what is answered here.")
    return Consequence(words % {"form": form.title, "reason": reason.lower()})


def _asked(patient: Patient, ending: Ending, day: date, data: PatientData) -> Iterator[Consequence]:
    """What edit checks will ask about the end. Those that look at a form which the ending itself asks for say nothing
    new: it is named below."""
    trial = protocol()
    place = Place(patient, CRFS[trial.end_form])
    known = {trial.end_reason_item: ending.reason, trial.end_date_item: day}
    draft = place.definition.model(entry=place.new_entry(), **known)
    own = {form.crf for form in ending.forms}
    asked = [text for check, text in would_ask(draft, data) if not check.reads & own]
    if asked:
        yield Consequence(gettext("It will be asked: %(questions)s") % {"questions": " ".join(asked)})


def _not_due(seen: Matrix, day: date) -> Consequence:
    ahead = [due.plan.label for due in seen.schedule_status.visits if due.state in AHEAD]
    if not ahead:
        words = gettext("No planned visit is left; none that lies after %(day)s can be opened.")
        return Consequence(words % {"day": day})
    words = ngettext(
        "%(number)s planned visit is no longer due: %(first)s. None that lies after %(day)s can be opened.",
        "%(number)s planned visits are no longer due: %(first)s to %(last)s."
        " None that lies after %(day)s can be opened.",
        len(ahead),
    )
    if len(ahead) == 1:
        words = gettext(
            "1 planned visit is no longer due: %(first)s. None that lies after %(day)s can be opened."
        )
    known = {"number": len(ahead), "first": ahead[0], "last": ahead[-1], "day": day}
    return Consequence(words % known)


def _new_data(ending: Ending, day: date) -> Iterator[Consequence]:
    """After a withdrawal of consent, what is still taken."""
    rule = protocol().consent_withdrawn
    if rule is None or rule.reason != ending.reason:
        return
    allowing = CRFS[protocol().end_form].items[rule.allowing]
    quoted = [gettext("“%(answer)s”") % {"answer": allowing.words(code)} for code in rule.logs_with]
    words = gettext(
        "No new data with a day after %(day)s are taken, neither visits nor rows of logs, unless the patient allows it:"
        " %(answers)s. What stands is kept, and can be corrected."
    )
    yield Consequence(words % {"day": day, "answers": pgettext("between answers", " or ").join(quoted)})


def _later(patient: Patient, day: date, data: PatientData, seen: Matrix) -> Iterator[EndingTask]:
    """The visits and the rows of logs that stand with a later day."""
    for row in seen.rows:
        if row.is_open and row.due.visited_on and row.due.visited_on > day:
            code = row.due.plan.code
            url = reverse("visit", args=[patient.number, code])
            yield EndingTask(gettext(", ").join((label_of(code), str(row.due.visited_on))), url)
    for key in protocol().logs:
        for log_row in data.rows(key):
            if (found := next(later_days(log_row, day), None)) and not log_row.entry.is_struck:
                url = reverse("log-form", args=[patient.number, key, log_row.entry.number])
                name = CRFS[key].name_of(log_row.entry.number)
                yield EndingTask(gettext(", ").join((name, str(found[1]))), url)
