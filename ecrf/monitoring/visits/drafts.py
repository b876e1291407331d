"""Drafts the report and the follow-up letter of a monitoring visit from what was done in it and what remains.

Both are stored, and are documents of the study, each in a language of its own: the report first in the one that the
monitor reads, the letter in that of the site it goes to."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext, override, pgettext

from ecrf.access.alike import InOrder
from ecrf.access.models import Membership, Site
from ecrf.access.roles import Role
from ecrf.monitoring.home.log_lines import query_line
from ecrf.monitoring.home.work_lines import WorkLine, WorkSection, day
from ecrf.monitoring.models import How, MonitoringVisit
from ecrf.monitoring.visits.done import Done, Verified, what_was_done
from ecrf.queries.models import Query, Turn

LISTED = 200
"""So many lines of one kind at most: the rest is counted."""
TO_BE_WRITTEN = gettext_lazy("(To be written by the monitor.)")
"""What stands for the remarks in a draft: a report that still says so, in whichever language, is not finished."""


def draft_report(visit: MonitoringVisit, done: Done) -> str:
    """Headings begin with ##, points with a hyphen; the monitor edits it. In the language that is spoken."""
    none = [pgettext("in a report: nothing of it", "None.")]
    parts = [
        (pgettext("heading of a report", "Visit"), _about(visit)),
        (pgettext("heading of a report", "Summary"), _summary(done)),
        (
            pgettext("heading of a report", "Verified against the source"),
            _verified_lines(done.verified) or [gettext("Nothing was verified.")],
        ),
        *(
            [(pgettext("heading of a report", "Verifications taken back"), _verified_lines(done.taken_back))]
            if done.taken_back
            else []
        ),
        (pgettext("heading of a report", "Queries opened"), _points(done.opened, _query_words) or none),
        (pgettext("heading of a report", "Queries closed"), _points(done.closed, _query_words) or none),
        (
            pgettext("heading of a report", "Open points: queries"),
            _points(done.open, _open_query) or [gettext("No query is open.")],
        ),
        (
            pgettext("heading of a report", "Open points: signatures"),
            _places(done.unsigned) or [gettext("Every complete form is signed.")],
        ),
        (pgettext("heading of a report", "Open points: overdue visits"), _lines(done.overdue) or none),
        *((_since_the_last_visit(section), _lines(section) or none) for section in done.new_in_logs),
        *(
            [
                (
                    pgettext("heading of a report", "Meanwhile at other sites (no part of this visit)"),
                    _points(done.elsewhere, str),
                )
            ]
            if done.elsewhere
            else []
        ),
        (pgettext("heading of a report", "Remarks"), [str(TO_BE_WRITTEN)]),
    ]
    return _text(parts)


def draft_in(language: str, kind: str, visit: MonitoringVisit) -> str:
    """The report or the letter, with what forms, checks and lists are called in its language; what people wrote as
    they wrote it."""
    draft = {"report": draft_report, "letter": draft_letter}[kind]
    with override(language):
        return draft(visit, what_was_done(visit))


def draft_letter(visit: MonitoringVisit, done: Done) -> str:
    """To the investigator: what was reviewed, and what the site is asked to do. In the language that is spoken."""
    opening = [
        gettext("Dear Investigator,"),
        "",
        _thanks(visit)
        % {
            "site": visit.site.name,
            "start": _moment(visit, "started_at"),
            "end": _moment(visit, "ended_at"),
        },
        "",
        _reviewed(done),
    ]
    asked = [
        (gettext("Queries that wait for your site"), _points(done.of_the_site, _open_query)),
        (gettext("Complete forms that wait for your signature"), _places(done.unsigned)),
        (done.overdue.title, _lines(done.overdue)),
        *((_since_the_last_visit(section), _lines(section)) for section in done.new_in_logs),
    ]
    open_points = [part for part in asked if part[1]]
    closing = [
        gettext("Thank you for your work on this trial."),
        "",
        gettext("Yours sincerely,"),
        "",
        visit.monitor.name,
        str(Role.MONITOR.label),
        "",
        _to(visit.site),
    ]
    ask = (
        gettext("Please see to the following points.")
        if open_points
        else gettext("No point is open for your site.")
    )
    body = _text(open_points)
    return "\n".join([*opening, "", ask, *(["", body] if body else []), "", *closing])


def _thanks(visit: MonitoringVisit) -> str:
    if visit.how == How.ON_SITE:
        return gettext(
            "Thank you for the monitoring visit at %(site)s, conducted on site from %(start)s to %(end)s."
        )
    return gettext(
        "Thank you for the monitoring visit at %(site)s, conducted remotely from %(start)s to %(end)s."
    )


def _since_the_last_visit(section: WorkSection) -> str:
    return gettext("%(log)s since the last visit") % {"log": section.title}


def _to(site: Site) -> str:
    """Whom the letter is for: the site's investigators by name, as far as they are known here."""
    here = Membership.objects.filter(role=Role.INVESTIGATOR, site=site, is_current=True, user__is_active=True)
    names = here.order_by(InOrder("user__full_name")).values_list("user__full_name", flat=True)
    named = gettext(", ").join([*filter(None, names), site.name])
    return pgettext("of a letter", "To: %(names)s, site %(code)s") % {"names": named, "code": site.code}


def _about(visit: MonitoringVisit) -> list[str]:
    site = (
        gettext("Site %(code)s, %(name)s (practice)")
        if visit.site.is_practice
        else gettext("Site %(code)s, %(name)s")
    )
    times = {
        "how": visit.get_how_display(),
        "start": _moment(visit, "started_at"),
        "end": _moment(visit, "ended_at"),
    }
    return [
        site % {"code": visit.site.code, "name": visit.site.name},
        gettext("%(how)s, from %(start)s to %(end)s") % times,
        gettext("Monitor: %(name)s") % {"name": visit.monitor.name},
        *([gettext("Purpose: %(purpose)s") % {"purpose": visit.purpose}] if visit.purpose else []),
    ]


def _moment(visit: MonitoringVisit, name: str) -> str:
    moment = getattr(visit, name)
    return f"{moment.astimezone(visit.site.zone):%Y-%m-%d %H:%M %Z}" if moment else ""


def _summary(done: Done) -> list[str]:
    taken_back, opened = sum(form.items for form in done.taken_back), len(done.opened)
    verified = gettext("%(items)s verified, of %(patients)s") % {
        "items": _items(done),
        "patients": _patients(done),
    }
    undone = ngettext(
        "%(number)d verification taken back", "%(number)d verifications taken back", taken_back
    ) % {"number": taken_back}
    queries = ngettext(
        "%(number)d query opened, %(closed)d closed, %(open)d open at the end",
        "%(number)d queries opened, %(closed)d closed, %(open)d open at the end",
        opened,
    ) % {"number": opened, "closed": len(done.closed), "open": len(done.open)}
    waiting = gettext("%(places)s visits or logs with forms not signed, %(overdue)s visits overdue") % {
        "places": done.unsigned.count,
        "overdue": done.overdue.count,
    }
    return [f"- {line}" for line in (verified, undone, queries, waiting)]


def _items(done: Done) -> str:
    return ngettext("%(number)d item", "%(number)d items", done.items) % {"number": done.items}


def _patients(done: Done) -> str:
    return ngettext("%(number)d patient", "%(number)d patients", done.patients) % {"number": done.patients}


def _reviewed(done: Done) -> str:
    queries = {"opened": len(done.opened), "closed": len(done.closed), "open": len(done.open)}
    if not done.items:
        return (
            gettext(
                "Compared with the source: nothing. Queries: %(opened)d opened, %(closed)d closed, "
                "%(open)d open at the end of the visit."
            )
            % queries
        )
    words = gettext(
        "Compared with the source: %(items)s of %(patients)s. Queries: %(opened)d opened, %(closed)d closed, "
        "%(open)d open at the end of the visit."
    )
    return words % {"items": _items(done), "patients": _patients(done), **queries}


def _verified_lines(verified: list[Verified]) -> list[str]:
    """A line a patient and visit."""
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    for form in verified:
        by_place[form.number, form.where].append(f"{form.form} {form.items}")
    lines = [
        _said_at(f"{number} · {where}", gettext(", ").join(forms))
        for (number, where), forms in by_place.items()
    ]
    return _points(lines, str)


def _query_words(query: Query) -> str:
    line = query_line(query)
    words = (
        gettext("Query %(number)s of %(patient)s, %(where)s “%(text)s”")
        if line.where.endswith(("?", "？"))
        else gettext("Query %(number)s of %(patient)s, %(where)s: “%(text)s”")
    )
    return words % {
        "number": query.code,
        "patient": line.number,
        "where": line.where,
        "text": _one_line(query.text),
    }


def _open_query(query: Query) -> str:
    """With days, and not how many ago: it is read on another day than it is written."""
    since, asked = day(query.turn_since, query.site), day(query.opened_at, query.site)
    words = gettext("%(query)s (%(who)s’s turn since %(since)s, asked %(asked)s)")
    return words % {
        "query": _query_words(query),
        "who": Turn(query.turn).label,
        "since": since,
        "asked": asked,
    }


def _lines(section: WorkSection) -> list[str]:
    return _points(section.lines, _line_words, section)


def _line_words(line: WorkLine) -> str:
    where = f"{line.number} · {line.where}"
    words = _said_at(where, _one_line(line.words)) if line.words else where
    notes = gettext(", ").join(note for note in (line.late, line.note) if note)
    if not notes:
        return words
    return pgettext("a line of a letter", "%(line)s (%(notes)s)") % {"line": words, "notes": notes}


def _said_at(where: str, words: str) -> str:
    return pgettext("a line of a letter", "%(where)s: %(words)s") % {"where": where, "words": words}


def _places(section: WorkSection) -> list[str]:
    """A line a patient: `01-003: Week 1, Week 4 (signature broken), Logs`."""
    places: dict[str, list[str]] = defaultdict(list)
    for line in section.lines:
        places[line.number].append(f"{line.where} {line.note}".strip())
    lines = [_said_at(number, gettext(", ").join(where)) for number, where in places.items()]
    return _points(lines, str, section)


def _points(
    points: Iterable[Any], words: Callable[[Any], str], section: WorkSection | None = None
) -> list[str]:
    """Each with a hyphen, the first two hundred; what is behind these is said, not left out in silence."""
    lines = [f"- {words(point)}" for point in points]
    if len(lines) > LISTED:
        more = gettext("and %(number)d more") % {"number": len(lines) - LISTED}
        return [*lines[:LISTED], f"- {more}"]
    if section and section.has_more:
        return [*lines, "- " + gettext("and more: %(count)s in all") % {"count": section.count}]
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(parts: Iterable[tuple[str, list[str]]]) -> str:
    return "\n\n".join("\n".join([f"## {title}", *lines]) for title, lines in parts)


def blocks(text: str) -> list[dict[str, Any]]:
    """A text as it is printed: headings, lists and paragraphs. Nothing of it is markup to the page."""
    paragraphs: list[dict[str, Any]] = []
    for line in text.splitlines():
        kind, words = _kind_of(line)
        if kind == "gap" or not paragraphs or paragraphs[-1]["kind"] != kind or kind == "heading":
            paragraphs.append({"kind": kind, "lines": []})
        if words:
            paragraphs[-1]["lines"].append(words)
    return [block for block in paragraphs if block["lines"]]


def _kind_of(line: str) -> tuple[str, str]:
    words = line.strip()
    if not words:
        return "gap", ""
    if words.startswith("#"):
        return "heading", words.lstrip("#").strip()
    return ("list", words[2:].strip()) if words.startswith(("- ", "* ")) else ("paragraph", words)
