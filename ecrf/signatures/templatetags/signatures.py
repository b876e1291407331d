"""Shows signatures on any page of a patient: their words, a mark, what broke them. One statement a page loads them all.

`{% signature_state patient visit=visit %}`, or `entry=`, or neither for the casebook, says all there is to say;
`{% signature_mark patient visit=visit %}` is the short form for heads and tables; `{% signatures_on_paper … %}` prints.
"""

from typing import Any

from django import template
from django.utils.translation import pgettext

from ecrf.access.joined import in_a_row
from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.signatures import lookup
from ecrf.signatures.breaks import Breaking, breaking_of
from ecrf.signatures.lookup import SignatureStanding
from ecrf.signatures.meanings import meaning_words
from ecrf.signatures.models import Signature, SignatureScope

register = template.Library()
register.filter(meaning_words)


@register.simple_tag(takes_context=True)
def signatures_of(context: template.Context, patient: Patient) -> list[Signature]:
    """Every signature of the patient; asked for again on the same page, without another statement."""
    request: Any = context.get("request")
    known: dict[int, list[Signature]] = getattr(request, "signatures_of", {})
    if patient.pk not in known:
        known[patient.pk] = lookup.signatures_of(patient.pk)
        if request is not None:
            request.signatures_of = known
    return known[patient.pk]


@register.inclusion_tag("signatures/_standing.html", takes_context=True)
def signature_state(
    context: template.Context, patient: Patient, visit: Visit | None = None, entry: Entry | None = None
) -> dict[str, object]:
    """What stands and what broke, with its history; nothing where nobody has signed."""
    return _context(context, patient, standing_of(context, patient, visit.pk if visit else None, entry))


@register.inclusion_tag("signatures/_mark.html", takes_context=True)
def signature_mark(
    context: template.Context,
    patient: Patient,
    visit: Visit | int | None = None,
    entry: Entry | None = None,
    unsigned: str = "",
    short: bool = False,
) -> dict[str, object]:
    """Signed, or broken, and since when; `unsigned` is said where nobody has signed, `short` leaves the day out."""
    here = visit.pk if isinstance(visit, Visit) else visit
    signatures = standing_of(context, patient, here, entry)
    return {**_context(context, patient, signatures), "unsigned": unsigned, "short": short}


@register.inclusion_tag("signatures/_on_paper.html", takes_context=True)
def signatures_on_paper(
    context: template.Context,
    patient: Patient,
    visit: int | None = None,
    entry: Entry | None = None,
    own: bool = False,
) -> dict[str, object]:
    """The same for a printed page; `own` leaves out what was signed as part of a visit or of the casebook."""
    signatures = standing_of(context, patient, visit, entry)
    if own:
        signatures = SignatureStanding(
            [signature for signature in signatures.history if signature.scope == SignatureScope.FORM]
        )
    return _context(context, patient, signatures)


@register.inclusion_tag("signatures/_history.html", takes_context=True)
def signature_history(context: template.Context, patient: Patient) -> dict[str, object]:
    """Every signature of the patient, broken ones too."""
    return _context(context, patient, SignatureStanding(signatures_of(context, patient)))


@register.simple_tag
def broken_by(signature: Signature) -> Breaking | None:
    """The change that broke it, and the others since."""
    return breaking_of(signature)


@register.simple_tag
def covered_words(signature: Signature) -> str:
    """What it was given for: `Week 4`, `Adverse event 2`, `the whole casebook`."""
    if signature.scope == SignatureScope.CASEBOOK:
        return pgettext("what was signed", "the whole casebook")
    if signature.visit:
        return visit_label(signature.visit)
    assert signature.entry is not None
    words = (visit_label(signature.entry.visit), form_title(signature.entry))
    return in_a_row(*words)


@register.simple_tag
def visit_words(visit: Visit) -> str:
    """`Week 4`."""
    return visit_label(visit)


def standing_of(
    context: template.Context, patient: Patient, visit: int | None, entry: Entry | None
) -> SignatureStanding:
    """How the form, the visit (by its id) or the casebook stands."""
    signatures = signatures_of(context, patient)
    if entry is not None:
        return lookup.on_form(signatures, entry)
    return lookup.on_visit(signatures, visit) if visit else lookup.on_casebook(signatures)


def _context(context: template.Context, patient: Patient, standing: SignatureStanding) -> dict[str, object]:
    request: Any = context.get("request")
    match, user = getattr(request, "resolver_match", None), getattr(request, "user", None)
    reads_all = (Right.READ, Right.SIGN, Right.REVIEW, Right.LOCK)
    return {
        # Values of other forms are not for who reads some forms only, such as safety.
        "tells": isinstance(user, User) and any(user.may(right, patient.site) for right in reads_all),
        "standing": standing,
        "patient": patient,
        "zone": patient.site.zone,
        "reviews": match is not None and "monitor" in match.namespaces,
    }
