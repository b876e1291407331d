"""What an import undoes and sets off at a patient: signatures that break, verifications that fall, what is asked."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from ecrf.casebook.labels import place_of_form, visit_label
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.record.hooks import Recorded
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.forms.registry import CRFS
from ecrf.imports.models import RowKind
from ecrf.imports.plan.outcome import ASKS, RowOutcome, SideEffect
from ecrf.queries.models import Query
from ecrf.signatures.models import STANDS as SIGNATURE_STANDS
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.verification.models import STANDS, Verification

QuestionKey = tuple[int, str, str]


def question_key(one: Discrepancy) -> QuestionKey:
    """Entry, check and item: a check asks once of each."""
    return one.entry_id, one.check_id, one.item


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
        _by_key(Query.objects.filter(patient=patient, turn="").select_related("discrepancy").order_by("pk")),
        _by_key(asked.select_related("entry__visit", "entry__parent").order_by("entry", "pk")),
    )


def _by_key(rows: Any) -> dict[int, Any]:
    return {row.pk: row for row in rows}


@dataclass(frozen=True)
class RowWrite:
    """What one row of the file has changed in one entry, by itself or by what is calculated from it."""

    outcome: RowOutcome
    entry: Entry
    items: frozenset[str]


ByVisit = dict[int | None, list[RowWrite]]


@dataclass
class Touched:
    """Which row of the file has changed and set off what, in the order in which they were recorded.

    `asked`: {a question of a check: (which, the row that set it off)}. What is asked of it once all rows are recorded
    takes no longer for many rows than for few.
    """

    writes: list[RowWrite] = field(default_factory=list)
    asked: dict[QuestionKey, tuple[str, RowOutcome]] = field(default_factory=dict)
    _read: dict[str, tuple[ByVisit, list[RowWrite]]] = field(default_factory=dict)

    def add(self, outcome: RowOutcome, result: Recorded) -> None:
        """What became of a row's values."""
        if not result.changed or result.row is None:
            return
        self.writes.append(RowWrite(outcome, result.row.entry, frozenset(result.changed)))
        for row in result.recalculated:
            self.writes.append(RowWrite(outcome, row.entry, frozenset(CRFS[row.entry.crf].calculated)))
        for one in result.remarks:
            # Those of the same entry come with each write: the row that first asked just that has set it off.
            if isinstance(one, Discrepancy) and one.state == DiscrepancyState.OPEN:
                key = question_key(one)
                if key not in self.asked or self.asked[key][0] != one.identity:
                    self.asked[key] = (one.identity, outcome)

    def of_signature(self, signature: Signature) -> RowOutcome | None:
        """The first row that changed something of what a signature covers."""
        return self._first([write for write in self.writes if _covers(signature, write.entry)])

    def of_item(self, entry: int | None, item: str) -> RowOutcome | None:
        """The row that changed the item."""
        at_entry = self._at_entries.get(entry, [])
        return self._first([write for write in at_entry if item in write.items] or at_entry)

    def of_question(self, one: Discrepancy) -> RowOutcome | None:
        """The row that made a check ask: that of the value it asks about, else the first that changed what it reads, at
        the visit that it asks about rather than elsewhere."""
        if found := self.asked.get(question_key(one)):
            return None if found[1].kind == RowKind.REFUSED else found[1]
        if one.entry_id in self._at_entries:
            return self.of_item(one.entry_id, one.item)
        at_visits, anywhere = self._read_by(one.check_id)
        return self._first(at_visits.get(one.entry.visit_id, anywhere))

    @cached_property
    def _at_entries(self) -> dict[int | None, list[RowWrite]]:
        found: dict[int | None, list[RowWrite]] = {}
        for write in self.writes:
            found.setdefault(write.entry.pk, []).append(write)
        return found

    def _read_by(self, check_id: str) -> tuple[ByVisit, list[RowWrite]]:
        """What sets this check off for other rows, by visit and all of it."""
        if check_id not in self._read:
            check, at_visits = CHECKS.get(check_id), ByVisit()
            read = [w for w in self.writes if check and check.is_triggered(w.entry.crf, list(w.items))]
            for write in read:
                at_visits.setdefault(write.entry.visit_id, []).append(write)
            self._read[check_id] = at_visits, read
        return self._read[check_id]

    def _first(self, writes: list[RowWrite]) -> RowOutcome | None:
        """Of these rows, or of all if there are none; a refused row does nothing. What nobody can be found for is not
        said while a row is refused: then nothing is imported, and the file is looked at once more."""
        if not writes:
            return None if self._is_any_refused else self.writes[0].outcome
        return next((write.outcome for write in writes if write.outcome.kind != RowKind.REFUSED), None)

    @cached_property
    def _is_any_refused(self) -> bool:
        return any(write.outcome.kind == RowKind.REFUSED for write in self.writes)


def _covers(signature: Signature, entry: Entry) -> bool:
    if signature.scope == SignatureScope.CASEBOOK:
        return True
    if signature.scope == SignatureScope.VISIT:
        return signature.visit_id == entry.visit_id
    return signature.entry_id in (entry.pk, entry.parent_id)


def note_undone(patient: Patient, before: StandingFacts, touched: Touched) -> None:
    """Write into the outcomes what stood before and stands no longer, and what is asked now."""
    if not touched.writes:
        return
    after = standing_at(patient)
    for pk, signature in before.signatures.items():
        if pk not in after.signatures and (outcome := touched.of_signature(signature)):
            outcome.undoes.append((SideEffect.SIGNATURE, _signature_words(signature)))
    for pk, verification in before.verifications.items():
        if pk not in after.verifications and (
            outcome := touched.of_item(verification.entry_id, verification.item)
        ):
            outcome.undoes.append((SideEffect.VERIFICATION, _verification_words(verification)))
    for pk, query in before.closed.items():
        if pk not in after.closed and (outcome := _reopened_by(query, touched)):
            outcome.undoes.append(
                (SideEffect.QUERY, (gettext("reopens query %(number)s") % {"number": query.code}))
            )
    for pk, one in after.asked.items():
        known = before.asked.get(pk)
        if (known is None or known.text != one.text) and (outcome := touched.of_question(one)):
            outcome.undoes.append(
                (
                    SideEffect.QUESTION,
                    str(ASKS) % {"entry": place_of_form(one.entry), "text": one.text},
                )
            )


def _reopened_by(query: Query, touched: Touched) -> RowOutcome | None:
    if query.discrepancy is not None:
        return touched.of_question(query.discrepancy)
    return touched.of_item(query.entry_id, query.item)


def _signature_words(signature: Signature) -> str:
    of = {
        SignatureScope.CASEBOOK: gettext("the casebook"),
        SignatureScope.VISIT: visit_label(signature.visit),
        SignatureScope.FORM: place_of_form(signature.entry) if signature.entry else "",
    }[SignatureScope(signature.scope)]
    return gettext("breaks the signature of %(name)s on %(of)s") % {
        "name": signature.printed_name,
        "of": of,
    }


def _verification_words(verification: Verification) -> str:
    definition = CRFS.get(verification.entry.crf)
    item = definition.items.get(verification.item) if definition else None
    label = item.verbose_name if item else verification.item
    return gettext("undoes the verification of %(label)s by %(verified_by)s") % {
        "label": label,
        "verified_by": verification.verified_by,
    }
