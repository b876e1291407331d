"""A signature's proof by the provider in place of a password: of one person, for one form, once, for two minutes."""

import hashlib
import json
import time
from typing import Any

from authlib.common.security import generate_token
from django.http import HttpRequest, QueryDict
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.account.sso.models import use_once
from ecrf.account.sso.services import identity_of

PROOF = "sso_proof"
COUNTS_FOR = 2 * 60
FIELD = "confirmed-at-provider"
"""In the form that goes on after the proof: which proof it is."""
NOT_KEPT = (
    "csrfmiddlewaretoken",
    "password",
    "confirm-for",
    "confirm-back",
    "confirm-act",
    "confirm-what",
    FIELD,
)

NO_PROOF = gettext_lazy(
    "You have not confirmed yet, or too long ago, or for something else. {nothing}. What you"
    " typed is kept: confirm again."
)


def confirms_at_provider(user: User) -> bool:
    """Whether this person has no password here and confirms at the provider instead."""
    return not user.has_usable_password() and identity_of(user) is not None


def typed(post: QueryDict) -> list[tuple[str, str]]:
    """What was filled in, in order, as it is kept until the person is back."""
    return [(name, value) for name, values in post.lists() if name not in NOT_KEPT for value in values]


def give_proof(request: HttpRequest, *, user: User, path: str, fields: list[tuple[str, str]]) -> str:
    """Note that this person has proved anew who they are, for what is filled in here. Gives the proof's name."""
    name = generate_token(32)
    request.session[PROOF] = {
        "name": name,
        "user": user.pk,
        "path": path,
        "fields": _digest(fields),
        "until": time.time() + COUNTS_FOR,
    }
    return name


def use_proof(request: HttpRequest) -> bool:
    """Whether this POST is what was proved, by the person who is logged in. Whatever it is, the proof is used up."""
    kept: dict[str, Any] | None = request.session.pop(PROOF, None)
    return (
        kept is not None
        and constant_time_compare(kept["name"], request.POST.get(FIELD, ""))
        and kept["user"] == request.user.pk
        and kept["path"] == request.path
        and kept["fields"] == _digest(typed(request.POST))
        and time.time() <= kept["until"]
        and use_once(f"proof {kept['name']}", COUNTS_FOR)
    )


def _digest(fields: list[tuple[str, str]]) -> str:
    as_lines = [[name, value.replace("\r\n", "\n")] for name, value in fields]
    return hashlib.sha256(json.dumps(as_lines).encode()).hexdigest()
