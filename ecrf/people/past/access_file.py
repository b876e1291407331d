"""Who had access on a day, as a table for spreadsheets; each file that is taken along stands in the trail."""

from collections.abc import Iterator
from datetime import date

from django.http import FileResponse
from django.utils import timezone

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.people.administering import SOURCE
from ecrf.people.models import AccessListExport
from ecrf.people.past.days import HeldRole
from ecrf.trail.download.csv_file import answer, data_words, file_name, utc

COLUMNS = (
    *("day", "site", "site_name", "time_zone", "role", "username", "full_name", "first_day", "last_day"),
    *("given_at_utc", "given_by", "reason", "ended_at_utc", "ended_by", "end_reason"),
    *("given_by_name", "ended_by_name", "data"),
)
"""Their names and order never change; a new one is put before `data`."""


def access_file(day: date | None, site: Site | None, held: list[HeldRole], *, by: User) -> FileResponse:
    """The file; noted before its first byte leaves. `day` None: today, each role by its own site's calendar."""
    named = day or timezone.now().date()
    of = f"access-{named}-{f'site-{site.code}' if site else 'all-sites'}"

    def note() -> None:
        with acting(by.acting_at(None, Right.SEE_ACCESS), source=SOURCE):
            AccessListExport.objects.create(
                day=named, site=site, lines=len(held), made_at=timezone.now(), made_by=by
            )

    return answer(file_name(of, timezone.now()), COLUMNS, _rows(day, held), note)


def _rows(day: date | None, held: list[HeldRole]) -> Iterator[list[str]]:
    for one in held:
        membership = one.membership
        where = membership.site
        yield [
            (day or one.today).isoformat(),
            where.code if where else "all",
            where.name if where else "",
            where.time_zone if where else "UTC",
            membership.get_role_display(),
            membership.user.username,
            one.full_name,
            one.first_on.isoformat(),
            one.last_on.isoformat() if one.last_on else "",
            utc(one.given_at) if one.given_at else "",
            one.given_by,
            one.reason,
            utc(one.ended_at) if one.ended_at else "",
            one.ended_by,
            one.end_reason,
            one.given_by_name,
            one.ended_by_name,
            data_words(),
        ]
