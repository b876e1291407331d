"""The page on which a site records how a patient left: what it asks, and what follows from it."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError

from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.values import value_of
from ecrf.casebook.schedule.due import words_of_state
from ecrf.casebook.schedule.matrix import Matrix, matrix
from ecrf.entry.addresses import PagePlace
from ecrf.entry.ending.follows import Consequence, what_follows
from ecrf.entry.ending.forms_wanted import asks_for_event, forms_to_load
from ecrf.entry.ending.services import end_place
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.item_input import ItemInput
from ecrf.forms.protocol import Ending, protocol

BEGIN, RECORDED = "begin", "recorded"


@dataclass
class EndingPage:
    """What is typed stays on it until it is recorded. `event`: whether the event is recorded already, as answered."""

    patient: Patient
    ending: Ending
    form_input: FormInput
    data: PatientData
    seen: Matrix
    asks_for_event: bool
    event: str = ""
    trouble: str = ""
    event_error: str = ""
    wrong: list[ItemInput] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.seen.schedule_status.state)

    @property
    def state_words(self) -> str:
        return words_of_state(self.state)

    @property
    def has_ended(self) -> bool:
        return self.state not in self.ending.during

    @property
    def day_field(self) -> ItemInput:
        return self.form_input.item_views[protocol().end_date_item]

    @property
    def fields(self) -> list[ItemInput]:
        """Besides the day."""
        return [self.form_input.item_views[name] for name in self.ending.asks]

    @property
    def asked(self) -> list[ItemInput]:
        return [self.day_field, *self.fields]

    def day(self) -> date | None:
        """The day that stands in the field; None where it is empty or cannot be read."""
        name = protocol().end_date_item
        try:
            found = value_of(self.form_input.definition, name, self.day_field.text, self.patient.site.now())
        except ValidationError:
            return None
        return found if isinstance(found, date) else None

    @property
    def follows(self) -> list[Consequence]:
        """As of the day in the field; of today as long as there is none."""
        day = self.day() or self.patient.site.today()
        return what_follows(self.patient, self.ending, day, self.data, self.seen)

    def refuse(self, recorded: Recorded) -> None:
        """Say beside each field what became of it."""
        self.form_input.recorded = recorded
        self.wrong = [item for item in self.asked if item.error or item.conflict]


def ending_page(patient: Patient, ending: Ending) -> EndingPage:
    """As it is before anything is typed."""
    data = PatientData(patient)
    seen = matrix(patient, data)
    data.load(*forms_to_load(ending))
    place = end_place(patient)
    form_input = FormInput.at(PagePlace(patient), place, data.one(place.definition.key))
    return EndingPage(patient, ending, form_input, data, seen, asks_for_event(ending, data))
