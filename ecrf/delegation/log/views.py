"""The delegation log of a site: read by all who read the site, kept by its investigator."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.delegation import Task
from ecrf.access.models import Site, User
from ecrf.access.obstacles import investigators_of
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.account.password_again import note_signed, wants_user_name, why_not_confirmed
from ecrf.delegation.log.page import DelegationPage, log_page, person_named, task_of
from ecrf.delegation.log.services import begin_log, delegate, end, is_investigator_of
from ecrf.forms.typed_fields import TypedDay
from ecrf.signatures.signers import why_not_ready

READERS = (Right.READ, Right.REVIEW, Right.SEE_ACCESS)
NOTHING = gettext_lazy("Nothing was delegated")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def delegation(request: UserRequest, code: str) -> HttpResponse:
    """The log; the investigator's POST gives a person tasks from a day on, signed by the password."""
    site = _site(request.user, code)
    page = log_page(site, request.user)
    if request.method == "GET":
        return _render(request, page)
    _require_investigator(request.user, site)
    typed = _typed(request)
    try:
        who = person_named(whole_number(str(typed["user"])))
        if who is None:
            raise ValidationError({"user": gettext("Choose a person.")})
        starts_on, ends_on = _day(site, typed, "starts_on"), _day(site, typed, "ends_on", is_optional=True)
        assert starts_on is not None
        if wrong := _why_not_signed(request, NOTHING):
            raise ValidationError({"password": wrong})
        tasks = [task for task in Task.values if task in request.POST.getlist("tasks")]
        delegate(
            site=site,
            user=who,
            tasks=tasks,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=str(typed["reason"]),
            by=request.user,
        )
    except ValidationError as error:
        page.errors = {name: " ".join(words) for name, words in error.message_dict.items()}
        page.typed = typed
        return _render(request, page, status=422)
    note_signed(request)
    messages.success(
        request,
        gettext("Delegated to %(name)s from %(day)s on, and signed.") % {"name": who.name, "day": starts_on},
    )
    return redirect("delegation", site.code)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def end_delegation(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """End a task: asked for on a page of its own, with the reason and the password."""
    site = _site(request.user, code)
    row = task_of(site, pk)
    _require_investigator(request.user, site)
    context = {"site": site, "delegation": row, "wants_user_name": wants_user_name(request)}
    if request.method == "GET":
        return render(request, "delegation/end.html", context)
    error, wrong_reason = _why_not_signed(request, gettext("Nothing was ended")), ""
    try:
        if not error:
            end(delegation=row, reason=request.POST.get("reason", ""), by=request.user)
    except ValidationError as refused:
        wrong_reason = " ".join(refused.messages)
    if error or wrong_reason:
        context |= {"error": error, "wrong_reason": wrong_reason}
        context |= {"reason": request.POST.get("reason", ""), "typed_name": _name(request)}
        return render(request, "delegation/end.html", context, status=422)
    note_signed(request)
    messages.success(request, gettext("The task “%(task)s” is ended.") % {"task": row.get_task_display()})
    return redirect("delegation", site.code)


@sensitive_post_parameters("password")
@require_POST
def keep_log_here(request: UserRequest, code: str) -> HttpResponse:
    """From a day on the log is kept here and decides who works at the site."""
    site = _site(request.user, code)
    _require_investigator(request.user, site)
    page = log_page(site, request.user)
    page.typed = {"from_on": request.POST.get("from_on", "")}
    try:
        from_on = _day(site, page.typed, "from_on")
        assert from_on is not None
        if wrong := _why_not_signed(request, gettext("Nothing was changed")):
            raise ValidationError({"begin_password": wrong})
        begin_log(site=site, from_on=from_on, by=request.user)
    except ValidationError as error:
        faults = error.message_dict if hasattr(error, "error_dict") else {"from_on": error.messages}
        page.errors = {name: " ".join(words) for name, words in faults.items()}
        return _render(request, page, status=422)
    note_signed(request)
    messages.success(
        request,
        gettext("From %(day)s on this log decides who enters, answers and signs at the site.")
        % {"day": from_on},
    )
    return redirect("delegation", site.code)


@require_GET
def printed(request: UserRequest, code: str) -> HttpResponse:
    """The log as the paper log is."""
    site = _site(request.user, code)
    context = {"page": log_page(site, request.user), "site": site, "zone": site.zone, "now": site.now()}
    return render(request, "delegation/print.html", context)


def _site(user: User, code: str) -> Site:
    """One where the user reads nothing does not exist (404)."""
    site = sites(user, *READERS).filter(code=code).first()
    if site is None:
        raise Http404
    return site


def _require_investigator(user: User, site: Site) -> None:
    if not is_investigator_of(user, site):
        names = gettext(" or ").join(investigators_of(site))
        if names:
            words = gettext("Only the investigator of site %(code)s keeps its delegation log. Ask %(names)s.")
        else:
            words = gettext(
                "Only the investigator of site %(code)s keeps its delegation log. The site has no investigator now:"
                " ask the administrator."
            )
        raise PermissionDenied(words % {"code": site.code, "names": names})


def _why_not_signed(request: UserRequest, nothing: str | Promise) -> str:
    """ "" if the investigator has signed: a known person, with both names or the password again."""
    if not_ready := why_not_ready(request.user):
        return not_ready
    return why_not_confirmed(request, _name(request), request.POST.get("password", ""), nothing=nothing)


def _name(request: UserRequest) -> str:
    return request.POST.get("username", "").strip()


def _typed(request: UserRequest) -> dict[str, object]:
    names = ("user", "starts_on", "ends_on", "reason", "username")
    return {name: request.POST.get(name, "").strip() for name in names} | {
        "tasks": request.POST.getlist("tasks")
    }


def _day(site: Site, typed: dict[str, object], name: str, *, is_optional: bool = False) -> date | None:
    words = {"required": gettext("Write a day such as 2026-11-22.")}
    try:
        return TypedDay(now=site.now, required=not is_optional, error_messages=words).clean(typed[name])
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _render(request: UserRequest, page: DelegationPage, status: int = 200) -> HttpResponse:
    context = {
        "page": page,
        "site": page.site,
        "zone": page.site.zone,
        "today": page.site.today(),
        "wants_user_name": wants_user_name(request),
        "not_ready": why_not_ready(request.user) if page.keeps else "",
    }
    return render(request, "delegation/log.html", context, status=status)
