"""Which queries a reviewer's list shows, in which order, and which of them comes next: all as its address says it."""

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import repeat
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from ecrf.access.alike import alike, holds
from ecrf.access.kept_words import as_read
from ecrf.access.language import MASTER
from ecrf.access.models import User
from ecrf.access.reach import reachable, site_ids
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right, Role
from ecrf.access.statements import written_once
from ecrf.audit.texts import cleaned, fold
from ecrf.casebook.read_by_safety import crfs_of_safety, patients_with_serious_event
from ecrf.casebook.stored_rows import lines_of
from ecrf.checks.registry import CHECKS
from ecrf.locks.lookup import under_lock
from ecrf.monitoring.queries.turns import HEADINGS
from ecrf.queries.lookup import is_read
from ecrf.queries.models import WAITED_FOR, Message, Query, Turn

MINE, LOCKED, CLOSED, NOTES = "mine", "locked", "closed", "notes"
TURNS: dict[str, Promise] = {
    "": pgettext_lazy("queries that are open", "Open"),
    MINE: gettext_lazy("My turn"),
    **{turn.value: HEADINGS[turn] for turn in WAITED_FOR},
    NOTES: gettext_lazy("Notes of sites"),
    CLOSED: pgettext_lazy("state of a query", "Closed"),
    LOCKED: gettext_lazy("Under a lock"),
}
AGES = {
    "": gettext_lazy("Any age"),
    "7": gettext_lazy("Over 7 days"),
    "30": gettext_lazy("Over 30 days"),
}
ASKERS: dict[str, Promise | str] = {
    "": pgettext_lazy("asked by", "Everybody"),
    "none": pgettext_lazy("asked by", "Reviewers"),
    "any": pgettext_lazy("asked by", "Checks"),
    "site": pgettext_lazy("asked by", "Sites"),
}
ORDERS = {"": ("turn_since", "pk"), "patient": ("patient__number", "number")}
NEWEST_CLOSED = ("-turn_since", "-pk")
LONGEST_TEXT = 200

Places = frozenset[tuple[str, int | None]]
"""As what somebody works, and at which site: {(role, site's id, None at a role of all sites)}."""


@dataclass(frozen=True)
class QueryChoice:
    """What a list shows, each part as the address names it: whose turn, how old, asked by whom, at which site, with
    which words; and in which order. Another value than those on the page is no list (404)."""

    turn: str = ""
    over: str = ""
    check: str = ""
    site: str = ""
    q: str = ""
    by: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> "QueryChoice":
        named = {one.name: params.get(one.name, "") for one in fields(cls)}
        if "\x00" in "".join(named.values()):
            raise Http404
        choice = cls(**named)
        is_known = choice.check in {*ASKERS, *CHECKS} or Query.objects.filter(check_id=choice.check).exists()
        if choice.turn not in TURNS or choice.over not in AGES or choice.by not in ORDERS or not is_known:
            raise Http404
        return choice

    @property
    def params(self) -> str:
        """As the list's address names it: `turn=mine&site=02`."""
        return urlencode({one.name: value for one in fields(self) if (value := getattr(self, one.name))})

    @property
    def url(self) -> str:
        page = reverse("monitor:queries_query_changelist")
        return f"{page}?{self.params}" if self.params else page

    @cached_property
    def order(self) -> tuple[str, str]:
        return NEWEST_CLOSED if self.turn == CLOSED and not self.by else ORDERS[self.by]

    def rows(self, user: User) -> QuerySet[Query]:
        """The queries of the list, in its order, at the user's sites only."""
        return self.narrowed(readable(user, Query.every.all()), places_of(user)).order_by(*self.order)

    def narrowed(self, rows: QuerySet[Query], places: Places) -> QuerySet[Query]:
        """Those of the rows that the list shows to a reader in these places."""
        rows = of_turn(rows, self.turn, places)
        if self.over:
            rows = rows.filter(turn_since__lt=timezone.now() - timedelta(days=int(self.over)))
        if self.check == "any":
            rows = rows.exclude(check_id="")
        elif self.check == "site":
            rows = rows.filter(kind__isnull=False)
        elif self.check == "none":
            rows = rows.filter(check_id="", kind=None)
        elif self.check:
            rows = rows.filter(check_id=self.check)
        if self.site:
            rows = rows.filter(site__code=self.site)
        return searched(rows, self.q)

    def after(self, query: Query, user: User) -> int | None:
        """The id of the one that follows in the list, whether this one is still in it or not; one statement."""
        first, second = self.order
        way = "lt" if first.startswith("-") else "gt"
        first, second = first.lstrip("-"), second.lstrip("-")
        here = query.patient.number if first == "patient__number" else query.turn_since
        sites = site_ids(user, Right.REVIEW)
        if sites == site_ids(user, Right.REVIEW_SAFETY) and not (self.over or self.q):
            statement, given = _following(self, places_of(user), None if sites is None else tuple(sites))
            found = lines_of(statement, [*given, here, getattr(query, second)]) if statement else []
            return next((pk for (pk,) in found), None)
        behind = Q(**{f"{first}__{way}": here}) | Q(
            **{first: here, f"{second}__{way}": getattr(query, second)}
        )
        return self.rows(user).filter(behind).values_list("pk", flat=True).first()


@lru_cache(maxsize=512)
def _following(
    choice: QueryChoice, places: Places, sites: tuple[int, ...] | None
) -> tuple[str, tuple[object, ...]]:
    """The statement, and what it is given, for the first one of the list behind a place in its order: worked out once
    for all who see the same rows, since that takes longer than to find one. `sites`: those that are read, None for
    all."""
    rows = Query.every.all() if sites is None else Query.every.filter(site__in=sites)
    first, second = (F(column.lstrip("-")) for column in choice.order)
    listed = choice.narrowed(rows, places).order_by().annotate(first=first, second=second)
    try:
        statement, given = listed.values_list("pk", "first", "second").query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    is_down = choice.order[0].startswith("-")
    way, behind = ("DESC", "<") if is_down else ("ASC", ">")
    return (
        f"SELECT id FROM ({statement}) AS listed (id, first, second) WHERE (first, second) {behind} (%s, %s)"  # noqa: S608
        f" ORDER BY first {way}, second {way} LIMIT 1",
        given,
    )


def readable(user: User, rows: QuerySet[Query]) -> QuerySet[Query]:
    """Those on forms that the person reads: all of the sites that he reviews; elsewhere what is open to safety, for
    which one statement looks up the patients with a serious event."""
    everything, safety = site_ids(user, Right.REVIEW), site_ids(user, Right.REVIEW_SAFETY)
    if everything == safety:
        return reachable(user, rows, Right.REVIEW)
    logs = crfs_of_safety()
    open_to_safety = Q(entry__crf__in=logs) | Q(crf__in=logs) | Q(patient__in=patients_with_serious_event())
    at_own = Q() if everything is None else Q(site__in=everything)
    return reachable(user, rows, Right.REVIEW_SAFETY).filter(at_own | open_to_safety)


def of_turn(rows: QuerySet[Query], turn: str, places: Places) -> QuerySet[Query]:
    """Those whose turn it is, to a reader in these places. What a lock holds is nobody's to act in: it stands in a list
    of its own."""
    if turn == CLOSED:
        return rows.filter(turn=Turn.NOBODY)
    if turn == LOCKED:
        return rows.filter(under_lock()).exclude(turn=Turn.NOBODY)
    if turn == NOTES:
        return rows.filter(~under_lock(), turn=Turn.ANYBODY)
    still_open = rows.filter(~under_lock(), turn__in=WAITED_FOR)
    if turn == MINE:
        return still_open.filter(turn_of(places))
    return still_open.filter(turn=turn) if turn else still_open


def places_of(user: User) -> Places:
    return frozenset((member.role, member.site_id) for member in user.current_memberships)


def turn_of(places: Places) -> Q:
    """Which queries wait for a person in these places: a monitor's at the own sites, a data manager's and
    safety's anywhere."""
    waits = Q(pk=None)
    for role, site in places:
        if role == Role.MONITOR:
            waits |= Q(turn=Turn.MONITOR, site=site)
        elif role == Role.DATA_MANAGER:
            waits |= Q(turn=Turn.DATA_MANAGER)
        elif role == Role.SAFETY:
            waits |= Q(turn=Turn.SAFETY)
    return waits


def count_turns(choice: QueryChoice, user: User) -> dict[str, int]:
    """{whose turn: how many}, of the open ones, with those that a lock holds apart, and of the notes those that nobody
    has read; one statement."""
    places = places_of(user)
    if (ids := site_ids(user, Right.REVIEW)) != site_ids(user, Right.REVIEW_SAFETY):
        rows = readable(user, Query.every.exclude(turn=Turn.NOBODY))
        return _to_count(rows, choice.site or None).aggregate(**_counts(places))
    found = _turn_counts.lines(ids, choice.site or None, places=places)
    return dict(zip(_counts(places), found[0] if found else repeat(0), strict=False))


def _to_count(rows: QuerySet[Query], site: str | None) -> QuerySet[Query]:
    rows = rows.annotate(is_held=under_lock(), is_read=is_read()).order_by()
    return rows if site is None else rows.filter(site__code=site)


def _counts(places: Places) -> dict[str, Count]:
    turns = {turn.value: Q(turn=turn.value) for turn in WAITED_FOR}
    turns[NOTES] = Q(turn=Turn.ANYBODY, is_read=False)
    free = {key: which & Q(is_held=False) for key, which in {MINE: turn_of(places), **turns}.items()}
    filters = {**free, LOCKED: Q(is_held=True)}
    return {key: Count("pk", filter=which) for key, which in filters.items()}


@written_once
def _turn_counts(sites: list[int] | None, site: str | None, *, places: Places) -> QuerySet:
    """One line; none where there is no such query."""
    rows = Query.every.exclude(turn=Turn.NOBODY)
    rows = _to_count(rows if sites is None else rows.filter(site__in=sites), site)
    counts = _counts(places)
    return rows.values(all=Value(True)).annotate(**counts).values_list(*counts)


def count_mine(user: User) -> int:
    """The number in the head of every page: how long the list "My turn" is; one statement. Two for safety: a
    query is not counted where the serious event that opened the casebook was struck out since."""
    if Right.QUERY_SAFETY in user.rights:
        return QueryChoice(turn=MINE).rows(user).count()
    statement, given = _counting(places_of(user))
    return sum(count for (count,) in lines_of(statement, given)) if statement else 0


@lru_cache(maxsize=512)
def _counting(places: Places) -> tuple[str, tuple[object, ...]]:
    """The list's own statement, worked out once for all in the same places: that takes longer than to count."""
    rows = of_turn(Query.every.order_by(), MINE, places)
    counted = rows.values(mine=Value(True)).annotate(count=Count("pk")).values_list("count")
    try:
        return counted.query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def searched(rows: QuerySet[Query], typed: str) -> QuerySet[Query]:
    """Those with these words in the question or in what was said, of a patient whose number begins so, or with this
    number in the study (`Q17`)."""
    text = cleaned(typed[:LONGEST_TEXT], lines=False).strip()
    if not text:
        return rows
    words = fold(text)
    said = Message.objects.filter(holds("text", text), query=OuterRef("pk"))
    found = Q(patient__number__startswith=words.upper()) | holds("text_as_asked", text) | Q(Exists(said))
    if words[:1] in "qQ" and (number := whole_number(words[1:])) is not None:
        found |= Q(pk=number)
    if get_language() != MASTER:
        found |= Q(pk__in=_said_by_the_product(rows, alike(text)))
    return rows.filter(found)


def _said_by_the_product(rows: QuerySet[Query], wanted: str) -> set[int]:
    """The ids of those where a check's question, or what became of it, holds the words as the reader is shown it: what
    is stored of these is English, and is put into words here and not in the database. Two statements."""
    asked = rows.exclude(check_id="").order_by().only("check_id", *Query.QUESTION)
    found = {query.pk for query in asked.iterator() if wanted in alike(query.text)}
    said = Message.objects.filter(query__in=rows.order_by(), said_by=None).exclude(text="")
    said = said.exclude(text=F("query__text_as_asked"))  # what it asks now, not what it asked before
    return found | {pk for pk, text in said.values_list("query", "text") if wanted in alike(as_read(text))}
