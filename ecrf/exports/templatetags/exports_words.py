"""Of what is stored in English with a file: its title, its progress and its outcome in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext, pgettext

from ecrf.access.joined import in_a_row
from ecrf.access.kept_words import as_read
from ecrf.access.models import LANGUAGE_NAMES
from ecrf.exports.models import Export, ExportKind

register = template.Library()


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
def language_words(export: Export) -> str:
    """In which language it is, of what is made in that of a reader; "" of all else."""
    name = LANGUAGE_NAMES.get(export.wanted.get("language") or "")
    if name is None:
        return ""
    if export.kind == ExportKind.SITE_COPY:
        return gettext("Language of its casebooks: %(language)s") % {"language": name}
    return gettext("Language: %(language)s") % {"language": name}


@register.filter
def progress_words(export: Export) -> str:
    """What it is at."""
    return as_read(export.progress)


@register.filter
def outcome_words(export: Export) -> str:
    """How it ended."""
    return as_read(export.outcome)


@register.filter
def held_words(selection: Mapping[str, Any]) -> str:
    """Which forms, sites and patients a data cut holds."""
    forms, sites, patients = (selection[which] for which in ("forms", "sites", "patients"))
    said = {"forms": gettext("all forms") if forms is None else " · ".join(forms)}
    said["sites"] = gettext("all sites")
    if sites is not None:
        said["sites"] = gettext("sites %(codes)s") % {"codes": in_a_row(*sites)}
    if not patients:
        return pgettext("what a data cut holds", "%(forms)s, %(sites)s") % said
    said["patients"] = in_a_row(*patients)
    return pgettext("what a data cut holds", "%(forms)s, %(sites)s, patients %(patients)s") % said
