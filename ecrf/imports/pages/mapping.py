"""How a laboratory's file is read: what its columns are, and to which row of the form each of its tests goes."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from ecrf.access.models import User
from ecrf.access.requests import UserRequest, whole_number
from ecrf.audit.actor import acting
from ecrf.audit.texts import cleaned_or_fault
from ecrf.imports.models import Import, ImportFormat, ImportState, LabMapping
from ecrf.imports.pages.batch import OVERTAKEN
from ecrf.imports.reading.encodings import ENCODINGS, UnreadableFile
from ecrf.imports.reading.tables import key_of
from ecrf.imports.rights import is_for_all, reach_import, require_own
from ecrf.imports.services import look_again
from ecrf.imports.sources.laboratory import (
    COLUMNS,
    NEEDED,
    ResultsForm,
    first_mapping,
    guessed_row,
    results_forms,
    tests_in,
)
from ecrf.imports.sources.stored import table_of

ANOTHERS = gettext_lazy(
    "Somebody else keeps theirs under this name, and only a data manager replaces it. Choose another name."
)
MAPPABLE = (ImportState.UNMAPPED, ImportState.CHECKED, ImportState.REFUSED)


@dataclass(frozen=True)
class TestChoice:
    """A test of the file, the field that asks for it, and the number of its row; None: not chosen yet."""

    name: str
    field: str
    row: int | None


@require_http_methods(["GET", "POST"])
def mapping(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """Two steps on one page: the columns, then the tests that the file names."""
    batch = reach_import(request.user, key)
    require_own(request.user, batch)
    if batch.format != ImportFormat.LABORATORY or batch.state not in MAPPABLE:
        if request.method == "POST" and batch.format == ImportFormat.LABORATORY:
            messages.warning(request, str(OVERTAKEN))
        return redirect("import", key)
    declared = request.POST.get("declared", "")
    if declared in ENCODINGS:
        batch.reading["declared"] = declared
    try:
        header = table_of(batch).header
        form = _form_of(request, batch)
        chosen = _chosen(request, batch, header, form)
        names = tests_in(table_of(batch), chosen["columns"]["test"]) if chosen["columns"]["test"] else []
    except UnreadableFile as refused:
        context: dict[str, Any] = {"batch": batch, "refused": refused}
        return render(request, "imports/mapping.html", context, status=422)
    tests = _tests(request, chosen, names, form)
    errors = _errors(request, chosen, tests) if request.POST.get("act") == "use" else {}
    if request.POST.get("act") != "use" or errors:
        return _ask(request, batch, header, form, chosen, tests, errors)
    chosen["tests"] = {one.name: one.row or 0 for one in tests}
    reading = {"mapping": chosen, **({"declared": declared} if declared in ENCODINGS else {})}
    if look_again(batch=batch, by=request.user, reading=reading):
        _save(request, batch, chosen)
    else:
        messages.warning(request, str(OVERTAKEN))
    return redirect("import", key)


def _form_of(request: UserRequest, batch: Import) -> ResultsForm:
    forms = results_forms()
    wanted = request.POST.get("form") or batch.reading.get("mapping", {}).get("target", {}).get("form")
    return next((one for one in forms if one.definition.key == wanted), forms[0])


def _chosen(request: UserRequest, batch: Import, header: list[str], form: ResultsForm) -> dict[str, Any]:
    """The mapping as it was chosen on the page, else as it was before, else as the names of the columns suggest."""
    found = batch.reading.get("mapping") or first_mapping(header, form)
    if request.method == "GET":
        return dict(found)
    columns = {what: request.POST.get(f"column-{what}", "") for what in COLUMNS}
    offered = {"value": form.values, "unit": form.units, "day": form.days}
    target = {
        what: request.POST.get(f"target-{what}", "")
        if request.POST.get(f"target-{what}", "") in names
        else next(iter(names), "")
        for what, names in offered.items()
    }
    return {
        "columns": {what: name if name in header else "" for what, name in columns.items()},
        "target": {"form": form.definition.key, **target},
        "tests": found.get("tests", {}),
    }


def _tests(
    request: UserRequest, chosen: dict[str, Any], names: list[str], form: ResultsForm
) -> list[TestChoice]:
    before = {key_of(name): row for name, row in chosen["tests"].items()}
    found = []
    for at, name in enumerate(names):
        field = f"test-{at}"
        typed = request.POST.get(field)
        row: int | None = None
        if typed is not None and request.POST.get(f"{field}-name") == name:
            number = whole_number(typed)
            row = number if number is not None and number <= len(form.definition.row_names) else None
        else:
            row = before.get(key_of(name), guessed_row(name, form.definition) or None)
        found.append(TestChoice(name, field, row))
    return found


def _errors(request: UserRequest, chosen: dict[str, Any], tests: list[TestChoice]) -> dict[str, str]:
    found = {
        f"column-{what}": gettext("Say which column holds: %(what)s.") % {"what": str(COLUMNS[what]).lower()}
        for what in NEEDED
        if not chosen["columns"][what]
    }
    used = [name for name in chosen["columns"].values() if name]
    for what, name in chosen["columns"].items():
        if name and used.count(name) > 1:
            found[f"column-{what}"] = gettext("The column “%(column)s” is chosen twice.") % {"column": name}
    found |= {
        one.field: gettext("Choose the row, or leave the test out.") for one in tests if one.row is None
    }
    name, fault = cleaned_or_fault(request.POST.get("save_as", ""), lines=False)
    if fault or len(name) > 60:
        found["save_as"] = fault or gettext("Name it in up to 60 characters.")
    elif _is_anothers(request.user, name):
        found["save_as"] = str(ANOTHERS)
    return found


def _is_anothers(user: User, name: str) -> bool:
    """Whether somebody else keeps a mapping under this name, for all sites: a data manager alone replaces it."""
    return not is_for_all(user) and LabMapping.objects.filter(name=name).exclude(saved_by=user).exists()


def _save(request: UserRequest, batch: Import, chosen: dict[str, Any]) -> None:
    """Under a name, in the place of what bore it."""
    name, _fault = cleaned_or_fault(request.POST.get("save_as", ""), lines=False)
    if not name:
        return
    actor = request.user.acting_at(batch.site, require_own(request.user, batch))
    with acting(actor, source="import"):
        LabMapping.objects.update_or_create(
            name=name, defaults={**chosen, "saved_at": timezone.now(), "saved_by": request.user}
        )


def _ask(
    request: UserRequest,
    batch: Import,
    header: list[str],
    form: ResultsForm,
    chosen: dict[str, Any],
    tests: list[TestChoice],
    errors: dict[str, str],
) -> HttpResponse:
    columns = [
        (what, words, chosen["columns"].get(what, ""), what in NEEDED, errors.get(f"column-{what}", ""))
        for what, words in COLUMNS.items()
    ]
    offered = (
        ("value", pgettext("column of a laboratory’s file", "Result"), form.values),
        ("unit", pgettext("column of a laboratory’s file", "Unit"), form.units),
        ("day", pgettext("column of a laboratory’s file", "Day"), form.days),
    )
    before = batch.reading.get("mapping_name", "")
    context = {
        "batch": batch,
        "header": header,
        "columns": columns,
        "forms": [(one.definition.key, one.definition.title) for one in results_forms()],
        "form": form,
        "targets": [(what, words, names, chosen["target"].get(what, "")) for what, words, names in offered],
        "tests": [(one, errors.get(one.field, "")) for one in tests],
        "rows": list(enumerate(form.definition.row_names, 1)),
        "errors": errors,
        "save_as": request.POST.get("save_as", "" if _is_anothers(request.user, before) else before),
    }
    return render(request, "imports/mapping.html", context, status=422 if errors else 200)
