"""What was measured at the visit before, beside each number of a visit that is reviewed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Visit
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.schedule.status import visits_before
from ecrf.forms.crf import Crf
from ecrf.formview.form_view import FormView, ItemView


@dataclass(frozen=True)
class LastVisit:
    """{kind of form: its row at the last earlier visit that has it}; nothing of a log."""

    rows: dict[str, Crf] = field(default_factory=dict)

    def words(self, item_view: ItemView) -> str:
        """A number as it was; "" where there is none."""
        row = self.rows.get(item_view.form_view.definition.key)
        return str(item_view.item.text(getattr(row, item_view.name))) if row else ""


def last_visit(visit: Visit, form_views: Iterable[FormView], data: PatientData) -> LastVisit:
    """Two statements. A form that is added as often as needed has no counterpart."""
    once = [view.definition.key for view in form_views if not view.definition.repeat]
    before = visits_before(visit, once, data)
    rows = load_rows(visit.patient, before, set(before.values())) if before else {}
    return LastVisit(
        {
            key: row
            for key, found in rows.items()
            for row in found
            if not row.entry.is_struck and row.entry.visit_id == before[key]
        }
    )
