"""A request of somebody who is logged in, for the types; and what it may send."""

import uuid

from django.http import HttpRequest

from ecrf.access.models import User


class UserRequest(HttpRequest):
    """Every view without `login_not_required` gets one: the middleware sees to it."""

    user: User


def click_key(request: HttpRequest) -> uuid.UUID | None:
    """The key of a click, which a page makes for each form that adds something; None for anything else."""
    return key_in(request.POST.get("key", ""))


def key_in(text: str) -> uuid.UUID | None:
    """The same where it is part of what a button sends."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def whole_number(text: str) -> int | None:
    """A whole number as a page sends it, from 0 on; None for anything else, and for what no column can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
