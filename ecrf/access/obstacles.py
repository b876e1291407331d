"""What can be in the way of a right that a role carries: the site's dates, delegation, training. Each in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext

from ecrf.access.alike import InOrder
from ecrf.access.delegation import TASK_OF
from ecrf.access.roles import Right, Role

if TYPE_CHECKING:
    from ecrf.access.models import Membership, Site, User


class ObstacleKind(StrEnum):
    """What an obstacle is about: pages link to where it is seen to."""

    SITE = "site"
    DELEGATION = "delegation"
    TRAINING = "training"


@dataclass(frozen=True)
class Obstacle:
    """One thing that is missing, and who sees to it."""

    kind: ObstacleKind
    what: str
    whom_to_ask: str
    site: Site | None = None

    def __str__(self) -> str:
        """For the page. Only here the investigators' names are loaded: rights are asked far more often than told."""
        if self.kind == ObstacleKind.DELEGATION and self.site and (names := investigators_of(self.site)):
            whom = gettext(" or ").join(names)
            return gettext("%(what)s Ask the site's investigator, %(names)s.") % {
                "what": self.what,
                "names": whom,
            }
        return f"{self.what} {self.whom_to_ask}"


class NotNow(str):
    """Why a person may not do at the moment what the role lets the person do: the page says more beside it."""

    __slots__ = ()


def refusal(right: Right, found: Sequence[Obstacle]) -> NotNow:
    """Why this person may not do this at the moment, in words for the page."""
    why = " ".join(str(obstacle) for obstacle in found)
    return NotNow(gettext("You cannot %(act)s now. %(why)s") % {"act": Right(right).act, "why": why})


def holders_of(site: Site, *roles: Role) -> list[User]:
    """Who has one of these roles at the site today, and an open account; each once, by name."""
    current = site.memberships.filter(role__in=roles, is_current=True, user__is_active=True)
    rows = current.select_related("user", "site").order_by(InOrder("user__full_name"), "user__username", "pk")
    return list(dict.fromkeys(row.user for row in rows if row.is_in_force()))


def investigators_of(site: Site) -> list[str]:
    """The names of the site's investigators: who keeps its delegation log."""
    return [user.name for user in holders_of(site, Role.INVESTIGATOR)]


# Written out: every request asks this, and to put it together anew takes Django longer than PostgreSQL to answer it.
_DELEGATIONS = """
    ARRAY(SELECT jsonb_build_object('task', d.task, 'starts_on', d.starts_on, 'ends_on', d.ends_on)
        FROM access_delegation d
        WHERE d.user_id = access_membership.user_id AND d.site_id = access_membership.site_id AND d.ended_at IS NULL)
"""
_UNTRAINED = """
    ARRAY(SELECT t.title || ', version ' || t.version FROM access_trainingdocument t
        WHERE t.is_current AND access_membership.role = ANY (t.roles) AND NOT EXISTS (
            SELECT FROM access_trainingrecord r
            WHERE r.document_id = t.id AND r.confirmed_by_id = access_membership.user_id)
        ORDER BY t.key)
"""


def with_grounds(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """With site, delegated tasks and missing training, in one statement."""
    return memberships.select_related("site").annotate(
        delegations_here=RawSQL(_DELEGATIONS, [], ArrayField(JSONField())),  # noqa: S611  (a constant)
        untrained=RawSQL(_UNTRAINED, [], ArrayField(TextField())),  # noqa: S611
    )


def untrained(title: str) -> Obstacle:
    return Obstacle(
        ObstacleKind.TRAINING,
        gettext("You have not confirmed your training “%(title)s”.") % {"title": title},
        gettext("You find it on the page Training."),
    )


def site_obstacles(site: Site, today: date) -> list[Obstacle]:
    """Of a site that takes data not yet, or no longer."""
    if site.closed_on and site.closed_on <= today:
        words = gettext("Site %(code)s was closed on %(day)s: its data are read, and no longer changed.")
        words %= {"code": site.code, "day": site.closed_on}
        return [Obstacle(ObstacleKind.SITE, words, gettext("Ask the data manager."))]
    if site.active_from and site.active_from <= today:
        return []
    if site.active_from:
        words = gettext(
            "Site %(code)s is not active yet: it is from %(day)s on. Until then only the practice site takes data."
        )
    else:
        words = gettext("Site %(code)s is not active yet. Until then only the practice site takes data.")
    words %= {"code": site.code, "day": site.active_from}
    return [Obstacle(ObstacleKind.SITE, words, gettext("Ask the administrator of this study."))]


def keeps_log_here(site: Site, today: date) -> bool:
    """Whether the delegation log decides who works at the site; until then it is kept on paper."""
    return site.delegation_from is not None and site.delegation_from <= today


def delegation_obstacles(membership: Membership, right: Right, today: date) -> list[Obstacle]:
    """At a site that keeps its delegation log here, of everybody but its investigator."""
    site = membership.site
    assert site is not None
    if not keeps_log_here(site, today) or membership.role == Role.INVESTIGATOR:
        return []
    task = TASK_OF[right]
    for delegation in membership.delegations_here:  # type: ignore[attr-defined]  # see `with_grounds`
        starts, ends = delegation["starts_on"], delegation["ends_on"]
        if (
            delegation["task"] == task
            and starts <= today.isoformat()
            and (not ends or today.isoformat() <= ends)
        ):
            return []
    return [
        Obstacle(
            ObstacleKind.DELEGATION,
            gettext("The delegation log of site %(code)s does not give you the task “%(label)s” today.")
            % {"code": site.code, "label": task.label},
            gettext("Ask the site's investigator."),
            site,
        )
    ]
