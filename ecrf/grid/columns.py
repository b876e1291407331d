"""The columns of the grid: the visits of the schedule, the unscheduled ones together, the logs; who chose which."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ecrf.access.models import User
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS
from ecrf.grid.load import forms_at
from ecrf.grid.models import GridColumns

PAPER_COLUMNS = 40
"""How many columns can be read on A4, lying."""


@dataclass(frozen=True)
class GridColumn:
    """`key` as it is kept and sent: `visit:W04`, `log:adverse-event`. `forms`: of a visit, where each has a column."""

    key: str
    title: str
    plan: VisitPlan | None = None
    forms: tuple[str, ...] = ()

    @property
    def span(self) -> int:
        return max(len(self.forms), 1)

    @property
    def form_titles(self) -> list[str]:
        return [CRFS[key].title for key in self.forms]

    @property
    def is_unscheduled(self) -> bool:
        return self.plan is not None and self.plan.repeats


@dataclass(frozen=True)
class ColumnChoice:
    """What one person sees. `left_out` holds keys of columns, and of forms: `form:laboratory`."""

    by_form: bool = False
    left_out: frozenset[str] = field(default_factory=frozenset)

    @property
    def columns(self) -> list[GridColumn]:
        """Those that are shown, each with its forms where these stand apart."""
        shown = [column for column in every_column() if column.key not in self.left_out]
        if not self.by_form:
            return shown
        apart = [self._with_forms(column) for column in shown]
        return [column for column in apart if column.forms or column.plan is None or column.is_unscheduled]

    def _with_forms(self, column: GridColumn) -> GridColumn:
        if column.plan is None or column.is_unscheduled:
            return column
        forms = [key for key in forms_at(column.plan) if f"form:{key}" not in self.left_out]
        return GridColumn(column.key, column.title, column.plan, tuple(forms))

    @property
    def on_paper(self) -> "ColumnChoice":
        """A column for each visit, where those of its forms would not go onto paper."""
        return self if self.width <= PAPER_COLUMNS else ColumnChoice(left_out=self.left_out)

    @property
    def width(self) -> int:
        return sum(column.span for column in self.columns)


def every_column() -> list[GridColumn]:
    """In the order of the schedule; the logs behind it."""
    trial = protocol()
    visits = [GridColumn(f"visit:{plan.code}", plan.label, plan) for plan in trial.visits]
    logs = (*trial.logs, *trial.patient_forms)
    return visits + [GridColumn(f"log:{key}", CRFS[key].plural) for key in logs]


def every_form() -> list[tuple[str, str]]:
    """(`form:laboratory`, its title), of each kind that stands at visits."""
    keys = dict.fromkeys(key for plan in protocol().visits for key in forms_at(plan))
    return [(f"form:{key}", CRFS[key].title) for key in keys]


def choice_of(user: User) -> ColumnChoice:
    """What the person chose last; everything, until then. One statement."""
    kept = GridColumns.objects.filter(user=user).first()
    return ColumnChoice(kept.by_form, frozenset(kept.left_out)) if kept else ColumnChoice()


def choose(*, user: User, by_form: bool, shown: Iterable[str]) -> None:
    """Remember the person's columns; what was never heard of is not kept, and none at all means every one."""
    known = {column.key for column in every_column()} | {key for key, _title in every_form()}
    kept = known & set(shown)
    left_out = sorted(known - kept) if kept else []
    GridColumns.objects.update_or_create(user=user, defaults={"by_form": by_form, "left_out": left_out})
