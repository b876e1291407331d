"""What a move will do, told before it is done: it is carried out as it would be, looked at, and taken back whole."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext

from ecrf.access.joined import headed, in_a_row
from ecrf.access.models import User
from ecrf.audit.refusals import Locked
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import place_of_form
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.moving import Destination, Moved, NotMoved, move
from ecrf.casebook.moving.arriving import left_behind, new_links
from ecrf.casebook.striking import NotStruck, StrikingConsent
from ecrf.casebook.striking.act import actor_for, who_can_consent
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.corrections.undone import Undone, undone_with
from ecrf.files.moving import copies_with
from ecrf.formview.form_view import FormView
from ecrf.formview.load import load_casebook
from ecrf.signatures.models import STANDS as SIGNATURE_STANDS
from ecrf.signatures.models import Signature

STAND_IN = "Looked at before it is done"
"""The reason of what is taken back at once; nobody reads it."""


class _TakenBack(Exception):
    pass


@dataclass
class MovingPreview:
    """`forms`: each as it stands, where it stands and where it will; `troubles`: why it cannot be done, in words."""

    forms: list[tuple[FormView, str, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    left_blank: list[str] = field(default_factory=list)
    strikes_visit: bool = False
    undone: Undone = field(default_factory=Undone)
    signatures: list[Signature] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    asks_consent: bool = False
    copies: int = 0
    """How many source copies go along."""

    @property
    def undoes(self) -> bool:
        return bool(self.undone or self.signatures or self.left_blank)


def preview(entries: list[Entry], to: Destination, by: User) -> MovingPreview:
    """What moving these forms there would do."""
    found = MovingPreview()
    if not entries:
        found.troubles = [gettext("Choose at least one form.")]
        return found
    patient = entries[0].patient
    found.undone = undone_with(entries)
    with suppress(NotStruck):
        forms = Entry.objects.filter(pk__in=[entry.pk for entry in entries])
        found.asks_consent = actor_for(by, patient.site, forms)[1]
    before = load_casebook(PatientData(patient))
    moved = _rehearse(entries, to, by, found)
    places = {one.entry.pk: one.to_words for one in moved.forms} if moved else {}
    shown = [entry for entry in entries if not moved or entry.pk in places]
    found.forms = [
        (before.alone(e), in_a_row(patient.number, place_of_form(e)), places.get(e.pk, to.words))
        for e in shown
    ]
    return found


def _rehearse(entries: list[Entry], to: Destination, by: User, found: MovingPreview) -> Moved | None:
    """Move, look at what became of it, and take all of it back."""
    patients, moved = {entries[0].patient, to.patient}, None
    stood, asked = _signatures(patients), _asked(to.patient)
    try:
        with suppress(_TakenBack), transaction.atomic():
            moved = move(
                forms=entries,
                to=to,
                by=by,
                reason=STAND_IN,
                request_key=uuid.uuid4(),
                consent=_stand_in(entries[0].patient) if found.asks_consent else None,
            )
            standing = {signature.pk for signature in _signatures(patients)}
            found.signatures = [signature for signature in stood if signature.pk not in standing]
            new = [one for one in _asked(to.patient) if one not in asked]
            found.questions = [(place_of_form(one.entry), one.text) for one in new]
            raise _TakenBack
    except NotMoved as refusal:
        found.troubles = list(refusal.troubles)
    except Locked as refusal:
        found.troubles = [str(refusal)]
    if moved is not None:
        found.strikes_visit = moved.strikes_visit
        found.left_blank = _left_blank(moved, is_other_patient=len(patients) > 1)
        parts = {part.row.entry_id for one in moved.forms for part in one.parts}
        found.copies = copies_with(parts | {one.entry.pk for one in moved.forms}).count()
    return moved


def _stand_in(patient: Patient) -> StrikingConsent:
    investigators = who_can_consent(patient.site)
    if not investigators:
        raise NotMoved(gettext("The site has no investigator today who could consent."))
    return StrikingConsent(investigators[0], patient.site.today())


def _signatures(patients: set[Patient]) -> list[Signature]:
    found = Signature.objects.filter(SIGNATURE_STANDS, patient__in=patients)
    return list(found.select_related("patient", "visit", "entry__visit", "entry__parent").order_by("pk"))


def _asked(patient: Patient) -> list[Discrepancy]:
    found = Discrepancy.objects.filter(entry__patient=patient, state=DiscrepancyState.OPEN)
    return list(found.select_related("entry__visit", "entry__parent").order_by("entry", "pk"))


def _left_blank(moved: Moved, *, is_other_patient: bool) -> list[str]:
    links = new_links(moved.forms)
    return [
        headed(one.to_words, part.place.definition.items[name].verbose_name)
        for one in moved.forms
        for part in one.parts
        for name in left_behind(part, links, is_other_patient=is_other_patient)
    ]
