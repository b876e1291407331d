"""Draws the lines of a log on the patient's page, of snippets: a log may have some hundreds."""

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext

from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.schedule.matrix import Log, MatrixLog
from ecrf.forms.skeleton import Snippet

register = template.Library()

ROW = Snippet("casebook/log/row.html", "cells")
STRUCK = Snippet("casebook/log/struck.html", "cells")
NUMBERED = Snippet("casebook/log/numbered.html", "address", "number")
FIRST = Snippet("casebook/log/first.html", "address", "words")
CELL = Snippet("casebook/log/cell.html", "words")
STATE = Snippet("casebook/log/state.html", "state", "words")

LONGEST = 60


@register.simple_tag(takes_context=True)
def log_lines(context: template.Context, log: Log) -> SafeString:
    """A row each, of a long log the last ones: it leads to the site's form, or to the monitor's where the page is for
    reading."""
    key, read_only = log.definition.key, context.get("read_only")
    page = "" if read_only else reverse("log", args=[context["patient"].number, key])
    rows = []
    for line in log.shown:
        address = (
            reverse(context["form_url"], args=[line.entry_id])
            if read_only
            else f"{page}{query_with(line.number)}#{key}-{line.number}"
        )
        rows.append(_row(line, address, log.is_repeating))
    return SafeString("".join(rows))


def _row(line: MatrixLog, address: str, is_numbered: bool) -> SafeString:
    first, *others = line.cells or [""]
    cells = [NUMBERED(address, str(line.number))] if is_numbered else []
    cells.append(FIRST(address, _short(first or gettext("not entered yet"))))
    cells += [CELL(_short(words)) for words in others]
    if line.entry.struck_at:
        struck = STATE("struck", pgettext("state of a form", "struck out"))
        return STRUCK(SafeString("".join([*cells, struck])))
    return ROW(SafeString("".join([*cells, STATE(line.form.state, line.form.words)])))


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else Truncator(words).chars(LONGEST)
