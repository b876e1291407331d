"""The fields in which a site enters its laboratory's reference ranges: one line a test, one period for all lines."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.models import Site
from ecrf.casebook.laboratory.models import RangeSex, ReferenceRange
from ecrf.casebook.laboratory.ranges import units_of
from ecrf.casebook.laboratory.services import NewRange
from ecrf.forms.protocol import LabTest
from ecrf.forms.typed_fields import TypedDay, TypedNumber, TypedText

FIELDS = {
    "unit": gettext_lazy("%(test)s: unit"),
    "low": gettext_lazy("%(test)s: low"),
    "high": gettext_lazy("%(test)s: high"),
    "sex": gettext_lazy("%(test)s: sex"),
}


def _limit(label: Any) -> TypedNumber:
    return TypedNumber(label=label, required=False, max_digits=10, decimal_places=3, widget=forms.TextInput)


def _day(label: str, site: Site, *, required: bool, missing: str = "") -> TypedDay:
    """`t` is today at the site."""
    return TypedDay(label=label, required=required, now=site.now, error_messages={"required": missing})


class LineForm(forms.Form):
    """One range of one test, not yet stored. A line without limits is left alone."""

    unit = TypedText(max_length=40, required=False)
    low = _limit(pgettext_lazy("limit of a reference range", "Low"))
    high = _limit(pgettext_lazy("limit of a reference range", "High"))
    sex = forms.ChoiceField(choices=RangeSex, required=False)

    def __init__(self, test: LabTest, number: int, data: QueryDict | None = None, **initial: str) -> None:
        super().__init__(data, prefix=f"{test.code}-{number}", initial=initial)
        self.test, self.number = test, number
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control", "aria-label": FIELDS[name] % {"test": test.label}}
        self.fields["sex"].widget.attrs["class"] = "form-select"
        self.fields["unit"].widget.attrs["list"] = f"units-{test.code}"

    @property
    def is_blank(self) -> bool:
        """Whether nobody typed a limit into it."""
        return not any(str(self.data.get(self.add_prefix(name)) or "").strip() for name in ("low", "high"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            words = gettext("Low %(low)s is above high %(high)s.")
            self.add_error("low", words % {"low": f"{low:f}", "high": f"{high:f}"})
        if not self.is_blank and not given.get("unit"):
            self.add_error("unit", gettext("In which unit?"))
        return given

    def range(self, valid_from: date, valid_to: date | None) -> NewRange:
        cleaned = self.cleaned_data
        return NewRange(
            self.test.code,
            cleaned["unit"],
            cleaned["low"],
            cleaned["high"],
            cleaned["sex"],
            valid_from,
            valid_to,
        )


class RangePeriodForm(forms.Form):
    """From which day to which the ranges hold that are saved together."""

    def __init__(self, site: Site, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["valid_from"] = _day(
            gettext("Valid from"),
            site,
            required=True,
            missing=gettext("From which day do these ranges hold? It stands on the list."),
        )
        self.fields["valid_to"] = _day(pgettext("of a reference range", "Last day"), site, required=False)

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_to")
        if first and last and first > last:
            words = gettext("The last day %(last)s is before the first, %(first)s.")
            self.add_error("valid_to", words % {"last": last, "first": first})
        return self.cleaned_data


class EndForm(forms.Form):
    """The last day of a range."""

    def __init__(self, site: Site, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["valid_to"] = _day(
            pgettext("of a reference range", "Last day"),
            site,
            required=True,
            missing=gettext("Until which day?"),
        )


def blank_lines(
    tests: Iterable[LabTest], ranges: list[ReferenceRange], data: QueryDict | None = None
) -> list[LineForm]:
    """A line for each test, two (one a sex) where laboratories usually have two ranges."""
    lines = []
    for test in tests:
        known = units_of(r for r in ranges if r.test == test.code and not r.is_withdrawn)
        unit = [*reversed(known), *test.units, ""][0]
        sexes = (RangeSex.FEMALE, RangeSex.MALE) if test.by_sex else (RangeSex.ANY,)
        lines += [LineForm(test, n, data, unit=unit, sex=sex.value) for n, sex in enumerate(sexes, start=1)]
    return lines
