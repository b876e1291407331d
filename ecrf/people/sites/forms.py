"""The forms of a site's pages."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.models import Site, validate_time_zone
from ecrf.people.fields import DayField, OneLine, ReasonField
from ecrf.people.forms import Helps, PlainForm
from ecrf.people.sites.list import places


class PlaceField(OneLine):
    """A time zone, by the place whose clocks it names: searched in the list that the page brings."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"list": "places", "placeholder": "Asia/Tokyo"})
        super().__init__(label=gettext_lazy("Time zone: type a city of it"), longest=64, widget=widget)

    def clean(self, value: Any) -> str:
        zone = super().clean(value)
        city = zone.replace(" ", "_").casefold()
        of_city = [place for place in places() if place.rpartition("/")[2].casefold() == city]
        zone = of_city[0] if len(of_city) == 1 else zone
        validate_time_zone(zone)
        return zone


class LanguageField(forms.ChoiceField):
    """In which language the site's people are spoken to who have chosen none themselves."""

    def __init__(self) -> None:
        choices = [("", gettext_lazy("As each browser asks for")), *settings.LANGUAGES]
        label = gettext_lazy("Language of its people, unless they choose another")
        super().__init__(label=label, choices=choices, required=False)


class NewSiteForm(PlainForm):
    """A site that is not there yet."""

    helps: ClassVar[Helps] = {
        "code": gettext_lazy("Such as 01: its patients are numbered 01-001 and on. It is never changed."),
        "time_zone": gettext_lazy("By it the site’s days begin and end. Type Tokyo and choose."),
        "is_practice": gettext_lazy("Its patients are for training and never part of the study’s data."),
    }

    code = OneLine(
        label=gettext_lazy("Code: digits and capital letters, as in patients' numbers"), longest=10
    )
    name = OneLine(label=pgettext_lazy("of a site", "Name"))
    time_zone = PlaceField()
    language = LanguageField()
    is_practice = forms.BooleanField(label=gettext_lazy("For practice only"), required=False)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            Site._meta.get_field("code").run_validators(code)
        except ValidationError:
            raise ValidationError(
                gettext(
                    "Only digits and capital letters A to Z, ten at most: it begins the numbers of the patients."
                )
            ) from None
        return code


class SiteCorrectionForm(PlainForm):
    """What was put down wrongly."""

    name = OneLine(label=pgettext_lazy("of a site", "Name"))
    time_zone = PlaceField()
    language = LanguageField()
    reason = ReasonField(pgettext_lazy("of which the reason is asked", "it is corrected"))


class ActivationForm(PlainForm):
    """From when on a site takes data, and what allows it to."""

    approved_on = DayField(label=gettext_lazy("Approved on, by the ethics committee and the authorities"))
    version = OneLine(label=gettext_lazy("Version of the protocol that was approved"), longest=50)
    active_from = DayField(label=gettext_lazy("First day on which it takes data"))
    reason = ReasonField(
        pgettext_lazy("of which the reason is asked", "the site is activated"),
        label=gettext_lazy("What is it based on? (letter, file, number)"),
    )


class ClosingForm(PlainForm):
    """From when on a site is read and not written."""

    closed_on = DayField(label=gettext_lazy("First day on which nothing is entered any more"))
    reason = ReasonField(pgettext_lazy("of which the reason is asked", "the site is closed"))


class DelegationLogForm(PlainForm):
    """Where the delegation log is kept."""

    delegation_from = DayField(
        label=gettext_lazy("Kept here from this day on (empty: on paper)"), required=False
    )
    reason = ReasonField(pgettext_lazy("of which the reason is asked", "it is kept there"))
