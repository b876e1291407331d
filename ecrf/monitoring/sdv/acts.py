"""What the keys of the review do: verify, take back, ask, verify all shown, go on. Each answers within the page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from ecrf.access.reach import reach, require
from ecrf.access.requests import UserRequest, click_key, whole_number
from ecrf.access.roles import Right
from ecrf.audit.texts import fold
from ecrf.casebook.labels import element_id, form_title
from ecrf.casebook.log_pieces import piece_with
from ecrf.casebook.models import Entry, Patient
from ecrf.forms.registry import CRFS
from ecrf.monitoring.reach import (
    entries_of,
    reach_entry,
    reach_patient,
    reach_to_ask,
    reach_visit,
    verifications,
)
from ecrf.monitoring.sdv.next_place import next_place, page_of_entry, places_left
from ecrf.monitoring.sdv.page import ItemStanding, standing_now
from ecrf.monitoring.sdv.views import Refusal, first_to_do, place_page
from ecrf.queries.lookup import queries_on
from ecrf.queries.rules import QueryRefused, right_to_ask
from ecrf.queries.services import open_query
from ecrf.verification import services
from ecrf.verification.copies import say_against
from ecrf.verification.refusals import HasOpenQuery, Stale, VerificationRefused


def verify(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """V: the item is as in the source."""
    entry = _entry(request, pk, name)
    require(request.user, Right.VERIFY, entry.site)
    actor = request.user.acting_at(entry.site, Right.VERIFY)
    despite = bool(request.POST.get("despite"))
    try:
        made = services.verify(
            entry=entry,
            item=name,
            seen=_whole(request, "seen"),
            by=request.user,
            actor=actor,
            despite_query=despite,
            copy=whole_number(request.POST.get("copy", "")),
        )
    except VerificationRefused as refusal:
        return _refused(request, entry, name, refusal)
    if not _in_place(request):
        return redirect(f"{page_of_entry(entry)}#{first_to_do(request.user, entry, name)}")
    say_against([made])
    standing = ItemStanding(entry.pk, name, True, made.is_critical, True, made, None, request.user.pk)
    return _answer(request, entry, name, {"outcome": "verified", "standing": standing})


def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """U: one's own verification, as long as it stands."""
    verification = reach(request.user, verifications(), Right.VERIFY, pk=pk)
    actor = request.user.acting_at(verification.site, Right.VERIFY)
    try:
        services.take_back(verification=verification, by=request.user, actor=actor)
    except VerificationRefused as refusal:
        return _refused(request, verification.entry, verification.item, refusal)
    if not _in_place(request):
        return redirect(f"{page_of_entry(verification.entry)}#{_id(verification.entry, verification.item)}")
    standing = standing_now(verification.entry, verification.item, request.user)
    return _answer(
        request, verification.entry, verification.item, {"outcome": "taken-back", "standing": standing}
    )


def ask(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Q: a query on the item, opened in place. Without JavaScript, `monitor:open-query` is the page for it."""
    entry = reach_to_ask(request.user, pk)
    if name not in CRFS[entry.crf].items:
        raise Http404
    actor = request.user.acting_at(entry.site, right_to_ask(request.user, entry.site))
    text = request.POST.get("text", "")
    try:
        open_query(
            entry=entry,
            item=name,
            text=text,
            by=request.user,
            actor=actor,
            request_key=click_key(request),
        )
    except QueryRefused as refusal:
        return _answer(request, entry, name, {"outcome": "refused", "words": refusal}, refusal.status)
    asked = {"queries": queries_on([entry.pk])[entry.pk, name], "has_asked": True}
    return _answer(request, entry, name, {"outcome": "asked", **asked})


def verify_shown(request: UserRequest, pk: int) -> HttpResponse:
    """Everything that is left of one form on the screen, with the count typed back. What became of it is said at the
    form, which is where the page comes back to."""
    patient = reach_patient(request.user, pk)
    require(request.user, Right.VERIFY, patient.site)
    items = _shown_items(request, patient)
    form = items[0][0].parent or items[0][0]
    where, form_id, typed = request.POST.get("where", ""), _id(form, ""), request.POST.get("count", "")
    if fold(typed).strip() != str(len(items)):
        words = gettext("Nothing was verified: the number you typed is not the number of items.")
        return place_page(request, where, Refusal(form_id, words, 422, typed))
    actor = request.user.acting_at(patient.site, Right.VERIFY)
    try:
        made, left_out = services.verify_shown(
            patient=patient, items=items, seen=_whole(request, "seen"), by=request.user, actor=actor
        )
    except VerificationRefused as refusal:
        return place_page(request, where, Refusal(form_id, str(refusal), 409))
    done = ngettext("%(number)d item verified.", "%(number)d items verified.", len(made))
    messages.success(request, done % {"number": len(made)}, extra_tags=form_id)
    for item in left_out:
        words = gettext("Left out: %(item)s, %(why)s.") % {
            "item": _label(item.entry, item.item),
            "why": item.why,
        }
        messages.warning(request, words, extra_tags=form_id)
    return redirect(f"{page_of_entry(form)}#{form_id}")


def _shown_items(request: UserRequest, patient: Patient) -> list[tuple[Entry, str]]:
    """What the page had on the screen (`12.right_1,12.right_2`); 404 for anything that is not the patient's."""
    keys = dict.fromkeys(key for keys in request.POST.getlist("item") for key in keys.split(","))
    posted = [key.partition(".") for key in keys]
    named = [(number, name) for text, _, name in posted if (number := whole_number(text)) is not None]
    if not named or len(named) < len(posted):
        raise Http404
    reached = entries_of(patient, {number for number, _name in named})
    try:
        return [(reached[number], name) for number, name in named]
    except KeyError as error:
        raise Http404 from error


def next_to_verify(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """The next page with something planned and not verified: of this patient, or `?after=` a visit or a log."""
    place, _, which = request.GET.get("after", "").partition(":")
    text, _, log = which.partition(":")
    crf, _, piece = log.partition(":")
    number = whole_number(text) if pk is None else pk
    if number is None:
        raise Http404
    visit = reach_visit(request.user, number) if pk is None and place == "visit" else None
    patient = visit.patient if visit else reach_patient(request.user, number)
    left = places_left(patient) if pk is not None else []
    after = crf if place == "log" else "", whole_number(piece) or 1
    target = left[0] if left else next_place(request.user, patient, visit, *after)
    if target:
        return redirect(target.url)
    messages.success(
        request, gettext("Nothing else is left to verify at site %(code)s.") % {"code": patient.site.code}
    )
    return redirect("monitor:index")


def _entry(request: UserRequest, pk: int, name: str) -> Entry:
    entry = reach_entry(request.user, pk)
    if name not in CRFS[entry.crf].items:
        raise Http404
    return entry


def _in_place(request: UserRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def _whole(request: UserRequest, name: str) -> int:
    """A whole number that the page sends; 0, which is before everything, for anything else."""
    return whole_number(request.POST.get(name, "")) or 0


def _id(entry: Entry, item: str) -> str:
    return element_id(entry.crf, entry.address, item)


def _label(entry: Entry, item: str) -> str:
    definition = CRFS[entry.crf]
    words = str(definition.items[item].verbose_name) if item in definition.items else item
    return gettext(", ").join([form_title(entry), words])


def _refused(request: UserRequest, entry: Entry, item: str, refusal: VerificationRefused) -> HttpResponse:
    if not _in_place(request):
        return place_page(request, _where(entry), Refusal(_id(entry, item), str(refusal), 409))
    context: dict[str, Any] = {"outcome": "refused", "words": refusal}
    if isinstance(refusal, HasOpenQuery):
        words = gettext("Query %(number)s is open: press V again to verify the item all the same.") % {
            "number": refusal.query.code
        }
        context |= {"outcome": "asks", "words": words}
    if isinstance(refusal, Stale):
        unit = CRFS[entry.crf].items[item].unit  # stands behind the value on the page already
        context |= {"outcome": "stale", "value": refusal.value.removesuffix(f" {unit}"), "seen": refusal.seen}
        context["standing"] = standing_now(entry, item, request.user)
    return _answer(request, entry, item, context, 409)


def _where(entry: Entry) -> str:
    if entry.visit_id:
        return f"visit:{entry.visit_id}"
    form = entry.parent or entry
    return f"log:{entry.patient_id}:{form.crf}:{piece_with(form.number)}"


def _answer(
    request: UserRequest, entry: Entry, item: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context |= {"patient": entry.patient, "may_review": True, "zone": entry.site.zone, "id": _id(entry, item)}
    return render(request, "monitoring/sdv/_review_answer.html", context, status=status)
