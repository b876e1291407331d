"""The way to the signing page, for those who may sign what does not stand signed."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.protocol import CASEBOOK
from ecrf.signatures.templatetags.signatures import standing_of

register = template.Library()


@register.inclusion_tag("entry/signing/_link.html", takes_context=True)
def sign_link(
    context: template.Context,
    patient: Patient,
    visit: Visit | None = None,
    entry: Entry | None = None,
    kind: str = "primary",
) -> dict[str, object]:
    """A link to sign the visit, the form, or (with neither) the casebook; nothing for those who cannot.

    `kind`: primary, outline or small, as buttons are.
    """
    user, standing = context.get("user"), standing_of(context, patient, visit.pk if visit else None, entry)
    may = isinstance(user, User) and user.may(Right.SIGN, patient.site)
    if not may or standing.in_force:
        return {"url": ""}
    words = _words(visit, entry, anew=bool(standing.history))
    return {"url": _url(patient, visit, entry), "words": words, "kind": kind}


def _words(visit: Visit | None, entry: Entry | None, *, anew: bool) -> str:
    if visit:
        return gettext("Sign the visit anew") if anew else gettext("Sign the visit")
    if entry:
        return gettext("Sign the form anew") if anew else gettext("Sign the form")
    return gettext("Sign the casebook anew") if anew else gettext("Sign the casebook")


def _url(patient: Patient, visit: Visit | None, entry: Entry | None) -> str:
    if visit:
        return reverse("sign-visit", args=[patient.number, visit.code])
    if entry:
        segment = entry.visit.code if entry.visit else CASEBOOK
        return reverse("sign-form", args=[patient.number, segment, entry.crf, entry.number])
    return reverse("sign-casebook", args=[patient.number])
