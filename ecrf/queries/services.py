"""What people do in queries: open, answer, ask again, pass on, close, reopen. None of it changes a value."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting, added_by_click, one_click
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Entry
from ecrf.forms.registry import CRFS
from ecrf.queries import rules
from ecrf.queries.messages import MOVED, say, say_first
from ecrf.queries.models import WAITED_FOR, Act, Message, Query, Turn
from ecrf.queries.quotes import as_it_stands
from ecrf.queries.rules import NotAllowed, QueryRefused, TextRefused

__all__ = [
    "NotAllowed",
    "QueryRefused",
    "TextRefused",
    "answer",
    "ask_again",
    "close",
    "open_query",
    "pass_on",
    "reopen",
]


def open_query(
    *,
    entry: Entry,
    item: str,
    text: str,
    by: User,
    actor: Actor,
    request_key: uuid.UUID | None = None,
    source: str = "monitor",
    together: int | None = None,
) -> Query:
    """Ask the site about one item, also about a blank one. The same key, or the same words again, give one query.
    `together`: of how many queries at once this is one."""
    words = rules.readable(text)
    rules.need_to_ask(by, entry)
    asked_in = rules.asking_as(actor.role)
    with one_at_a_time(entry.patient_id, actor, source):
        stored = Entry.objects.select_related("parent", "patient__site").get(pk=entry.pk)
        if request_key:
            one_click(request_key)
        if known := _known(stored, item, words, by, request_key):
            return known
        definition = CRFS.get(stored.crf)
        if definition is None or item not in definition.items:
            raise QueryRefused(gettext("This form has no such item any more. Nothing was sent."))
        refuse_struck(stored)
        query = _opened(stored, item, words, by, asked_in, request_key)
        say_first(query, words, by, actor.role, together)
    return query


def answer(
    *, query: Query, text: str, by: User, actor: Actor, source: str = "site", seen: int | None = None
) -> Query:
    """The site answers; the turn goes to who asked. `seen`, here and below: the last message that was on the page."""
    words = rules.readable(text, pgettext("what is to be written", "your answer"))
    rules.need(by, Right.ANSWER, query.site)
    return perform(query, Act.ANSWERED, words, by, actor, source, seen, rules.refuse_if_not_sites_turn)


def ask_again(
    *,
    query: Query,
    text: str,
    by: User,
    actor: Actor,
    source: str = "monitor",
    seen: int | None = None,
    together: int | None = None,
) -> Query:
    """The answer leaves something open: the turn goes back to the site, and the next answer to who asks now."""
    words = rules.readable(text)
    rules.need_to_ask(by, query)

    def allowed(query: Query) -> None:
        rules.refuse_of_site(query)
        rules.refuse_closed(query)
        if query.is_sites_turn:
            raise QueryRefused(
                gettext("Query %(number)s waits for the site's answer already.") % {"number": query.code}
            )
        query.asked_in = rules.asking_as(actor.role)

    return perform(query, Act.ASKED_AGAIN, words, by, actor, source, seen, allowed, Turn.SITE, together)


def pass_on(
    *,
    query: Query,
    to: Turn,
    text: str,
    by: User,
    actor: Actor,
    source: str = "monitor",
    seen: int | None = None,
) -> Query:
    """Pass the turn on: between monitor, data manager and, where it reads, safety; or (a query) to the site."""
    words = rules.readable(text, pgettext("what is to be written", "what the other is to look at"))
    rules.need_to_ask(by, query)
    if to not in (rules.MAY_TAKE_A_QUESTION if query.is_of_site else WAITED_FOR) or query.is_note:
        raise TextRefused(gettext("Choose to whom the %(word)s is passed on.") % {"word": query.word})

    def allowed(query: Query) -> None:
        rules.refuse_closed(query)
        if query.turn == to:
            raise QueryRefused(
                gettext("It is %(who)s's turn already in %(word)s %(number)s.")
                % {"who": Turn(to).who, "word": query.word, "number": query.code}
            )
        if to == Turn.SAFETY:
            rules.refuse_beyond_safety(query)
        if to == Turn.SITE:
            query.asked_in = rules.asking_as(actor.role)

    return perform(query, Act.PASSED_ON, words, by, actor, source, seen, allowed, to)


def close(
    *,
    query: Query,
    text: str = "",
    by: User,
    actor: Actor,
    source: str = "monitor",
    seen: int | None = None,
    together: int | None = None,
) -> Query:
    """Nothing is open any more. By who opened it or a data manager; of a check's query, by any monitor of the site. Of
    what the site has not answered, with a word why."""
    words = rules.readable(text) if text.strip() else ""
    rules.need_to_ask(by, query)

    def allowed(query: Query) -> None:
        rules.refuse_to_close(query, by)
        rules.refuse_unanswered(query, words)

    return perform(query, Act.CLOSED, words, by, actor, source, seen, allowed, Turn.NOBODY, together)


def reopen(
    *, query: Query, text: str, by: User, actor: Actor, source: str = "monitor", seen: int | None = None
) -> Query:
    """Open a closed query again, with the reason; it is the site's turn."""
    words = rules.readable(text, pgettext("what is to be written", "why the query is reopened"))
    rules.need_to_ask(by, query)

    def allowed(query: Query) -> None:
        rules.refuse_of_site(query)
        rules.refuse_open(query)
        refuse_struck(Entry.objects.select_related("parent").get(pk=query.form.pk))
        query.asked_in = rules.asking_as(actor.role)

    return perform(query, Act.REOPENED, words, by, actor, source, seen, allowed, Turn.SITE)


@contextmanager
def one_at_a_time(patient_id: int, actor: Actor, source: str) -> Iterator[None]:
    """Writers of one patient take turns; what the database refuses because of a lock is said in words."""
    try:
        with acting(actor, patient_id=patient_id, source=source):
            yield
    except Locked as refusal:
        raise QueryRefused(str(refusal)) from refusal


def perform(
    query: Query,
    act: Act,
    words: str,
    by: User,
    actor: Actor,
    source: str,
    seen: int | None,
    allowed: Callable[[Query], None],
    turn: Turn | None = None,
    together: int | None = None,
) -> Query:
    """`turn`: whose it is then; None for who asked. `together`: of how many queries at once this is one."""
    with one_at_a_time(query.patient_id, actor, source):
        query.refresh_from_db(fields=MOVED)
        query.__dict__.pop("said", None)
        last = Message.objects.filter(query=query).order_by("-pk").first()
        if _is_second_click(query, last, act, words, by):
            return query
        if act != Act.CLOSED or query.is_open:
            rules.refuse_unseen(query, last, seen)
        allowed(query)
        value = as_it_stands(query.entry, query.item) if query.entry else ""
        whose = Turn(query.asked_in) if turn is None else turn
        say(query, act, words, turn=whose, value=value, by=by, role=actor.role, together=together)
    return query


def _is_second_click(query: Query, last: Message | None, act: Act, words: str, by: User) -> bool:
    """Who closes twice is told that it is closed."""
    if act == Act.CLOSED:
        return False
    if act == Act.ANSWERED and not query.is_sites_turn:
        # A correction may have closed the query by itself since.
        last = Message.objects.filter(query=query, said_by__isnull=False).order_by("-pk").first()
    return rules.is_repeated(last, act, words, by)


def _known(entry: Entry, item: str, words: str, by: User, request_key: uuid.UUID | None) -> Query | None:
    """The query that this click, or the same person with the same words, has opened already."""
    if request_key is not None and (known := added_by_click(Query.every.all(), request_key)):
        if (known.entry_id, known.item, known.opened_by_id) != (entry.pk, item, by.pk):
            raise QueryRefused(gettext("The page is out of date. Load it again; nothing was sent."))
        return known
    same = Query.objects.filter(entry=entry, item=item, text_as_asked=words, opened_by=by, turn=Turn.SITE)
    return same.first()


def refuse_struck(entry: Entry) -> None:
    if entry.is_struck:
        raise QueryRefused(gettext("This row is struck out: nothing is asked about it. Nothing was sent."))


def next_number(patient_id: int) -> int:
    """Of a patient's queries, questions and notes: they share one row of numbers."""
    return (Query.every.filter(patient=patient_id).aggregate(last=Max("number"))["last"] or 0) + 1


def _opened(
    entry: Entry, item: str, words: str, by: User, asked_in: Turn, request_key: uuid.UUID | None
) -> Query:
    number = next_number(entry.patient_id)
    now = timezone.now()
    return Query.objects.create(
        patient=entry.patient,
        site=entry.patient.site,
        number=number,
        entry=entry,
        item=item,
        text_as_asked=words,
        value=as_it_stands(entry, item),
        turn=Turn.SITE,
        turn_since=now,
        asked_in=asked_in,
        opened_at=now,
        opened_by=by,
        request_key=request_key,
    )
