"""The plan of verification: what is verified at every patient, and each site's share of the rest."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from ecrf.access.models import Site, User
from ecrf.access.reach import reach_site, sites
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.texts import fold
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
    refusal: PlanRefused | None = None
    effect: Effect | None = None

    @property
    def added(self) -> "SoMany | None":
        """What would be verified besides."""
        made = self.effect
        return SoMany(made.items_added, made.forms_added) if made and made.forms_added else None

    @property
    def taken(self) -> "SoMany | None":
        """What would be verified no longer."""
        made = self.effect
        return SoMany(made.items_taken, made.forms_taken) if made and made.forms_taken else None


class SoMany:
    """Items of forms, both in words."""

    def __init__(self, items: int, forms: int) -> None:
        self.items = ngettext("%(number)d item", "%(number)d items", items) % {"number": items}
        self.forms = ngettext("%(number)d form", "%(number)d forms", forms) % {"number": forms}


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
        if fault := fault_of(tidy(given["reason"]), gettext("the share of this site is set")):
            raise PlanRefused(fault, "reason")
        shown = effect_of(site=site, share=share, from_on=from_on)
    except PlanRefused as refusal:
        return _page(request, site, given, refusal)
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
        return _page(request, site, given, refusal)
    messages.success(
        request,
        gettext("Site %(code)s: %(share)d %% of the forms completed from %(day)s on.")
        % {"code": site.code, "share": made.share, "day": made.from_on},
    )
    return redirect(f"{reverse('monitor:plan')}#site-{site.code}")


def _asked(request: UserRequest) -> tuple[Site, dict[str, str]]:
    site = reach_site(request.user, request.POST.get("site", ""), Right.SET_PLAN)
    return site, {name: request.POST.get(name, "").strip() for name in ("share", "from_on", "reason")}


def _share(text: str) -> int:
    if (share := whole_number(fold(text))) is None:
        raise PlanRefused(gettext("The share is a whole number from 0 to 100."), "share")
    return share


def _day(text: str, site: Site) -> date:
    try:
        return TypedDay(now=site.now).clean(text)
    except ValidationError as error:
        raise PlanRefused(" ".join(error.messages), "from_on") from error


def _page(
    request: UserRequest,
    at: Site | None = None,
    given: dict[str, str] | None = None,
    refusal: PlanRefused | None = None,
    effect: Effect | None = None,
) -> HttpResponse:
    plans = _plans(request.user)
    for plan in plans:
        if at and plan.site.pk == at.pk:
            plan.given, plan.refusal, plan.effect = given or {}, refusal, effect
    may_set = any(plan.may_set for plan in plans)
    context = {
        "plans": plans,
        "may_set": may_set,
        "critical": critical_in_words(),
        "share": protocol().verified_share,
    }
    return render(request, "monitoring/plan/plan.html", context, status=422 if refusal else 200)


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
    title = definition.title
    if definition.row_of:
        title = gettext("%(form)s: %(item)s") % {"form": CRFS[definition.row_of].title, "item": title.lower()}
    if not item:
        return gettext("%(form)s, all items") % {"form": title}
    return gettext("%(form)s: %(item)s") % {"form": title, "item": definition.items[item].verbose_name}
