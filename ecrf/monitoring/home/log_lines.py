"""Open queries, and the entries of a log such as serious events or deviations, as lines of the monitor's work."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, pgettext

from ecrf.access.models import Site
from ecrf.access.statements import written_once
from ecrf.casebook.labels import element_id, form_title, short_name, visit_label
from ecrf.casebook.report_clock import late_words
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, WORDS_OF, CrfDefinition
from ecrf.locks.lookup import under_lock
from ecrf.monitoring.home.site_counts import COUNTED, in_words, is_new, log_rows
from ecrf.monitoring.home.work_lines import LOGS, Since, WorkLine, WorkSection, day, since_words
from ecrf.queries.lookup import open_queries, placed
from ecrf.queries.models import Query, Turn

TURN_SINCE = {
    Turn.SITE: gettext_lazy("Site’s turn since %(since)s, asked %(day)s"),
    Turn.MONITOR: gettext_lazy("Monitor’s turn since %(since)s, asked %(day)s"),
    Turn.DATA_MANAGER: gettext_lazy("Data manager’s turn since %(since)s, asked %(day)s"),
    Turn.SAFETY: gettext_lazy("Safety’s turn since %(since)s, asked %(day)s"),
}


def queries(site: Site, since: Since, limit: int) -> WorkSection:
    """The open queries that no lock holds, the oldest first; two statements."""
    lines = [query_line(query) for query in placed(pk for (pk,) in _oldest.lines(site.pk, limit=limit))]
    count = _open_here(site.pk).count() if since.counts is None else since.counts["queries"]
    return WorkSection(
        "queries",
        gettext("Open queries, oldest first"),
        lines,
        str(count),
        count > limit,
        empty=gettext("No query is open."),
        empty_after_title=pgettext("after the title of a list", "no query is open."),
    )


def _open_here(site: int) -> QuerySet[Query]:
    return open_queries().filter(~under_lock(), site=site)


@written_once
def _oldest(site: int, *, limit: int) -> QuerySet:
    return _open_here(site).order_by("opened_at", "pk").values_list("pk")[:limit]


def query_line(query: Query) -> WorkLine:
    entry = query.form
    item = CRFS[entry.crf].items.get(query.item) if entry.crf in CRFS else None
    label = str(item.verbose_name) if item else query.item
    return WorkLine(
        query.patient_id,
        query.patient.number,
        gettext(", ").join([visit_label(entry.visit) or str(LOGS), form_title(entry), label]),
        query.text,
        _whose_turn(query),
        entry.visit_id,
        entry.pk,
        query.pk,
        element_id(entry.crf, entry.address, query.item),
    )


def _whose_turn(query: Query) -> str:
    """And since when; "" of one that is closed."""
    words = TURN_SINCE.get(Turn(query.turn), "")
    return (
        words
        % {
            "since": since_words(query.turn_since, query.site),
            "day": day(query.opened_at, query.site),
        }
        if words
        else ""
    )


def log(site: Site, key: str, since: Since, limit: int, *, only_new: bool = False) -> WorkSection:
    """A log's entries at the site, the newest first, those since the last visit marked as new; three statements."""
    definition = CRFS[key]
    new = since.at if only_new else None
    rows = _log_at(site.pk, new, key)
    count = rows.values("pk")[: COUNTED + 1].count() if since.counts is None else since.counts[key]
    shown = _newest.rows(site.pk, new, key=key, limit=limit)
    linked = _linked(definition, shown)
    lines = [_log_line(row, since, linked) for row in shown]
    return WorkSection(
        key,
        definition.plural,
        lines,
        in_words(count),
        count > limit,
        empty=gettext("None is recorded."),
        empty_after_title=pgettext("after the title of a list", "none is recorded."),
    )


def _log_at(site: int, new: datetime | None, key: str) -> QuerySet[Any]:
    rows = log_rows(key).filter(entry__patient__site=site)
    return rows if new is None else rows.filter(is_new(new))


@written_once
def _newest(site: int, new: datetime | None, *, key: str, limit: int) -> QuerySet[Any]:
    rows = _log_at(site, new, key).select_related("entry__patient__site", "entry__review_status")
    return rows.order_by("-pk")[:limit]


Linked = dict[tuple[str, int, str], str]
"""{(kind of form, patient id, how another form names it): the entry in words}"""


def _linked(definition: CrfDefinition, rows: list[Any]) -> Linked:
    """What the rows' links to other logs lead to; a statement for each link."""
    names: Linked = {}
    for name, link in definition.links.items():
        named = {getattr(row, name) for row in rows} - {None}
        if link.to not in protocol().logs or not named:
            continue
        targets = log_rows(link.to).filter(entry__patient__in={row.entry.patient_id for row in rows})
        numbers = [int(named_number) for named_number in named if named_number.isdecimal()]
        for target in targets.filter(entry__number__in=numbers).select_related("entry"):
            names[link.to, target.entry.patient_id, target.entry.link] = short_name(target)
    return names


def _log_line(row: Any, since: Since, linked: Linked) -> WorkLine:
    entry, review_status = row.entry, getattr(row.entry, "review_status", None)
    return WorkLine(
        entry.patient_id,
        entry.patient.number,
        form_title(entry),
        _in_a_line(row, linked),
        "" if review_status else pgettext("a form", "not complete yet"),
        entry=entry.pk,
        left=review_status.planned - review_status.verified if review_status else 0,
        is_new=bool(since.at and (review_status is None or review_status.completed_at > since.at)),
        late=late_words(row, entry.patient.site.zone),
    )


def _in_a_line(row: Any, linked: Linked) -> str:
    """The first columns of a log's row in words; a link to another log says what stands there."""
    definition, words = CRFS[row.entry.crf], []
    for name, item in definition.column_items.items():
        value = getattr(row, name)
        if name in definition.links and value:
            to = definition.links[name].to
            words.append(
                linked.get((to, row.entry.patient_id, value)) or _visit_named(value) or item.words(value)
            )
        else:
            words.append(item.words(value))
    return " · ".join([word for word in words if word][:WORDS_OF])


def _visit_named(link: str) -> str:
    plan = protocol().plan(link.rpartition(".")[0])
    return plan.label if plan else ""
