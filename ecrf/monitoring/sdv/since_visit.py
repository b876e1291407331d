"""Which values on a page changed since the reader's last monitoring visit, and what each was before."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Subquery

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.history import BLANK, HistoryLine, changes_after
from ecrf.casebook.models import Patient
from ecrf.formview.form_view import FormView, ItemView
from ecrf.monitoring.home.site_counts import last_ended

Key = tuple[int, str]


@dataclass(frozen=True)
class Was:
    """What an item was when the last visit began, and what it is now."""

    before: str
    now: str
    visit: str

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
    last = last_ended(user).filter(site=patient.site_id).values("started_at")[:1]
    ids = [
        each.row.entry_id for form_view in form_views for each in form_view.with_rows if each.row is not None
    ]
    visit = "your last visit" if Right.VERIFY in user.rights else "the last monitoring visit"
    changes = changes_after(patient, ids, Subquery(last))
    return SinceVisit({key: _was(lines, visit) for key, lines in changes.items() if _is_change(lines[0])})


def _is_change(first: HistoryLine) -> bool:
    """A first value is none, unless the form was complete without it: then the site had to give a reason."""
    return first.old != BLANK or bool(first.reason)


def _was(lines: list[HistoryLine], visit: str) -> Was:
    return Was(lines[0].old, lines[-1].new, visit)
