"""Of what is stored in English with a file: its title, its progress and its outcome in the reader's language."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.language import in_master
from ecrf.exports.models import Export, ExportKind

register = template.Library()

STEPS: dict[str, Promise] = {
    "Annotated CRF": gettext_lazy("Annotated CRF"),
    "Casebook": gettext_lazy("Casebook"),
    "Manifest": pgettext_lazy("step of an export", "Manifest"),
    "Readers": pgettext_lazy("step of an export", "Readers"),
    "Reading the audit trail": gettext_lazy("Reading the audit trail"),
}
"""What the worker says of where it is, but for names of files and of formats."""

OUTCOMES: tuple[Promise, ...] = (
    gettext_lazy("The disk is nearly full. Make room, then ask for it again."),
    gettext_lazy("The disk is full. Nothing of it was kept. Ask for it again later."),
    gettext_lazy("A file could not be written. Nothing of it was kept. Ask for it again later."),
    gettext_lazy(
        "It failed by a fault of the software, which is in the server's log. Nothing of it was kept."
    ),
    gettext_lazy(
        "Another data cut took its name meanwhile. Nothing of it was kept. Take it under another name."
    ),
    gettext_lazy("The worker ended before it was done, twice. Nothing of it was kept. Ask for it again."),
    gettext_lazy("Made again from the audit trail alone: the same bytes, the same SHA-256."),
    gettext_lazy(
        "Made again from the audit trail: the bytes DIFFER. Run verify_audit, and compare the two files."
    ),
)
"""How a file ended, as it is stored, without what names a table, a version or a sum: that is shown as it is."""


@register.filter
def title_words(export: Export) -> str:
    """A data cut bears the name that somebody gave it; all other titles are the product's."""
    number = export.patient.number if export.patient else ""
    is_compact = bool(export.wanted.get("compact"))
    match export.kind:
        case ExportKind.SITE_COPY if export.site and not is_compact:
            return gettext("Copy of site %(site)s") % {"site": export.site.code}
        case ExportKind.CASEBOOK if is_compact:
            return gettext("Casebook %(number)s, without blanks") % {"number": number}
        case ExportKind.CASEBOOK:
            return gettext("Casebook %(number)s") % {"number": number}
        case ExportKind.HANDED_OVER:
            words = gettext("Casebook %(number)s, as handed over to site %(site)s")
            return words % {"number": number, "site": export.title.rpartition(" ")[2]}
        case ExportKind.REBUILD:
            return gettext("%(name)s, made again from the trail") % {"name": export.wanted["name"]}
        case ExportKind.ANNOTATED_CRF if not is_compact:
            return gettext("Annotated CRF")
    return export.title


@register.filter
def progress_words(export: Export) -> str:
    """What it is at."""
    return str(STEPS.get(export.progress, export.progress))


@register.filter
def outcome_words(export: Export) -> str:
    """How it ended."""
    return str(_outcomes().get(export.outcome, export.outcome))


@cache
def _outcomes() -> dict[str, Promise]:
    """By how they are stored."""
    with in_master():
        return {str(words): words for words in OUTCOMES}


@register.filter
def held_words(selection: Mapping[str, Any]) -> str:
    """Which forms, sites and patients a data cut holds."""
    forms, sites, patients = (selection[which] for which in ("forms", "sites", "patients"))
    said = {"forms": gettext("all forms") if forms is None else " · ".join(forms)}
    said["sites"] = gettext("all sites")
    if sites is not None:
        said["sites"] = gettext("sites %(codes)s") % {"codes": ", ".join(sites)}
    if not patients:
        return pgettext("what a data cut holds", "%(forms)s, %(sites)s") % said
    said["patients"] = ", ".join(patients)
    return pgettext("what a data cut holds", "%(forms)s, %(sites)s, patients %(patients)s") % said
