"""At which site a patient was when: of a result by its day, of an act by its moment."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ecrf.access.models import Site, User
from ecrf.access.reach import site_ids
from ecrf.access.roles import READERS
from ecrf.casebook.models import Patient
from ecrf.casebook.transfer.models import Transfer

YEARS_BACK, YEARS_AHEAD = 10, 10


def transfers_of(patient: Patient) -> list[Transfer]:
    """The oldest first; one statement."""
    return list(transfers_with_names().filter(patient=patient))


def patients_with_moves() -> QuerySet[Patient]:
    """Each with its site, and `has_moved`: so that a page of who never moved asks nothing more."""
    moves = Transfer.objects.filter(patient=OuterRef("pk"))
    return Patient.objects.select_related("site").annotate(has_moved=Exists(moves))


def moves_in_words(patient: Patient) -> list[str]:
    """`Moved from site 01 to site 02 on 2026-02-01`, the oldest first."""
    if not getattr(patient, "has_moved", True):
        return []
    return [transfer.words for transfer in transfers_of(patient)]


def transfers_with_names() -> QuerySet[Transfer]:
    return Transfer.objects.select_related(
        "patient", "from_site", "to_site", "from_investigator", "to_investigator", "recorded_by"
    )


def ever_at(site: Site) -> Q:
    """Of patients, those that are or were at the site."""
    return Q(site=site) | Q(Exists(Transfer.objects.filter(patient=OuterRef("pk"), from_site=site)))


def since_arrival(moment: str) -> Q:
    """Of rows with a patient, those whose `moment` is not before the patient came to where he or she is now."""
    later = Transfer.objects.filter(patient=OuterRef("patient"), recorded_at__gt=OuterRef(moment))
    return ~Q(Exists(later))


class SitesByMoment:
    """Which site a patient was at when something was done; one statement, none for what is asked after that."""

    def __init__(self, patient: Patient) -> None:
        transfers = list(Transfer.objects.filter(patient=patient).order_by("pk"))
        self._moments = [transfer.recorded_at for transfer in transfers]
        self._sites = [*(transfer.from_site_id for transfer in transfers), patient.site_id]

    def at(self, moment: datetime) -> int:
        return self._sites[bisect_right(self._moments, moment)]

    def __iter__(self) -> Iterator[int]:
        return iter(dict.fromkeys(self._sites))


def show_the_same(one: Site, other: Site, today: date) -> bool:
    """Whether the clocks on both walls show the same time, day by day, for years back and ahead: then no time that was
    typed at one reads differently at the other."""
    if one.time_zone == other.time_zone:
        return True
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    days = range(-365 * YEARS_BACK, 365 * YEARS_AHEAD)
    moments = (noon + timedelta(days=day) for day in days)
    return all(at.astimezone(one.zone).utcoffset() == at.astimezone(other.zone).utcoffset() for at in moments)


def handed_over_from(user: User, **which: Any) -> QuerySet[Transfer]:
    """The transfers away from where the user reads patients, the newest first."""
    found = transfers_with_names().filter(**which).order_by("-pk")
    ids = site_ids(user, *READERS)
    return found if ids is None else found.filter(from_site__in=ids)
