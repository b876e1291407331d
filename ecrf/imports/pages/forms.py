"""What is asked before a file is brought, and before it is imported."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.alike import InOrder
from ecrf.access.models import Site, User
from ecrf.casebook.striking import StrikingConsent
from ecrf.casebook.striking.act import who_can_consent
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.forms.typed_fields import TypedDay, TypedText
from ecrf.imports.models import ImportFormat, LabMapping
from ecrf.imports.reading.encodings import ENCODINGS
from ecrf.imports.reading.tables import DELIMITERS
from ecrf.imports.rights import sites_to_choose
from ecrf.imports.services import LARGEST
from ecrf.imports.sources.laboratory import results_forms

BY_ITSELF = gettext_lazy("As the file says")


def form_choices() -> list[tuple[str, str]]:
    """Every form that can be filled from a file, in the order of the schedule, its rows behind it."""
    found = []
    for key in protocol().scheduled_crfs():
        for one in (key, *CRFS[key].rows):
            if CRFS[one].entered:
                title, names = CRFS[one].title, {"form": CRFS[key].title, "rows": CRFS[one].title}
                found.append((one, title if one == key else gettext("%(form)s: %(rows)s") % names))
    return found


def _select(label: Any, choices: list[Any]) -> forms.ChoiceField:
    widget = forms.Select({"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)


class BringingForm(forms.Form):
    """The file, what it is and where it comes from; how it is written, where it does not say so itself."""

    format = forms.ChoiceField(
        label=gettext_lazy("What is in the file"),
        choices=(),
        widget=forms.RadioSelect({"class": "plain ticks"}),
    )
    form = _select(pgettext_lazy("label", "Form"), [])
    mapping = _select(gettext_lazy("Read a laboratory’s file as"), [])
    site = _select(pgettext_lazy("label: a site", "Patients of"), [])
    source_system = TypedText(
        label=gettext_lazy("Source system"),
        max_length=60,
        widget=forms.TextInput({"class": "form-control"}),
        help_text=gettext_lazy(
            "The laboratory, device or former database that it comes from. It stands with each value."
        ),
        error_messages={"required": gettext_lazy("Say where the file comes from.")},
    )
    file = forms.FileField(
        label=pgettext_lazy("label", "File"),
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(
            {"class": "form-control", "accept": ".csv,.txt,.tsv,.xml", "data-most-bytes": LARGEST}
        ),
        help_text=format_lazy(
            gettext_lazy("CSV or XML, up to {most} MB. Of a workbook, save the sheet as “CSV UTF-8”."),
            most=LARGEST // 1_000_000,
        ),
        error_messages={
            "required": gettext_lazy("Choose the file."),
            "max_length": gettext_lazy("Its name is longer than 200 characters."),
        },
    )
    declared = _select(gettext_lazy("Encoding of the text"), [("", BY_ITSELF), *ENCODINGS.items()])
    delimiter = _select(
        pgettext_lazy("label: a sign", "Between columns"),
        [("", BY_ITSELF), *((sign, words) for sign, words in DELIMITERS.items())],
    )
    decimal = _select(
        pgettext_lazy("label: a sign", "Before decimals"),
        [
            ("", gettext_lazy("Point or comma")),
            (".", gettext_lazy("Point: 1,200.5")),
            (",", gettext_lazy("Comma: 1.200,5")),
        ],
    )
    first = _select(
        gettext_lazy("Dates like 05/06/2026"),
        [
            ("", gettext_lazy("Refuse: it is not certain")),
            ("day", gettext_lazy("Day first: 5 June")),
            ("month", gettext_lazy("Month first: 6 May")),
        ],
    )

    def __init__(self, *given: Any, user: User, purpose: str, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sites = {site.code: site for site in sites_to_choose(user, purpose)}
        every: list[tuple[str, str]] = [] if self.sites else [("", gettext("All sites"))]
        self._offer("site", [*every, *((code, str(site)) for code, site in self.sites.items())])
        is_lab = bool(results_forms())
        self._offer(
            "format",
            [
                (key, str(words))
                for key, words in ImportFormat.choices
                if is_lab or key != ImportFormat.LABORATORY
            ],
        )
        self._offer("form", [("", gettext("Choose the form")), *form_choices()])
        saved = (
            [(str(one.pk), one.name) for one in LabMapping.objects.order_by(InOrder("name"))]
            if is_lab
            else []
        )
        self._offer("mapping", [("", gettext("I name its columns on the next page")), *saved])
        if len(self.sites) == 1:
            self.fields["site"].widget = forms.HiddenInput()
            self.initial["site"] = next(iter(self.sites))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def ways(self) -> list[forms.BoundField]:
        """How the file is written: needed where it does not say so itself."""
        return [self[name] for name in ("declared", "delimiter", "decimal", "first")]

    @property
    def reading(self) -> dict[str, Any]:
        """What was declared of how the file is written, and the mapping that was chosen."""
        said = self.cleaned_data
        found: dict[str, Any] = {
            name: said[name] for name in ("declared", "delimiter", "decimal", "first") if said[name]
        }
        if said["format"] == ImportFormat.LABORATORY and said["mapping"]:
            saved = LabMapping.objects.get(pk=said["mapping"])
            found["mapping"] = {"columns": saved.columns, "target": saved.target, "tests": saved.tests}
            found["mapping_name"] = saved.name
        return found

    @property
    def site_chosen(self) -> Site | None:
        return self.sites.get(self.cleaned_data["site"])

    def clean_form(self) -> str:
        key = str(self.cleaned_data["form"])
        if self.cleaned_data.get("format") == ImportFormat.FORM and not key:
            raise forms.ValidationError(gettext("Choose the form."))
        return key

    def clean_site(self) -> str:
        code = str(self.cleaned_data["site"])
        if self.sites and not code:
            raise forms.ValidationError(gettext("Choose the site."))
        return code


class ConsentOfSite(forms.Form):
    """Which investigator of one site consented to a data manager's changes, and when."""

    def __init__(self, given: Any, *, site: Site) -> None:
        super().__init__(given, prefix=f"consent-{site.code}")
        self.site = site
        self.investigators = {str(one.pk): one for one in who_can_consent(site)}
        named = [(pk, one.name) for pk, one in self.investigators.items()]
        self.fields["of"] = forms.ChoiceField(
            label=gettext("Investigator of %(site)s who consented") % {"site": site},
            choices=[("", pgettext("nothing is chosen yet", "Choose")), *named],
            required=False,
            widget=forms.Select({"class": "form-select"}),
        )
        self.fields["on"] = TypedDay(label=gettext("Day of the consent"), required=False, now=site.now)

    @property
    def consent(self) -> StrikingConsent | None:
        """What was chosen; None where either is missing."""
        if not self.is_valid():
            return None
        of, on = self.cleaned_data.get("of"), self.cleaned_data.get("on")
        return StrikingConsent(self.investigators[of], on) if of and on else None
