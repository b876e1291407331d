"""What an import undoes and sets off at a patient: signatures that break, verifications that fall, what is asked."""

from dataclasses import dataclass
from typing import Any

from ecrf.casebook.labels import place_of_form, visit_label
from ecrf.casebook.models import Entry, Patient
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.registry import CRFS
from ecrf.imports.plan.outcome import RowOutcome, SideEffect
from ecrf.queries.models import Query
from ecrf.signatures.models import STANDS as SIGNATURE_STANDS
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import STANDS, Verification


@dataclass(frozen=True)
class StandingFacts:
    """What stands at a patient at one moment, by its key."""

    signatures: dict[int, Signature]
    verifications: dict[int, Verification]
    closed: dict[int, Query]
    asked: dict[int, Discrepancy]


def standing_at(patient: Patient) -> StandingFacts:
    """Four statements."""
    signatures = Signature.objects.filter(SIGNATURE_STANDS, patient=patient)
    verifications = Verification.objects.filter(STANDS, patient=patient).select_related(
        "verified_by", "entry"
    )
    asked = Discrepancy.objects.filter(entry__patient=patient, state=DiscrepancyState.OPEN)
    return StandingFacts(
        _by_key(signatures.select_related("visit", "entry__visit", "entry__parent").order_by("pk")),
        _by_key(verifications.order_by("pk")),
        _by_key(Query.objects.filter(patient=patient, turn="").order_by("pk")),
        _by_key(asked.select_related("entry__visit", "entry__parent").order_by("entry", "pk")),
    )


def _by_key(rows: Any) -> dict[int, Any]:
    return {row.pk: row for row in rows}


@dataclass
class Touched:
    """Which row of the file has changed which entry, in the order in which they were recorded."""

    by_entry: dict[int, RowOutcome]
    entries: dict[int, Entry]

    def add(self, outcome: RowOutcome, entry: Entry) -> None:
        self.by_entry.setdefault(entry.pk, outcome)
        self.entries[entry.pk] = entry

    def first(self, signature: Signature) -> RowOutcome | None:
        """The first row that changed something of what a signature covers."""
        for pk, entry in self.entries.items():
            if signature.scope == SignatureScope.CASEBOOK or (
                signature.visit_id == entry.visit_id
                if signature.scope == SignatureScope.VISIT
                else signature.entry_id in (pk, entry.parent_id)
            ):
                return self.by_entry[pk]
        return None

    def at(self, entry: int | None) -> RowOutcome | None:
        """The row that changed the entry; of what was set off elsewhere, the first row."""
        return self.by_entry.get(entry or 0) or next(iter(self.by_entry.values()), None)


def note_undone(patient: Patient, before: StandingFacts, touched: Touched) -> None:
    """Write into the outcomes what stood before and stands no longer, and what is asked now."""
    if not touched.by_entry:
        return
    after = standing_at(patient)
    for pk, signature in before.signatures.items():
        if pk not in after.signatures and (outcome := touched.first(signature)):
            outcome.undoes.append((SideEffect.SIGNATURE, _signature_words(signature)))
    for pk, verification in before.verifications.items():
        if pk not in after.verifications and (outcome := touched.at(verification.entry_id)):
            outcome.undoes.append((SideEffect.VERIFICATION, _verification_words(verification)))
    for pk, query in before.closed.items():
        if pk not in after.closed and (outcome := touched.at(query.entry_id)):
            outcome.undoes.append((SideEffect.QUERY, f"reopens query {query.number}"))
    for pk, one in after.asked.items():
        known = before.asked.get(pk)
        if (known is None or known.text != one.text) and (outcome := touched.at(one.entry_id)):
            outcome.undoes.append((SideEffect.QUESTION, f"asks at {place_of_form(one.entry)}: {one.text}"))


def _signature_words(signature: Signature) -> str:
    of = {
        SignatureScope.CASEBOOK: "the casebook",
        SignatureScope.VISIT: visit_label(signature.visit),
        SignatureScope.FORM: place_of_form(signature.entry) if signature.entry else "",
    }[SignatureScope(signature.scope)]
    return f"breaks the signature of {signature.printed_name} on {of}"


def _verification_words(verification: Verification) -> str:
    definition = CRFS.get(verification.entry.crf)
    item = definition.items.get(verification.item) if definition else None
    label = item.verbose_name if item else verification.item
    return f"undoes the verification of {label} by {verification.verified_by}"
