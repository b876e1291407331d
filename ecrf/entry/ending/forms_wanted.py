"""The forms that an ending asks for besides that of the end: which stand, which are begun, and with what."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import THE_DAY, Ending, EndingForm, protocol
from ecrf.forms.registry import CRFS


def ending_of(data: PatientData) -> Ending | None:
    """The way in which the patient left, if the end form says so and it is one of the trial's."""
    trial = protocol()
    row = data.one(trial.end_form)
    reason = getattr(row, trial.end_reason_item) if row else None
    return next((ending for ending in trial.endings if ending.reason == reason), None)


def forms_to_load(ending: Ending) -> list[str]:
    """The kinds of form that it looks at."""
    return [protocol().end_form, *(form.crf for form in ending.forms)]


def standing(form: EndingForm, data: PatientData) -> Crf | None:
    """The row that the ending asks for, if there is one."""
    rows: Iterable[Any] = data.at(form.crf, form.visit) if form.visit else data.rows(form.crf)
    items = CRFS[form.crf].items
    return next(
        (
            row
            for row in rows
            if all(items[name].text(getattr(row, name)) == form.values[name] for name in form.known_by)
        ),
        None,
    )


def to_begin(ending: Ending, data: PatientData) -> list[EndingForm]:
    """The rows of logs that the ending begins, since none like them stands."""
    return [form for form in ending.forms if not form.visit and standing(form, data) is None]


def asks_for_event(ending: Ending, data: PatientData) -> bool:
    """Whether the site has to say that what the forms are about is recorded already: only where the log has rows, and
    none that fits."""
    first = next((form for form in ending.forms if not form.visit), None)
    return first is not None and standing(first, data) is None and bool(data.rows(first.crf))


def values_of(form: EndingForm, day: date, numbers: dict[str, int]) -> dict[str, str]:
    """What is known of a row that is begun, as one would type it; `numbers`: {CRF key: the row it is about}."""
    known = {name: text.replace(THE_DAY, str(day)) for name, text in form.values.items()}
    return known | {item: str(numbers[crf]) for item, crf in form.links if crf in numbers}
