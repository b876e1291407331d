"""What a page of struck out forms says beside their values: the history of each item."""

from dataclasses import dataclass

from ecrf.access.joined import headed
from ecrf.casebook.history import HistoryLine, every_change
from ecrf.casebook.models import Patient
from ecrf.formview.form_view import FormView


@dataclass(frozen=True)
class ItemHistory:
    """The changes of one item, oldest first; of a row of the form, `label` says of which."""

    label: str
    lines: list[HistoryLine]


def with_histories(patient: Patient, form_views: list[FormView]) -> list[tuple[FormView, list[ItemHistory]]]:
    """Each form with the history of its items, those of its rows behind its own; one statement for all."""
    rows = [row for form_view in form_views for row in form_view.with_rows]
    changes = every_change(patient, [row.entry_id for row in rows if row.entry_id])
    return [
        (
            form_view,
            [
                ItemHistory(view.label if row is form_view else headed(row.title, view.label), lines)
                for row in form_view.with_rows
                for name, view in row.item_views.items()
                if (lines := changes.get((row.entry_id, name)))
            ],
        )
        for form_view in form_views
    ]
