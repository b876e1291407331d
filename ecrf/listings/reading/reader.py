"""Who reads a listing: at which sites everything, at which the safety logs, and where what may identify."""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.obstacles import refusal
from ecrf.access.reach import ON_PATIENTS, site_ids, sites
from ecrf.access.roles import READERS, Right
from ecrf.casebook.read_by_safety import crfs_of_safety, patients_with_serious_event

MAY_READ = (*READERS, Right.REVIEW_SAFETY, Right.EXPORT)
"""Who takes data out reads them here too, without what may identify, as the exports leave it out."""


@dataclass(frozen=True)
class ListingReader:
    """`whole`, `safety`, `identified`: ids of sites where everything is read, where the safety logs are, where what may
    identify a patient is shown; None stands for all sites."""

    user: User
    whole: tuple[int, ...] | None
    safety: tuple[int, ...] | None
    identified: tuple[int, ...] | None

    @cached_property
    def sites(self) -> list[Site]:
        """Those whose data are read here. Practice is no part of it; one statement."""
        rights = (*_whole(self.user), Right.REVIEW_SAFETY)
        return list(sites(self.user, *rights).filter(is_practice=False).order_by("code"))

    @cached_property
    def serious(self) -> list[int]:
        """The patients of whom safety reads everything; one statement, and none for who reads all."""
        return [] if self.whole is None else sorted(patients_with_serious_event())

    def is_safety_alone(self, crf: str) -> bool:
        """Whether the form is one that safety reads of every patient."""
        return crf in crfs_of_safety()


def listing_reader(user: User) -> ListingReader:
    """Refused (403) to who reads no patient's data."""
    if not user.rights & set(MAY_READ):
        raise PermissionDenied(gettext("Your role does not let you read listings of patients’ data."))
    if not user.rights & set(ON_PATIENTS) and (found := user.obstacles_to_all(Right.EXPORT)):
        raise PermissionDenied(refusal(Right.EXPORT, found))

    def ids(*rights: Right) -> tuple[int, ...] | None:
        found = site_ids(user, *rights)
        return None if found is None else tuple(found)

    return ListingReader(
        user,
        whole=ids(*_whole(user)),
        safety=ids(Right.REVIEW_SAFETY),
        identified=ids(*READERS, Right.REVIEW_SAFETY),
    )


def _whole(user: User) -> tuple[Right, ...]:
    """The rights by which everything is read: to take data out is one of them, if nothing is in its way now, whatever
    the person may do at a site."""
    takes_out = Right.EXPORT in user.rights and not user.obstacles_to_all(Right.EXPORT)
    return (*READERS, Right.EXPORT) if takes_out else READERS


def lists_of(query: QueryDict) -> dict[str, list[str]]:
    return {name: list(map(str, values)) for name, values in query.lists()}
