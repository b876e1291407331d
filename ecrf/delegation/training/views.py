"""One's own training: what one's roles ask, to read and to confirm."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.access.training import TrainingDocument, TrainingKind
from ecrf.delegation.training.practice import PracticeVisit, best_visit
from ecrf.delegation.training.services import asked_of, confirm, own_document, records_of


@dataclass(frozen=True)
class TrainingLine:
    """A training that is asked of the person, and when it was confirmed; None while it is missing."""

    document: TrainingDocument
    confirmed_at: datetime | None


@require_GET
def training(request: UserRequest) -> HttpResponse:
    """What one's roles ask, what is missing first; and what one has confirmed at any time."""
    records = records_of(request.user)
    known = {record.document_id: record.confirmed_at for record in records}
    lines = [TrainingLine(document, known.get(document.pk)) for document in asked_of(request.user)]
    asked = {line.document.pk for line in lines}
    context = {
        "missing": [line for line in lines if not line.confirmed_at],
        "confirmed": [line for line in lines if line.confirmed_at],
        "earlier": [record for record in records if record.document_id not in asked],
        "sees_all": request.user.rights & {Right.SEE_ACCESS, Right.MANAGE_ACCOUNTS},
    }
    return render(request, "delegation/training/training.html", context)


@require_http_methods(["GET", "POST"])
def read(request: UserRequest, pk: int) -> HttpResponse:
    """The text, or how far the practice visit is; a POST confirms."""
    document = own_document(request.user, pk)
    if request.method == "GET":
        return _page(request, document)
    try:
        confirm(document=document, by=request.user)
    except ValidationError as error:
        return _page(request, document, " ".join(error.messages), 422)
    messages.success(request, gettext("Confirmed: %(document)s.") % {"document": document})
    return redirect("training")


def _page(
    request: UserRequest, document: TrainingDocument, refusal: str = "", status: int = 200
) -> HttpResponse:
    record = records_of(request.user).filter(document=document).first()
    is_practice = document.kind == TrainingKind.PRACTICE
    visit: PracticeVisit | None = best_visit(request.user, document) if is_practice and not record else None
    practice_sites = sites(request.user, Right.READ).filter(is_practice=True) if is_practice else []
    context = {
        "document": document,
        "record": record,
        "is_practice": is_practice,
        "visit": visit,
        "practice_sites": practice_sites,
        "practice_codes": lambda: gettext(", ").join(
            site.code for site in practice_sites
        ),  # once it is shown
        "can_confirm": document.is_current and (not is_practice or (visit is not None and not visit.lacks)),
        "refusal": refusal,
    }
    return render(request, "delegation/training/read.html", context, status=status)
