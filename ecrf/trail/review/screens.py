"""What a reviewer looks for in the trails of his sites: late, changed after review, changed often, at odd hours."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from ecrf.access.kept_words import reason_as_read
from ecrf.access.models import Site
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import Entry
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.signatures.models import SignatureScope
from ecrf.trail.context import entries_by_id, place_words
from ecrf.trail.kinds import SCREENS, table
from ecrf.trail.page import zone_words
from ecrf.trail.review import sql
from ecrf.trail.words import forms

SHOWN = 50
"""How many rows of each screen stand on the page with all of them."""
SHOWN_ALONE = 500
LOOKED_AT = 6_000
"""Of so many events each screen is made on the page with all of them, the latest of its kind: the page stays quick,
however long the trail. One screen alone, and its file, read the whole period."""

BROKE = {
    SignatureScope.FORM: gettext_lazy("broke the signature of %(who)s on the form"),
    SignatureScope.VISIT: gettext_lazy("broke the signature of %(who)s on the visit"),
    SignatureScope.CASEBOOK: gettext_lazy("broke the signature of %(who)s on the casebook"),
}
WEEKDAYS = (
    pgettext_lazy("day of the week", "Mon"),
    pgettext_lazy("day of the week", "Tue"),
    pgettext_lazy("day of the week", "Wed"),
    pgettext_lazy("day of the week", "Thu"),
    pgettext_lazy("day of the week", "Fri"),
    pgettext_lazy("day of the week", "Sat"),
    pgettext_lazy("day of the week", "Sun"),
)


@dataclass(frozen=True)
class Period:
    """The moments between which it was entered, and the thresholds: so many days late, so many changes."""

    begins: datetime
    ends: datetime
    days: int
    times: int


@dataclass(frozen=True)
class ScreenRows:
    """One row of a screen: who did it when, where, and in words what makes it stand out."""

    at: datetime
    actor: str
    site: Site
    patient: str
    what: str
    count: int | None = None
    why: str = ""
    place: str = ""
    label: str = ""
    """Of the item, where it is about one."""
    trail: str = ""
    """The filters that lead to the events in the patient's trail."""

    @property
    def when(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def zone(self) -> str:
        return zone_words(self.at)


@dataclass(frozen=True)
class Screen:
    """One question to the trail with its answer; `rule` says in words what it counts. `looked_at_since`: where it was
    made of the latest events only, of the first of these."""

    key: str
    title: str
    rule: str
    total: int
    people: list[tuple[str, int]]
    rows: list[ScreenRows] = field(default_factory=list)
    looked_at_since: datetime | None = None

    @property
    def counted(self) -> str:
        """`57`, or `at least 57` of a part of the period."""
        return gettext("at least %(number)d") % {"number": self.total} if self.is_cut else str(self.total)

    @property
    def is_cut(self) -> bool:
        return self.looked_at_since is not None

    @property
    def cut_words(self) -> str:
        """Which part of the period was looked at."""
        if self.looked_at_since is None:
            return ""
        words = gettext("Of this only the latest %(number)s events were looked at, back to %(moment)s UTC.")
        moment = f"{self.looked_at_since.astimezone(UTC):%Y-%m-%d %H:%M}"
        return words % {"number": f"{LOOKED_AT:,}", "moment": moment}

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def rules(period: Period) -> dict[str, str]:
    return {
        "late": gettext("Visits with forms begun more than %(number)d days after the date of the visit.")
        % {"number": period.days},
        "undone": gettext("Changes that undid a verification or broke a signature."),
        "often": gettext("Items changed %(number)d times or more after their first value, drafts too.")
        % {"number": period.times},
        "hours": gettext(
            "Values entered or changed between 22:00 and 05:00 or on a Saturday or Sunday, on the site's clock."
        ),
        "struck": gettext("Forms and rows that were struck out."),
    }


def screens(where: list[Site], period: Period, only: str = "", limit: int = 0) -> list[Screen]:
    """All screens, each of the latest events of its kind; or one of them of all, with more rows. One statement each,
    and one for the forms that they name."""
    limit = limit or (SHOWN_ALONE if only else SHOWN)
    most = None if only else LOOKED_AT
    asked = {key: _ask(key, where, period, limit, most) for key in SCREENS if only in ("", key)}
    rows = [row for answer in asked.values() for row in answer["rows"] or ()]
    entries = entries_by_id({row["entry"] for row in rows if row.get("entry")})
    by_id = {site.pk: site for site in where}
    words = rules(period)
    return [
        Screen(
            key,
            str(SCREENS[key]),
            words[key],
            answer["total"],
            [(person["actor"], person["count"]) for person in answer["people"] or ()],
            [_found(key, row, entries, by_id) for row in answer["rows"] or ()],
            answer["since"],
        )
        for key, answer in asked.items()
    ]


def _ask(key: str, where: list[Site], period: Period, limit: int, most: int | None) -> dict[str, Any]:
    trial = protocol()
    names = {"visit_form": table(CRFS[trial.visit_form].model), "visited_on": trial.visit_date_item}
    parameters: dict[str, Any] = {
        "sites": [site.pk for site in where],
        "begins": period.begins,
        "ends": period.ends,
        "days": period.days,
        "times": period.times,
        "forms": list(forms()),
        "limit": limit,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.statement(key, names), parameters)
        total, people, rows, since = cursor.fetchone()
    return {"total": total, "people": _read(people), "rows": _read(rows), "since": since}


def _read(found: Any) -> Any:
    return json.loads(found) if isinstance(found, str) else found


def _found(key: str, row: dict[str, Any], entries: dict[int, Entry], where: dict[int, Site]) -> ScreenRows:
    entry = entries.get(row.get("entry") or 0)
    item, label = row.get("item") or "", _label(entry, row.get("item") or "")
    site = where[row["site"]]
    return ScreenRows(
        at=datetime.fromisoformat(row["at"]).astimezone(site.zone),
        actor=row["actor"],
        site=site,
        patient=row["patient"],
        place=_place(key, entry),
        what=_what(key, row, label),
        count=row.get("count"),
        why=reason_as_read(row.get("reason") or ""),
        label=label,
        trail=_trail(key, row, entry, item),
    )


def _place(key: str, entry: Entry | None) -> str:
    if entry is None:
        return ""
    return visit_label(entry.visit) if key == "late" else place_words(entry)


def _label(entry: Entry | None, item: str) -> str:
    definition = CRFS.get(entry.crf) if entry else None
    return str(definition.items[item].verbose_name) if definition and item in definition.items else item


def _what(key: str, row: dict[str, Any], label: str) -> str:
    match key:
        case "late":
            words = ngettext(
                "%(number)d form begun %(days)s days after the visit on %(day)s",
                "%(number)d forms begun %(days)s days after the visit on %(day)s",
                row["forms"],
            )
            return words % {"number": row["forms"], "days": row["count"], "day": row["day"]}
        case "undone":
            undone = _undone(row)
            return gettext("%(item)s: %(what)s") % {"item": label, "what": undone} if label else undone
        case "often":
            return gettext("%(item)s: changed %(number)s times") % {"item": label, "number": row["count"]}
        case "hours":
            return _at_hours(row)
    return gettext("struck out")


def _undone(row: dict[str, Any]) -> str:
    if row["signer"] is None:
        return gettext("undid the verification (was %(value)s)") % {"value": row["was"]}
    return BROKE[row["scope"]] % {"who": row["signer"]}


def _at_hours(row: dict[str, Any]) -> str:
    first, last = datetime.fromisoformat(row["first"]), datetime.fromisoformat(row["last"])
    words = ngettext(
        "%(number)d save, %(weekday)s %(first)s to %(last)s",
        "%(number)d saves, %(weekday)s %(first)s to %(last)s",
        row["count"],
    )
    return words % {
        "number": row["count"],
        "weekday": WEEKDAYS[first.weekday()],
        "first": f"{first:%H:%M}",
        "last": f"{last:%H:%M}",
    }


def _trail(key: str, row: dict[str, Any], entry: Entry | None, item: str) -> str:
    """The filters of the patient's trail that leave what the row is about."""
    if key == "late" and entry and entry.visit:
        return urlencode({"visit": entry.visit.code, "who": row["actor"]})
    if entry:
        return urlencode({"entry": entry.pk} | ({"item": item} if item else {}))
    if key == "hours":
        return urlencode({"who": row["actor"], "since": row["day"], "until": row["day"]})
    return "kind=signatures"
