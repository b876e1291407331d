"""Keeps a listing under a name, shares it with a role, takes it away. It holds no data: no event is written of it."""

import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.roles import RIGHTS, Role
from ecrf.audit.texts import cleaned
from ecrf.listings.definition import Definition
from ecrf.listings.models import SavedListing
from ecrf.listings.reading.reader import MAY_READ

LONGEST = 80


class NotKept(Exception):
    """Why a listing was not kept, in words for the page."""


def roles_to_share_with() -> list[tuple[str, str]]:
    """Those who read listings."""
    return [(role.value, str(role.label)) for role in Role if RIGHTS[role] & set(MAY_READ)]


def keep_listing(
    *, name: str, definition: Definition, role: str, by: User, request_key: uuid.UUID | None
) -> SavedListing:
    """Under a new name. The same click again keeps nothing more."""
    words = _named(name, role)
    if request_key and (known := SavedListing.objects.filter(request_key=request_key, made_by=by).first()):
        return known
    try:
        with transaction.atomic():
            return SavedListing.objects.create(
                name=words,
                definition=definition.narrowed(start=0).as_json(),
                role=role,
                made_by=by,
                request_key=request_key or uuid.uuid4(),
            )
    except IntegrityError as error:
        raise NotKept(
            gettext("You keep a listing with the name “%(name)s” already: take another name.")
            % {"name": words}
        ) from error


def change_listing(*, saved: SavedListing, name: str, definition: Definition, role: str) -> SavedListing:
    """One's own, as it is shown now."""
    saved.name, saved.role = _named(name, role), role
    saved.definition = definition.narrowed(start=0).as_json()
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise NotKept(
            gettext("You keep another listing with the name “%(name)s”: take another name.")
            % {"name": saved.name}
        ) from error
    return saved


def delete_listing(saved: SavedListing) -> None:
    """Nobody sees it any more; what was marked in it stays in the trail."""
    saved.is_deleted = True
    saved.save(update_fields=["is_deleted"])


def _named(name: str, role: str) -> str:
    words = cleaned(name, lines=False).strip()
    if not words:
        raise NotKept(gettext("It was not kept: write a name."))
    if len(words) > LONGEST:
        raise NotKept(
            gettext("It was not kept: a name has at most %(most)d characters, this one %(number)d.")
            % {"most": LONGEST, "number": len(words)}
        )
    if role and role not in dict(roles_to_share_with()):
        raise NotKept(gettext("It was not kept: choose with which role it is shared."))
    return words
