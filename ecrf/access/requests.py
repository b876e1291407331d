"""A request of somebody who is logged in, for the types; and what it may send."""

from django.http import HttpRequest

from ecrf.access.models import User


class UserRequest(HttpRequest):
    """Every view without `login_not_required` gets one: the middleware sees to it."""

    user: User


def whole_number(text: str) -> int | None:
    """A whole number as a page sends it, from 0 on; None for anything else, and for what no column can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
