"""Imports: all of them, a new one, and the template of a form."""

import uuid
from datetime import UTC
from pathlib import PurePath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from ecrf.access.language import in_master
from ecrf.access.requests import UserRequest, click_key
from ecrf.audit.texts import cleaned_or_fault
from ecrf.forms.registry import CRFS
from ecrf.imports.models import ImportFormat, ImportPurpose
from ecrf.imports.pages.forms import BringingForm, form_choices
from ecrf.imports.rights import (
    imports_of,
    is_for_all,
    may_compare,
    may_import,
    require_imports,
    sites_to_choose,
)
from ecrf.imports.services import Brought, NotImported, bring
from ecrf.imports.sources.wide import template_columns, template_rows
from ecrf.trail.download.csv_file import answer, file_name

SHOWN = 200


@require_GET
def overview(request: UserRequest) -> HttpResponse:
    """What was brought, and the way to bring more."""
    require_imports(request.user)
    rows = list(imports_of(request.user)[:SHOWN])
    context = {
        "imports": [one for one in rows if not one.is_comparison],
        "comparisons": [one for one in rows if one.is_comparison],
        "may_import": may_import(request.user),
        "may_compare": may_compare(request.user),
        "templates": form_choices(),
        "sees_all": is_for_all(request.user),
        "zone": UTC,
    }
    return render(request, "imports/overview.html", context)


@require_http_methods(["GET", "POST"])
def new_import(request: UserRequest, purpose: str) -> HttpResponse:
    """The file and what it is; from there to what it would do."""
    require_imports(request.user)
    is_allowed = (
        may_compare(request.user) if purpose == ImportPurpose.COMPARISON else may_import(request.user)
    )
    if not is_allowed:
        raise PermissionDenied(gettext("Your role does not let you do this with files."))
    files = request.FILES if request.method == "POST" else None
    first = {"format": ImportFormat.LABORATORY if purpose == ImportPurpose.COMPARISON else ImportFormat.FORM}
    form = BringingForm(
        request.POST if request.method == "POST" else None,
        files,
        user=request.user,
        purpose=purpose,
        initial=first,
    )
    if request.method == "GET" or not form.is_valid():
        return _ask(request, form, purpose)
    key = click_key(request)
    if key is None:
        form.add_error(None, gettext("This page is out of date. Load it again, then bring the file."))
        return _ask(request, form, purpose)
    try:
        batch = bring(brought=_brought(form, purpose), by=request.user, request_key=key)
    except NotImported as refused:
        form.add_error(refused.field or None, str(refused))
        return _ask(request, form, purpose)
    return redirect("import", batch.request_key)


def _brought(form: BringingForm, purpose: str) -> Brought:
    said = form.cleaned_data
    file = said["file"]
    name, fault = cleaned_or_fault(PurePath(file.name.replace("\\", "/")).name, lines=False)
    is_of_form = said["format"] == ImportFormat.FORM
    return Brought(
        name=name[:200] if name and not fault else "file",
        pieces=file.chunks,
        purpose=purpose,
        format=said["format"],
        form=said["form"] if is_of_form else "",
        site=form.site_chosen,
        source_system=said["source_system"],
        reading=form.reading,
    )


def _ask(request: UserRequest, form: BringingForm, purpose: str) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "purpose": purpose,
        "is_comparison": purpose == ImportPurpose.COMPARISON,
        "key": request.POST.get("key") or uuid.uuid4(),
        "has_several_sites": len(sites_to_choose(request.user, purpose)) != 1,
    }
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


@require_GET
def template(request: UserRequest, key: str) -> HttpResponseBase:
    """The columns of a form, and its rows where they are the same for everybody, as a file to fill in. It holds no
    data: nothing is noted."""
    require_imports(request.user)
    definition = CRFS.get(key)
    if definition is None or key not in dict(form_choices()):
        raise Http404
    name = file_name(f"template-{key}", timezone.now())
    with in_master():  # files are written in English
        return answer(name, template_columns(definition), template_rows(definition), lambda: None)
