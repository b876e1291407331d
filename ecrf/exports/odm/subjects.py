"""A patient's data as XML: each event a transaction with who, where, when and why, or everything as it stands.

Elements are made without a namespace and written inside the root, whose default namespace then holds for them.
"""

from collections.abc import Iterable
from functools import cache

from lxml.etree import Element, SubElement, _Element

from ecrf.access.roles import Role
from ecrf.exports.odm.admin import Admin
from ecrf.exports.odm.edition.content import Edition, EditionVisit
from ecrf.exports.odm.flags import TYPES_LIST, FlagType, Note
from ecrf.exports.odm.names import (
    LOG,
    form_oid,
    group_oid,
    item_oid,
    safe,
    signature_oid,
    user_oid,
)
from ecrf.exports.odm.replay.events import TrailEvent
from ecrf.exports.odm.replay.patient import PatientReplay
from ecrf.exports.odm.replay.state import (
    INSERT,
    REMOVE,
    UPDATE,
    EntryState,
    GroupChange,
    ItemChange,
    Signed,
    Transaction,
)
from ecrf.signatures.models import SignatureScope

LEFT_OUT = "A reason was given; texts that may identify a person are left out of this file"
EDIT_POINTS = {Role.MONITOR.value: "Monitoring", Role.DATA_MANAGER.value: "DataManagement"}


class Subjects:
    """Makes the elements of patients."""

    def __init__(self, admin: Admin, edition: Edition, *, without_texts: bool = False) -> None:
        self.admin, self.without_texts = admin, without_texts
        self.event_oid, self.visit_of = cache(edition.event_oid), cache(edition.visit_of)

    # --- transactions ----------------------------------------------------------------------------------------

    def transaction(self, event: TrailEvent, patient: PatientReplay, done: Transaction) -> _Element:
        subject = Element(
            "SubjectData", {"SubjectKey": safe(patient.number), "TransactionType": done.subject}
        )
        self._audit_record(subject, event, _reason(event, done))
        scope = done.signed.scope if done.signed else ""
        if scope == SignatureScope.CASEBOOK:
            self._signature(subject, done.signed)
        if done.subject in (INSERT, UPDATE):
            self._site(subject, patient)
        _annotations(subject, done.subject_notes, INSERT)
        if not done.visit:
            return subject
        visit = self._visit(subject, patient, done.visit_id, done.visit)
        if scope == SignatureScope.VISIT:
            self._signature(visit, done.signed)
        _annotations(visit, done.visit_notes, INSERT)
        if done.entry is None:
            return subject
        form = _form(visit, done.entry, done.form)
        if scope == SignatureScope.FORM:
            self._signature(form, done.signed)
        _annotations(form, done.form_notes, INSERT)
        for group in done.groups:
            _group(form, group)
        return subject

    def _audit_record(self, parent: _Element, event: TrailEvent, reason: str) -> None:
        point = EDIT_POINTS.get(event.role)
        record = SubElement(parent, "AuditRecord", {"EditPoint": point} if point else None)
        SubElement(record, "UserRef", {"UserOID": user_oid(event.actor_id, event.actor)})
        SubElement(record, "LocationRef", {"LocationOID": self.admin.location_of(event.site)})
        SubElement(record, "DateTimeStamp").text = event.at
        if reason:
            # A reason is a free text. That one was given is told in any case.
            words = LEFT_OUT if self.without_texts and reason == event.reason else safe(reason)
            SubElement(record, "ReasonForChange").text = words
        SubElement(record, "SourceID").text = f"{event.chain}/{event.position}"

    def _signature(self, parent: _Element, signed: Signed | None) -> None:
        if signed is None:
            return
        signature = SubElement(parent, "Signature", ID=f"SIG.{signed.row}")
        SubElement(signature, "UserRef", UserOID=user_oid(signed.actor_id, signed.actor))
        SubElement(signature, "LocationRef", LocationOID=self.admin.location_of(signed.site))
        SubElement(signature, "SignatureRef", SignatureOID=signature_oid(signed.words))
        SubElement(signature, "DateTimeStamp").text = signed.at

    def _site(self, subject: _Element, patient: PatientReplay) -> None:
        SubElement(subject, "SiteRef", LocationOID=self.admin.site_oid(patient.site_id))

    def _visit(self, subject: _Element, patient: PatientReplay, pk: int | None, act: str) -> _Element:
        oid, repeat = self.event_oid(patient.visits[pk]) if pk else (LOG, None)
        given = {"StudyEventOID": oid}
        if repeat:
            given["StudyEventRepeatKey"] = repeat
        if act:
            given["TransactionType"] = act
        return SubElement(subject, "StudyEventData", given)

    # --- as it stands ----------------------------------------------------------------------------------------

    def standing(self, patient: PatientReplay) -> _Element:
        """All of a patient but what was struck out. The audit record says who added the patient, and when."""
        subject = Element("SubjectData", SubjectKey=safe(patient.number))
        if patient.added:
            self._audit_record(subject, patient.added, patient.added.reason)
        self._signature(subject, patient.signatures.get((SignatureScope.CASEBOOK, None)))
        self._site(subject, patient)
        _annotations(subject, patient.notes)
        forms: dict[int | None, list[EntryState]] = {pk: [] for pk in patient.events_begun}
        for entry in patient.entries.values():
            if entry.parent is None and entry.stands:
                forms[entry.visit].append(entry)
        for pk, entries in forms.items():
            self._standing_visit(subject, patient, pk, entries)
        return subject

    def _standing_visit(
        self, subject: _Element, patient: PatientReplay, pk: int | None, entries: list[EntryState]
    ) -> None:
        visit, planned = (
            self._visit(subject, patient, pk, ""),
            self.visit_of(patient.visits[pk]) if pk else None,
        )
        self._signature(visit, patient.signatures.get((SignatureScope.VISIT, pk)))
        _annotations(visit, patient.visit_notes.get(pk or 0, ()))
        for entry in entries:
            form = _form(visit, entry, "")
            self._signature(form, patient.signatures.get((SignatureScope.FORM, entry.pk)))
            _annotations(form, [*_blanks(entry, planned), *entry.notes])
            for one in patient.with_rows(entry):
                if one.stands and one.group_in_file:
                    own = [*_blanks(one, planned), *one.notes] if one.parent else []
                    _group(form, GroupChange(one, "", _cells(one), [*own, *one.group_notes]))


def _reason(event: TrailEvent, done: Transaction) -> str:
    """As it was given; what is changed or taken away without one says why none was asked."""
    if event.reason or not done.no_reason:
        return event.reason
    undone = (UPDATE, REMOVE)
    return done.no_reason if any(cell.act in undone for group in done.groups for cell in group.cells) else ""


def _form(visit: _Element, entry: EntryState, act: str) -> _Element:
    given = {"FormOID": form_oid(entry.key)}
    if entry.form and entry.form.repeats:
        given["FormRepeatKey"] = entry.number
    if act:
        given["TransactionType"] = act
    return SubElement(visit, "FormData", given)


def _group(form: _Element, done: GroupChange) -> None:
    key = done.entry.key
    given = {"ItemGroupOID": group_oid(key)}
    if done.entry.parent:
        given["ItemGroupRepeatKey"] = done.entry.number
    if done.act:
        given["TransactionType"] = done.act
    group = SubElement(form, "ItemGroupData", given)
    noted = done.act and INSERT
    _annotations(group, done.notes, noted)
    for name, act, value, notes in done.cells:
        given = {"ItemOID": item_oid(key, name)}
        if act:
            given["TransactionType"] = act
        if value is not None:
            given["Value"] = value
        elif act != REMOVE:
            given["IsNull"] = "Yes"
        item = SubElement(group, "ItemData", given)
        if notes:
            _annotations(item, notes, noted)


def _annotations(parent: _Element, notes: Iterable[Note], act: str = "") -> None:
    for number, type, value, text, side in notes:
        given = {"SeqNum": str(number), "TransactionType": act} if act else {"SeqNum": str(number)}
        annotation = SubElement(parent, "Annotation", given)
        SubElement(annotation, "Comment", {"SponsorOrSite": side} if side else None).text = text
        flag = SubElement(annotation, "Flag")
        SubElement(flag, "FlagValue", {"CodeListOID": type.list_oid}).text = value
        SubElement(flag, "FlagType", {"CodeListOID": TYPES_LIST}).text = type.code


def _cells(entry: EntryState) -> list[ItemChange]:
    """In the order of the form."""
    assert entry.form is not None
    order = entry.form.order
    names = sorted(entry.cells, key=order.__getitem__)
    return [ItemChange(name, "", entry.cells[name], entry.item_notes.get(name, [])) for name in names]


def _blanks(entry: EntryState, visit: EditionVisit | None) -> list[Note]:
    """What is blank in a complete form, though it is asked for."""
    if not entry.is_complete or entry.form is None:
        return []
    names = entry.form.blanks(entry.cells, visit)
    labels = "; ".join(entry.form.items[name].label for name in names)
    return [Note(0, FlagType.FORM, "BLANKS", safe(f"Blank: {labels}"))] if names else []
