"""The annotated CRF as a PDF file: each form, blank, with what its items take and what others call them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from ecrf.checks.item_words import asked_when, needed, takes
from ecrf.forms.answers import answers_of
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS, CrfDefinition, Section
from ecrf.prints.pdf.form_content import Content
from ecrf.prints.pdf.typesetting import typeset

SdtmTarget = Callable[[str, str], str | None]
"""(CRF key, item) to where SDTM has it, such as `VS.VSORRES where VSTESTCD = PULSE`; None where it has it nowhere."""

OUTSIDE = gettext_lazy("Forms outside visits")


def annotated_crf_pdf(made_at: datetime, sdtm: SdtmTarget | None = None) -> bytes:
    """The same forms and the same `made_at` give the same bytes. Without `sdtm`, no column is kept for it."""
    return typeset(
        "annotated_crf.typ", content(made_at, sdtm), title=gettext("Annotated CRF"), made_at=made_at
    )


def content(made_at: datetime, sdtm: SdtmTarget | None) -> Content:
    trial = protocol()
    visits = [_visit(plan) for plan in trial.visits]
    outside = {
        "title": str(OUTSIDE),
        "when": "",
        "forms": [_line(key) for key in (*trial.patient_forms, *trial.logs)],
    }
    return {
        "whose": gettext("Annotated CRF"),
        "as_of": gettext("Made %(at)s UTC") % {"at": f"{made_at.astimezone(UTC):%Y-%m-%d %H:%M}"},
        "visits": [*visits, outside],
        "forms": [_form(CRFS[key], sdtm) for key in trial.scheduled_crfs()],
        "has_sdtm": sdtm is not None,
    }


# --- the schedule -----------------------------------------------------------------------------------------------


def _visit(plan: VisitPlan) -> Content:
    return {
        "title": plan.label,
        "when": _when(plan),
        "forms": [
            *(
                _line(
                    key,
                    gettext("%(number)s expected") % {"number": plan.expected_of(key)}
                    if plan.expected_of(key) > 1
                    else "",
                )
                for key in plan.forms
            ),
            *(_line(key, gettext("if done")) for key in plan.optional),
        ],
    }


def _when(plan: VisitPlan) -> str:
    day = "" if plan.day is None else gettext("day %(day)s") % {"day": plan.day}
    window = (
        gettext("%(opens)s to %(closes)s days")
        % {"opens": f"{plan.opens:+d}".replace("-", "−"), "closes": f"{plan.closes:+d}".replace("-", "−")}
        if plan.opens or plan.closes
        else ""
    )
    words = [
        day,
        window,
        gettext("on demand") if plan.on_demand else "",
        gettext("may repeat") if plan.repeats else "",
    ]
    return gettext(", ").join(part for part in words if part)


def _line(key: str, note: str = "") -> Content:
    return {"key": key, "title": CRFS[key].title, "note": note}


# --- the forms --------------------------------------------------------------------------------------------------


def _form(definition: CrfDefinition, sdtm: SdtmTarget | None) -> Content:
    """One form, with the forms that are its rows below it."""
    return _heading(definition) | {
        "places": _places(definition),
        "sections": _sections(definition, sdtm),
        "rows": [
            _heading(CRFS[key]) | {"names": _row_names(CRFS[key]), "sections": _sections(CRFS[key], sdtm)}
            for key in definition.rows
        ],
    }


def _row_names(definition: CrfDefinition) -> str:
    return (
        gettext("A row for each of: %(names)s.") % {"names": gettext(", ").join(definition.row_names)}
        if definition.row_names
        else ""
    )


def _heading(definition: CrfDefinition) -> Content:
    domain = gettext("domain %(domain)s") % {"domain": definition.domain} if definition.domain else ""
    parts = (definition.key, gettext("form version %(version)s") % {"version": definition.version}, domain)
    return {
        "key": definition.key,
        "title": definition.title,
        "about": " · ".join(part for part in parts if part),
    }


def _places(definition: CrfDefinition) -> str:
    """At which visits it stands."""
    labels = [plan.label for plan in protocol().visits if definition.key in plan.forms]
    if_done = [plan.label for plan in protocol().visits if definition.key in plan.optional]
    words = [
        gettext("; ").join(labels),
        gettext("if done: %(visits)s") % {"visits": gettext("; ").join(if_done)} if if_done else "",
    ]
    return ". ".join(part[:1].upper() + part[1:] for part in words if part) or str(OUTSIDE)


def _sections(definition: CrfDefinition, sdtm: SdtmTarget | None) -> list[Content]:
    return [_section(section, definition, sdtm) for section in definition.sections]


def _section(section: Section, definition: CrfDefinition, sdtm: SdtmTarget | None) -> Content:
    title = "" if section.title == definition.title else section.title
    items = [_item(definition, name, sdtm) for name in section.items]
    return {"title": title, "help": section.help, "items": items}


def _item(definition: CrfDefinition, name: str, sdtm: SdtmTarget | None) -> Content:
    item = definition.items[name]
    return {
        "label": str(item.verbose_name),
        "name": name,
        "unit": item.unit,
        "hint": item.hint,
        "needed": _needed(definition, item),
        "options": [{"code": code, "words": words} for code, words in answers_of(item)],
        "takes": "" if item.kind == "choice" else takes(item),
        "calculated": item.rule,
        "cdash": item.cdash,
        "sdtm": (sdtm(definition.key, name) or "") if sdtm else "",
    }


def _needed(definition: CrfDefinition, item: Any) -> str:
    """When it is asked, and whether the form is complete without it."""
    if item.rule:
        return ""
    if item.instead_of:
        return needed(definition, item)
    when = asked_when(definition, item)
    return " ".join(
        part for part in (gettext("Required") if item.required else gettext("Optional"), when) if part
    )
