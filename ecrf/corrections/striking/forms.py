"""What is asked before something is struck out or restored: the reason, and of a data manager the consent."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.models import Site
from ecrf.audit.reasons import LONGEST
from ecrf.casebook.striking import StrikingConsent
from ecrf.casebook.striking.act import who_can_consent
from ecrf.forms.typed_fields import TypedDay

REASONS = (
    pgettext_lazy("reason", "Opened by mistake"),
    pgettext_lazy("reason", "Opened twice"),
    pgettext_lazy("reason", "Added by mistake"),
    pgettext_lazy("reason", "Added twice"),
    pgettext_lazy("reason", "Belongs to another patient"),
)


class StrikingForm(forms.Form):
    """The reason; with `site`, the consent of one of its investigators, too. What it must be, the service says."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=None,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "striking-reasons", "required": True}),
        help_text=format_lazy(
            gettext_lazy("3 to {most} characters. It stays in the audit trail."), most=LONGEST
        ),
    )

    def __init__(self, *given: Any, site: Site | None = None) -> None:
        super().__init__(*given)
        self.investigators = {str(one.pk): one for one in who_can_consent(site)} if site else {}
        if site:
            named = [(pk, one.full_name or one.username) for pk, one in self.investigators.items()]
            self.fields["consent_of"] = forms.ChoiceField(
                label=gettext("Investigator who consented"),
                choices=[("", pgettext("in a field to choose from", "Choose")), *named],
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields["consent_on"] = TypedDay(
                label=gettext("Day of the consent"), required=False, now=site.now
            )

    def refuse(self, refusal: Exception) -> None:
        """What the service says, beside the field that it is about; above the form if that is none of these."""
        field = getattr(refusal, "field", None)
        self.add_error(field if field in self.fields else None, str(refusal))

    @property
    def consent(self) -> StrikingConsent | None:
        """What was chosen; None where either is missing."""
        of, on = (self.cleaned_data.get(name) for name in ("consent_of", "consent_on"))
        return StrikingConsent(self.investigators[of], on) if of and on else None
