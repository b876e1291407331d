"""A request of somebody who is logged in, for the types."""

from django.http import HttpRequest

from ecrf.access.models import User


class UserRequest(HttpRequest):
    """Every view without `login_not_required` gets one: the middleware sees to it."""

    user: User
