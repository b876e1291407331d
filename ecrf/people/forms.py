"""The forms of the administrator's pages, and how what a service refuses comes to stand beside its field."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.models import Site
from ecrf.access.roles import RIGHTS, Right, Role
from ecrf.people.accounts.opening import require_free_address
from ecrf.people.accounts.services import is_invited_already, require_free_name
from ecrf.people.fields import DayField, MailAddress, OneLine, ReasonField, UserName
from ecrf.people.memberships.rules import WantedRole, require_fitting

Helps = dict[str, str | Promise]


class PlainForm(forms.Form):
    """A form whose fields look like ours; `helps` stand below their fields."""

    helps: ClassVar[Helps] = {}

    def __init__(self, *given: Any, site: Site | None = None, **options: Any) -> None:
        """`site`: on whose calendar the days are."""
        super().__init__(*given, **options)
        for name, words in self.helps.items():
            self.fields[name].help_text = str(words)
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.now = site.now if site else field.now
                continue
            widget = field.widget
            if not isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
                widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
            widget.attrs.setdefault("autocomplete", "off")

    def refuse(self, error: ValidationError) -> None:
        """Put what the service refused beside its field; what belongs to none of them on top."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields and name != NON_FIELD_ERRORS else None, errors)

    def ask(self, rule: Callable[..., None], *what: Any) -> bool:
        """Whether a rule of the service lets this stand. Asked with the form, so that all that is wrong is said at
        once; the service asks again."""
        try:
            rule(*what)
        except ValidationError as error:
            self.refuse(error)
            return False
        return True


def _in_a_line(site: Site) -> str:
    if site.is_practice:
        return gettext("%(code)s %(name)s (practice)") % {"code": site.code, "name": site.name}
    return f"{site.code} {site.name}"


class RolePart(PlainForm):
    """One role, at one site or several, with its days."""

    helps: ClassVar[Helps] = {
        "role": gettext_lazy(
            "Administrators manage accounts and see no study data. Nobody is both administrator and investigator,"
            " sub-investigator or coordinator."
        ),
        "site": gettext_lazy(
            "Investigators, sub-investigators, coordinators and monitors: one site or several. Inspectors: some, or"
            " none for all. The others hold for all sites: tick none."
        ),
        "ends_on": gettext_lazy("An inspector’s role always has one."),
    }

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), error_messages={"required": gettext_lazy("Choose a role.")}
    )
    site = forms.MultipleChoiceField(
        label=gettext_lazy("Sites"), required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_on = DayField(label=gettext_lazy("First day (empty: at once)"), required=False)
    ends_on = DayField(label=gettext_lazy("Last day (empty: until it is ended)"), required=False)
    reason = ReasonField(pgettext_lazy("of which the reason is asked", "the role is given"))

    def __init__(self, *given: Any, sites: list[Site], **options: Any) -> None:
        self.sites = {site.code: site for site in sites}
        data = given[0] if given else None
        ticked = [self.sites[code] for code in data.getlist("site") if code in self.sites] if data else []
        super().__init__(*given, site=ticked[0] if ticked else None, **options)
        self.fields["role"].choices = [("", gettext("Choose a role")), *Role.choices]  # type: ignore[attr-defined]
        self.fields["site"].choices = [  # type: ignore[attr-defined]
            (site.code, _in_a_line(site)) for site in sites
        ]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if {"role", "site"} <= typed.keys():
            all(
                self.ask(require_fitting, wanted) for wanted in self.wanted
            )  # the first that does not fit is said
        return typed

    @property
    def wanted(self) -> list[WantedRole]:
        typed = self.cleaned_data
        where: list[Site | None] = [self.sites[code] for code in typed["site"]]
        days = typed.get("starts_on"), typed.get("ends_on")
        return [WantedRole(typed["role"], site, *days) for site in where or [None]]


class InvitationForm(RolePart):
    """Who is invited, and to which role."""

    helps: ClassVar[Helps] = {
        **RolePart.helps,
        "username": gettext_lazy(
            "Letters, digits and @ . + - _. It belongs to this person for ever and is never changed."
        ),
        "email": gettext_lazy("The invitation goes there."),
        "identity": gettext_lazy(
            "For investigators and sub-investigators, who sign: for instance “passport seen at the site”; never its"
            " number. It can be recorded later."
        ),
        "reason": gettext_lazy("For instance: the letter that asks for it. The trail keeps it."),
    }

    username = UserName()
    full_name = OneLine(label=gettext_lazy("Full name, as it is printed beside signatures"))
    email = MailAddress()
    identity = OneLine(label=gettext_lazy("How was it made sure who this is?"), longest=500, required=False)

    field_order = ["username", "full_name", "email"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        named = [typed.get(name) for name in ("username", "full_name", "email")]
        if not is_invited_already(*named):
            for rule, what in ((require_free_name, named[0]), (require_free_address, named[2])):
                if what:
                    self.ask(rule, what)
        return typed

    @property
    def signs(self) -> bool:
        return Right.SIGN in RIGHTS[self.cleaned_data["role"]]


class CorrectionForm(PlainForm):
    """Name and address of an account."""

    full_name = OneLine(label=gettext_lazy("Full name, as it is printed beside signatures"))
    email = MailAddress(required=False)
    reason = ReasonField(pgettext_lazy("of which the reason is asked", "it is corrected"))


class IdentityForm(PlainForm):
    """How somebody made sure who a person is."""

    helps: ClassVar[Helps] = {"how": gettext_lazy("For instance: passport seen at the site initiation.")}

    how = OneLine(label=gettext_lazy("How was it made sure who this is?"), longest=500)


class AskForReason(PlainForm):
    """A reason alone."""

    def __init__(self, *given: Any, of: str | Promise, **options: Any) -> None:
        super().__init__(*given, **options)
        self.fields["reason"] = ReasonField(of)
        self.fields["reason"].widget.attrs |= {"class": "form-control", "autocomplete": "off"}
