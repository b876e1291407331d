"""Form fields for what people type: outside the trial's own forms, read by the same rules as an item's value; and that
of an item whose day or month may be unknown."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError

from ecrf.audit.texts import cleaned_or_fault
from ecrf.forms import partial_dates, typed_text


class DayInput(forms.TextInput):
    """Where a day is typed; `shared/_day.html` is the same. Never the browser's own field for dates: it takes one way
    of writing alone, in the order of its language. A phone offers its digits, and 20261122 is a way too."""

    def __init__(self) -> None:
        super().__init__(
            {
                "class": "form-control w-day",
                "placeholder": "YYYY-MM-DD",
                "inputmode": "numeric",
                "autocomplete": "off",
            }
        )


class TypedDay(forms.DateField):
    """A whole date, in any of the ways of writing; `t` is today by the clock that is given: a site's, or
    that of the place where the person works. A form that learns of it late sets `now`."""

    def __init__(self, *, now: Callable[[], datetime] | None = None, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], widget=DayInput(), **options)
        self.error_messages["invalid"] = typed_text.NOT_WHOLE
        self.now = now

    def to_python(self, value: Any) -> date | None:
        if self.now is None:
            raise ImproperlyConfigured("A day is typed somewhere: say by which clock it is today.")
        return super().to_python(typed_text.day(value, self.now()) if isinstance(value, str) else value)


class TypedNumber(forms.DecimalField):
    """A number, in any of the ways of writing."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(typed_text.number(value) if isinstance(value, str) else value)


class TypedText(forms.CharField):
    """A text as it is stored; `lines`: whether it may have several."""

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.lines = lines

    def to_python(self, value: Any) -> str:
        text, fault = cleaned_or_fault(super().to_python(value) or "", lines=self.lines)
        if fault:
            raise forms.ValidationError(fault)
        return text


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
