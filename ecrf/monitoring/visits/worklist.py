"""The worklist of a monitoring visit: frozen when it starts, and shown with what has been done since."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext

from ecrf.access.kept_words import as_read
from ecrf.access.language import in_master
from ecrf.access.models import Site
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import overdue
from ecrf.forms.protocol import protocol
from ecrf.monitoring.home import to_do
from ecrf.monitoring.home.log_lines import log, queries
from ecrf.monitoring.home.site_counts import COUNTED
from ecrf.monitoring.home.work_lines import Place, Since, WorkLine, WorkSection, days_in_words
from ecrf.monitoring.models import MonitoringVisit
from ecrf.queries.lookup import open_queries
from ecrf.queries.models import Query, Turn
from ecrf.signatures.lookup import unsigned_places

NOW = {
    Turn.SITE: gettext_lazy("now site’s turn"),
    Turn.MONITOR: gettext_lazy("now monitor’s turn"),
    Turn.DATA_MANAGER: gettext_lazy("now data manager’s turn"),
    Turn.SAFETY: gettext_lazy("now safety’s turn"),
}

STORED = ("key", "title", "count", "has_more", "note", "empty")
"""What is kept of a section beside its lines."""

CHANGED = gettext_lazy("changed %(when)s")
SINCE = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}) \((?:today|(?P<days>[0-9]+) days?)\)")
"""What `days_in_words` says, as it is stored in English inside a sentence."""
MORE = re.compile(r"(?P<forms>.+) and (?P<number>[0-9]+) more")
"""How a list of forms ends, as it is stored in English."""
EARLIER_TITLES = (gettext_lazy("Left to verify by plan"),)
"""Of sections of worklists that are frozen already: the catalogues still know them."""


@dataclass(frozen=True)
class WorklistPoint:
    """One line of the worklist with what became of it. `is_done` is None where there is nothing to do but read."""

    line: WorkLine
    is_done: bool | None
    words: str = ""


@dataclass(frozen=True)
class WorklistPart:
    """One section of the worklist, by patient."""

    section: WorkSection
    patients: list[tuple[str, int, list[WorklistPoint]]]

    @property
    def is_short(self) -> bool:
        """Whether its points are a word or two, and stand side by side."""
        return self.section.key in ("left", "unsigned")


@dataclass(frozen=True)
class VisitWorklist:
    """Everything of the worklist; `made_at` is when it was frozen, None while it still moves."""

    parts: list[WorklistPart]
    made_at: datetime | None = None

    @property
    def points(self) -> list[WorklistPoint]:
        return [point for part in self.parts for _, _, own in part.patients for point in own]

    @property
    def to_do(self) -> int:
        return sum(point.is_done is not None for point in self.points)

    @property
    def done(self) -> int:
        return sum(point.is_done is True for point in self.points)

    @property
    def left(self) -> int:
        return self.to_do - self.done


def sections_now(site: Site, since: Since) -> list[WorkSection]:
    """What is to do at the site as it is now, a thousand lines of each kind at most."""
    trial = protocol()
    logs = [key for key in (trial.serious_log, trial.deviation_log) if key]
    return [
        to_do.changed(site, since, COUNTED),
        to_do.left_by_place(site, since),
        queries(site, since, COUNTED),
        to_do.unsigned_by_place(site),
        to_do.overdue_visits(site, COUNTED),
        *(log(site, key, since, COUNTED, only_new=True) for key in logs),
    ]


def frozen(site: Site, since: Since) -> dict[str, Any]:
    """The same, to be stored."""
    sections = [_stored(section) for section in sections_now(site, since)]
    return {"made_at": timezone.now().isoformat(), "sections": sections}


def _stored(section: WorkSection) -> dict[str, Any]:
    lines = [asdict(line) for line in section.lines]
    return {**{name: getattr(section, name) for name in STORED}, "lines": lines}


def worklist_of(visit: MonitoringVisit, since: Since) -> VisitWorklist:
    """As it was frozen, with what has been done since; before the start, as it is now."""
    if visit.worklist is None:
        return VisitWorklist([_part(section, None) for section in sections_now(visit.site, since)])
    state = _State(visit.site, visit.worklist)
    made_at = datetime.fromisoformat(visit.worklist["made_at"])
    return VisitWorklist([_part(section, state) for section in _thawed(visit.worklist)], made_at)


def _thawed(stored: dict[str, Any]) -> list[WorkSection]:
    """What was stored in English, in the reader's language; one statement."""
    named = {line["query"] for section in stored["sections"] for line in section["lines"]}
    of_checks = {query.pk: query for query in Query.objects.filter(pk__in=named).exclude(check_id="")}
    return [
        WorkSection(
            **{
                **section,
                **{name: as_read(section[name]) for name in ("title", "count", "note", "empty")},
                "lines": [_line(section["key"], line, of_checks) for line in section["lines"]],
            }
        )
        for section in stored["sections"]
    ]


def _line(key: str, stored: dict[str, Any], of_checks: dict[int, Query]) -> WorkLine:
    """Where it is, by its parts; how much there is to verify, and since when. What somebody asked in a query is left as
    it was written; what a check asked is not."""
    note = as_read(stored["note"], CHANGED) if key == "left" else as_read(stored["note"])
    said = {"where": _places(stored["where"]), "note": SINCE.sub(_since, note)}
    if key == "left":
        said["words"] = to_do.items_in_words(stored["left"])
    elif key == "changed":
        said["words"] = _forms(stored["words"])
    elif query := of_checks.get(stored["query"]):
        said["words"] = query.as_read(stored["words"])
    elif key == "overdue":
        said["words"] = as_read(stored["words"])
    return WorkLine(**{**stored, **said})


def _since(stored: re.Match[str]) -> str:
    return days_in_words(stored["day"], int(stored["days"] or 0))


def _forms(stored: str) -> str:
    if more := MORE.fullmatch(stored):
        words = gettext("%(forms)s and %(number)d more")
        return words % {"forms": _places(more["forms"]), "number": int(more["number"])}
    return _places(stored)


def _places(stored: str) -> str:
    return gettext(", ").join(_place(part) for part in stored.split(", "))


def _place(part: str) -> str:
    """A visit, form or item as the reader calls it; one of several with its number."""
    title, _, number = part.rpartition(" ")
    if title and number.isdecimal() and as_read(part) == part:
        return f"{as_read(title)} {number}"
    return as_read(part)


def _part(section: WorkSection, state: "_State | None") -> WorklistPart:
    points: dict[str, list[WorklistPoint]] = {}
    for line in section.lines:
        point = state.point(section.key, line) if state else WorklistPoint(line, None)
        points.setdefault(line.number, []).append(point)
    patients = [(number, own[0].line.patient, own) for number, own in sorted(points.items())]
    return WorklistPart(section, patients)


class _State:
    """How things stand now with what a worklist names; five statements."""

    def __init__(self, site: Site, stored: dict[str, Any]) -> None:
        lines = [line for section in stored["sections"] for line in section["lines"]]
        asked = [
            line for section in stored["sections"] if section["key"] == "queries" for line in section["lines"]
        ]
        self.notes = {
            line["query"]: line["note"] for line in asked
        }  # in English, unlike those of what is thawed
        self.patients = {line["patient"] for line in lines}
        self.left = self._left(site)
        self.turns = dict(open_queries().filter(site=site).values_list("pk", "turn"))
        self.unsigned = set(unsigned_places().filter(site=site).values_list("patient_id", "visit_id"))
        late = overdue({site.pk: site.today()})
        rows = PatientStatus.objects.filter(late, site=site, state__in=LIVING)
        self.overdue = set(rows.values_list("patient_id", "next_code"))
        entries = {line["entry"] for line in lines if line["entry"]}
        review_statuses = ReviewStatus.objects.filter(pk__in=entries).values_list("pk", "planned", "verified")
        self.review_statuses = {pk: (planned, verified) for pk, planned, verified in review_statuses}

    def _left(self, site: Site) -> dict[Place, int]:
        left = ReviewStatus.objects.filter(site=site, planned__gt=F("verified"), patient__in=self.patients)
        rows = left.order_by().values_list("patient_id", "visit_id")
        return {
            (patient, visit): count
            for patient, visit, count in rows.annotate(left=Sum(F("planned") - F("verified")))
        }

    def point(self, key: str, line: WorkLine) -> WorklistPoint:
        """The line with its state; a kind of section has its own question."""
        asked = {
            "changed": self._changed,
            "left": self._verified,
            "queries": self._query,
            "unsigned": self._signed,
            "overdue": self._visited,
        }
        return asked.get(key, self._entry)(line)

    def _changed(self, line: WorkLine) -> WorklistPoint:
        left = self.left.get((line.patient, line.visit), 0)
        return WorklistPoint(
            line,
            None,
            gettext("%(number)d left to verify") % {"number": left}
            if left
            else gettext("nothing left to verify"),
        )

    def _verified(self, line: WorkLine) -> WorklistPoint:
        left = self.left.get((line.patient, line.visit), 0)
        if not left:
            return WorklistPoint(line, True, gettext("all verified"))
        done = line.left - left
        return WorklistPoint(
            line, False, "" if not done else gettext("%(number)d left now") % {"number": left}
        )

    def _query(self, line: WorkLine) -> WorklistPoint:
        turn = self.turns.get(line.query or 0)
        if turn is None:
            return WorklistPoint(line, True, pgettext("state of a query", "closed"))
        with in_master():
            is_as_before = self.notes[line.query].startswith(str(Turn(turn).label))
        return WorklistPoint(line, False, "" if is_as_before else str(NOW[Turn(turn)]))

    def _signed(self, line: WorkLine) -> WorklistPoint:
        """The investigator's to do: the monitor's progress does not wait for it."""
        is_signed = (line.patient, line.visit) not in self.unsigned
        return WorklistPoint(line, None, pgettext("a visit", "signed") if is_signed else "")

    def _visited(self, line: WorkLine) -> WorklistPoint:
        """The site's to do, as signing is the investigator's."""
        is_late = any(patient == line.patient for patient, _code in self.overdue)
        return WorklistPoint(line, None, "" if is_late else gettext("no longer overdue"))

    def _entry(self, line: WorkLine) -> WorklistPoint:
        planned, verified = self.review_statuses.get(line.entry or 0, (0, 0))
        if not planned:
            return WorklistPoint(line, None, gettext("read it: nothing to verify by plan"))
        return WorklistPoint(
            line,
            verified >= planned,
            gettext("%(done)d of %(all)d verified") % {"done": verified, "all": planned},
        )
