"""Which values on a page changed since the reader's last monitoring visit, and what each was before."""

from collections.abc import Iterable
from dataclasses import dataclass

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.history import changes_after
from ecrf.casebook.models import Patient
from ecrf.formview.form_view import FormView, ItemView
from ecrf.monitoring.home.site_counts import LAST_ENDED_AT

Key = tuple[int, str]


@dataclass(frozen=True)
class Was:
    """What an item was when the last visit began, the reader's own or anybody's, and what it is now."""

    before: str
    now: str
    is_own: bool

    @property
    def is_so_again(self) -> bool:
        return self.before == self.now


@dataclass(frozen=True)
class SinceVisit:
    """The changed items of one page."""

    found: dict[Key, Was]

    def was(self, item_view: ItemView) -> Was | None:
        return self.found.get((item_view.form_view.entry_id, item_view.name))


def since_visit(user: User, patient: Patient, form_views: Iterable[FormView]) -> SinceVisit:
    """One statement, whatever the number of items. Nothing is marked before the first visit has ended: all is new."""
    ids = [
        row_view.row.entry_id
        for form_view in form_views
        for row_view in form_view.with_rows
        if row_view.row is not None
    ]
    is_own = Right.VERIFY in user.rights
    changes = changes_after(patient, ids, LAST_ENDED_AT, [patient.site_id, not is_own, user.pk])
    return SinceVisit(
        {
            key: Was(lines[0].old, lines[-1].new, is_own)
            for key, lines in changes.items()
            # A first value is no change, unless the form was complete without it: then it had to be given a reason.
            if not lines[0].was_blank or lines[0].reason
        }
    )
