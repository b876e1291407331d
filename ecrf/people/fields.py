"""What an administrator types: names, user names, addresses, days, reasons; refused in words where it cannot stand."""

import logging
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.language import in_master
from ecrf.access.models import User
from ecrf.audit.reasons import LONGEST, fault_of, tidy
from ecrf.audit.texts import cleaned, fault_of_text
from ecrf.forms.typed_fields import TypedDay

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

log = logging.getLogger("ecrf.people")

LINE_BREAK = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Days beyond these are typing errors; and no clock of a time zone leaves the calendar between them."""


class OneLine(forms.CharField):
    """A text of one line. A line break in it could become a line of a mail's head, so it is refused and logged."""

    def __init__(self, *, label: "str | _StrPromise", longest: int = 200, **options: Any) -> None:
        self.longest = longest
        super().__init__(label=label, **options)

    def clean(self, value: Any) -> str:
        text = str(value or "").strip(" ")
        if LINE_BREAK.search(text):
            with in_master():
                log.warning("line break refused", extra={"field": str(self.label)})
            raise ValidationError(
                gettext("This is one line: it holds a line break. Type it again, without one.")
            )
        words = cleaned(text, lines=False)
        if fault := fault_of_text(words):
            raise ValidationError(fault)
        if len(words) > self.longest:
            raise ValidationError(
                gettext("At most %(longest)d characters: it has %(length)d. Shorten it.")
                % {"longest": self.longest, "length": len(words)}
            )
        if self.required and not words:
            raise ValidationError(gettext("This is needed."))
        return words


class MailAddress(OneLine):
    """Where mail goes; None for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=gettext_lazy("E-mail"), longest=254, widget=forms.EmailInput(), **options)

    def clean(self, value: Any) -> str | None:  # type: ignore[override]
        address = super().clean(value)
        if address:
            EmailValidator(gettext("This is no e-mail address. Write one such as name@hospital.example."))(
                address
            )
        return address or None


class UserName(OneLine):
    """A user name that nobody has or had."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("User name"), longest=150)

    def clean(self, value: Any) -> str:
        name = super().clean(value)
        try:
            User._meta.get_field("username").run_validators(name)
        except ValidationError:
            raise ValidationError(
                gettext(
                    "A user name holds letters, digits and @ . + - _ only, and no blank. Leave out the rest."
                )
            ) from None
        return name


class ReasonField(forms.CharField):
    """Why something is done; the trail keeps it."""

    def __init__(self, of: str | Promise, label: "str | _StrPromise" = "") -> None:
        self.of = of
        widget = forms.TextInput(attrs={"maxlength": LONGEST})
        super().__init__(label=label or gettext_lazy("Why?"), widget=widget, strip=False)

    def clean(self, value: Any) -> str:
        words = tidy(str(value or ""))
        if fault := fault_of(words, self.of):
            raise ValidationError(fault)
        return words


class DayField(TypedDay):
    """A day, by the clock of UTC unless the form sets that of a site."""

    def __init__(self, *, label: str | Promise, required: bool = True) -> None:
        words = {"required": gettext_lazy("Write a day such as 2026-11-22.")}
        super().__init__(now=timezone.now, label=label, required=required, error_messages=words)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(
                gettext("Write a day from %(first)s to %(last)s.") % {"first": FIRST_DAY, "last": LAST_DAY}
            )
        return day
