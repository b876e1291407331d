"""What a reviewer works on: every item of a page, with where its verification stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.casebook.marks import ReviewMark
from ecrf.casebook.models import Entry, Patient, Status
from ecrf.casebook.registry import CRFS
from ecrf.checks.models import Finding
from ecrf.checks.reading import Reading, Sheet
from ecrf.locks.models import Lock
from ecrf.locks.reading import is_locked
from ecrf.queries.models import Query
from ecrf.queries.reading import queries_on
from ecrf.verification.models import Verification
from ecrf.verification.plan import is_critical, is_planned, items_to_verify
from ecrf.verification.reading import latest_on

Key = tuple[int, str]


@dataclass(frozen=True)
class Standing:
    """Where the verification of one item stands. `is_verifiable`: the form is complete and the item has a value or a
    reason for none."""

    entry: int
    item: str
    is_verifiable: bool
    is_critical: bool = False
    is_planned: bool = False
    verification: Verification | None = None
    change: AuditEvent | None = None
    reader: int = 0

    @property
    def state(self) -> str:
        """`verified`, `changed` since it was verified, `to-verify`, `off-plan`; "" where nothing is verified."""
        if self.verification:
            return "verified" if self.verification.stands else "changed"
        if not self.is_verifiable:
            return ""
        return "to-verify" if self.is_planned else "off-plan"

    @property
    def is_to_do(self) -> bool:
        return self.is_verifiable and self.is_planned and self.state != "verified"

    @property
    def is_own(self) -> bool:
        """Whether the reader verified it, and may take that back."""
        found = self.verification
        return bool(found and found.stands and found.verified_by_id == self.reader)


@dataclass(frozen=True)
class Desk:
    """The items of one page. `seen`: how long the patient's chain was when the page was made; `lock`: what freezes or
    locks all of it."""

    patient: Patient
    sheets: list[Sheet]
    reader: User
    seen: int
    sampled: dict[int, bool]
    latest: dict[Key, Verification]
    queries: dict[Key, list[Query]]
    changes: dict[int, AuditEvent]
    standings: dict[Key, Standing] = field(default_factory=dict)
    lock: Lock | None = None

    def standing(self, reading: Reading) -> Standing | None:
        """None of an item that is not entered, or of a form that is not begun."""
        entry = reading.sheet.entry
        return self.standings.get((entry.pk, reading.name)) if entry else None

    def queries_of(self, reading: Reading) -> list[Query]:
        entry = reading.sheet.entry
        return self.queries.get((entry.pk, reading.name), []) if entry else []

    def findings_of(self, reading: Reading) -> list[Finding]:
        """The questions of edit checks that no query repeats."""
        asked = {query.finding_id for query in self.queries_of(reading) if query.is_open}
        return [finding for finding in reading.questions if finding.pk not in asked]

    def todo(self, sheet: Sheet) -> list[Standing]:
        """What is left to verify of a form and its rows, in the order of the page."""
        keys = [(s.row.entry_id, name) for s in sheet.with_rows if s.row for name in s.readings]
        return [found for key in keys if (found := self.standings.get(key)) and found.is_to_do]

    def wants(self, sheet: Sheet) -> bool:
        """Whether the plan wants anything of a form or its rows."""
        ids = {each.row.entry_id for each in sheet.with_rows if each.row}
        return any(
            each.is_planned and each.is_verifiable for each in self.standings.values() if each.entry in ids
        )

    @cached_property
    def may_verify(self) -> bool:
        return self.reader.may(Right.VERIFY, self.patient.site) and not is_locked(self.lock)

    @cached_property
    def may_query(self) -> bool:
        return self.reader.may(Right.QUERY, self.patient.site) and not is_locked(self.lock)

    @property
    def planned(self) -> int:
        return sum(each.is_planned and each.is_verifiable for each in self.standings.values())

    @property
    def verified(self) -> int:
        return sum(each.is_planned and each.state == "verified" for each in self.standings.values())

    @property
    def open_queries(self) -> int:
        return sum(query.is_open for found in self.queries.values() for query in found)


def desk_of(patient: Patient, sheets: list[Sheet], reader: User, seen: int, lock: Lock | None = None) -> Desk:
    """Five statements, whatever the number of items. `seen`: the chain's length, read before the sheets were."""
    rows = [each.row for sheet in sheets for each in sheet.with_rows if each.row is not None]
    ids = [row.entry_id for row in rows]
    latest = latest_on(ids)
    desk = Desk(
        patient, sheets, reader, seen, sampled_of(ids), latest, queries_on(ids),
        changes_of(patient, latest.values()), lock=lock,
    )  # fmt: skip
    for row in rows:
        values = set(items_to_verify(row)) if row.entry.status == Status.COMPLETE else set()
        for name in CRFS[row.entry.crf].entered:
            desk.standings[row.entry_id, name] = standing_of(
                row.entry, name, reader, desk.sampled, latest, desk.changes, is_verifiable=name in values
            )
    return desk


def standing_of(
    entry: Entry,
    item: str,
    reader: User,
    sampled: dict[int, bool],
    latest: dict[Key, Verification],
    changes: dict[int, AuditEvent],
    *,
    is_verifiable: bool = True,
) -> Standing:
    verification = latest.get((entry.pk, item))
    fallen = verification.fallen_position if verification else None
    return Standing(
        entry.pk,
        item,
        is_verifiable,
        is_critical(entry.crf, item),
        is_planned(entry.crf, item, sampled.get(entry.pk, False)),
        verification,
        changes.get(fallen) if fallen else None,
        reader.pk,
    )


def standing_now(entry: Entry, item: str, reader: User) -> Standing:
    """Of one item, for the answer to a key; three statements."""
    latest = latest_on([entry.pk])
    mine = [latest[entry.pk, item]] if (entry.pk, item) in latest else []
    return standing_of(entry, item, reader, sampled_of([entry.pk]), latest, changes_of(entry.patient, mine))


def chain_length(patient: Patient) -> int:
    return AuditChain.objects.values_list("length", flat=True).get(chain=patient.pk)


def sampled_of(ids: Iterable[int]) -> dict[int, bool]:
    """{entry id: whether it was drawn}."""
    return dict(ReviewMark.objects.filter(entry__in=list(ids)).values_list("entry", "is_sampled"))


def changes_of(patient: Patient, latest: Iterable[Verification]) -> dict[int, AuditEvent]:
    """{position: the change that undid a verification}."""
    positions = [each.fallen_position for each in latest if each.fallen_position]
    found = AuditEvent.objects.filter(chain=patient.pk, position__in=[0, *positions])
    return {event.position: event for event in found}
