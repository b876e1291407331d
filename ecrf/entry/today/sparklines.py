"""The course of one measure as a line no higher than a line of text, for the list of patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from ecrf.access.statements import written_once
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

WIDTH, HEIGHT, EDGE = 96, 20, 3
STEEPEST = Decimal(10)
"""The height stands for at least so much, so that a small change does not look like a fall."""


@dataclass(frozen=True)
class Sparkline:
    """The values of one patient by date. The width is the whole study, so that a short line is an early one."""

    name: str
    values: tuple[tuple[date, Decimal], ...]
    days: int

    width, height = WIDTH, HEIGHT

    @property
    def words(self) -> str:
        """The same for who cannot see it: `Body weight 86 to 95, 18 values`."""
        (_, first), (_, last) = self.values[0], self.values[-1]
        if len(self.values) == 1:
            return gettext("%(item)s %(value)s, 1 value") % {"item": self.name, "value": first}
        words = gettext("%(item)s %(first)s to %(last)s, %(number)d values")
        return words % {"item": self.name, "first": first, "last": last, "number": len(self.values)}

    @property
    def places(self) -> list[tuple[float, float]]:
        """Each value's place on the drawing."""
        low, high = min(v for _, v in self.values), max(v for _, v in self.values)
        spread = max(high - low, STEEPEST)
        bottom = (low + high - spread) / 2
        start = self.values[0][0]
        return [
            (
                round(EDGE + (WIDTH - 2 * EDGE) * min((on - start).days / self.days, 1), 1),
                round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * float((value - bottom) / spread), 1),
            )
            for on, value in self.values
        ]

    @property
    def points(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.places)


def sparklines(patients: Sequence[int]) -> dict[int, Sparkline]:
    """{patient id: its line}, of the patients with a dated value; one statement for all of them."""
    trial = protocol()
    if trial.sparkline is None or not patients:
        return {}
    crf, item = trial.sparkline
    name = str(CRFS[crf].items[item].verbose_name)
    days = max(plan.day for plan in trial.visits if plan.day) + trial.days_to_baseline
    points: dict[int, list[tuple[date, Decimal]]] = {}
    for patient, on, value in _values.lines(list(patients), crf=crf, item=item):
        if on is not None:
            points.setdefault(patient, []).append((on, Decimal(value)))
    return {patient: Sparkline(name, tuple(values), days) for patient, values in points.items()}


@written_once
def _values(patients: list[int], *, crf: str, item: str) -> QuerySet[Any]:
    """(patient id, the visit's date, value), by date. The kinds are named too: else every entry is looked at."""
    trial = protocol()
    visits = CRFS[trial.visit_form].model._default_manager.filter(
        entry__visit=OuterRef("entry__visit"), entry__crf=trial.visit_form
    )
    rows = CRFS[crf].model._default_manager.filter(
        entry__patient__in=patients, entry__crf=crf, entry__struck_at=None, **{f"{item}__isnull": False}
    )
    dated = rows.annotate(on=Subquery(visits.values(trial.visit_date_item)[:1]))
    return dated.order_by("on").values_list("entry__patient_id", "on", item)
