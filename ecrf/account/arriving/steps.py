"""What a new person is led through after the password: the second factor, then what the floors above ask for."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.views.decorators.http import require_safe

from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.audit.registry import Registry

ARRIVING = "arriving"
"""In the session: the page that the way leads to."""


@dataclass(frozen=True)
class ArrivalStep:
    """One page on the way. `url_name` takes no argument; the page ends with a redirect to `welcome`."""

    key: str
    url_name: str
    is_left: Callable[[User], bool]


STEPS = Registry[ArrivalStep]("step")


def register_step(step: ArrivalStep) -> ArrivalStep:
    """Add a step, from AppConfig.ready of the floor that has the page; each once."""
    return STEPS.add(step.key, step)


@require_safe
def welcome(request: UserRequest) -> HttpResponse:
    """On to the first step that is left; to the page that was asked for when none is."""
    for step in STEPS.values():
        if step.is_left(request.user):
            return redirect(step.url_name)
    return redirect(request.session.get(ARRIVING) or resolve_url("today"))
