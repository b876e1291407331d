"""Drafts the report and the follow-up letter of a monitoring visit from what was done in it and what remains.

Both are stored, and are documents of the study, each in a language of its own: the report first in the one that the
monitor reads, the letter in that of the site it goes to."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext, override, pgettext

from ecrf.access.alike import InOrder
from ecrf.access.models import Membership, Site
from ecrf.access.roles import Role
from ecrf.casebook.labels import label_of
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.lookup import under_lock
from ecrf.monitoring.home import to_do
from ecrf.monitoring.home.log_lines import log, query_line
from ecrf.monitoring.home.site_counts import COUNTED
from ecrf.monitoring.home.work_lines import LOGS, Since, WorkLine, WorkSection, day
from ecrf.monitoring.models import How, MonitoringVisit
from ecrf.queries.lookup import open_queries, queries_with_place
from ecrf.queries.models import Query, Turn
from ecrf.verification.models import Verification

LISTED = 200
"""So many lines of one kind at most: the rest is counted."""
TO_BE_WRITTEN = gettext_lazy("(To be written by the monitor.)")
"""What stands for the remarks in a draft: a report that still says so, in whichever language, is not finished."""


@dataclass(frozen=True)
class Verified:
    """How many items of one kind of form, at one place of one patient."""

    number: str
    where: str
    form: str
    items: int


@dataclass(frozen=True)
class Done:
    """What the monitor did at the site between start and end, and what is open at its end."""

    verified: list[Verified]
    taken_back: list[Verified]
    opened: list[Query]
    closed: list[Query]
    open: list[Query]
    unsigned: WorkSection
    overdue: WorkSection
    new_in_logs: list[WorkSection]
    elsewhere: list[str]
    """What the monitor did meanwhile at other sites, a line a site: no part of this visit."""

    @property
    def items(self) -> int:
        return sum(form.items for form in self.verified)

    @property
    def patients(self) -> int:
        return len({form.number for form in self.verified})

    @property
    def of_the_site(self) -> list[Query]:
        """Open queries that wait for the site."""
        return [query for query in self.open if query.turn == Turn.SITE]


def what_was_done(visit: MonitoringVisit) -> Done:
    """A fixed number of statements. `visit` carries its start and its end."""
    site, trial = visit.site, protocol()
    start, end = visit.started_at, visit.ended_at or timezone.now()
    assert start
    verifications = Verification.objects.filter(site=site)
    made = verifications.filter(verified_by=visit.monitor, verified_at__range=(start, end), undone_at=None)
    undone = verifications.filter(undone_by=visit.monitor, undone_at__range=(start, end))
    at_site = queries_with_place().filter(site=site)
    still_open = at_site.filter(pk__in=open_queries().filter(~under_lock(), site=site).values("pk"))
    logs = [key for key in (trial.serious_log, trial.deviation_log) if key]
    return Done(
        _by_form(made),
        _by_form(undone),
        list(at_site.filter(opened_by=visit.monitor, opened_at__range=(start, end)).order_by("pk")),
        list(at_site.filter(closed_by=visit.monitor, closed_at__range=(start, end)).order_by("pk")),
        list(still_open.order_by("opened_at", "pk")),
        to_do.unsigned_by_place(site),
        to_do.overdue_visits(site, COUNTED),
        [log(site, key, Since(_previous(visit)), COUNTED, only_new=True) for key in logs],
        elsewhere(visit),
    )


def is_anything_done(visit: MonitoringVisit) -> bool:
    """Whether the monitor verified, took back, asked or closed anything at the site since the start."""
    assert visit.started_at
    of_site, me, since = {"site": visit.site_id}, visit.monitor_id, visit.started_at
    verified = Q(verified_by=me, verified_at__gte=since) | Q(undone_by=me, undone_at__gte=since)
    asked = Q(opened_by=me, opened_at__gte=since) | Q(closed_by=me, closed_at__gte=since)
    said = Q(messages__said_by=me, messages__said_at__gte=since)
    return (
        Verification.objects.filter(verified, **of_site).exists()
        or Query.objects.filter(asked | said, **of_site).exists()
    )


def elsewhere(visit: MonitoringVisit) -> list[str]:
    """What the monitor did at other sites meanwhile: `Site 02: 3 items verified, 1 query opened`; two statements."""
    start, end = visit.started_at, visit.ended_at or timezone.now()
    made = Verification.objects.exclude(site=visit.site).filter(
        verified_by=visit.monitor, verified_at__range=(start, end), undone_at=None
    )
    opened = Query.objects.exclude(site=visit.site).filter(
        opened_by=visit.monitor, opened_at__range=(start, end)
    )
    verified, asked = (
        dict(rows.order_by().values_list("site__code").annotate(count=Count("pk"))) for rows in (made, opened)
    )
    lines = []
    for code in sorted({*verified, *asked}):
        words = [_items_verified(verified[code])] if code in verified else []
        words += [_queries_opened(asked[code])] if code in asked else []
        lines.append(gettext("Site %(code)s: %(what)s") % {"code": code, "what": gettext(", ").join(words)})
    return lines


def _items_verified(number: int) -> str:
    return ngettext("%(number)d item verified", "%(number)d items verified", number) % {"number": number}


def _queries_opened(number: int) -> str:
    return ngettext("%(number)d query opened", "%(number)d queries opened", number) % {"number": number}


def _previous(visit: MonitoringVisit) -> datetime | None:
    """When the monitor's visit before this one began."""
    before = MonitoringVisit.objects.filter(site=visit.site, monitor=visit.monitor, ended_at__isnull=False)
    last = before.exclude(pk=visit.pk).order_by("-started_at").first()
    return last.started_at if last else None


def _by_form(rows: QuerySet[Verification]) -> list[Verified]:
    """Items by patient, visit and kind of form, the rows of a form with their form."""
    rows_by_form = rows.order_by().values_list("patient__number", "entry__visit__code", "entry__crf")
    counts: dict[tuple[str, tuple[int, int], str, str], int] = defaultdict(int)
    for number, code, crf, count in rows_by_form.annotate(count=Count("pk")):
        rank = protocol().rank(code, {}) if code else (COUNTED, 0)
        where = label_of(code) if code else str(LOGS)
        counts[number, rank, where, CRFS[CRFS[crf].row_of or crf].title] += count
    return [Verified(number, where, form, n) for (number, _rank, where, form), n in sorted(counts.items())]


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
