"""What waits for a monitor, a data manager or safety: its number in the head of every page, and the first of it."""

from functools import cache

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.access.roles import ASKING
from ecrf.monitoring.queries.narrowing import MINE, QueryChoice, count_mine
from ecrf.monitoring.queries.page import ListedQuery, lines_of_page, page_url


def waiting(request: HttpRequest) -> dict[str, object]:
    """For the head of every page: how many queries are at the person's turn. Counted when a page shows it, once."""
    user = getattr(request, "user", None)

    @cache
    def count() -> int:
        return count_mine(user) if isinstance(user, User) and user.rights & ASKING else 0

    return {"queries_at_my_turn": count}


def waiting_longest(user: User, at_most: int) -> list[ListedQuery]:
    """The first lines of the list "My turn"; four statements."""
    choice = QueryChoice(turn=MINE)
    ids = list(choice.rows(user).values_list("pk", flat=True)[:at_most])
    return lines_of_page(user, ids, choice)


def first(request: UserRequest) -> HttpResponse:
    """The query that has waited longest for the person; the list, which says so, where there is none."""
    if not request.user.rights & ASKING:
        raise PermissionDenied(gettext("Your role does not let you open, pass on and close queries."))
    choice = QueryChoice(turn=MINE)
    longest = choice.rows(request.user).values_list("pk", flat=True).first()
    return redirect(page_url(longest, choice) if longest else choice.url)
