"""Who may do what in a query, and what a text must be: every refusal in words for the page."""

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.reach import why_not
from ecrf.access.roles import Right, Role
from ecrf.audit.texts import cleaned_or_fault
from ecrf.casebook.models import Entry
from ecrf.casebook.read_by_safety import is_read_by_safety
from ecrf.queries.models import Act, Message, Query, Turn

MAY_TAKE_A_QUESTION = (Turn.MONITOR, Turn.DATA_MANAGER, Turn.SAFETY)
"""Who asks the site, and answers what it asks."""
WHY_UNANSWERED = gettext_lazy("the site has not answered: write why it is closed all the same.")
YOUR_QUESTION = pgettext_lazy("what is to be written", "your question")


class QueryRefused(Exception):
    """Why a query was not opened, or an act in it not done, in words for the page."""

    status = 409


class TextRefused(QueryRefused):
    """The text cannot stand: it is blank, or holds what cannot be stored."""

    status = 422


class NotAllowed(QueryRefused):
    """The person's role does not let them do this."""

    status = 403


def readable(text: str, what: str | Promise = YOUR_QUESTION) -> str:
    """The text as it will stand. Any length and any language; blanks and invisible characters alone say nothing."""
    words, fault = cleaned_or_fault(text)
    if fault:
        raise TextRefused(fault)
    if not words:
        raise TextRefused(gettext("Nothing was sent: write %(what)s.") % {"what": what})
    return words


def need(by: User, right: Right, site: Site) -> None:
    if not by.may(right, site):
        raise NotAllowed(why_not(by, right, site))


def right_to_ask(by: User, site: Site) -> Right:
    """As what somebody asks there, or would: who reviews the site as monitor or data manager asks as that, safety by a
    right of its own."""
    if by.may(Right.QUERY, site):
        return Right.QUERY
    is_safety = by.may(Right.QUERY_SAFETY, site)
    if not is_safety and not by.obstacles(Right.QUERY, site):
        is_safety = bool(by.obstacles(Right.QUERY_SAFETY, site))
    return Right.QUERY_SAFETY if is_safety else Right.QUERY


def may_ask(by: User, site: Site) -> bool:
    return by.may(right_to_ask(by, site), site)


def need_to_ask(by: User, about: Entry | Query) -> None:
    """Safety asks about what it reads; whoever asks at the whole site costs no statement."""
    right = right_to_ask(by, about.site)
    need(by, right, about.site)
    if right == Right.QUERY_SAFETY:
        refuse_beyond_safety(about)


def refuse_beyond_safety(about: Entry | Query) -> None:
    crf = about.form.crf if isinstance(about, Query) else about.crf
    if not is_read_by_safety(about.patient_id, crf):
        raise NotAllowed(
            gettext(
                "Safety reads and asks on the safety logs, and of patients with a serious event on every form. "
                "This is another form, and none is recorded for the patient."
            )
        )


def asking_as(role: str) -> Turn:
    """To whom an answer goes: the role in which somebody asks."""
    if role not in MAY_TAKE_A_QUESTION:
        raise NotAllowed(gettext("Queries are asked by monitors, data managers and safety."))
    return Turn(role)


def refuse_closed(query: Query) -> None:
    if not query.is_open:
        if query.closed_by:
            words = gettext("%(query)s is closed by %(name)s. Nothing was changed.")
        else:
            words = gettext("%(query)s is closed by the system. Nothing was changed.")
        name = query.closed_by.username if query.closed_by else ""
        raise QueryRefused(words % {"query": query.name, "name": name})


def refuse_of_site(query: Query) -> None:
    """Who reviews answers a question, and adds to a note: asking again, closing and reopening are the site's."""
    if query.is_of_site:
        raise QueryRefused(
            gettext("%(query)s is the site's own: answer it there. Nothing was changed.")
            % {"query": query.name}
        )


def refuse_of_review(query: Query) -> None:
    if not query.is_of_site:
        raise QueryRefused(
            gettext("%(query)s asks the site: answer it. Nothing was changed.") % {"query": query.name}
        )


def refuse_but_open_of_site(query: Query) -> None:
    """What a site goes on with, or is answered: what it has opened itself and not closed."""
    refuse_of_review(query)
    refuse_closed(query)


def refuse_open(query: Query) -> None:
    if query.is_open:
        raise QueryRefused(
            gettext("Query %(number)s is open already: it need not be reopened.") % {"number": query.code}
        )


def refuse_unseen(query: Query, last: Message | None, seen: int | None) -> None:
    """`seen`: the last message on the page that was answered."""
    if seen is not None and last is not None and last.pk > seen:
        raise QueryRefused(
            gettext(
                "Somebody wrote in %(word)s %(number)s meanwhile. Read it here, then send yours again: it is kept."
            )
            % {"word": query.word, "number": query.code}
        )


def refuse_if_not_sites_turn(query: Query) -> None:
    refuse_of_site(query)
    refuse_closed(query)
    if not query.is_sites_turn:
        whose = Turn(query.turn).who
        raise QueryRefused(
            gettext("Query %(number)s is answered already: it is %(whose)s's turn.")
            % {"number": query.code, "whose": whose}
        )


def is_repeated(last: Message | None, act: Act, text: str, by: User) -> bool:
    """Whether this very act was the last one: a second click does nothing."""
    return last is not None and (last.act, last.text, last.said_by_id) == (act, text, by.pk)


def may_close(query: Query, by: User) -> bool:
    """Who opened it, or a data manager; of a check's, or where the opener has left, any monitor of the site. Safety
    its own, and those of who asked as safety and has left."""
    if query.is_of_site or not query.is_open or not may_ask(by, query.site):
        return False
    is_safety = right_to_ask(by, query.site) == Right.QUERY_SAFETY
    if is_safety and query.asked_in != Turn.SAFETY and query.opened_by_id != by.pk:
        return False
    here = {member.role for member in by.current_memberships if member.site_id in (None, query.site_id)}
    if Role.DATA_MANAGER in here or query.opened_by_id in (None, by.pk):
        return True
    assert query.opened_by is not None
    return not (query.opened_by.is_active and may_ask(query.opened_by, query.site))


def refuse_to_close(query: Query, by: User) -> None:
    refuse_of_site(query)
    refuse_closed(query)
    if not may_close(query, by):
        raise NotAllowed(
            gettext("Query %(number)s was opened by %(asker)s: only %(asker)s or a data manager closes it.")
            % {"number": query.code, "asker": query.asker}
        )


def refuse_unanswered(query: Query, words: str) -> None:
    """Who closes what the site has not answered says why: the site, and whoever reads the trail, would not know."""
    if query.is_sites_turn and not words:
        raise TextRefused(
            gettext("Query %(number)s was not closed: %(why)s")
            % {"number": query.code, "why": WHY_UNANSWERED}
        )
