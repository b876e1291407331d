"""What the page of a site's reference ranges shows: each test with its ranges, and the lines to add more."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy

from ecrf.access.models import Site
from ecrf.casebook.laboratory.models import ReferenceRange
from ecrf.casebook.laboratory.services import NewRange, RangeRefused, ranges_of
from ecrf.entry.ranges.forms import LineForm, RangePeriodForm, blank_lines
from ecrf.forms.protocol import LabTest, protocol

STATES: dict[str, Any] = {
    "withdrawn": pgettext_lazy("state of a reference range", "withdrawn"),
    "ended": pgettext_lazy("state of a reference range", "ended"),
    "upcoming": pgettext_lazy("state of a reference range", "upcoming"),
    "in force": pgettext_lazy("state of a reference range", "in force"),
}


@dataclass
class RangeView:
    """One stored range, with what was refused about it."""

    range: ReferenceRange
    today: date
    error: str = ""
    wrong: str = ""
    """The name of the field that was refused; `typed`: what was written into it."""
    typed: str = ""

    @property
    def state(self) -> str:
        """withdrawn, ended, upcoming or in force, as of today at the site."""
        if self.range.is_withdrawn:
            return "withdrawn"
        if self.range.valid_to and self.range.valid_to < self.today:
            return "ended"
        return "upcoming" if self.range.valid_from > self.today else "in force"

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])


@dataclass
class TestRanges:
    """One laboratory test with the ranges of the site."""

    test: LabTest
    views: list[RangeView]


@dataclass
class RangePage:
    """The page; `today` is the site's."""

    site: Site
    groups: list[TestRanges]
    lines: list[LineForm]
    period: RangePeriodForm
    problem: str = ""

    def given(self) -> list[NewRange]:
        """The ranges that were filled in; none, with the reason at its field, if one of them cannot be read."""
        filled = self._filled
        if not filled:
            self.problem = gettext("Nothing was filled in. Give at least one limit of one test.")
        if not filled or not all([self.period.is_valid(), *[line.is_valid() for line in filled]]):
            self._show_first_error()
            return []
        period = self.period.cleaned_data
        return [line.range(period["valid_from"], period["valid_to"]) for line in filled]

    def refuse(self, refused: RangeRefused) -> None:
        """Put what the service refused beside the line it is about."""
        self._filled[refused.number].add_error(None, refused.why)
        self._show_first_error()

    def _show_first_error(self) -> None:
        """The page opens at the first field that needs a look."""
        for form in [self.period, *self._filled]:
            if form.errors:
                first = next((name for name in form.fields if name in form.errors), next(iter(form.fields)))
                form.fields[first].widget.attrs["autofocus"] = True
                return

    @property
    def _filled(self) -> list[LineForm]:
        return [line for line in self.lines if not line.is_blank]

    @property
    def has_ranges(self) -> bool:
        return any(group.views for group in self.groups)

    @property
    def missing(self) -> list[LabTest]:
        """The tests for which no range holds today."""
        return [g.test for g in self.groups if not any(v.state == "in force" for v in g.views)]

    @property
    def links_of_missing(self) -> SafeString:
        """Each of these with a link to its line below."""
        lines = ((test.code, test.label) for test in self.missing)
        return format_html_join(gettext(", "), '<a href="#add-{}">{}</a>', lines)

    def view_of(self, range: ReferenceRange) -> RangeView:
        return next(v for g in self.groups for v in g.views if v.range.pk == range.pk)


def range_page(site: Site, data: QueryDict | None = None) -> RangePage:
    """One statement for the ranges. `data` is what was posted and not saved."""
    tests, stored = protocol().lab_tests, list(ranges_of(site))
    today = site.today()
    groups = [
        TestRanges(test, [RangeView(r, today) for r in stored if r.test == test.code]) for test in tests
    ]
    return RangePage(site, groups, blank_lines(tests, stored, data), RangePeriodForm(site, data))
