"""A patient's data as XML: each event a transaction with who, where, when and why, or everything as it stands.

Elements are made without a namespace and written inside the root, whose default namespace then holds for them.
"""

from collections.abc import Iterable

from lxml.etree import Element, SubElement, _Element

from ecrf.access.roles import Role
from ecrf.exports.odm.admin import Admin
from ecrf.exports.odm.events import Event
from ecrf.exports.odm.flags import TYPES_LIST, FlagType, Note
from ecrf.exports.odm.names import (
    LOG,
    event_oid,
    form_oid,
    group_oid,
    item_oid,
    safe,
    signature_oid,
    user_oid,
)
from ecrf.exports.odm.replay import PatientReplay
from ecrf.exports.odm.state import INSERT, REMOVE, UPDATE, Cell, EntryState, Group, Signed, Step
from ecrf.signatures.models import SignatureScope

EDIT_POINTS = {Role.MONITOR.value: "Monitoring", Role.DATA_MANAGER.value: "DataManagement"}


class Subjects:
    """Makes the elements of patients."""

    def __init__(self, admin: Admin) -> None:
        self.admin = admin

    # --- transactions ----------------------------------------------------------------------------------------

    def transaction(self, event: Event, patient: PatientReplay, step: Step) -> _Element:
        subject = Element("SubjectData", SubjectKey=safe(patient.number), TransactionType=step.subject)
        self._audit_record(subject, event, _reason(event, step))
        signed, scope = step.signed, step.signed.scope if step.signed else ""
        if signed and scope == SignatureScope.CASEBOOK:
            self._signature(subject, signed)
        if step.subject == INSERT:
            self._site(subject, patient)
        _annotations(subject, step.subject_notes, INSERT)
        if not step.visit:
            return subject
        visit = _visit(subject, patient, step.visit_id, step.visit)
        if signed and scope == SignatureScope.VISIT:
            self._signature(visit, signed)
        _annotations(visit, step.visit_notes, INSERT)
        if not step.form or step.entry is None:
            return subject
        form = _form(visit, step.entry, step.form)
        if signed and scope == SignatureScope.FORM:
            self._signature(form, signed)
        _annotations(form, step.form_notes, INSERT)
        for group in step.groups:
            _group(form, group)
        return subject

    def _audit_record(self, parent: _Element, event: Event, reason: str) -> None:
        record = SubElement(parent, "AuditRecord")
        if point := EDIT_POINTS.get(event.role):
            record.set("EditPoint", point)
        SubElement(record, "UserRef", UserOID=user_oid(event.actor_id, event.actor))
        SubElement(record, "LocationRef", LocationOID=self.admin.location_of(event.site))
        SubElement(record, "DateTimeStamp").text = event.at
        if reason:
            SubElement(record, "ReasonForChange").text = safe(reason)
        SubElement(record, "SourceID").text = f"{event.chain}/{event.position}"

    def _signature(self, parent: _Element, signed: Signed) -> None:
        signature = SubElement(parent, "Signature", ID=f"SIG.{signed.row}")
        SubElement(signature, "UserRef", UserOID=user_oid(signed.actor_id, signed.actor))
        SubElement(signature, "LocationRef", LocationOID=self.admin.location_of(signed.site))
        SubElement(signature, "SignatureRef", SignatureOID=signature_oid(signed.words))
        SubElement(signature, "DateTimeStamp").text = signed.at

    def _site(self, subject: _Element, patient: PatientReplay) -> None:
        SubElement(subject, "SiteRef", LocationOID=self.admin.site_oid(patient.site_id))

    # --- as it stands ----------------------------------------------------------------------------------------

    def standing(self, patient: PatientReplay) -> _Element:
        """All of a patient but what was struck out. The audit record says who added the patient, and when."""
        subject = Element("SubjectData", SubjectKey=safe(patient.number))
        if patient.added:
            self._audit_record(subject, patient.added, patient.added.reason)
        if signed := patient.signatures.get((SignatureScope.CASEBOOK, None)):
            self._signature(subject, signed)
        self._site(subject, patient)
        _annotations(subject, patient.notes)
        forms: dict[int | None, list[EntryState]] = {pk: [] for pk in patient.visits}
        for entry in patient.entries.values():
            if entry.parent is None and entry.stands:
                forms.setdefault(entry.visit, []).append(entry)
        for pk, entries in forms.items():
            self._standing_visit(subject, patient, pk, entries)
        return subject

    def _standing_visit(
        self, subject: _Element, patient: PatientReplay, pk: int | None, entries: list[EntryState]
    ) -> None:
        visit = _visit(subject, patient, pk, "")
        if signed := patient.signatures.get((SignatureScope.VISIT, pk)):
            self._signature(visit, signed)
        _annotations(visit, patient.visit_notes.get(pk or 0, ()))
        for entry in entries:
            form = _form(visit, entry, "")
            if signed := patient.signatures.get((SignatureScope.FORM, entry.pk)):
                self._signature(form, signed)
            _annotations(form, [*_blanks(entry), *entry.notes])
            for one in (entry, *entry.rows):
                if one.stands and one.group_in_file:
                    own = [*_blanks(one), *one.notes] if one.parent else []
                    _group(form, Group(one, "", _cells(one), [*own, *one.group_notes]))


def _reason(event: Event, step: Step) -> str:
    """As it was given; what is changed or taken away without one says why none was asked."""
    if event.reason or not step.no_reason:
        return event.reason
    undone = (UPDATE, REMOVE)
    return step.no_reason if any(cell.act in undone for group in step.groups for cell in group.cells) else ""


def _visit(subject: _Element, patient: PatientReplay, pk: int | None, act: str) -> _Element:
    oid, repeat = event_oid(patient.visits[pk]) if pk else (LOG, None)
    visit = SubElement(subject, "StudyEventData", StudyEventOID=oid)
    if repeat:
        visit.set("StudyEventRepeatKey", repeat)
    if act:
        visit.set("TransactionType", act)
    return visit


def _form(visit: _Element, entry: EntryState, act: str) -> _Element:
    form = SubElement(visit, "FormData", FormOID=form_oid(entry.key))
    if entry.form and entry.form.repeats:
        form.set("FormRepeatKey", entry.number)
    if act:
        form.set("TransactionType", act)
    return form


def _group(form: _Element, done: Group) -> None:
    entry = done.entry
    group = SubElement(form, "ItemGroupData", ItemGroupOID=group_oid(entry.key))
    if entry.parent:
        group.set("ItemGroupRepeatKey", entry.number)
    if done.act:
        group.set("TransactionType", done.act)
    _annotations(group, done.notes, done.act and INSERT)
    for name, act, value, notes in done.cells:
        item = SubElement(group, "ItemData", ItemOID=item_oid(entry.key, name))
        if act:
            item.set("TransactionType", act)
        if act != REMOVE:
            if value is None:
                item.set("IsNull", "Yes")
            else:
                item.set("Value", value)
        if notes:
            _annotations(item, notes, act and INSERT)


def _annotations(parent: _Element, notes: Iterable[Note], act: str = "") -> None:
    for number, type, value, text, side in notes:
        annotation = SubElement(parent, "Annotation", SeqNum=str(number))
        if act:
            annotation.set("TransactionType", act)
        comment = SubElement(annotation, "Comment")
        comment.text = text
        if side:
            comment.set("SponsorOrSite", side)
        flag = SubElement(annotation, "Flag")
        SubElement(flag, "FlagValue", CodeListOID=type.list_oid).text = value
        SubElement(flag, "FlagType", CodeListOID=TYPES_LIST).text = type.code


def _cells(entry: EntryState) -> list[Cell]:
    """In the order of the form."""
    assert entry.form is not None
    order = entry.form.order
    names = sorted(entry.cells, key=order.__getitem__)
    return [Cell(name, "", entry.cells[name], entry.item_notes.get(name, [])) for name in names]


def _blanks(entry: EntryState) -> list[Note]:
    """What is blank in a complete form, though it is asked for."""
    if not entry.is_complete or entry.form is None:
        return []
    names = entry.form.blanks(entry.cells)
    labels = "; ".join(str(entry.form.items[name].verbose_name) for name in names)
    return [Note(0, FlagType.FORM, "BLANKS", safe(f"Blank: {labels}"))] if names else []
