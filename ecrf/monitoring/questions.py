"""Questions the site has not answered yet: listed for a patient, counted for the rows of a list."""

from dataclasses import dataclass

from django.db.models import Count, Q

from ecrf.casebook.models import Patient
from ecrf.casebook.registry import CRFS
from ecrf.casebook.wording import form_title, reading_id, visit_label
from ecrf.checks.models import Finding, FindingState


@dataclass(frozen=True)
class OpenQuestion:
    """One question of an edit check, and where it stands."""

    finding: Finding

    @property
    def where(self) -> str:
        entry = self.finding.entry
        return " · ".join(part for part in (visit_label(entry.visit), form_title(entry)) if part)

    @property
    def label(self) -> str:
        return str(CRFS[self.finding.entry.crf].items[self.finding.item].verbose_name)

    @property
    def anchor(self) -> str:
        """The id of the item on the page of its visit or form."""
        return reading_id(self.finding.entry.crf, self.finding.entry.address, self.finding.item)


def open_questions(patient: Patient) -> list[OpenQuestion]:
    """Of one patient, in the order of asking; one statement."""
    found = Finding.objects.filter(entry__patient=patient, state=FindingState.OPEN)
    return [OpenQuestion(f) for f in found.select_related("entry__visit", "entry__parent").order_by("pk")]


def count_open(path: str, ids: list[int]) -> dict[int, int]:
    """{id: number} over the rows of one page; `path` leads from the finding to what the ids name. One statement."""
    found = Finding.objects.filter(**{f"{path}__in": ids}, state=FindingState.OPEN)
    return dict(found.order_by().values_list(path).annotate(count=Count("pk")))


def count_open_of_entries(ids: list[int]) -> dict[int, int]:
    """As `count_open`, for entries; those of a form's rows count for the form too."""
    found = Finding.objects.filter(Q(entry__in=ids) | Q(entry__parent__in=ids), state=FindingState.OPEN)
    counts: dict[int, int] = {}
    for entry, parent in found.values_list("entry", "entry__parent"):
        for pk in {int(pk) for pk in (entry, parent) if pk} & set(ids):
            counts[pk] = counts.get(pk, 0) + 1
    return counts
