"""Which days of which sites a calendar page shows: everything stands in its address."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from ecrf.access.models import Site

WEEK = timedelta(days=7)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""No page leads beyond these."""


@dataclass(frozen=True)
class CalendarQuery:
    """A month, or a week, around `day`. `site`: the code of one of the person's sites; "" for all of them."""

    view: str
    day: date
    site: str
    today: date

    @property
    def is_month(self) -> bool:
        return self.view == "month"

    @property
    def first(self) -> date:
        """A Monday: of the week, or of that in which the month begins."""
        return monday(self.day.replace(day=1)) if self.is_month else monday(self.day)

    @property
    def last(self) -> date:
        """A Sunday."""
        end = next_month(self.day) - timedelta(days=1) if self.is_month else self.day
        return monday(end) + timedelta(days=6)

    @property
    def weeks(self) -> list[date]:
        """The Mondays."""
        return [self.first + n * WEEK for n in range(((self.last - self.first).days + 1) // 7)]

    @property
    def earlier(self) -> str:
        back = self.day.replace(day=1) - timedelta(days=1) if self.is_month else self.day - WEEK
        return self.address(day=back) if back >= FIRST_DAY else ""

    @property
    def later(self) -> str:
        ahead = next_month(self.day) if self.is_month else self.day + WEEK
        return self.address(day=ahead) if ahead <= LAST_DAY else ""

    @property
    def now(self) -> str:
        return self.address(day=self.today)

    @property
    def is_now(self) -> bool:
        return self.first <= self.today <= self.last and (not self.is_month or self.is_in(self.today))

    @property
    def as_month(self) -> str:
        return self.address(view="month")

    @property
    def as_week(self) -> str:
        """Of a month: this week where it lies in it, else the first."""
        return self.address(view="week", day=self.today if self.is_month and self.is_now else self.day)

    def is_in(self, day: date) -> bool:
        """Whether it is a day of the month, and not of the weeks at its edges."""
        return not self.is_month or (day.year, day.month) == (self.day.year, self.day.month)

    def address(self, *, view: str = "", day: date | None = None) -> str:
        given = {"view": view or self.view, "day": str(day or self.day)}
        return f"{reverse('calendar')}?{urlencode(given | ({'site': self.site} if self.site else {}))}"


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def query_of(given: dict[str, str], where: list[Site]) -> CalendarQuery:
    """What an address asks for; what it asks wrongly is left out. Today is that of the site, or of the first one."""
    site = next((site for site in where if site.code == given.get("site")), None)
    shown = site or where[0]
    today = shown.today()
    day = day_in(given.get("day", "")) or today
    view = "week" if given.get("view") == "week" else "month"
    return CalendarQuery(view, day, site.code if site else "", today)


def day_in(text: str) -> date | None:
    """A day as an address carries it, 2026-11-28; None for anything else, and for what no page shows."""
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-28") else None
    except ValueError:
        return None
    return day if day and FIRST_DAY <= day <= LAST_DAY else None
