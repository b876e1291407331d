"""What is typed of an appointment, read as everywhere: many ways of writing a day and a time, one meaning."""

import datetime as clock
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy

from ecrf.appointments.services import Wanted
from ecrf.forms import typed_text
from ecrf.forms.typed_fields import TypedDay

OUT_OF_DATE = gettext_lazy("This page is out of date. Load it again, then make the appointment.")


class AppointmentForm(forms.Form):
    """One appointment. `now`: on the clock of the site."""

    visit = forms.CharField(required=False)
    day = TypedDay(error_messages={"required": gettext_lazy("Choose a day.")})
    time = forms.CharField(required=False)
    note = forms.CharField(required=False, strip=False)
    reason = forms.CharField(required=False, strip=False)

    def __init__(self, *given: Any, now: datetime, **options: Any) -> None:
        super().__init__(*given, **options)
        self.now = now
        day = self.fields["day"]
        assert isinstance(day, TypedDay)
        day.now = lambda: now

    def clean_time(self) -> clock.time | None:
        text = typed_text.clock(self.cleaned_data["time"], self.now)
        return clock.time.fromisoformat(text) if text else None

    @property
    def wanted(self) -> Wanted:
        """Of a valid form."""
        typed = self.cleaned_data
        return Wanted(typed["day"], typed["time"], typed["note"], typed["reason"])

    def refuse(self, error: ValidationError) -> None:
        """Put what the service refused beside its field; what belongs to none on top."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields and name != NON_FIELD_ERRORS else None, errors)


class ClickKey(forms.Form):
    """The key of the click that makes an appointment."""

    key = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), OUT_OF_DATE))
