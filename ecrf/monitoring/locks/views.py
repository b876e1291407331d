"""Freezes and locks in the monitor's pages: what holds where, what is in the way of a lock, and the acts themselves."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from ecrf.access.models import Site, User
from ecrf.access.obstacles import refusal
from ecrf.access.reach import require, sites
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.account.password_again import note_signed, wants_user_name, why_not_confirmed
from ecrf.audit.reasons import fault_of, tidy
from ecrf.locks.checklist import KINDS, Checklist, Counts, OpenPlace, Target, checklist, open_by_site
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import LockRefused, OpenPoints, lift, put
from ecrf.monitoring.locks.page import (
    LockRow,
    address_of,
    is_own,
    lifted_locks,
    locks_in_force,
    readable_locks,
    reads_all_sites,
    target_of,
    zone_of,
)
from ecrf.monitoring.reach import reach_entry, reach_patient, reach_visit

SHOWN_LIFTED = 100
"""How many lifted ones the overview shows."""


def overview(request: UserRequest) -> HttpResponse:
    """What is frozen or locked, what was, and the ways to each site and to the study."""
    user = request.user
    _require_review(user)
    rows = [LockRow.of(lock) for lock in readable_locks(user)]
    own_sites = list(sites(user, Right.REVIEW).order_by("is_practice", "code"))
    context = {
        "in_force": [row for row in rows if not row.lock.lifted_at],
        "lifted": [row for row in rows if row.lock.lifted_at][:SHOWN_LIFTED],
        **_readiness(own_sites, open_by_site(own_sites)),
        "study_url": reverse("monitor:study-locks") if reads_all_sites(user) else "",
    }
    return render(request, "monitoring/locks/overview.html", context)


def scope(request: UserRequest, scope: str, key: str = "") -> HttpResponse:
    """One form, visit, patient or site, or the study: what holds it, and what is open."""
    return _page(request, _reach(request.user, scope, key))


def freeze(request: UserRequest, scope: str, key: str = "") -> HttpResponse:
    return _put(request, _reach(request.user, scope, key), LockKind.FREEZE)


@sensitive_post_parameters("password")
def lock(request: UserRequest, scope: str, key: str = "") -> HttpResponse:
    """The whole study's asks for the password again, as a signature does."""
    target = _reach(request.user, scope, key)
    if target.scope != LockScope.STUDY:
        return _put(request, target, LockKind.LOCK)
    _require_lock(request.user, target)
    if fault := fault_of(tidy(request.POST.get("reason", ""))):
        return _page(request, target, LockRefused(fault, 422, "reason"))
    typed = request.POST.get("username", "").strip(), request.POST.get("password", "")
    if wrong := why_not_confirmed(request, *typed, nothing=gettext("Nothing was locked")):
        return _page(request, target, LockRefused(wrong, 422, "who"))
    note_signed(request)
    return _put(request, target, LockKind.LOCK)


def _put(request: UserRequest, target: Target, kind: LockKind) -> HttpResponse:
    _require_lock(request.user, target)
    try:
        put(
            kind=kind,
            scope=target.scope,
            **target.columns,
            reason=request.POST.get("reason", ""),
            by=request.user,
            actor=request.user.acting_at(target.site, Right.LOCK),
            despite_open_points=request.POST.get("despite") == "on",
        )
    except LockRefused as refused:
        return _page(request, target, refused)
    messages.success(
        request, gettext("%(target)s: %(state)s.") % {"target": target.words, "state": kind.label}
    )
    return redirect(address_of(target))


def lift_one(request: UserRequest, pk: int) -> HttpResponse:
    """Lift one freeze or lock, with the reason."""
    _require_review(request.user)
    lock = get_object_or_404(readable_locks(request.user), pk=pk)
    target = target_of(lock)
    _require_lock(request.user, target)
    actor = request.user.acting_at(target.site, Right.LOCK)
    try:
        lift(lock=lock, reason=request.POST.get("reason", ""), by=request.user, actor=actor)
    except LockRefused as refused:
        return _page(request, target, refused, lifting=pk)
    messages.success(
        request,
        gettext("%(target)s: lifted. Signatures and verifications stand until a value changes.")
        % {"target": target.words},
    )
    return redirect(address_of(target))


def _page(
    request: UserRequest, target: Target, refused: LockRefused | None = None, lifting: int | None = None
) -> HttpResponse:
    """`lifting`: the lock whose lifting was refused, which has a reason of its own."""
    in_force = locks_in_force(target)
    own = [lock for lock in in_force if is_own(lock, target)]
    page_url, found = address_of(target), checklist(target)
    is_study = target.scope == LockScope.STUDY
    own_sites = (
        list(sites(request.user, Right.REVIEW).filter(is_practice=False).order_by("code")) if is_study else []
    )
    context = {
        "target": target,
        "rows": [(LockRow.of(lock), lock in own) for lock in in_force],
        "found": found,
        **(_readiness(own_sites, found.by_site) if is_study else _table(found)),
        "is_study": is_study,
        "wants_user_name": wants_user_name(request),
        "typed_name": request.POST.get("username", ""),
        "may_lock": _may_lock(request.user, target),
        "page_url": page_url,
        "freeze_url": f"{page_url}freeze/",
        "lock_url": f"{page_url}lock/",
        "may_freeze": not own,
        "may_be_locked": not any(lock.kind == LockKind.LOCK for lock in own),
        "error": str(refused) if refused else "",
        "wrong": refused.wrong if refused and lifting is None else "",
        "typed": request.POST.get("reason", "") if lifting is None else "",
        "lifting": lifting,
        "typed_to_lift": request.POST.get("reason", ""),
        "wrong_to_lift": refused.wrong if refused else "",
        "wants_despite": isinstance(refused, OpenPoints),
        "meant_despite": request.POST.get("despite") == "on",
        "zone": zone_of(target.site),
        "zone_words": target.site.time_zone if target.site else "UTC",
        "lifted": lifted_locks(target),
    }
    return render(request, "monitoring/locks/scope.html", context, status=refused.status if refused else 200)


def _table(found: Checklist) -> dict[str, Any]:
    """The open places, with a column for each kind of point that is open anywhere."""
    heads = _heads(list(found.totals))
    rows = [(place, _url(place), _in_order(place.counts, heads)) for place in found.places]
    return {"heads": heads.values(), "rows_open": rows, "totals": _in_order(found.totals, heads)}


def _readiness(own_sites: list[Site], open_at: dict[int, Counts]) -> dict[str, Any]:
    """Each site, ready or with what is open there; a practice site is not counted, the study's lock leaves it out."""
    heads = _heads([kind for kind in KINDS if any(kind in counts for counts in open_at.values())])
    rows = [
        (
            site,
            address_of(Target.of(LockScope.SITE, site=site)),
            _in_order(open_at.get(site.pk, {}), heads),
            not open_at.get(site.pk),
        )
        for site in own_sites
    ]
    of_study = [is_ready for site, *_row, is_ready in rows if not site.is_practice]
    return {"heads": heads.values(), "sites": rows, "ready": sum(of_study), "of_study": len(of_study)}


def _heads(kinds: list[str]) -> dict[str, str]:
    """{kind of point: the head of its column}."""
    return {kind: str(KINDS[kind].head) for kind in kinds}


def _in_order(counts: Counts, heads: dict[str, str]) -> list[tuple[str, int]]:
    """(head of the column, how many), each."""
    return [(head, counts.get(kind, 0)) for kind, head in heads.items()]


def _url(place: OpenPlace) -> str:
    names = {"form": "casebook_entry", "visit": "casebook_visit", "patient": "casebook_patient"}
    return reverse(f"monitor:{names[place.page]}_change", args=[place.pk])


def _reach(user: User, scope: str, key: str) -> Target:
    """The target by its address; of another site it does not exist (404)."""
    if scope == LockScope.STUDY and not key:
        if not reads_all_sites(user):
            raise PermissionDenied(gettext("Only who reads all sites sees the study's freezes and locks."))
        return Target.of(LockScope.STUDY)
    if scope == LockScope.SITE:
        return Target.of(LockScope.SITE, site=get_object_or_404(sites(user, Right.REVIEW), code=key))
    if (number := whole_number(key)) is None:
        raise Http404
    if scope == LockScope.PATIENT:
        return Target.of(LockScope.PATIENT, patient=reach_patient(user, number))
    if scope == LockScope.VISIT:
        return Target.of(LockScope.VISIT, visit=reach_visit(user, number))
    if scope != LockScope.FORM:
        raise Http404
    entry = reach_entry(user, number)
    require(user, Right.REVIEW, entry.site)
    if entry.parent_id:  # the rows of a form are locked with it
        raise Http404
    return Target.of(LockScope.FORM, entry=entry)


def _may_lock(user: User, target: Target) -> bool:
    if target.site:
        return user.may(Right.LOCK, target.site)
    return Right.LOCK in user.rights and not user.obstacles_to_all(Right.LOCK)


def _require_lock(user: User, target: Target) -> None:
    if not _may_lock(user, target):
        found = user.obstacles(Right.LOCK, target.site) if target.site else user.obstacles_to_all(Right.LOCK)
        raise PermissionDenied(
            refusal(Right.LOCK, found)
            if found
            else gettext("Your role does not let you freeze, lock and unlock.")
        )


def _require_review(user: User) -> None:
    if Right.REVIEW not in user.rights:
        raise PermissionDenied(gettext("Your role does not let you see freezes and locks."))
