"""The kinds of item a CRF is made of: Django fields that also know their unit, limits and when they are asked.

A limit given here is a hard one: the value is impossible beyond it. The database refuses it too.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.audit.texts import cleaned, fold
from ecrf.forms import partial_dates, typed_text
from ecrf.forms.refused import NO_ANSWER, OF_NUMBERS, TOO_LARGE, TOO_LONG
from ecrf.forms.words import as_written, said, spoken

YES_NO = {True: pgettext_lazy("answer", "Yes"), False: pgettext_lazy("answer", "No")}


@spoken("verbose_name", "hint", "unit")
class Item:
    """Mixed into a Django field. Every item may be empty: what is required is asked for when a form is completed.

    `asked_if`: (another item, its answers on which this one is asked), "" among them where that one is still blank.
    `asked_with`: the key of the form without which it means nothing: asked at the visits that can have that form,
    required at those that plan it.
    """

    kind = "line"
    unit: str = ""
    required: bool = True
    asked_if: tuple[str, tuple[str, ...]] | None = None
    asked_with: str = ""
    instead_of: str = ""
    rule: str = ""
    hint: str = ""
    cdash: str = ""
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    future: bool = False
    carried: bool = False
    """Whether the next of several such forms at a visit may take it over from the one before ("as the day before"):
    what was set up once for all of them, and never what was measured."""
    beside: str = ""
    """The calculated item that is shown beside its field: the planned dose beside the dose given."""
    quiet: bool = False
    """Whether it is needed so rarely that the page keeps it behind its name until somebody wants it."""
    identifying: bool = False
    """Whether it can tell who the patient is (a birth date, a text in free words): exports leave it out by default."""
    django_field: type[models.Field]

    def __init__(
        self,
        label: str = "",
        *,
        unit: str = "",
        required: bool = True,
        asked_if: tuple[str, str | tuple[str, ...]] | None = None,
        asked_with: str = "",
        instead_of: str = "",
        rule: str = "",
        hint: str = "",
        cdash: str = "",
        carried: bool = False,
        quiet: bool = False,
        beside: str = "",
        identifying: bool | None = None,
        **options: Any,
    ) -> None:
        if identifying is not None:
            self.identifying = identifying
        self.carried, self.quiet, self.beside = carried, quiet, beside
        self.unit, self.hint, self.cdash, self.rule, self.instead_of = unit, hint, cdash, rule, instead_of
        self.required = required and not rule and not instead_of
        self.asked_with = asked_with
        if asked_if:
            item, values = asked_if
            self.asked_if = (item, (values,) if isinstance(values, str) else tuple(values))
        super().__init__(label, **{"null": True, "blank": True, **options})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Migrations know only the Django field: labels, units and choices are no business of the database."""
        name, _path, args, options = super().deconstruct()  # type: ignore[misc]
        for outside in ("verbose_name", "choices", "validators"):
            options.pop(outside, None)
        return name, f"django.db.models.{self.django_field.__name__}", args, options

    def clone(self) -> models.Field:
        """What a migration's state holds: the plain Django field."""
        _name, _path, args, options = self.deconstruct()
        return self.django_field(*args, **options)

    def normalise(self, text: str, now: datetime) -> str:
        """What was typed, in the form the field reads; `now` is the site's clock. Unreadable says what is wrong."""
        return cleaned(text, lines=False)

    def _without_unit(self, text: str) -> str:
        """What was typed, without the unit as the reader's language has it; that in English is taken away elsewhere."""
        unit = self.unit
        return text if unit == as_written(self, "unit") else text.rstrip().removesuffix(unit)

    def text(self, value: Any) -> str:
        """The value as it stands in the field on the screen; "" for none."""
        return "" if value is None else str(value)

    def stored(self, value: Any) -> Any:
        """The value in the precision in which it is stored, so that checks see what will be read back."""
        return value

    def words(self, value: Any) -> str:
        """The value as people read it."""
        return self.text(value)

    def carried_over(self, value: Any) -> Any:
        """What the next form proposes to take over from this value."""
        return value

    def first_day(self, value: Any) -> date | None:
        """The first day a date can mean, which must not lie in the future; None for other kinds, and for no value."""
        return None


def _limits(low: Any, high: Any) -> list[Any]:
    between = format_lazy(
        gettext_lazy("The value must lie between {low} and {high}."), low=str(low), high=str(high)
    )
    at_least = format_lazy(gettext_lazy("At least {low}."), low=str(low))
    at_most = format_lazy(gettext_lazy("At most {high}."), high=str(high))
    return [
        *([] if low is None else [MinValueValidator(low, at_least if high is None else between)]),
        *([] if high is None else [MaxValueValidator(high, at_most if low is None else between)]),
    ]


class WholeNumber(Item, models.IntegerField):
    """A whole number between `low` and `high`."""

    kind = "number"
    django_field = models.IntegerField

    def __init__(self, label: str = "", *, low: int | None = None, high: int | None = None, **options: Any):
        self.low, self.high = low, high
        # What has a limit of its own says so itself.
        beyond = {code: TOO_LARGE for code, own in (("min_value", low), ("max_value", high)) if own is None}
        super().__init__(label, validators=_limits(low, high), error_messages=beyond, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        options.pop("error_messages", None)
        return name, path, args, options

    def normalise(self, text: str, now: datetime) -> str:
        return typed_text.number(self._without_unit(text), as_written(self, "unit"), decimals=0)

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        whole = {"invalid": gettext_lazy("A whole number is wanted, without decimals.")}
        return forms.IntegerField(label=self.verbose_name, required=False, error_messages=whole)


class Measure(Item, models.DecimalField):
    """A measured number with `decimals` places after the point, between `low` and `high`, in `unit`."""

    kind = "number"
    django_field = models.DecimalField

    def __init__(
        self,
        label: str = "",
        *,
        decimals: int = 1,
        low: str | None = None,
        high: str | None = None,
        **options: Any,
    ):
        self.low, self.high = low and Decimal(low), high and Decimal(high)
        limits = _limits(self.low, self.high)
        super().__init__(label, max_digits=10, decimal_places=decimals, validators=limits, **options)

    def normalise(self, text: str, now: datetime) -> str:
        text = typed_text.number(self._without_unit(text), as_written(self, "unit"), self.decimal_places)
        whole, point, places = text.partition(".")
        return whole + point + places[: self.decimal_places] + places[self.decimal_places :].rstrip("0")

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return forms.DecimalField(
            label=self.verbose_name,
            required=False,
            max_digits=self.max_digits,
            decimal_places=self.decimal_places,
            error_messages=OF_NUMBERS,
        )

    def stored(self, value: Any) -> Any:
        return Decimal(value).quantize(Decimal(1).scaleb(-self.decimal_places))

    def text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(value):.{self.decimal_places}f}"

    def words(self, value: Any) -> str:
        return f"{self.text(value)} {self.unit}".strip() if value is not None else ""


class Choice(Item, models.CharField):
    """One of a few answers, given as (code, label) pairs or as a TextChoices class."""

    kind = "choice"
    django_field = models.CharField

    def __init__(self, label: str = "", *, choices: Iterable[tuple[str, str]] | Any = (), **options: Any):
        super().__init__(label, max_length=60, choices=choices, **options)

    @property
    def flatchoices(self) -> list[tuple[str, str]]:
        """The codes, with their labels in the reader's language."""
        return [(code, said(str(label))) for code, label in super().flatchoices]

    def words(self, value: Any) -> str:
        labels = dict(super().flatchoices)  # of which only the one is said: a page asks a hundred times
        return said(str(labels[value])) if value in labels else value or ""

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return forms.TypedChoiceField(
            label=self.verbose_name,
            required=False,
            choices=self.flatchoices,
            empty_value=None,
            error_messages=NO_ANSWER,
        )


class YesNo(Item, models.BooleanField):
    """A question answered by yes or no; unanswered is neither."""

    kind = "choice"
    django_field = models.BooleanField

    def normalise(self, text: str, now: datetime) -> str:
        said = fold(text).lower()
        return {"y": "yes", "n": "no", "true": "yes", "false": "no"}.get(said, said)

    def text(self, value: Any) -> str:
        return {True: "yes", False: "no"}.get(value, "")

    def words(self, value: Any) -> str:
        return str(YES_NO.get(value, ""))

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return forms.TypedChoiceField(
            label=self.verbose_name,
            required=False,
            choices=[("yes", YES_NO[True]), ("no", YES_NO[False])],
            coerce=lambda text: text == "yes",
            empty_value=None,
            error_messages=NO_ANSWER,
        )


class Day(Item, models.DateField):
    """A full date. It cannot lie in the future unless `future` says so; `history` dates may precede consent."""

    kind = "day"
    django_field = models.DateField

    def __init__(self, label: str = "", *, future: bool = False, history: bool = False, **options: Any):
        self.future, self.history = future, history
        super().__init__(label, **options)

    def normalise(self, text: str, now: datetime) -> str:
        return typed_text.day(text, now)

    def carried_over(self, value: Any) -> Any:
        return value + timedelta(days=1)

    def first_day(self, value: Any) -> date | None:
        return value

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return forms.DateField(
            label=self.verbose_name,
            required=False,
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": typed_text.NOT_WHOLE},
        )


class PartialDayFormField(forms.CharField):
    """Reads YYYY, YYYY-MM or YYYY-MM-DD."""

    def clean(self, value: Any) -> str | None:
        if not (text := super().clean(value)):
            return None
        try:
            partial_dates.validate(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return str(text)


class PartialDay(Item, models.CharField):
    """A date of which the day, or day and month, may be unknown; stored as ISO 8601 (2026, 2026-11, 2026-11-22)."""

    kind = "partial-day"
    django_field = models.CharField

    def __init__(self, label: str = "", *, future: bool = False, history: bool = False, **options: Any):
        self.future, self.history = future, history
        options.setdefault("max_length", 10)
        super().__init__(label, **options)

    def normalise(self, text: str, now: datetime) -> str:
        return typed_text.day(text, now)

    def first_day(self, value: Any) -> date | None:
        return partial_dates.earliest(value) if value else None

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return PartialDayFormField(label=self.verbose_name, required=False)


class ClockTime(Item, models.TimeField):
    """A time of day at the site, to the minute."""

    kind = "clock"
    django_field = models.TimeField

    def normalise(self, text: str, now: datetime) -> str:
        return typed_text.clock(text, now)

    def text(self, value: Any) -> str:
        return "" if value is None else value.strftime("%H:%M")

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return forms.TimeField(
            label=self.verbose_name,
            required=False,
            input_formats=["%H:%M"],
            error_messages={"invalid": typed_text.NO_TIME},
        )


def _text_field(item: Any, limit: int | None) -> forms.Field:
    return forms.CharField(
        label=item.verbose_name, required=False, max_length=limit, empty_value=None, error_messages=TOO_LONG
    )


class Line(Item, models.CharField):
    """A short text."""

    kind = "line"
    django_field = models.CharField

    def __init__(self, label: str = "", **options: Any):
        options.setdefault("max_length", 200)
        super().__init__(label, **options)

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return _text_field(self, self.max_length)


class Prose(Item, models.TextField):
    """A text of any length up to 20,000 characters."""

    kind = "prose"
    identifying = True
    django_field = models.TextField

    def normalise(self, text: str, now: datetime) -> str:
        return cleaned(text)

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return _text_field(self, 20_000)


class Link(Item, models.CharField):
    """Names another entry of the same patient, one of the kind `to`: `3` in a log, `W04.1` at a visit."""

    kind = "link"
    django_field = models.CharField

    def __init__(self, label: str = "", *, to: str = "", **options: Any):
        self.to = to
        options.setdefault("max_length", 20)
        super().__init__(label, **options)

    def words(self, value: Any) -> str:
        from ecrf.forms.registry import CRFS

        return f"{CRFS[self.to].title} {value}" if value else ""

    def formfield(self, **options: Any) -> forms.Field:  # type: ignore[override]
        return _text_field(self, 20)
