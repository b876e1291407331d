"""Notes who downloads a trail."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecrf.access.models import Site, User
from ecrf.access.roles import READERS, Right
from ecrf.audit.actor import acting
from ecrf.trail.filters import Filters, TrailScope
from ecrf.trail.models import TrailExport


def note_export(*, scope: TrailScope, filters: Filters, events: int, by: User) -> TrailExport:
    """Write down, before the first line leaves, who takes out how much of which trail."""
    return _note(scope.site, by, patient=scope.patient, filters=filters.words, events=events)


@transaction.atomic
def note_screen(*, screen: str, filters: str, rows: Iterable[tuple[Site, int]], by: User) -> None:
    """The same of a review screen: a line for each site that it was asked of, with how many of its rows were of it."""
    for site, count in rows:
        _note(site, by, screen=screen, filters=filters, events=count)


def _note(site: Site, by: User, **taken: Any) -> TrailExport:
    may = (*READERS, Right.REVIEW_SAFETY, Right.EXPORT)
    right = next((right for right in may if by.may(right, site)), Right.REVIEW)
    source = "site" if right == Right.READ else "monitor"
    with acting(by.acting_at(site, right), source=source):
        return TrailExport.objects.create(site=site, made_at=timezone.now(), made_by=by, **taken)
