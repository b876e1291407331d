"""Striking out and restoring a visit or a patient: each a page that says what will happen, asks, and does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.models import User
from ecrf.access.reach import require_anywhere
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.audit.refusals import Locked
from ecrf.casebook.labels import place_of_form, visit_label
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.reach import StruckOut, reach_patient, reach_visit
from ecrf.casebook.striking import (
    NotStruck,
    StrikingConsent,
    moved_away,
    restore,
    restore_patient,
    restore_visit,
    strike_patient,
    strike_visit,
    why_not_restored,
    why_visit_not_restored,
)
from ecrf.casebook.striking.act import actor_for
from ecrf.corrections.rights import may_correct, require_correction
from ecrf.corrections.striking.forms import REASONS, StrikingForm
from ecrf.corrections.striking.history import with_histories
from ecrf.corrections.striking.preview import preview, why_not
from ecrf.corrections.striking.reach import (
    only,
    reach_struck_form,
    reach_struck_visit,
    struck_patients_of,
)
from ecrf.forms.protocol import CASEBOOK
from ecrf.formview.form_view import FormView
from ecrf.formview.load import entry_form_view, load_visit
from ecrf.queries.lookup import asked_where

SHOWN = 200
"""Patients that a list of struck out ones shows at most."""


@dataclass(frozen=True)
class StrikingAct:
    """What the page asks and does. `subject`: the visit, the patient, or one form; `what`: in words, "" for the
    patient; `why_not`: why it cannot be restored; `move_back`: where what was moved away is moved back."""

    subject: Visit | Patient | Entry
    patient: Patient
    what: str
    back: str
    do: Callable[[str, StrikingConsent | None], None]
    restores: bool = False
    why_not: str = ""
    move_back: str = ""

    @property
    def is_done(self) -> bool:
        """Whether somebody has done it already."""
        return bool(self.subject.struck_at) is not self.restores

    @property
    def is_of_form(self) -> bool:
        return isinstance(self.subject, Entry)

    @property
    def title(self) -> str:
        words = gettext("Restore: %(number)s") if self.restores else gettext("Strike out: %(number)s")
        return words % {"number": self.patient.number}

    @property
    def heading(self) -> SafeString:
        """The number does not break."""
        number = format_html('<span class="nowrap">{}</span>', self.patient.number)
        if self.what:
            words = (
                gettext("Restore {what} of {number}")
                if self.restores
                else gettext("Strike out {what} of {number}")
            )
            return format_html(words, what=self.what, number=number)
        words = (
            gettext("Restore the patient {number}")
            if self.restores
            else gettext("Strike out the patient {number}")
        )
        return format_html(words, number=number)

    @property
    def button(self) -> str:
        if self.what:
            words = gettext("Restore %(what)s") if self.restores else gettext("Strike out %(what)s")
            return words % {"what": self.what}
        return gettext("Restore the patient") if self.restores else gettext("Strike out the patient")


@require_http_methods(["GET", "POST"])
def strike_visit_page(request: UserRequest, number: str, code: str) -> HttpResponse:
    """Strike out one visit with all its forms."""
    try:
        visit = reach_visit(request.user, number, code)
    except StruckOut as struck:
        return redirect("struck-visit", number, struck.pk)

    def do(reason: str, consent: StrikingConsent | None) -> None:
        strike_visit(visit=visit, by=request.user, reason=reason, consent=consent)

    return _ask(
        request, StrikingAct(visit, visit.patient, visit_label(visit), page_of(request.user, visit), do)
    )


@require_http_methods(["GET", "POST"])
def restore_visit_page(request: UserRequest, number: str, pk: int) -> HttpResponse:
    """Restore a visit with the forms that were struck out with it."""
    visit = reach_struck_visit(request.user, number, pk)

    def do(reason: str, _consent: StrikingConsent | None) -> None:
        restore_visit(visit=visit, by=request.user, reason=reason)

    trouble, move_back = why_visit_not_restored(visit), _move_back(visit)
    back, what = reverse("struck-visit", args=[number, pk]), visit_label(visit)
    return _ask(request, StrikingAct(visit, visit.patient, what, back, do, True, trouble, move_back))


@require_http_methods(["GET", "POST"])
def strike_patient_page(request: UserRequest, number: str) -> HttpResponse:
    """Strike out a patient with all visits and forms."""
    patient = reach_patient(request.user, number)

    def do(reason: str, consent: StrikingConsent | None) -> None:
        strike_patient(patient=patient, by=request.user, reason=reason, consent=consent)

    return _ask(request, StrikingAct(patient, patient, "", page_of(request.user, patient), do))


@require_http_methods(["GET", "POST"])
def restore_patient_page(request: UserRequest, number: str) -> HttpResponse:
    """Restore a patient with all that was struck out in the same act."""
    patient = reach_patient(request.user, number)

    def do(reason: str, _consent: StrikingConsent | None) -> None:
        restore_patient(patient=patient, by=request.user, reason=reason)

    return _ask(
        request,
        StrikingAct(patient, patient, "", page_of(request.user, patient), do, restores=True),
    )


@require_http_methods(["GET", "POST"])
def restore_form_page(request: UserRequest, number: str, pk: int) -> HttpResponse:
    """Restore one form that was struck out by itself, where its place is free."""
    entry, user = reach_struck_form(request.user, number, pk), request.user

    def do(reason: str, _consent: StrikingConsent | None) -> None:
        restore(entry=entry, actor=actor_for(user, entry.site, only(entry))[0], reason=reason)

    trouble = why_not(user, entry.patient, only(entry)) or why_not_restored(entry)
    back, what = reverse("struck-form", args=[number, pk]), place_of_form(entry)
    return _ask(request, StrikingAct(entry, entry.patient, what, back, do, True, trouble, _move_back(entry)))


def _move_back(subject: Visit | Entry) -> str:
    """The page that moves back what was moved away from here, the patient and the visit filled in; "" where that
    cannot be done, since it stands there no more."""
    gone = moved_away(subject)
    there = gone.arrived if gone else None
    if there is None or there.is_struck:
        return ""
    visit = subject if isinstance(subject, Visit) else subject.visit
    segment = there.visit.code if there.visit else CASEBOOK
    address = reverse("move", args=[there.patient.number, segment])
    given = {"to": subject.patient.number, "code": visit.code if visit else ""}
    if isinstance(subject, Entry):
        given["entry"] = str(there.parent_id or there.pk)
    return f"{address}?{urlencode(given)}"


def _ask(request: UserRequest, asked: StrikingAct) -> HttpResponse:
    site = asked.patient.site
    require_correction(request.user, asked.patient)
    seen = (
        None if asked.restores or isinstance(asked.subject, Entry) else preview(request.user, asked.subject)
    )
    form = StrikingForm(request.POST or None, site=site if seen and seen.asks_consent else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            asked.do(form.cleaned_data["reason"], getattr(form, "consent", None))
        except (NotStruck, Locked) as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Locked) else 422
        else:
            messages.success(request, _done(asked))
            of_form = isinstance(asked.subject, Entry)
            return redirect(page_of(request.user, asked.subject if of_form else asked.patient))
    elif request.method == "POST":
        status = 422
    context = {"asked": asked, "patient": asked.patient, "form": form, "preview": seen, "reasons": REASONS}
    return render(request, "corrections/strike.html", context, status=status)


def _done(asked: StrikingAct) -> str:
    if asked.is_of_form:
        return gettext("%(what)s is restored.") % {"what": asked.what}
    if asked.what:
        words = (
            gettext("%(what)s is restored, with what was struck out in the same act.")
            if asked.restores
            else gettext("%(what)s is struck out. It can be shown, and restored.")
        )
        return words % {"what": asked.what}
    if asked.restores:
        return gettext("The patient is restored, with what was struck out in the same act.")
    return gettext("The patient is struck out. It can be shown, and restored.")


@require_GET
def struck_visit(request: UserRequest, number: str, pk: int) -> HttpResponse:
    """A visit that is struck out, to read: its forms as they were."""
    visit = reach_struck_visit(request.user, number, pk)
    if not visit.struck_at:
        return redirect(page_of(request.user, visit))
    loaded = load_visit(visit)
    context = _to_read(request.user, visit, [*loaded.at_visit(visit), *loaded.left_at(visit)]) | {
        "title": visit_label(visit),
        "back": page_of(request.user, visit.patient),
        "restore_url": reverse("restore-visit", args=[number, pk]),
        "trail_query": f"visit={visit.code}",
        "print_url": f"{reverse('print-casebook', args=[number])}#leaf-struck-{pk}",
        "queries": asked_where(entry__visit=visit),
    }
    return render(request, "corrections/struck.html", context)


@require_GET
def struck_form(request: UserRequest, number: str, pk: int) -> HttpResponse:
    """A form that is struck out by itself, to read: its values as they were."""
    entry = reach_struck_form(request.user, number, pk)
    if not entry.struck_at:
        return redirect(page_of(request.user, entry))
    context = _to_read(request.user, entry, [entry_form_view(entry)]) | {
        "title": place_of_form(entry),
        "back": page_of(request.user, entry),
        "restore_url": reverse("restore-form", args=[number, pk]),
        "trail_query": f"entry={pk}",
        "queries": asked_where(Q(entry=entry) | Q(entry__parent=entry)),
    }
    return render(request, "corrections/struck.html", context)


def _to_read(user: User, subject: Visit | Entry, form_views: list[FormView]) -> dict[str, Any]:
    patient = subject.patient
    return {
        "patient": patient,
        "subject": subject,
        "zone": patient.site.zone,
        "may_strike": may_correct(user, patient),
        "forms": with_histories(patient, form_views),
    }


@require_GET
def struck_patients(request: UserRequest) -> HttpResponse:
    """The patients of the person's sites that are struck out."""
    require_anywhere(request.user, *READERS)
    rows = list(struck_patients_of(request.user)[: SHOWN + 1])
    context = {
        "patients": [(patient, page_of(request.user, patient)) for patient in rows[:SHOWN]],
        "is_cut": len(rows) > SHOWN,
    }
    return render(request, "corrections/struck_patients.html", context)


def page_of(user: User, subject: Visit | Patient | Entry) -> str:
    """Where this person reads the patient or the visit, or the one of a form: where the site enters, or in Review."""
    if isinstance(subject, Entry):
        subject = subject.visit or subject.patient
    patient = subject.patient if isinstance(subject, Visit) else subject
    enters = user.may(Right.READ, patient.site)
    if isinstance(subject, Visit):
        if enters:
            return reverse("visit", args=[patient.number, subject.code])
        return reverse("monitor:casebook_visit_change", args=[subject.pk])
    if enters:
        return reverse("patient", args=[patient.number])
    return reverse("monitor:casebook_patient_change", args=[patient.pk])
