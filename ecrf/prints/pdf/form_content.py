"""What a PDF says of one form, as data: every item with its value, or why there is none, and what was done about it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from ecrf.access.joined import headed, in_a_row
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.checks.item_words import needed
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.formview.form_view import FormView, Grid, ItemView, SectionView
from ecrf.formview.row_table import ROOM, ROOM_OF_OTHERS, RowBlock, RowTable
from ecrf.prints.pdf.signature_words import signature_words
from ecrf.queries.lookup import ByItem
from ecrf.queries.models import Query
from ecrf.signatures.lookup import on_form
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import Verification

Content = dict[str, Any]
"""What Typst is given: texts, numbers, lists and dictionaries of these."""

LONG = 400
"""A text of more characters may go on on the next page; shorter ones stay in one piece."""

STATES: dict[str, Promise] = {
    "complete": gettext_lazy("Complete"),
    "struck": gettext_lazy("Struck out"),
    "ready": gettext_lazy("In progress, nothing missing"),
    "empty": gettext_lazy("Not begun"),
}


@dataclass(frozen=True)
class Known:
    """What is known about a patient's forms beside their values. `completed`: {entry id: when, and who in words}."""

    patient: Patient
    compact: bool = False
    completed: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    verified: dict[tuple[int, str], Verification] = field(default_factory=dict)
    queries: ByItem = field(default_factory=dict)
    signatures: list[Signature] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        return self.patient.site.zone

    def moment(self, at: datetime) -> str:
        """`2026-11-22 18:42 JST`, on the site's clock."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"

    def is_verified(self, item_view: ItemView) -> bool:
        verification = self.verified.get((item_view.form_view.entry_id, item_view.name))
        return verification is not None and verification.stands


def form_content(form_view: FormView, known: Known) -> Content:
    """Everything of one form. With `compact`, what is blank and nobody asks about is left out."""
    parts = [part for section in form_view.parts if (part := _part(section, known))]
    tables = [_table(table, known) for table in form_view.tables if table.form_views or not known.compact]
    return {
        "title": form_view.title,
        "struck": form_view.is_struck,
        "state": _state(form_view),
        "why": struck_words(form_view.entry, known) if form_view.entry and form_view.is_struck else "",
        "done": _what_was_done(form_view, known),
        "parts": parts,
        "notes": form_view.notes,
        "tables": tables,
    }


def struck_words(entry: Entry, known: Known) -> str:
    if not entry.struck_at:
        return gettext("Struck out with the form whose row it is.")
    assert entry.struck_by is not None
    by, at = entry.struck_by.name, known.moment(entry.struck_at)
    return gettext("Struck out by %(who)s, %(at)s: %(why)s") % {
        "who": by,
        "at": at,
        "why": entry.struck_reason,
    }


def struck_whole_words(subject: Patient | Visit, known: Known) -> str:
    """The same of a visit, or of the patient; with whose consent. "" where it stands."""
    if not subject.struck_at:
        return ""
    assert subject.struck_by is not None
    if subject.struck_consent_of:
        words = gettext("Struck out by %(who)s, %(at)s: %(why)s (%(by)s consented on %(on)s)")
    else:
        words = gettext("Struck out by %(who)s, %(at)s: %(why)s")
    return words % {
        "who": subject.struck_by.name,
        "at": known.moment(subject.struck_at),
        "why": subject.struck_reason,
        "by": subject.struck_consent_of.name if subject.struck_consent_of else "",
        "on": subject.struck_consent_on,
    }


def _state(form_view: FormView) -> str:
    if form_view.state in STATES:
        words = str(STATES[form_view.state])
    else:
        words = gettext("In progress, %(number)d missing") % {"number": form_view.left}
    open_questions = form_view.open_questions
    to_answer = ngettext("%(number)d question to answer", "%(number)d questions to answer", open_questions)
    about = [
        words,
        to_answer % {"number": open_questions} if open_questions else "",
        gettext("form version %(version)s") % {"version": form_view.entry.form_version}
        if form_view.entry
        else "",
    ]
    return " · ".join(part for part in about if part)


def _what_was_done(form_view: FormView, known: Known) -> list[str]:
    """Who completed and verified it, who signed it by itself, and which queries stand on it."""
    if form_view.entry is None:
        return []
    done = []
    if form_view.entry_id in known.completed:
        at, by = known.completed[form_view.entry_id]
        done.append(gettext("Completed %(at)s by %(by)s") % {"at": known.moment(at), "by": by})
    done += _verified(form_view, known)
    own = [s for s in on_form(known.signatures, form_view.entry).history if s.scope == SignatureScope.FORM]
    done += [signature_words(signature, known.zone) for signature in own]
    if numbers := _query_numbers(form_view, known.queries):
        done.append(gettext("Queries: %(numbers)s (see the appendix)") % {"numbers": numbers})
    return done


def _verified(form_view: FormView, known: Known) -> list[str]:
    """`✓ 12 items verified against the source by …, 2026-11-12`, a line for each person."""
    days: dict[str, list[str]] = defaultdict(list)
    for row in form_view.with_rows:
        for name in row.definition.items if row.entry_id else ():
            verification = known.verified.get((row.entry_id, name))
            if verification is not None and verification.stands:
                at = verification.verified_at.astimezone(known.zone)
                days[verification.verified_by.name].append(f"{at:%Y-%m-%d}")
    return [_verified_by(by, on) for by, on in days.items()]


def _verified_by(by: str, on: list[str]) -> str:
    words = ngettext(
        "✓ %(number)d item verified against the source by %(name)s, %(days)s",
        "✓ %(number)d items verified against the source by %(name)s, %(days)s",
        len(on),
    )
    span = gettext("%(opens)s to %(closes)s") % {"opens": min(on), "closes": max(on)}
    return words % {"number": len(on), "name": by, "days": min(on) if min(on) == max(on) else span}


def _query_numbers(form_view: FormView, queries: ByItem) -> str:
    spots = {row.spot for row in form_view.with_rows}
    here = [query for (spot, _item), asked in queries.items() if spot in spots for query in asked]
    words = [
        gettext("%(query)s (open)") % {"query": _named(q)} if q.is_open else _named(q)
        for q in sorted(here, key=_key)
    ]
    return in_a_row(*words)


def _named(query: Query) -> str:
    """A query by its number alone, as most are."""
    return f"{query.word} {query.code}" if query.is_of_site else query.code


def _key(query: Query) -> int:
    return query.pk


# --- items ------------------------------------------------------------------------------------------------------


def _is_shown(item_view: ItemView, known: Known) -> bool:
    says = bool(item_view.value or item_view.missing or item_view.questions)
    return says or not (known.compact or item_view.is_elsewhere)


def _part(section: SectionView, known: Known) -> Content | None:
    shown = [item_view for item_view in section.item_views if _is_shown(item_view, known)]
    if not shown:
        return None
    part: Content = {"title": section.title, "help": section.help}
    if section.grid and len(shown) == len(section.item_views):
        return part | {"grid": _grid(section.grid, known)}
    return part | {"items": [_item(item_view, known) for item_view in shown]}


def _item(item_view: ItemView, known: Known) -> Content:
    answer = answer_content(item_view, known)
    rule = item_view.item.rule
    return answer | {
        "label": item_view.label,
        "about": gettext("calculated, %(rule)s") % {"rule": rule} if rule else _when(item_view),
        "unit": item_view.item.unit,
        "questions": [question_words(one, known) for one in item_view.questions],
        "long": len(answer["text"]) > LONG,
    }


def _when(item_view: ItemView) -> str:
    """On which condition it is asked; "" if always."""
    if item_view.item.instead_of:
        return needed(item_view.form_view.definition, item_view.item)
    return item_view.asked_when


def answer_content(item_view: ItemView, known: Known) -> Content:
    """`is`: a value, the reason why there is none, blank, or what nobody is asked."""
    mark = {"verified": True} if known.is_verified(item_view) else {}
    if value := item_view.value:
        return {"is": "value", "text": value} | mark
    if missing := item_view.missing:
        label, comment = missing["label"], missing["comment"]
        return {"is": "reason", "text": headed(label, comment) if comment else label} | mark
    if item_view.item.rule:
        return {"is": "quiet", "text": gettext("not calculated")}
    if not item_view.is_asked:
        return {"is": "quiet", "text": gettext("not asked")}
    return {
        "is": "blank" if item_view.is_wanted else "quiet",
        "text": pgettext("an item without a value", "blank"),
    }


def question_words(discrepancy: Discrepancy, known: Known) -> str:
    """What a check asks, and who confirmed the value."""
    if discrepancy.state == DiscrepancyState.OPEN:
        words = gettext("? To answer: %(text)s %(check)s")
        return words % {"text": discrepancy.text, "check": discrepancy.check_id}
    assert discrepancy.confirmed_by is not None
    assert discrepancy.confirmed_at is not None
    by, at = discrepancy.confirmed_by.name, known.moment(discrepancy.confirmed_at)
    words = gettext("Confirmed against the source by %(name)s, %(at)s: %(text)s %(check)s")
    return words % {"name": by, "at": at, "text": discrepancy.text, "check": discrepancy.check_id}


# --- tables -----------------------------------------------------------------------------------------------------


def _grid(grid: Grid, known: Known) -> Content:
    item_views = [item_view for _line, readings in grid.lines for item_view in readings]
    return {
        "columns": [column[:1].upper() + column[1:] for column in grid.columns],
        "unit": next((view.item.unit for view in item_views), ""),
        "lines": [
            {
                "name": line,
                "cells": [answer_content(view, known) | {"unit": view.item.unit} for view in readings],
            }
            for line, readings in grid.lines
        ],
        "notes": [
            headed(item_view.label, question_words(one, known))
            for item_view in item_views
            for one in item_view.questions
        ],
    }


def _table(table: RowTable, known: Known) -> Content:
    return {
        "title": table.definition.title,
        "is": "none" if not table.form_views else "blocks" if table.is_wide else "across",
        "notes": _notes_below(table.form_views, known),
    } | (_blocks(table, known) if table.is_wide else _across(table, known))


def _notes_below(rows: Sequence[FormView], known: Known) -> list[str]:
    """What a table has no cell for: why rows are struck out, and what checks ask about them."""
    notes = []
    for row in rows:
        if row.entry and row.is_struck:
            notes.append(headed(row.title, struck_words(row.entry, known)))
        notes += [headed(label, question_words(one, known)) for label, one in row.asked_of_items]
    return notes


def _across(table: RowTable, known: Known) -> Content:
    lines = [(row, views) for row, views in table.lines if not known.compact or row.row]
    return {
        "dense": table.is_dense,
        "first": table.definition.title if table.definition.row_names else gettext("No."),
        "names": bool(table.definition.row_names),
        "heads": [
            {
                "label": view.label,
                "unit": view.item.unit,
                "room": ROOM.get(view.item.kind, ROOM_OF_OTHERS),
                "number": view.item.kind == "number",
            }
            for view in table.heads
        ],
        "lines": [
            _line(row.name, [_cell(view, known) for view in views]) | {"struck": row.is_struck}
            for row, views in lines
        ],
    }


def _line(name: str, cells: list[Content]) -> Content:
    return {"name": name, "cells": cells, "long": any(len(cell["text"]) > LONG for cell in cells)}


def _cell(item_view: ItemView, known: Known) -> Content:
    """As on the printed page: what is not wanted and not there leaves its cell empty."""
    if not (item_view.value or item_view.missing or item_view.is_wanted):
        return {"is": "nothing", "text": ""}
    return answer_content(item_view, known)


def _blocks(table: RowTable, known: Known) -> Content:
    return {"blocks": [_block(table, block, known) for block in table.blocks]}


def _block(table: RowTable, block: RowBlock, known: Known) -> Content:
    lines = [views for views in block.lines if any(_is_shown(view, known) for view in views)]
    return {
        "first": table.definition.title,
        "heads": [
            gettext("%(row)s struck out") % {"row": row.name} if row.is_struck else row.name
            for row in block.form_views
        ],
        "struck": [row.is_struck for row in block.form_views],
        "spare": len(block.spare),
        "lines": [
            _line(
                views[0].label,
                [answer_content(view, known) | {"unit": view.item.unit} for view in views],
            )
            for views in lines
        ],
    }
