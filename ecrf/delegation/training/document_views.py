"""The administrator's pages of trainings: publish a version, withdraw one, see who has confirmed."""

from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.language import answered_in_master
from ecrf.access.people import holders_of
from ecrf.access.reach import require_anywhere
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right, Role
from ecrf.access.training import TrainingDocument, TrainingKind
from ecrf.delegation.training.services import (
    TRAINED_ROLES,
    checked,
    confirmations,
    every_document,
    publish,
    withdraw,
)
from ecrf.trail.download import csv_file

COLUMNS = ("training", "version", "user", "name", "role", "confirmed_at_utc", "data")


@require_GET
def documents(request: UserRequest) -> HttpResponse:
    """Every training with its versions, and how many have confirmed the current one."""
    require_anywhere(request.user, Right.SEE_ACCESS, Right.MANAGE_ACCOUNTS)
    lines = []
    for row in every_document():
        people = {person.user_id for person in holders_of(row.roles)}
        done = confirmations(row)
        lines.append((row, _roles(row.roles), len(people & done.keys()), len(people)))
    may_publish = Right.MANAGE_ACCOUNTS in request.user.rights
    return render(request, "delegation/training/documents.html", {"lines": lines, "may_publish": may_publish})


@require_http_methods(["GET", "POST"])
def publish_document(request: UserRequest) -> HttpResponse:
    """Type a version; the answer says how many people wait for it then; the same again with `sure` publishes."""
    require_anywhere(request.user, Right.MANAGE_ACCOUNTS)
    if request.method == "GET":
        before = every_document().filter(pk=whole_number(request.GET.get("after", "")) or 0).first()
        return _form(request, _typed_of(before) if before else {"kind": TrainingKind.READING, "roles": []})
    names = ("key", "version", "title", "kind", "text")
    typed: dict[str, object] = {name: request.POST.get(name, "") for name in names}
    typed["roles"] = request.POST.getlist("roles")
    try:
        document = checked(typed)
    except ValidationError as error:
        faults = {name: " ".join(words) for name, words in error.message_dict.items()}
        return _form(request, typed, faults, 422)
    if request.POST.get("sure") != "yes":
        people = {person.user_id for person in holders_of(document.roles)}
        before = every_document().filter(key=document.key, is_current=True).first()
        context = {
            "document": document,
            "typed": typed,
            "people": len(people),
            "roles": _roles(document.roles),
            "no_longer": _roles([role for role in before.roles if role not in document.roles])
            if before
            else "",
        }
        return render(request, "delegation/training/sure.html", context)
    try:
        publish(document=document, by=request.user)
    except ValidationError as error:
        return _form(request, typed, {"version": " ".join(error.messages)}, 422)
    messages.success(request, f"Published: {document}. Its roles are asked for it from now on.")
    return redirect("training-document", document.pk)


@require_GET
def document(request: UserRequest, pk: int) -> HttpResponse:
    """One version: its text, who has confirmed it and who has not."""
    require_anywhere(request.user, Right.SEE_ACCESS, Right.MANAGE_ACCOUNTS)
    return _document_page(request, get_object_or_404(every_document(), pk=pk))


@require_POST
def withdraw_document(request: UserRequest, pk: int) -> HttpResponse:
    """Ask nobody for it any more, with a reason."""
    require_anywhere(request.user, Right.MANAGE_ACCOUNTS)
    row = get_object_or_404(every_document(), pk=pk)
    try:
        withdraw(document=row, reason=request.POST.get("reason", ""), by=request.user)
    except ValidationError as error:
        return _document_page(request, row, " ".join(error.messages), 422)
    messages.success(request, f"Withdrawn: {row}. Nobody is asked for it any more.")
    return redirect("training-documents")


@require_GET
@answered_in_master
def people_csv(request: UserRequest, pk: int) -> FileResponse:
    """Who has confirmed the version and who has not, as a table."""
    require_anywhere(request.user, Right.SEE_ACCESS)
    row = get_object_or_404(every_document(), pk=pk)
    name = csv_file.file_name(f"training-{row.key}-{row.version}", timezone.now())
    return csv_file.answer(name, COLUMNS, _csv_rows(row), note=lambda: None)


def _csv_rows(row: TrainingDocument) -> Iterator[list[str]]:
    done = confirmations(row)
    for person in holders_of(row.roles):
        at = done.get(person.user_id)
        who = [person.user.username, person.user.full_name, person.role]
        yield [row.key, row.version, *who, csv_file.utc(at) if at else "", csv_file.data_words()]


def _document_page(
    request: UserRequest, row: TrainingDocument, error: str = "", status: int = 200
) -> HttpResponse:
    done = confirmations(row)
    context = {
        "document": row,
        "roles": _roles(row.roles),
        "people": [(person, done.get(person.user_id)) for person in holders_of(row.roles)],
        "may_publish": Right.MANAGE_ACCOUNTS in request.user.rights,
        "sees_people": Right.SEE_ACCESS in request.user.rights,
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "delegation/training/document.html", context, status=status)


def _form(
    request: UserRequest,
    typed: dict[str, object],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "typed": typed,
        "errors": errors or {},
        "roles": [(role, role.label) for role in TRAINED_ROLES],
        "kinds": TrainingKind.choices,
    }
    return render(request, "delegation/training/publish.html", context, status=status)


def _typed_of(row: TrainingDocument) -> dict[str, object]:
    """The version before, to be changed into the next one."""
    return {
        "key": row.key,
        "title": row.title,
        "kind": row.kind,
        "text": row.text,
        "roles": row.roles,
        "version": "",
    }


def _roles(roles: Iterable[str]) -> str:
    return ", ".join(Role(role).label.lower() for role in roles)
