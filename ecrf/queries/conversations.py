"""What a site asks and notes at an item, and what becomes of it: no value, status, check or verification moves."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, added_by_click, one_click
from ecrf.casebook.models import Entry
from ecrf.casebook.places import Place, is_struck_whole
from ecrf.casebook.record.hooks import HOOKS
from ecrf.queries import rules
from ecrf.queries.messages import say_first
from ecrf.queries.models import Act, Message, Query, QueryKind, Turn
from ecrf.queries.quotes import as_it_stands
from ecrf.queries.rules import QueryRefused
from ecrf.queries.services import next_number, one_at_a_time, perform, refuse_struck


def open_here(
    *,
    place: Place,
    item: str,
    kind: QueryKind,
    text: str,
    by: User,
    actor: Actor,
    request_key: uuid.UUID | None = None,
) -> Query:
    """The site asks the monitor, or leaves a note, at an item; also at a blank one, and in a form not begun, which it
    does not begin. The same key, or the same words again, give one."""
    words = rules.readable(
        text,
        pgettext("what is to be written", "your question")
        if kind == QueryKind.QUESTION
        else pgettext("what is to be written", "your note"),
    )
    rules.need(by, Right.ANSWER, place.patient.site)
    with one_at_a_time(place.patient.pk, actor, "site"):
        if request_key:
            one_click(request_key)
        entry = Entry.objects.filter(place.held()).select_related("parent", "patient__site").first()
        if known := _known(place, entry, item, kind, words, by, request_key):
            return known
        _refuse_held(place, entry)
        conversation = _opened(place, entry, item, kind, words, by, request_key)
        say_first(conversation, words, by, actor.role)
    return conversation


def reply(*, query: Query, text: str, by: User, actor: Actor, seen: int | None = None) -> Query:
    """Who reviews answers a question, and its turn goes to the site; or adds to a note."""
    words = rules.readable(text, pgettext("what is to be written", "your answer"))
    rules.need_to_ask(by, query)
    rules.asking_as(actor.role)

    def allowed(query: Query) -> None:
        rules.refuse_but_open_of_site(query)
        if query.is_sites_turn:
            raise QueryRefused(
                gettext("%(query)s is answered already: the site closes it or asks on.")
                % {"query": query.name}
            )

    act, turn = (Act.ADDED, Turn.ANYBODY) if query.is_note else (Act.ANSWERED, Turn.SITE)
    return perform(query, act, words, by, actor, "monitor", seen, allowed, turn)


def mark_read(*, query: Query, by: User, actor: Actor, seen: int | None = None) -> Query:
    """Who reviews has read a note and has nothing to add: the site sees it."""
    rules.need_to_ask(by, query)
    rules.asking_as(actor.role)

    def allowed(query: Query) -> None:
        if not query.is_note:
            raise QueryRefused(gettext("%(query)s is no note: write an answer.") % {"query": query.name})
        rules.refuse_closed(query)
        if query.answered_by:
            raise QueryRefused(gettext("%(query)s has been read already.") % {"query": query.name})

    return perform(query, Act.READ, "", by, actor, "monitor", seen, allowed, Turn.ANYBODY)


def go_on(*, query: Query, text: str, by: User, actor: Actor, seen: int | None = None) -> Query:
    """The site asks on, and the turn goes to whoever answered last; or it adds to its note."""
    words = rules.readable(text)
    rules.need(by, Right.ANSWER, query.site)
    allowed = rules.refuse_but_open_of_site
    if query.is_note:
        return perform(query, Act.ADDED, words, by, actor, "site", seen, allowed, Turn.ANYBODY)
    return perform(query, Act.ASKED_AGAIN, words, by, actor, "site", seen, allowed, _who_answers(query))


def finish(*, query: Query, text: str = "", by: User, actor: Actor, seen: int | None = None) -> Query:
    """The site closes its question or its note: nothing is open any more."""
    words = rules.readable(text) if text.strip() else ""
    rules.need(by, Right.ANSWER, query.site)
    allowed = rules.refuse_but_open_of_site
    return perform(query, Act.CLOSED, words, by, actor, "site", seen, allowed, Turn.NOBODY)


def _who_answers(query: Query) -> Turn:
    """Who has it now, else who wrote there last, else the monitor."""
    if query.turn in rules.MAY_TAKE_A_QUESTION:
        return Turn(query.turn)
    roles = Message.objects.filter(query=query, role__in=rules.MAY_TAKE_A_QUESTION).order_by("-pk")
    return Turn(roles.values_list("role", flat=True).first() or Turn.MONITOR)


def _known(
    place: Place,
    entry: Entry | None,
    item: str,
    kind: QueryKind,
    words: str,
    by: User,
    request_key: uuid.UUID | None,
) -> Query | None:
    """What this click, or the same person with the same words, has opened already."""
    here = Query.every.filter(**_place_columns(place, entry), patient=place.patient, item=item, kind=kind)
    if request_key is not None and (known := added_by_click(Query.every.all(), request_key)):
        if known.opened_by_id != by.pk or not here.filter(pk=known.pk).exists():
            raise QueryRefused(gettext("The page is out of date. Load it again; nothing was sent."))
        return known
    return here.filter(text_as_asked=words, opened_by=by).exclude(turn=Turn.NOBODY).first()


def _refuse_held(place: Place, entry: Entry | None) -> None:
    """What is struck out, also as a whole; and a row not begun of a form that is locked, of which the trail's guard
    knows nothing."""
    if entry is not None:
        return refuse_struck(entry)
    if is_struck_whole(place):
        raise QueryRefused(gettext("This was struck out meanwhile. Nothing was sent."))
    above = Entry.objects.filter(place.above.held()).first() if place.above else None
    if above is None:
        return None
    refuse_struck(above)
    if any(guard(place.patient, {above.pk}) for guard in HOOKS.guards):
        raise QueryRefused(gettext("This form is locked. Nothing was sent."))
    return None


def _place_columns(place: Place, entry: Entry | None) -> dict[str, object]:
    if entry is not None:
        return {"entry": entry}
    return {
        "entry": None,
        "visit": place.visit,
        "crf": place.definition.key,
        "form_number": place.number,
        "parent_number": place.parent,
    }


def _opened(
    place: Place,
    entry: Entry | None,
    item: str,
    kind: QueryKind,
    words: str,
    by: User,
    request_key: uuid.UUID | None,
) -> Query:
    now = timezone.now()
    return Query.every.create(
        **_place_columns(place, entry),
        patient=place.patient,
        site=place.patient.site,
        number=next_number(place.patient.pk),
        kind=kind,
        item=item,
        text_as_asked=words,
        value=as_it_stands(entry, item) if entry else "",
        turn=Turn.ANYBODY if kind == QueryKind.NOTE else Turn.MONITOR,
        turn_since=now,
        asked_in=Turn.SITE,
        opened_at=now,
        opened_by=by,
        request_key=request_key,
    )
