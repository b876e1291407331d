"""Serious events that safety confirms to have seen, a site's view of its monitoring, and a person's choice of mail."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.reach import reach, reachable
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right, Role
from ecrf.mail.queue import is_on
from ecrf.monitoring.visits.drafts import blocks
from ecrf.notices import letters, serious_events
from ecrf.notices.choices import choice_of, choose
from ecrf.notices.models import HowOften, SeriousNotice
from ecrf.notices.to_be_seen import cases, to_be_seen

SHOWN = 200


class ChoiceForm(forms.Form):
    """How often the list of visits comes."""

    visits = forms.ChoiceField(
        choices=HowOften,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose one.")),
    )


@require_GET
def serious(request: UserRequest) -> HttpResponse:
    """Every serious event of which safety was told: first those that nobody has confirmed to have seen."""
    if Right.REVIEW_SAFETY not in request.user.rights:
        raise PermissionDenied(gettext("Your role does not let you read adverse events."))
    found = reachable(request.user, serious_events.notices(), Right.REVIEW_SAFETY)
    context = {
        "waiting": cases(to_be_seen(request.user)[:SHOWN]),
        "has_no_recipient": not serious_events.recipients(),
        "seen": cases(found.filter(confirmed_at__isnull=False)[:SHOWN]),
        "is_on": is_on(),
    }
    return render(request, "notices/serious_events.html", context)


@require_GET
def serious_event(request: UserRequest, pk: int) -> HttpResponse:
    """One of them: where to read it, and who has confirmed to have seen it."""
    notice = _reach_notice(request, pk)
    context = {
        "notice": notice,
        "case": cases([notice])[0],
        "case_url": reverse("monitor:casebook_entry_change", args=[notice.event_id]),
        "may_confirm": serious_events.may_confirm(request.user),
        "is_on": is_on(),
    }
    return render(request, "notices/serious_event.html", context)


@require_POST
def confirm_serious_event(request: UserRequest, pk: int) -> HttpResponse:
    """ "I have seen this": the mails of it end."""
    notice = _reach_notice(request, pk)
    if not serious_events.may_confirm(request.user):
        raise PermissionDenied(
            gettext("Serious events are confirmed by the role %(role)s.")
            % {"role": Role.SAFETY.label.lower()}
        )
    if serious_events.confirm_seen(notice, request.user):
        messages.success(request, gettext("Recorded: you have seen this event. No more mail of it goes out."))
    return redirect("serious-event", pk)


def _reach_notice(request: UserRequest, pk: int) -> SeriousNotice:
    return reach(request.user, serious_events.notices(), Right.REVIEW_SAFETY, pk=pk)


@require_GET
def site_monitoring(request: UserRequest, code: str) -> HttpResponse:
    """The monitoring visits that are planned, and the letters that the site got."""
    site = letters.reach_monitoring(request.user, code)
    context = {"monitoring": letters.monitoring_of(site), "site": site, "zone": site.zone}
    return render(request, "notices/site_monitoring.html", context)


@require_GET
def site_letter(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """One letter, and who of the site has read it."""
    site = letters.reach_monitoring(request.user, code)
    visit = get_object_or_404(letters.letters_of(site), pk=pk)
    receipts = list(visit.receipts.all())
    receives = letters.may_confirm(request.user, site)
    context: dict[str, Any] = {
        "visit": visit,
        "zone": site.zone,
        "blocks": blocks(visit.letter),
        "written_in": visit.written_in("letter"),
        "receipts": receipts,
        "may_confirm": receives and request.user.pk not in {receipt.read_by_id for receipt in receipts},
        "not_delegated": "" if receives or not request.user.may(Right.READ, site) else letters.NOT_DELEGATED,
    }
    return render(request, "notices/letter.html", context)


@require_POST
def confirm_letter(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """ "I have read this letter"."""
    site = letters.reach_monitoring(request.user, code)
    letters.confirm_read(get_object_or_404(letters.letters_of(site), pk=pk), request.user)
    messages.success(request, gettext("Recorded: you have read this letter."))
    return redirect("site-letter", code, pk)


@require_http_methods(["GET", "POST"])
def mail_choices(request: UserRequest) -> HttpResponse:
    """What the person is told of by mail, and how often the list of visits comes."""
    form = ChoiceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        choose(request.user, HowOften(form.cleaned_data["visits"]))
        messages.success(request, gettext("Your choice is kept."))
        return redirect("mail-choices")
    context = {
        "form": form,
        "chosen": choice_of(request.user),
        "choices": HowOften.choices,
        "is_on": is_on(),
    }
    return render(request, "notices/mail_choices.html", context, status=422 if form.errors else 200)
