"""The pages of monitoring visits: the list with its plan form, one visit with its worklist, report and letter."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from ecrf.access.models import LANGUAGE_NAMES, Site
from ecrf.access.reach import reach, reach_site, reachable, sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.account.password_again import note_signed, wants_user_name, why_not_confirmed
from ecrf.audit.reasons import LONGEST as LONGEST_REASON
from ecrf.audit.reasons import SHORTEST, fault_of
from ecrf.audit.texts import line_ends_as_one
from ecrf.forms.protocol import protocol
from ecrf.forms.typed_fields import TypedDay, TypedText
from ecrf.monitoring.models import How, MonitoringVisit, VisitStage
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.done import elsewhere, is_anything_done
from ecrf.monitoring.visits.drafts import blocks
from ecrf.monitoring.visits.lists import open_too, stages, with_names
from ecrf.monitoring.visits.received import received_words
from ecrf.monitoring.visits.services import (
    TEXTS,
    TextChanged,
    VisitRefused,
    language_of_letters,
    language_of_reports,
    seen_of,
    since_last,
)
from ecrf.monitoring.visits.worklist import worklist_of

LONGEST = 200_000
SAY_HOW = gettext_lazy("Say how.")
SAY_LANGUAGE = gettext_lazy("Choose one of the languages.")


class PlanForm(forms.Form):
    """When, how and what for."""

    planned_on = TypedDay(error_messages={"required": gettext_lazy("Say on which day.")})
    how = forms.ChoiceField(choices=How, error_messages={"required": SAY_HOW, "invalid_choice": SAY_HOW})
    purpose = TypedText(required=False, max_length=2_000, lines=True)
    is_past_meant = forms.BooleanField(required=False)

    def __init__(self, *given: Any, site: Site | None = None, asks: bool = True) -> None:
        """`site`: on whose calendar the day is, once something is `given`; `asks`: about a day that is past."""
        super().__init__(*given)
        self.today = site.today() if site and asks else None
        self.fields["planned_on"].now = site.now if site else None  # type: ignore[attr-defined]
        self.asks_past = False

    @property
    def plan(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("planned_on", "how", "purpose")}

    def clean_planned_on(self) -> date:
        day: date = self.cleaned_data["planned_on"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(gettext("Write a day of this century."))
        return day

    def clean(self) -> dict[str, Any]:
        """A day that is past is asked about once: a visit that took place may be planned late."""
        day = self.cleaned_data.get("planned_on")
        if day and self.today and day < self.today and not self.cleaned_data.get("is_past_meant"):
            self.asks_past = True
            raise forms.ValidationError(
                gettext(
                    "%(day)s is past: today is %(today)s at the site. Change the day, or say that you mean it."
                )
                % {"day": day, "today": self.today}
            )
        return self.cleaned_data


class TextForm(forms.Form):
    """What was written, as it was written."""

    text = forms.CharField(required=False, max_length=LONGEST, strip=False)
    language = forms.ChoiceField(
        required=False, choices=LANGUAGE_NAMES, error_messages={"invalid_choice": SAY_LANGUAGE}
    )


class DraftForm(forms.Form):
    """In which language a text is drafted; where nothing is said, the letter in the site's, the report in one's own."""

    language = forms.ChoiceField(
        required=False, choices=LANGUAGE_NAMES, error_messages={"invalid_choice": SAY_LANGUAGE}
    )


class EndVisitForm(DraftForm):
    """In which languages both texts are drafted: `language` is that of the letter."""

    report_language = forms.ChoiceField(
        required=False, choices=LANGUAGE_NAMES, error_messages={"invalid_choice": SAY_LANGUAGE}
    )


class CallOffForm(forms.Form):
    """Why it will not take place."""

    reason = TypedText(
        min_length=SHORTEST,
        max_length=LONGEST_REASON,
        error_messages={
            "required": gettext_lazy("Say why the visit is called off."),
            "min_length": lazy(fault_of, str)(""),
        },
    )


class KeyForm(forms.Form):
    """The key of a click, so that a second one does nothing twice."""

    key = forms.UUIDField()


def visits(request: UserRequest) -> HttpResponse:
    """GET: planned, under way, ended. POST: plan one."""
    if Right.REVIEW not in request.user.rights:
        raise PermissionDenied(gettext("Your role does not let you read monitoring visits."))
    return _plan(request) if request.method == "POST" else _list(request, PlanForm())


def _plan(request: UserRequest) -> HttpResponse:
    site = reach_site(request.user, request.POST.get("site", ""), Right.VERIFY)
    form, key = PlanForm(request.POST, site=site), KeyForm(request.POST)
    if not form.is_valid() or not key.is_valid():
        return _list(request, form, status=422)
    planned = {**form.plan, "request_key": key.cleaned_data["key"]}
    try:
        visit = services.plan_visit(site=site, by=request.user, **planned)
    except VisitRefused as refused:
        return _list(request, form, refused=str(refused), status=409)
    return redirect("monitor:monitoring-visit", visit.pk)


def _list(request: UserRequest, form: PlanForm, *, refused: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    readable = reachable(user, with_names(), Right.REVIEW)
    may_plan_at = list(sites(user, Right.VERIFY)) if Right.VERIFY in user.rights else []
    context = {
        "stages": stages(readable),
        "form": form,
        "hows": How.choices,
        "refused": refused,
        "may_plan_at": may_plan_at,
        "site_code": request.POST.get("site") or request.GET.get("site", ""),
        "key": request.POST.get("key") or uuid.uuid4(),
    }
    return render(request, "monitoring/visits/visits.html", context, status=status)


def visit(request: UserRequest, pk: int) -> HttpResponse:
    """GET: one visit. POST: move it while it is planned."""
    visit = _reach(request, pk)
    if request.method != "POST":
        return _page(request, visit)
    # A visit that was planned for a day that passed meanwhile keeps it unasked.
    is_moved = request.POST.get("planned_on", "").strip() != visit.planned_on.isoformat()
    form = PlanForm(request.POST, site=visit.site, asks=is_moved)
    if not form.is_valid():
        return _page(request, _own(request, visit), form=form, status=422)
    return _act(
        request,
        visit,
        lambda: services.change_plan(visit=visit, by=request.user, **form.plan),
    )


def start(request: UserRequest, pk: int) -> HttpResponse:
    visit = _reach(request, pk)
    return _act(request, visit, lambda: services.start_visit(visit=visit, by=request.user))


def take_back_start(request: UserRequest, pk: int) -> HttpResponse:
    visit = _reach(request, pk)
    return _act(request, visit, lambda: services.take_back_start(visit=visit, by=request.user))


def call_off(request: UserRequest, pk: int) -> HttpResponse:
    """With the reason; without one the page asks for it, and keeps what was typed."""
    visit, form = _reach(request, pk), CallOffForm(request.POST)
    if not form.is_valid():
        return _page(request, _own(request, visit), calling_off=form, status=422)
    reason = form.cleaned_data["reason"]
    return _act(request, visit, lambda: services.call_off_visit(visit=visit, reason=reason, by=request.user))


def end(request: UserRequest, pk: int) -> HttpResponse:
    visit, form = _reach(request, pk), EndVisitForm(request.POST)
    if not form.is_valid():
        return _page(request, _own(request, visit), refused=_faults(form), status=422)
    languages = form.cleaned_data
    return _act(request, visit, lambda: services.end_visit(visit=visit, by=request.user, **languages))


def draft_again(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """In the language that is chosen; what stands in the text is on the page, and is replaced."""
    visit, form = _reach(request, pk), DraftForm(request.POST)
    if kind not in TEXTS:
        raise Http404
    if not form.is_valid():
        return _page(request, _own(request, visit), refused=_faults(form), status=422)
    given = {
        "kind": kind,
        "language": form.cleaned_data["language"] or visit.written_in(kind),
        "seen": request.POST.get(f"seen_{kind}", ""),
    }
    return _act(request, visit, lambda: services.draft_again(visit=visit, by=request.user, **given))


@sensitive_post_parameters("password")
def finish(request: UserRequest, pk: int) -> HttpResponse:
    """Signed with the password, as investigators sign; what else stands in the way is said before it is asked for."""
    visit = _own(request, _reach(request, pk))
    seen = {kind: request.POST.get(f"seen_{kind}", "") for kind in TEXTS}
    try:
        services.require_finishable(visit, seen)
    except VisitRefused as refused:
        return _page(request, visit, refused=str(refused), status=409)
    typed = request.POST.get("username", "").strip(), request.POST.get("password", "")
    if wrong := why_not_confirmed(request, *typed):
        return _page(request, visit, finishing=wrong, status=422)
    answer = _act(request, visit, lambda: services.finish_visit(visit=visit, seen=seen, by=request.user))
    note_signed(request)
    return answer


def save_text(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """Keep the report or the letter as it was typed. What cannot be saved stays on the page."""
    visit, form = _reach(request, pk), TextForm(request.POST)
    typed = line_ends_as_one(request.POST.get("text", "")).replace("\x00", "")
    if kind not in TEXTS:
        raise Http404
    if not form.is_valid():
        words = _faults(form)
        return _text_answer(
            request, _own(request, visit), kind, typed, gettext("Not saved: %(why)s") % {"why": words}, 422
        )
    try:
        seen = request.POST.get("seen", "")
        language = form.cleaned_data["language"]
        visit = services.save_text(
            visit=visit, kind=kind, text=typed, seen=seen, by=request.user, language=language
        )
    except TextChanged as refused:
        visit.refresh_from_db(fields=[kind, f"{kind}_language"])
        return _text_answer(request, visit, kind, typed, str(refused), 409, other=getattr(visit, kind))
    except VisitRefused as refused:
        return _text_answer(request, visit, kind, typed, str(refused), 409)
    if request.headers.get("HX-Request"):
        return _text_answer(request, visit, kind, typed, "", 200)
    messages.success(
        request,
        gettext("The report is saved.") if kind == "report" else gettext("The follow-up letter is saved."),
    )
    return redirect("monitor:monitoring-visit", visit.pk)


def printed(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """The report or the letter, made for paper."""
    visit = _reach(request, pk)
    if kind not in TEXTS or not visit.ended_at:
        raise Http404
    context = {
        "visit": visit,
        "kind": kind,
        "title": str(TEXTS[kind]),
        "blocks": blocks(getattr(visit, kind)),
        "written_in": visit.written_in(kind),
        "zone": visit.site.zone,
        "printed_at": timezone.now(),
        "trial": protocol(),
    }
    return render(request, "monitoring/visits/print.html", context)


def _faults(form: forms.Form) -> str:
    return " ".join(str(fault) for faults in form.errors.values() for fault in faults)


def _reach(request: UserRequest, pk: int) -> MonitoringVisit:
    """Another site's visit does not exist (404); who does not review is refused (403)."""
    return reach(request.user, with_names(), Right.REVIEW, pk=pk)


def _own(request: UserRequest, visit: MonitoringVisit) -> MonitoringVisit:
    """Refuse (403) whom the service would refuse, before anything else is said of what was typed."""
    services.require_own(visit, request.user)
    return visit


def _act(request: UserRequest, visit: MonitoringVisit, act: Any) -> HttpResponse:
    """Do it and show the visit; a refusal stands in words on the page."""
    try:
        act()
    except VisitRefused as refused:
        return _page(request, _reach(request, visit.pk), refused=str(refused), status=409)
    return redirect("monitor:monitoring-visit", visit.pk)


def _page(
    request: UserRequest,
    visit: MonitoringVisit,
    *,
    form: PlanForm | None = None,
    calling_off: CallOffForm | None = None,
    finishing: str = "",
    refused: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "visit": visit,
        "stage": visit.stage,
        "zone": visit.site.zone,
        "is_own": visit.monitor_id == request.user.pk and request.user.may(Right.VERIFY, visit.site),
        "worklist": None
        if visit.called_off_at
        else worklist_of(visit, since_last(visit.monitor, visit.site)),
        "form": form,
        "calling_off": calling_off,
        "finishing": finishing,
        "wants_user_name": wants_user_name(request),
        "typed_name": request.POST.get("username", ""),
        "elsewhere": elsewhere(visit) if visit.stage == VisitStage.UNDER_WAY else [],
        "open_too": open_too(visit),
        "may_take_back_start": visit.stage == VisitStage.UNDER_WAY and not is_anything_done(visit),
        "hows": How.choices,
        "refused": refused,
        "received": received_words(visit),
        "texts": _texts(visit, typed or {}) if visit.ended_at else [],
        "may_edit": visit.stage == VisitStage.ENDED,
        "languages": LANGUAGE_NAMES.items(),
        "language_of_letters": language_of_letters(visit.site),
        "language_of_reports": language_of_reports(),
    }
    return render(request, "monitoring/visits/visit.html", context, status=status)


def _texts(visit: MonitoringVisit, typed: dict[str, Any]) -> list[dict[str, Any]]:
    """Report and letter for the page; what was typed and not saved stands instead of what is stored."""
    return [
        {
            "kind": kind,
            "title": capfirst(title),
            "written_in": visit.written_in(kind),
            "text": getattr(visit, kind),
            "seen": seen_of(visit, kind),
            "blocks": blocks(getattr(visit, kind)),
            **(typed if typed.get("kind") == kind else {}),
        }
        for kind, title in TEXTS.items()
    ]


def _text_answer(
    request: UserRequest,
    visit: MonitoringVisit,
    kind: str,
    typed: str,
    refused: str,
    status: int,
    other: str | None = None,
) -> HttpResponse:
    """The line under the text with htmx; without, the whole page with what was typed."""
    answer = {"kind": kind, "text": typed, "refused": refused, "other": other}
    if refused and other is None:
        # Only who is shown another's text may save over it: the page still has the one that it began from.
        answer["seen"] = request.POST.get("seen", "")
    if request.headers.get("HX-Request"):
        text = _texts(visit, answer)[list(TEXTS).index(kind)]
        context = {"text": text, "visit": visit, "saved_at": timezone.now(), "zone": visit.site.zone}
        return render(request, "monitoring/visits/_text_state.html", context, status=status)
    return _page(request, visit, typed=answer, status=status)
