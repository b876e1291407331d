"""Freezes and locks in the monitor's admin: what holds where, what is in the way of a lock, and the acts themselves."""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.reach import require, site_ids, sites
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.locks.checklist import Target, checklist
from ecrf.locks.lookup import holds_all, locks_over
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.locks.services import LockRefused, OpenPoints, lift, put
from ecrf.monitoring.reach import reach_entry, reach_patient, reach_visit

HISTORY = 100
"""How many lifted ones the overview tells of."""


@dataclass(frozen=True)
class LockRow:
    """One freeze or lock with the words and the address of what it holds."""

    lock: Lock
    target: Target
    url: str

    @property
    def zone(self) -> tzinfo:
        """The site's; what holds the whole study is told in UTC."""
        return zone_of(self.lock.site)


def zone_of(site: Site | None) -> tzinfo:
    return site.zone if site else UTC


def overview(request: UserRequest) -> HttpResponse:
    """What is frozen or locked, what was, and the ways to each site and to the study."""
    _require_review(request.user)
    found = [_lock_row(lock) for lock in _reachable(request.user)]
    context = {
        "held": [each for each in found if not each.lock.lifted_at],
        "lifted": [each for each in found if each.lock.lifted_at][:HISTORY],
        "sites": [(site, _address(Target.of(LockScope.SITE, site=site))) for site in _sites(request.user)],
        "study_url": _address(Target.of(LockScope.STUDY)) if _reads_all(request.user) else "",
    }
    return render(request, "monitoring/locks/overview.html", context)


def scope(request: UserRequest, scope: str, key: str = "") -> HttpResponse:
    """One form, visit, patient or site, or the study: what holds it, what is open; a POST freezes, locks or lifts."""
    target = _reach(request.user, scope, key)
    if request.method == "GET":
        return _page(request, target)
    _require_lock(request.user, target)
    try:
        done = _act(request, target)
    except OpenPoints as refused:
        return _page(request, target, str(refused), refused.status, wants_despite=True)
    except LockRefused as refused:
        return _page(request, target, str(refused), refused.status)
    messages.success(request, done)
    return redirect(_address(target))


def _act(request: UserRequest, target: Target) -> str:
    """Do what the button says; what was done, in words."""
    user, reason, act = request.user, request.POST.get("reason", ""), request.POST.get("act", "")
    actor = user.acting_at(target.site, Right.LOCK)
    if act.startswith("lift:"):
        own = {str(lock.pk): lock for lock in _standing(target) if _is_own(lock, target)}
        if act.removeprefix("lift:") not in own:
            raise LockRefused("It is lifted already.")
        lift(lock=own[act.removeprefix("lift:")], reason=reason, by=user, actor=actor)
        return f"{target.words}: lifted. Signatures and verifications stand until a value changes."
    if act not in LockKind.values:
        raise LockRefused("The page is out of date. Load it again.")
    despite = request.POST.get("despite") == "on"
    put(
        kind=act,
        scope=target.scope,
        **target.columns,
        reason=reason,
        by=user,
        actor=actor,
        despite_open_points=despite,
    )
    return f"{target.words}: {LockKind(act).label}."


def _page(
    request: UserRequest, target: Target, error: str = "", status: int = 200, *, wants_despite: bool = False
) -> HttpResponse:
    standing = _standing(target)
    own = [lock for lock in standing if _is_own(lock, target)]
    context = {
        "target": target,
        "locks": [(lock, _lock_row(lock), lock in own) for lock in standing],
        "points": [
            (point, [(place, _place(place)) for place in point.places]) for point in checklist(target)
        ],
        "may_lock": _may_lock(request.user, target),
        "may_freeze": not own,
        "may_be_locked": not any(lock.kind == LockKind.LOCK for lock in own),
        "error": error,
        "typed": request.POST.get("reason", ""),
        "wants_despite": wants_despite,
        "zone": zone_of(target.site),
        "zone_words": target.site.time_zone if target.site else "UTC",
        "history": _history(target),
    }
    return render(request, "monitoring/locks/scope.html", context, status=status)


def _place(place: object) -> str:
    names = {"form": "casebook_entry", "visit": "casebook_visit", "patient": "casebook_patient"}
    return reverse(f"monitor:{names[place.page]}_change", args=[place.pk])  # type: ignore[attr-defined]


def _reach(user: User, scope: str, key: str) -> Target:
    """The target by its address; of another site it does not exist (404)."""
    if scope == LockScope.STUDY and not key:
        if not _reads_all(user):
            raise PermissionDenied("Only who reads all sites sees the study's freezes and locks.")
        return Target.of(LockScope.STUDY)
    if scope == LockScope.SITE:
        return Target.of(LockScope.SITE, site=get_object_or_404(sites(user, Right.REVIEW), code=key))
    if (number := whole_number(key)) is None:
        raise Http404
    if scope == LockScope.PATIENT:
        return Target.of(LockScope.PATIENT, patient=reach_patient(user, number))
    if scope == LockScope.VISIT:
        return Target.of(LockScope.VISIT, visit=reach_visit(user, number))
    if scope == LockScope.FORM:
        return Target.of(LockScope.FORM, entry=_form(user, number))
    raise Http404


def _form(user: User, pk: int) -> Entry:
    """A whole form: the rows of one are held with it."""
    entry = reach_entry(user, pk)
    require(user, Right.REVIEW, entry.site)
    if entry.parent_id:
        raise Http404
    return entry


def _standing(target: Target) -> list[Lock]:
    """What holds the target: its own freezes and locks, and those of what it belongs to."""
    if target.patient:
        over = locks_over(target.patient)
        return [lock for lock in over if holds_all(lock) or _is_own(lock, target) or _is_visits(lock, target)]
    wanted = Q(scope=LockScope.STUDY) | (
        Q(scope=LockScope.SITE, site=target.site) if target.site else Q(pk__in=[])
    )
    return list(
        Lock.objects.filter(wanted, lifted_at=None).select_related("site", "set_by").order_by("-kind", "pk")
    )


def _is_own(lock: Lock, target: Target) -> bool:
    here = (target.scope, *(getattr(part, "pk", None) for part in target.columns.values()))
    return here == (lock.scope, lock.site_id, lock.patient_id, lock.visit_id, lock.entry_id)


def _is_visits(lock: Lock, target: Target) -> bool:
    """Whether it holds the visit whose form the target is."""
    return bool(target.entry and lock.scope == LockScope.VISIT and lock.visit_id == target.entry.visit_id)


def _history(target: Target) -> list[Lock]:
    own = Lock.objects.filter(scope=target.scope, lifted_at__isnull=False, **target.columns)
    return list(own.select_related("set_by", "lifted_by").order_by("-pk"))


def _reachable(user: User) -> QuerySet[Lock]:
    ids = site_ids(user, Right.REVIEW)
    found = Lock.objects.select_related("site", "patient__site", "visit__patient", "set_by", "lifted_by")
    found = found.select_related("entry__patient", "entry__visit", "entry__parent")
    mine = found if ids is None else found.filter(Q(scope=LockScope.STUDY) | Q(site__in=ids))
    return mine.order_by("-pk")


def _lock_row(lock: Lock) -> LockRow:
    target = Target(LockScope(lock.scope), lock.site, lock.patient, lock.visit, lock.entry)
    return LockRow(lock, target, _address(target))


def _address(target: Target) -> str:
    key = {
        LockScope.FORM: getattr(target.entry, "pk", ""),
        LockScope.VISIT: getattr(target.visit, "pk", ""),
        LockScope.PATIENT: getattr(target.patient, "pk", ""),
        LockScope.SITE: getattr(target.site, "code", ""),
        LockScope.STUDY: "",
    }[target.scope]
    if target.scope == LockScope.STUDY:
        return reverse("monitor:study-locks")
    return reverse("monitor:scope-locks", args=[target.scope, key])


def _sites(user: User) -> QuerySet[Site]:
    return sites(user, Right.REVIEW).order_by("code")


def _reads_all(user: User) -> bool:
    return site_ids(user, Right.REVIEW) is None


def _may_lock(user: User, target: Target) -> bool:
    return user.may(Right.LOCK, target.site) if target.site else Right.LOCK in user.rights


def _require_lock(user: User, target: Target) -> None:
    if not _may_lock(user, target):
        raise PermissionDenied("Your role does not let you freeze, lock and unlock.")


def _require_review(user: User) -> None:
    if Right.REVIEW not in user.rights:
        raise PermissionDenied("Your role does not let you see freezes and locks.")
