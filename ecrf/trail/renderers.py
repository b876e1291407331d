"""What the events of each table say: patients, visits, forms, questions, queries, verification, signatures, locks."""

from collections.abc import Iterator

from ecrf.audit.models import AuditEvent, Redaction
from ecrf.casebook.labels import counted, label_of
from ecrf.casebook.models import Entry, Patient, ReferenceRange, Status, Visit
from ecrf.casebook.transfer.models import Transfer
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.files.models import FileVersion, StoredFile
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.queries.models import Act, Message, Query, Turn
from ecrf.signatures.models import Signature
from ecrf.trail.context import Around, place_words
from ecrf.trail.kinds import GRID, LISTING, MONITORING_VISIT, SCREENS, EventKind
from ecrf.trail.models import TrailExport
from ecrf.trail.words import EventLine, is_new, item_label, new, old, renders
from ecrf.verification.models import SiteShare, Verification

ASKED = {
    DiscrepancyState.OPEN: "asked again",
    DiscrepancyState.CONFIRMED: "answered: confirmed against the source",
    DiscrepancyState.CLEARED: "no longer asked: the reason is gone",
}
TURNS = {
    Turn.SITE: "the site's turn",
    Turn.MONITOR: "the monitor's turn",
    Turn.DATA_MANAGER: "the data manager's turn",
    Turn.SAFETY: "safety's turn",
    Turn.ANYBODY: "waiting for nobody",
}


@renders(Patient)
def patient(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        yield EventLine(f"patient {new(event, 'number')} added")
    elif "site_id" in event.changes:
        yield EventLine("site changed: from here on the new site acts")
    elif "struck_at" in event.changes:
        yield _struck("patient", event, around)


@renders(Transfer)
def transfer(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    if row is not None and is_new(event):
        agreed = (
            f"; agreed by {row.from_investigator.username} ({row.from_agreed_on}) and"
            f" {row.to_investigator.username} ({row.to_agreed_on})"
        )
        yield EventLine(f"{row.words.lower()}{agreed}", said="" if row.reason == event.reason else row.reason)


@renders(Visit)
def visit(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        code = str(new(event, "code"))
        yield EventLine("visit opened", label_of(code))
    elif "struck_at" in event.changes:
        row = around.row(event)
        yield _struck("visit", event, around, label_of(row.code) if row else "")


def _struck(what: str, event: AuditEvent, around: Around, label: str = "") -> EventLine:
    """Of a form, a visit or a patient: struck out, or restored; with the consent, where there was one."""
    value = new if new(event, "struck_at") else old
    reason, on = value(event, "struck_reason"), value(event, "struck_consent_on")
    consenting = around.people.get(value(event, "struck_consent_of_id") or 0)
    consent = f"{consenting.username if consenting else 'an investigator'} consented on {on}" if on else ""
    if value is old:
        before = ", ".join(words for words in (f"struck out before: {reason}", consent) if words)
        return EventLine(f"{what} restored ({before})", label)
    said = "" if reason == event.reason else reason or ""
    return EventLine(f"{what} struck out{f'; {consent}' if consent else ''}", label, said=said)


@renders(Entry)
def entry(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        yield EventLine("form begun")
    elif new(event, "status") == Status.COMPLETE:
        yield EventLine("form completed")
    elif "struck_at" in event.changes:
        yield _struck("form", event, around)


@renders(Discrepancy)
def discrepancy(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    item = new(event, "item") or (row.item if row else "")
    check = new(event, "check_id") or (row.check_id if row else "a check")
    text = new(event, "text_as_asked") or ""  # not the row's: that may ask something else by now
    label = item_label(around, event.entry_id, item)
    what = "asked" if is_new(event) else ASKED.get(new(event, "state"), "asks anew")
    yield EventLine(f"question of {check} {what}", label, item, said=text, kind=EventKind.QUESTION)


@renders(StoredFile)
def stored_file(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    item = new(event, "item") or (row.item if row else "")
    label = item_label(around, event.entry_id, item) if item else ""
    title = new(event, "title") or (row.title if row else event.row)
    if is_new(event):
        yield EventLine(f"file “{title}” added", label, item, kind=EventKind.FILE)
    elif "struck_at" in event.changes:
        act = "struck out" if new(event, "struck_at") else "restored"
        said = new(event, "struck_reason") or ""
        yield EventLine(f"file “{title}” {act}", label, item, said=said, kind=EventKind.FILE)


@renders(FileVersion)
def file_version(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    what = f"version {new(event, 'number')} of file {new(event, 'file_id')} stored, SHA-256 {new(event, 'content_id')}"
    yield EventLine(what, said=new(event, "reason") or "", kind=EventKind.FILE)


@renders(Query)
def query(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    """Its messages say what was said; this says how it stands."""
    row = around.row(event)
    word = new(event, "kind") or (row.word if row else "query")
    number = new(event, "number") or (row.number if row else event.row)
    item = new(event, "item") or (row.item if row else "")
    label = _asked_label(around, event, row, item)
    turn = (
        TURNS.get(new(event, "turn"), "closed: nobody's turn") if "turn" in event.changes else "text updated"
    )
    if is_new(event):
        about = new(event, "value")
        turn = f"opened{f' on {about}' if about else ''}, {turn}"
    said = "" if is_new(event) else new(event, "text_as_asked") or ""
    if "entry_id" in event.changes and not is_new(event):
        turn = "the form was begun, at which it stands"
    yield EventLine(f"{word} {number}: {turn}", label, item, said=said, kind=EventKind.QUERY)


def _asked_label(around: Around, event: AuditEvent, asked: Query | None, item: str) -> str:
    """Of a site's question or note at a form that nobody had begun, the item by that form."""
    crf = new(event, "crf") or (asked.crf if asked else None)
    if event.entry_id or crf not in CRFS or item not in CRFS[crf].items:
        return item_label(around, event.entry_id, item)
    return f"{CRFS[crf].title} (not begun): {CRFS[crf].items[item].verbose_name}"


@renders(Message)
def message(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if not is_new(event):
        return  # redacted: what changed says so
    query = around.query(new(event, "query_id"))
    act = new(event, "act")
    what = Act(act).label if act in Act.values else str(act)
    number = f"{query.word} {query.number}" if query else f"query (id {new(event, 'query_id')})"
    if together := new(event, "together"):
        what += f", one of {together} at once"
    item = query.item if query else ""
    label = _asked_label(around, event, query, item)
    yield EventLine(f"{number} {what}", label, item, said=new(event, "text") or "", kind=EventKind.QUERY)


@renders(Verification)
def verification(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    item = new(event, "item") or (row.item if row else "")
    label = item_label(around, event.entry_id, item)
    value = new(event, "value") or (row.value if row else "")
    if is_new(event):
        together = new(event, "together")
        how = f", one of {together} at once by “Verify them”" if together else ""
        what = f"verified against the source{how}"
        yield EventLine(what, label, item, new=value, kind=EventKind.VERIFICATION)
    elif new(event, "undone_at"):
        yield EventLine(
            "verification taken back, it was", label, item, new=value, kind=EventKind.VERIFICATION
        )


@renders(SiteShare)
def share(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    since = new(event, "from_on")
    what = f"share of forms to verify set to {new(event, 'share')} % from {since}"
    yield EventLine(what, said=new(event, "reason") or "", kind=EventKind.VERIFICATION)


@renders(Signature)
def signature(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        row = around.row(event)
        covered = signed_words(row) if row else str(new(event, "scope"))
        what = f"{covered} signed by {new(event, 'printed_name')}, {new(event, 'role')}"
        yield EventLine(what, said=new(event, "meaning") or "", kind=EventKind.SIGNATURE)


def signed_words(row: Signature) -> str:
    """What a signature covers: `visit Week 4`, `form Vital signs · Week 4`, `whole casebook`."""
    if row.visit:
        return f"visit {label_of(row.visit.code)}"
    return f"form {place_words(row.entry)}" if row.entry else "whole casebook"


@renders(Lock)
def lock(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    what = locked_words(row) if row else f"lock {event.row}"
    kind = row.kind if row else new(event, "kind")
    verb = LockKind(kind).label if kind in LockKind.values else str(kind)
    if is_new(event):
        yield EventLine(f"{what} {verb}", said=new(event, "reason") or "", kind=EventKind.LOCK)
    elif new(event, "lifted_at"):
        said = new(event, "lift_reason") or ""
        yield EventLine(f"{what} no longer {verb}", said=said, kind=EventKind.LOCK)
    elif "site_id" in event.changes:
        yield EventLine(f"{what} stays {verb} at the new site", kind=EventKind.LOCK)


def locked_words(row: Lock) -> str:
    """What a freeze or a lock holds: `the study`, `site 01`, `visit Week 4`."""
    if row.scope == LockScope.STUDY:
        return "the study"
    if row.scope == LockScope.SITE and row.site:
        return f"site {row.site.code}"
    if row.visit:
        return f"visit {label_of(row.visit.code)}"
    return f"form {place_words(row.entry)}" if row.entry else f"patient {row.patient}"


@renders(ReferenceRange)
def reference_range(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    if row is None:
        return
    words = f"laboratory range {row.test} {row.limits} {row.unit}"
    if is_new(event):
        yield EventLine(f"{words} added, valid from {row.valid_from}")
    elif new(event, "withdrawn_at"):
        yield EventLine(f"{words} withdrawn", said=row.withdrawn_why)
    elif "valid_to" in event.changes:
        yield EventLine(f"{words} ended: last day {new(event, 'valid_to')}")


@renders(MONITORING_VISIT)
def monitoring_visit(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    """Only who reviews reads of it: a site's own people do not (see `trail_filters`)."""
    day, how = new(event, "planned_on"), str(new(event, "how") or "").replace("-", " ")
    acts = {
        "planned_on": f"planned for {day}, {how}" if is_new(event) else f"moved to {day}",
        "called_off_at": "called off",
        "started_at": "started",
        "ended_at": "ended",
        "finished_at": "finished, report and letter signed",
    }
    said = new(event, "purpose") or new(event, "called_off_why") or ""
    for column, words in acts.items():
        if new(event, column):
            yield EventLine(f"monitoring visit {words}", said=said, kind=EventKind.VERIFICATION)
    if old(event, "started_at") and not new(event, "started_at"):
        yield EventLine("start of the monitoring visit taken back", kind=EventKind.VERIFICATION)
    for column in ("report", "letter"):
        if new(event, column):
            label = f"{column.capitalize()} of the monitoring visit"
            before, after = old(event, column) or "", new(event, column)
            yield EventLine("changed", label, column, before, after, kind=EventKind.VERIFICATION)


@renders(TrailExport)
def export(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    narrowed, screen, count = new(event, "filters"), new(event, "screen"), new(event, "events")
    whose = "a patient" if new(event, "patient_id") else "the site"
    rows = counted(count, "row")
    of_screen = f"what stands out at the site, {SCREENS.get(screen, screen)}, downloaded: {rows}"
    what = of_screen if screen else f"trail of {whose} downloaded: {count} events"
    if screen == GRID:
        what = f"grid of the site’s patients, visits and forms downloaded: {rows}"
    if screen == LISTING:
        what = f"listing downloaded: {rows} of the site"
    yield EventLine(what, said=narrowed or "", kind=EventKind.EXPORT)


@renders(Redaction)
def redaction(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    where = f"event {new(event, 'position')}, {counted(new(event, 'places'), 'place')}"
    yield EventLine(f"personal data redacted in {where}")
