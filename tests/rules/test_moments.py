"""Every moment that a person reads names its zone: itself (`|moment:zone`, a date with `T`), or right beside it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from ecrf.access.moments import moment_words

ROOT = Path(__file__).parents[2]
TIME_OF_DAY = re.compile(r'\|date:(?:_\()?"([^"]*[HGhg]:i[^"]*)"')
SAYS_UTC, OF_A_SPAN = r"\bUTC\b", r'\|date:"[^"]*H:i T"'
BESIDE = {
    **dict.fromkeys(
        (
            *("anchors/audit_state.html", "exports/overview.html", "exports/comparison.html"),
            *("mail/mailbox.html", "mail/mails.html", "mail/mailbox_message.html"),
            *(
                f"mail/{name}.{kind}"
                for name in ("reset", "invitation", "new-address")
                for kind in ("txt", "html")
            ),
            *("files/file.html", "delegation/training/document.html", "delegation/pages_read.html"),
            *("people/logins/unusual.html", "people/logins/logins.html", "people/accounts/_requests.html"),
            *(
                "people/accounts/people.html",
                "entry/rules/_edition.html",
                "errors/database_away.html",
                "base.html",
            ),
        ),
        SAYS_UTC,
    ),
    "monitoring/locks/overview.html": OF_A_SPAN,
    "monitoring/locks/scope.html": OF_A_SPAN,
}
"""Templates whose head of the column or sentence names the zone, or whose span names it at its end: how one sees it."""


def bare(source: str) -> list[str]:
    return [form for form in TIME_OF_DAY.findall(source) if not re.search(r"\b[Te]\b", form)]


def templates() -> dict[str, str]:
    found = {}
    for folder in (ROOT / "templates", ROOT / "trial" / "templates"):
        for path in [*folder.rglob("*.html"), *folder.rglob("*.txt")]:
            found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return found


def test_every_time_of_day_in_a_template_names_its_zone():
    sources = templates()
    without = {name for name, source in sources.items() if bare(source)}
    assert without - set(BESIDE) == set(), "Say {{ at|moment:zone }}"
    assert set(BESIDE) - without == set(), "These need no exception"
    assert [name for name, how in BESIDE.items() if not re.search(how, sources[name])] == []


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Tokyo", "2026-07-01 09:05 JST"),
        ("Europe/Berlin", "2026-07-01 02:05 CEST"),
        ("UTC", "2026-07-01 00:05 UTC"),
        ("America/Sao_Paulo", "2026-06-30 21:05 UTC-03:00"),
        ("Asia/Kathmandu", "2026-07-01 05:50 UTC+05:45"),
    ],
)
def test_moment_is_read_on_the_clock_of_the_zone_and_names_it(zone, words):
    at = datetime(2026, 7, 1, 0, 5, tzinfo=UTC)
    assert moment_words(at, ZoneInfo(zone)) == words
    shown = Template("{{ at|moment:zone }}|{{ none|moment:zone }}|{{ at|moment }}")
    assert shown.render(Context({"at": at, "zone": ZoneInfo(zone), "none": None})) == (
        f"{words}||2026-07-01 00:05 UTC"
    )
