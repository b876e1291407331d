"""Sites, for administrators: the list, one site's page, and what is done to it. Nothing of patients."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.models import LANGUAGE_NAMES, Site
from ecrf.access.requests import UserRequest
from ecrf.people.administering import require_administrator
from ecrf.people.answering import answered
from ecrf.people.forms import AskForReason, PlainForm
from ecrf.people.sites import services
from ecrf.people.sites.forms import (
    ActivationForm,
    ClosingForm,
    DelegationLogForm,
    NewSiteForm,
    SiteCorrectionForm,
)
from ecrf.people.sites.list import find_site, people_at, places, sites_with_people, state_of_site

NOTHING_NEW = gettext_lazy("Nothing was different; nothing was changed.")


@require_GET
def sites_page(request: UserRequest) -> HttpResponse:
    require_administrator(request.user)
    rows = [(site, state_of_site(site)) for site in sites_with_people()]
    return render(request, "people/sites/sites.html", {"rows": rows})


@require_GET
def site_page(request: UserRequest, code: str) -> HttpResponse:
    """What is known of one site, and its people."""
    require_administrator(request.user)
    site = find_site(code)
    context = {
        "site": site,
        "state": state_of_site(site),
        "people": people_at(site),
        "language_of_site": LANGUAGE_NAMES.get(site.language or "", ""),
    }
    return render(request, "people/sites/site.html", context)


@require_http_methods(["GET", "POST"])
def add_site_page(request: UserRequest) -> HttpResponse:
    require_administrator(request.user)
    form = NewSiteForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        site, is_new = services.add_new_site(by=request.user, **form.cleaned_data)
        words = gettext("%(site)s is added.") if is_new else gettext("%(site)s was added already.")
        messages.success(request, words % {"site": site})
        return redirect("site", site.code)

    return answered(request, form, act, "people/sites/add.html", {"places": places()})


def _act(
    request: UserRequest, site: Site, form: PlainForm, template: str, done: Any, words: str
) -> HttpResponse:
    """One act on a site: the form, what the service refuses beside its field, or the site's page."""

    def act() -> HttpResponse:
        is_new = done(site=site, by=request.user, **form.cleaned_data)
        messages.success(request, words if is_new else str(NOTHING_NEW))
        return redirect("site", site.code)

    context = {"site": site, "places": places() if "time_zone" in form.fields else []}
    return answered(request, form, act, template, context)


@require_http_methods(["GET", "POST"])
def correct_site_page(request: UserRequest, code: str) -> HttpResponse:
    require_administrator(request.user)
    site = find_site(code)
    known = {"name": site.name, "time_zone": site.time_zone, "language": site.language}
    form = SiteCorrectionForm(request.POST if request.method == "POST" else None, initial=known)
    words = gettext("Corrected.")
    return _act(request, site, form, "people/sites/correct.html", services.correct_site, words)


@require_http_methods(["GET", "POST"])
def activate_site_page(request: UserRequest, code: str) -> HttpResponse:
    require_administrator(request.user)
    site = find_site(code)
    known = {
        "approved_on": site.approved_on,
        "version": site.approved_version,
        "active_from": site.active_from or site.today(),
    }
    form = ActivationForm(request.POST if request.method == "POST" else None, initial=known, site=site)
    words = gettext("%(site)s takes data from the day that you named.") % {"site": site}
    return _act(request, site, form, "people/sites/activate.html", services.activate_site, words)


@require_http_methods(["GET", "POST"])
def close_site_page(request: UserRequest, code: str) -> HttpResponse:
    require_administrator(request.user)
    site = find_site(code)
    known = {"closed_on": site.closed_on or site.today()}
    form = ClosingForm(request.POST if request.method == "POST" else None, initial=known, site=site)
    words = gettext("%(site)s is closed from the day that you named.") % {"site": site}
    return _act(request, site, form, "people/sites/close.html", services.close_site, words)


@require_http_methods(["GET", "POST"])
def open_site_page(request: UserRequest, code: str) -> HttpResponse:
    require_administrator(request.user)
    site = find_site(code)
    form = AskForReason(
        request.POST if request.method == "POST" else None,
        of=pgettext("of which the reason is asked", "the closing is taken back"),
    )
    words = gettext("%(site)s is not closed any more.") % {"site": site}
    return _act(request, site, form, "people/sites/open.html", services.open_site_again, words)


@require_http_methods(["GET", "POST"])
def delegation_log_page(request: UserRequest, code: str) -> HttpResponse:
    require_administrator(request.user)
    site = find_site(code)
    known = {"delegation_from": site.delegation_from}
    form = DelegationLogForm(request.POST if request.method == "POST" else None, initial=known, site=site)
    words = gettext("Where the delegation log is kept is recorded.")
    return _act(request, site, form, "people/sites/delegation.html", services.keep_delegation_log, words)
