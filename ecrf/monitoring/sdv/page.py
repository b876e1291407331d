"""What a reviewer works on: every item of a page, with where its verification stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Patient, Status, Visit
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.stored_rows import lines_of
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.formview.form_view import FormView, ItemView
from ecrf.locks.lookup import is_locked
from ecrf.locks.models import Lock
from ecrf.queries.lookup import ByItem, asked_on
from ecrf.queries.models import Query
from ecrf.queries.rules import may_ask
from ecrf.verification.copies import say_against
from ecrf.verification.lookup import latest_on
from ecrf.verification.models import Verification
from ecrf.verification.plan import is_critical, is_planned, items_to_verify

Key = tuple[int, str]
CHAIN = "SELECT length FROM audit_auditchain WHERE chain = %s"
SAMPLED = "SELECT entry_id, is_sampled FROM casebook_reviewstatus WHERE entry_id = ANY(%s)"


@dataclass(eq=False)
class ItemStanding:
    """Where the verification of one item stands. `is_verifiable`: the form is complete and the item has a value or a
    reason for none. Nothing changes it; it is not frozen, for a page makes hundreds."""

    entry: int
    item: str
    is_verifiable: bool
    is_critical: bool = False
    is_planned: bool = False
    verification: Verification | None = None
    change: AuditEvent | None = None
    reader: int = 0
    state: str = field(init=False)
    """`verified`, `changed` since it was verified, `to-verify`, `off-plan`; "" where nothing is verified."""

    def __post_init__(self) -> None:
        if self.verification:
            self.state = "verified" if self.verification.stands else "changed"
        elif self.is_verifiable:
            self.state = "to-verify" if self.is_planned else "off-plan"
        else:
            self.state = ""

    @property
    def is_to_do(self) -> bool:
        return self.is_verifiable and self.is_planned and self.state != "verified"

    @property
    def is_own(self) -> bool:
        """Whether the reader verified it, and may take that back."""
        verification = self.verification
        return bool(verification and verification.stands and verification.verified_by_id == self.reader)


@dataclass(frozen=True)
class SdvPage:
    """The items of one page. `seen`: how long the patient's chain was when the page was made; `lock`: what freezes or
    locks all of it."""

    patient: Patient
    form_views: list[FormView]
    reader: User
    seen: int
    sampled: dict[int, bool]
    latest: dict[Key, Verification]
    queries: ByItem
    conversations: ByItem
    changes: dict[int, AuditEvent]
    standings: dict[Key, ItemStanding] = field(default_factory=dict)
    lock: Lock | None = None

    def standing(self, item_view: ItemView) -> ItemStanding | None:
        """None of an item that is not entered, or of a form that is not begun."""
        return self.standings.get((item_view.form_view.entry_id, item_view.name))

    def queries_of(self, item_view: ItemView) -> list[Query]:
        return self.queries.get((item_view.form_view.entry_id, item_view.name), [])

    def conversations_of(self, item_view: ItemView) -> list[Query]:
        """What the site asks and notes there, also in a form that nobody has begun."""
        return self.conversations.get((item_view.form_view.spot, item_view.name), [])

    def discrepancies_of(self, item_view: ItemView) -> list[Discrepancy]:
        """The questions of edit checks that no query repeats."""
        asked = {query.discrepancy_id for query in self.queries_of(item_view) if query.is_open}
        return [discrepancy for discrepancy in item_view.questions if discrepancy.pk not in asked]

    def todo(self, form_view: FormView) -> list[ItemStanding]:
        """What is left to verify of a form and its rows, in the order of the page."""
        return [one for row_view in form_view.with_rows for one in self._to_do.get(row_view.entry_id, ())]

    def at_once(self, form_view: FormView) -> list[ItemStanding]:
        """Of what is left, the items that can be verified together: those without an open query."""
        return [one for one in self.todo(form_view) if not self._is_asked(one)]

    def _is_asked(self, standing: ItemStanding) -> bool:
        return any(query.is_open for query in self.queries.get((standing.entry, standing.item), ()))

    @cached_property
    def _to_do(self) -> dict[int, list[ItemStanding]]:
        """{entry id: what is left to verify of it, in the order of its items}."""
        found: dict[int, list[ItemStanding]] = {}
        for standing in self.standings.values():
            if standing.is_to_do:
                found.setdefault(standing.entry, []).append(standing)
        return found

    def wants(self, form_view: FormView) -> bool:
        """Whether the plan wants anything of a form or its rows."""
        return any(row_view.entry_id in self._wanted for row_view in form_view.with_rows)

    @cached_property
    def _wanted(self) -> set[int]:
        """The ids of the entries of which the plan wants anything."""
        return {one.entry for one in self.standings.values() if one.is_planned and one.is_verifiable}

    @cached_property
    def may_verify(self) -> bool:
        return self.reader.may(Right.VERIFY, self.patient.site) and not is_locked(self.lock)

    @cached_property
    def may_query(self) -> bool:
        return may_ask(self.reader, self.patient.site) and not is_locked(self.lock)

    @cached_property
    def planned(self) -> int:
        return sum(standing.is_planned and standing.is_verifiable for standing in self.standings.values())

    @cached_property
    def verified(self) -> int:
        return sum(
            standing.is_planned and standing.state == "verified" for standing in self.standings.values()
        )

    @property
    def open_queries(self) -> int:
        return sum(query.is_open for on_item in self.queries.values() for query in on_item)


def sdv_page_of(
    patient: Patient,
    form_views: list[FormView],
    reader: User,
    seen: int,
    lock: Lock | None = None,
    visit: Visit | None = None,
) -> SdvPage:
    """Six statements at most. `seen`: the chain's length, read before the form views were. `visit`: of the page."""
    rows = [
        row_view.row
        for form_view in form_views
        for row_view in form_view.with_rows
        if row_view.row is not None
    ]
    ids = [row.entry_id for row in rows]
    latest, sampled = latest_on(ids), sampled_of(ids)
    say_against(latest.values())
    sdv_page = SdvPage(
        patient, form_views, reader, seen, sampled, latest, *asked_on(ids, patient, visit),
        changes_of(patient, latest.values()), lock=lock,
    )  # fmt: skip
    reader_id = reader.pk
    for row in rows:
        entry = row.entry
        values = set(items_to_verify(row)) if entry.status == Status.COMPLETE else set()
        for name in CRFS[entry.crf].entered:
            sdv_page.standings[entry.pk, name] = standing_of(
                entry, name, reader_id, sampled, latest, sdv_page.changes, is_verifiable=name in values
            )
    return sdv_page


def standing_of(
    entry: Entry,
    item: str,
    reader_id: int,
    sampled: dict[int, bool],
    latest: dict[Key, Verification],
    changes: dict[int, AuditEvent],
    *,
    is_verifiable: bool = True,
) -> ItemStanding:
    verification = latest.get((entry.pk, item))
    fallen = verification.fallen_position if verification else None
    return ItemStanding(
        entry.pk,
        item,
        is_verifiable,
        is_critical(entry.crf, item),
        is_planned(entry.crf, item, sampled.get(entry.pk, False)),
        verification,
        changes.get(fallen) if fallen else None,
        reader_id,
    )


def standing_now(entry: Entry, item: str, reader: User) -> ItemStanding:
    """Of one item, for the answer to a key; four statements at most."""
    latest = latest_on([entry.pk])
    say_against(latest.values())
    standing = [latest[entry.pk, item]] if (entry.pk, item) in latest else []
    return standing_of(
        entry, item, reader.pk, sampled_of([entry.pk]), latest, changes_of(entry.patient, standing)
    )


def to_verify() -> Q:
    """Whether something of an entry (OuterRef "pk") is left to verify."""
    left = ReviewStatus.objects.filter(entry=OuterRef("pk"), planned__gt=F("verified"))
    return Q(Exists(left))


def chain_length(patient: Patient) -> int:
    ((length,),) = lines_of(CHAIN, [patient.pk])
    return int(length)


def sampled_of(ids: Iterable[int]) -> dict[int, bool]:
    """{entry id: whether it is in the sample}."""
    return dict(lines_of(SAMPLED, [list(ids)]))


def changes_of(patient: Patient, latest: Iterable[Verification]) -> dict[int, AuditEvent]:
    """{position: the change that undid a verification}."""
    positions = [verification.fallen_position for verification in latest if verification.fallen_position]
    events = AuditEvent.objects.filter(chain=patient.pk, position__in=positions) if positions else ()
    return {event.position: event for event in events}
