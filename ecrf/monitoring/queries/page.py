"""What the pages of queries show: a row of the list, and one query with its value, its neighbours and its history."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.access.statements import written_once
from ecrf.casebook.history import HistoryLine, item_history
from ecrf.casebook.read_by_safety import is_read_by_safety
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import is_locked, lock_on_entry, locks_over, under_lock
from ecrf.locks.models import Lock
from ecrf.monitoring.queries.narrowing import Places, QueryChoice, places_of, turn_of
from ecrf.queries import rules
from ecrf.queries.lookup import is_read, placed
from ecrf.queries.models import WAITED_FOR, Message, Query, Turn
from ecrf.queries.quotes import in_words, quoted, rows_of

NOT_BEGUN = gettext_lazy("blank, in a form that is not begun")
NEIGHBOURS = 24
"""So many items around the one that is asked about, of its section."""


@dataclass(frozen=True)
class ListedQuery:
    """A row of the list. `last`: what was said last, where that is not the question itself."""

    query: Query
    last: Message | None
    is_held: bool
    is_mine: bool
    is_read: bool
    url: str

    @property
    def moved_from(self) -> str:
        """The value when it was asked, if it was another one when somebody wrote last."""
        is_moved = self.last and self.last.value and self.query.value and self.last.value != self.query.value
        return self.query.value_words if is_moved else ""

    @property
    def last_id(self) -> int:
        return self.query.last_id  # type: ignore[attr-defined,no-any-return]


def lines_of_page(user: User, ids: list[int], choice: QueryChoice) -> list[ListedQuery]:
    """Three statements: the queries, which of them are held and which are mine, what was said last."""
    queries = placed(ids)
    found = _marks.lines(ids, places=places_of(user))
    marked = {pk: (is_held, is_mine, is_read) for pk, is_held, is_mine, is_read in found}
    last = {said.query_id: said for said in _last_said.rows(ids)}
    lines = []
    for query in queries:
        said = last.get(query.pk)
        query.last_id = said.pk if said else 0  # type: ignore[attr-defined]
        if said is not None:
            said.query = query
        shown = None if said is None or said.text == query.text_as_asked else said
        lines.append(ListedQuery(query, shown, *marked[query.pk], page_url(query.pk, choice)))
    return lines


@written_once
def _marks(ids: list[int], *, places: Places) -> QuerySet:
    """Of each query, whether a lock holds it, whether it waits for a person in these places, and whether it is read."""
    is_mine = ExpressionWrapper(turn_of(places), BooleanField())
    marks = Query.every.filter(pk__in=ids).annotate(is_held=under_lock(), is_mine=is_mine, is_read=is_read())
    return marks.values_list("pk", "is_held", "is_mine", "is_read")


@written_once
def _last_said(ids: list[int]) -> QuerySet[Message]:
    newest = Message.objects.filter(query__in=ids).order_by("query", "-pk").distinct("query")
    return newest.select_related("said_by")


@dataclass(frozen=True)
class Neighbour:
    """Another item of the same part of the form; `is_asked` marks the one that the query is about."""

    label: str
    value: str
    is_blank: bool
    is_asked: bool


@dataclass(frozen=True)
class QueryPage:
    """Everything of the page of one query. `has_moved`: since it was asked. `next_url`: the one behind it in the list
    from which it was opened."""

    query: Query
    value: str
    has_moved: bool
    neighbours: list[Neighbour]
    section: str
    history: list[HistoryLine]
    lock: Lock | None
    may_act: bool
    may_close: bool
    is_mine: bool
    choice: QueryChoice | None = None
    next_url: str = ""
    others: list[Turn] = field(default_factory=list)

    @property
    def url(self) -> str:
        return page_url(self.query.pk, self.choice)

    @property
    def may_reply(self) -> bool:
        """Of what a site opened: whether this person writes there now."""
        return self.may_act and self.query.is_of_site and self.query.is_open and not self.query.is_sites_turn


def query_page(user: User, query: Query, choice: QueryChoice | None) -> QueryPage:
    """Seven statements at most. `choice`: the list from which the query was opened, if it was."""
    row = rows_of([query.entry]).get(query.entry.pk) if query.entry else None
    definition = CRFS.get(query.form.crf)
    has_item = row is not None and definition is not None and query.item in definition.items
    section, neighbours = _neighbours(row, query.item) if row is not None and has_item else ("", [])
    lock = lock_on_entry(locks_over(query.patient), query.form)
    may_act = rules.may_ask(user, query.site) and not is_locked(lock)
    next_pk = choice.after(query, user) if choice else None
    return QueryPage(
        query=query,
        value=in_words(row, query.item) if query.entry else str(NOT_BEGUN),
        has_moved=bool(query.value and not (query.entry and query.value == quoted(row, query.item))),
        neighbours=neighbours,
        section=section,
        history=item_history(definition, row, query.item)
        if row is not None and definition and has_item
        else [],
        lock=lock,
        may_act=may_act,
        may_close=may_act and rules.may_close(query, user),
        is_mine=may_act and any(_is_turn_of(member.role, query) for member in user.current_memberships),
        choice=choice,
        next_url=page_url(next_pk, choice) if next_pk else "",
        others=_others(query) if may_act else [],
    )


def _others(query: Query) -> list[Turn]:
    """To whom it can be passed on: to safety what it reads, a note to nobody. The site is asked again instead."""
    takers = () if query.is_note else rules.MAY_TAKE_A_QUESTION if query.is_of_site else WAITED_FOR
    others = [turn for turn in takers if turn not in {query.turn, Turn.SITE}]
    is_beyond = Turn.SAFETY in others and not is_read_by_safety(query.patient_id, query.form.crf)
    return [turn for turn in others if not (is_beyond and turn == Turn.SAFETY)]


def _is_turn_of(role: str, query: Query) -> bool:
    return role == query.turn and query.is_open


def _neighbours(row: Crf, item: str) -> tuple[str, list[Neighbour]]:
    """The section's title, and the items around this one with what stands there; blank ones too."""
    definition = CRFS[row.entry.crf]
    section = next((part for part in definition.sections if item in part.items), None)
    names = [name for name in (section.items if section else definition.items) if name in definition.items]
    here = names.index(item) if item in names else 0
    first = max(0, min(here - NEIGHBOURS // 2, len(names) - NEIGHBOURS))
    shown = names[first : first + NEIGHBOURS]
    neighbours = [
        Neighbour(
            str(definition.items[name].verbose_name),
            in_words(row, name),
            is_blank=getattr(row, name) is None and name not in row.missing_reasons,
            is_asked=name == item,
        )
        for name in shown
    ]
    return section.title if section else definition.title, neighbours


def page_url(pk: int, choice: QueryChoice | None) -> str:
    page = reverse("monitor:queries_query_change", args=[pk])
    return f"{page}?{in_list(choice)}" if choice else page


def in_list(choice: QueryChoice | None) -> str:
    """`list=turn%3Dmine`: also of the list that is not narrowed, and nothing where there is no list."""
    return urlencode({"list": choice.params}) if choice else ""


def choice_in(request: HttpRequest) -> QueryChoice | None:
    """The list that the page names as the one it was opened from."""
    named: Any = request.GET.get("list", request.POST.get("list"))
    return None if named is None else QueryChoice.of(QueryDict(named))
