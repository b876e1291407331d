"""The plan of verification: what is verified at every patient, and each site's share of the rest."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.reach import reach_site, sites
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.audit.reasons import fault_of, tidy
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.forms.typed_fields import TypedDay
from ecrf.verification.models import SiteShare
from ecrf.verification.plan import share_at, shares_by_site
from ecrf.verification.services import Effect, PlanRefused, effect_of, set_share


@dataclass
class SitePlan:
    """One site: the share of the forms completed today, those set before, and what was typed and refused."""

    site: Site
    share: int
    history: list[SiteShare] = field(default_factory=list)
    may_set: bool = False
    given: dict[str, str] = field(default_factory=dict)
    words: str = ""
    effect: Effect | None = None


def plan(request: UserRequest) -> HttpResponse:
    """Reviewers read it; data managers set a site's share, once they have seen what that does."""
    if request.method == "POST":
        return _set(request)
    return _page(request)


def effect(request: UserRequest) -> HttpResponse:
    """What another share would do, before it is set."""
    site, given = _asked(request)
    try:
        share, from_on = _share(given["share"]), _day(given["from_on"], site)
        if fault := fault_of(tidy(given["reason"]), "the share of this site is set"):
            raise PlanRefused(fault)
        shown = effect_of(site=site, share=share, from_on=from_on)
    except PlanRefused as refusal:
        return _page(request, site, given, str(refusal), 422)
    return _page(request, site, given, effect=shown)


def _set(request: UserRequest) -> HttpResponse:
    site, given = _asked(request)
    try:
        made = set_share(
            site=site,
            share=_share(given["share"]),
            from_on=_day(given["from_on"], site),
            reason=given["reason"],
            by=request.user,
            actor=request.user.acting_at(site, Right.SET_PLAN),
        )
    except PlanRefused as refusal:
        return _page(request, site, given, str(refusal), 422)
    messages.success(
        request, f"Site {site.code}: {made.share} % of the forms completed from {made.from_on} on."
    )
    return redirect(f"{reverse('monitor:plan')}#site-{site.code}")


def _asked(request: UserRequest) -> tuple[Site, dict[str, str]]:
    site = reach_site(request.user, request.POST.get("site", ""), Right.SET_PLAN)
    return site, {name: request.POST.get(name, "").strip() for name in ("share", "from_on", "reason")}


def _share(text: str) -> int:
    if (share := whole_number(text)) is None:
        raise PlanRefused("The share is a whole number from 0 to 100.")
    return share


def _day(text: str, site: Site) -> date:
    try:
        return TypedDay(now=site.now).clean(text)
    except ValidationError as error:
        raise PlanRefused(" ".join(error.messages)) from error


def _page(
    request: UserRequest,
    at: Site | None = None,
    given: dict[str, str] | None = None,
    words: str = "",
    status: int = 200,
    effect: Effect | None = None,
) -> HttpResponse:
    plans = _plans(request.user)
    for plan in plans:
        if at and plan.site.pk == at.pk:
            plan.given, plan.words, plan.effect = given or {}, words, effect
    may_set = any(plan.may_set for plan in plans)
    context = {
        "plans": plans,
        "may_set": may_set,
        "critical": critical_in_words(),
        "share": protocol().verified_share,
    }
    return render(request, "monitoring/plan/plan.html", context, status=status)


def _plans(user: User) -> list[SitePlan]:
    own_sites = list(sites(user, Right.REVIEW))
    shares = shares_by_site([site.pk for site in own_sites])
    return [
        SitePlan(
            site,
            share_at(shares.get(site.pk, []), site.today()),
            shares.get(site.pk, [])[::-1],
            user.may(Right.SET_PLAN, site),
        )
        for site in own_sites
    ]


def critical_in_words() -> list[str]:
    """`Vital signs`, all items; `Visit: Date of visit`."""
    return [_in_words(*name.partition(".")[::2]) for name in protocol().critical]


def _in_words(crf: str, item: str) -> str:
    definition = CRFS[crf]
    title = (
        f"{CRFS[definition.row_of].title}: {definition.title.lower()}"
        if definition.row_of
        else definition.title
    )
    return f"{title}: {definition.items[item].verbose_name}" if item else f"{title}, all items"
