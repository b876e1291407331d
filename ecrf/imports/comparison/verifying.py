"""Verifies by rule: what a laboratory's file and the site's transcription agree on, after somebody typed the number."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext, ngettext

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.audit.texts import fold
from ecrf.casebook.labels import form_title
from ecrf.casebook.models import Entry, Patient, Status, not_struck
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, RowKind
from ecrf.verification.models import STANDS, Verification
from ecrf.verification.refusals import VerificationRefused
from ecrf.verification.services import verify_shown

NAMED = 20


class NotVerified(Exception):
    """Why nothing was verified, in words for the page."""

    field = "count"


@dataclass
class EqualValues:
    """Of each patient, the values that are equal and not verified yet, and how long the chain was when it was seen."""

    items: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.items.values()))


def to_verify(user: User, batch: Import) -> EqualValues:
    """What this person may verify of it: at the own sites, in complete forms, of rows of which nothing differs: 13.5 in
    another unit is another result. A reason whose comment the file does not give is not the same either, for what is
    verified is both. A value that is changed since falls out when it is verified."""
    found = EqualValues()
    patients = reachable(user, Patient.objects.all(), Right.VERIFY)
    by_number = dict(patients.filter(struck_at=None).values_list("number", "pk"))
    if not by_number:
        return found
    rows = batch.rows.filter(kind=RowKind.SAME, entry__isnull=False, patient_number__in=by_number).order_by(
        "patient_number", "number"
    )
    equal = [
        (by_number[number], entry or 0, cell[0], seen or 0)
        for number, entry, seen, result in rows.values_list("patient_number", "entry", "seen", "result")
        for cell in result.get("cells", [])
        if cell[2] == RowKind.SAME and not cell[5]
    ]
    entries = {entry for _patient, entry, _item, _seen in equal}
    complete = set(
        Entry.objects.filter(not_struck(), pk__in=entries, status=Status.COMPLETE).values_list(
            "pk", flat=True
        )
    )
    verified = set(Verification.objects.filter(STANDS, entry__in=entries).values_list("entry", "item"))
    for patient, entry, item, seen in equal:
        if entry in complete and (entry, item) not in verified:
            found.items[patient].append((entry, item))
            found.seen[patient] = min(found.seen.get(patient, seen), seen)
    return found


def verify_equal(*, batch: Import, by: User, typed: str) -> tuple[int, list[str]]:
    """How many values were verified, and which were left out, in words. All in one transaction."""
    equal = to_verify(by, batch)
    if not equal.count:
        raise NotVerified(gettext("There is nothing that you can verify by this file."))
    if fold(typed) != str(equal.count):
        raise NotVerified(gettext("Nothing was verified: the number you typed is not the number of values."))
    why = f"Equal to the file of {batch.source_system}, {batch.hash_words}: compared by rule."
    made, left_out = 0, []
    with transaction.atomic():
        for patient in Patient.objects.filter(pk__in=equal.items).select_related("site").order_by("pk"):
            entries = Entry.objects.select_related("patient__site", "visit", "parent")
            by_pk = entries.in_bulk([entry for entry, _item in equal.items[patient.pk]])
            for entry in by_pk.values():
                entry.patient = patient
            try:
                verified, others = verify_shown(
                    patient=patient,
                    items=[(by_pk[entry], item) for entry, item in equal.items[patient.pk]],
                    seen=equal.seen[patient.pk],
                    by=by,
                    actor=by.acting_at(patient.site, Right.VERIFY),
                    why=why,
                )
            except VerificationRefused as refusal:
                words = gettext("%(patient)s: %(why)s Nothing was verified.")
                raise NotVerified(words % {"patient": patient.number, "why": refusal}) from refusal
            made += len(verified)
            left_out += [
                gettext("Left out: %(patient)s, %(form)s, %(item)s: %(why)s")
                % {
                    "patient": patient.number,
                    "form": form_title(one.entry),
                    "item": _label(one.entry, one.item),
                    "why": one.why,
                }
                for one in others
            ]
    if len(left_out) > NAMED:
        more = len(left_out) - NAMED
        words = ngettext("And %(number)d more were left out.", "And %(number)d more were left out.", more)
        left_out = [*left_out[:NAMED], words % {"number": more}]
    return made, left_out


def _label(entry: Entry, item: str) -> str:
    return str(CRFS[entry.crf].items[item].verbose_name)
