"""What the events of each table say: patients, visits, forms, questions, queries, verification, signatures, locks."""

from collections.abc import Iterator

from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.access.kept_words import as_read, reason_as_read
from ecrf.audit.models import AuditEvent, Redaction
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Entry, Patient, ReferenceRange, Status, Visit
from ecrf.casebook.transfer.models import Transfer
from ecrf.checks.models import AskedByCheck, Discrepancy, DiscrepancyState
from ecrf.files.models import FileVersion, StoredFile
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.queries.models import Act, Message, Query, Turn, code_of
from ecrf.queries.quotes import quoted_as_read
from ecrf.signatures.models import Signature
from ecrf.trail.context import Around, place_words
from ecrf.trail.kinds import GRID, LISTING, MONITORING_VISIT, SCREENS, EventKind
from ecrf.trail.models import TrailExport
from ecrf.trail.words import DONE_TO_VALUE, EventLine, is_new, item_label, new, old, renders
from ecrf.verification.models import SiteShare, Verification

ASKED = {
    DiscrepancyState.OPEN: gettext_lazy("question of %(check)s asked again"),
    DiscrepancyState.CONFIRMED: gettext_lazy("question of %(check)s answered: confirmed against the source"),
    DiscrepancyState.CLEARED: gettext_lazy("question of %(check)s no longer asked: the reason is gone"),
}
TURNS = {
    Turn.SITE: gettext_lazy("the site's turn"),
    Turn.MONITOR: gettext_lazy("the monitor's turn"),
    Turn.DATA_MANAGER: gettext_lazy("the data manager's turn"),
    Turn.SAFETY: gettext_lazy("safety's turn"),
    Turn.ANYBODY: gettext_lazy("waiting for nobody"),
}

NAMED = {
    "query": gettext_lazy("query %(number)s"),
    "question": gettext_lazy("question %(number)s"),
    "note": gettext_lazy("note %(number)s"),
}
STRUCK = {
    "patient": gettext_lazy("patient struck out"),
    "visit": gettext_lazy("visit struck out"),
    "form": gettext_lazy("form struck out"),
}
RESTORED = {
    "patient": gettext_lazy("patient restored (%(before)s)"),
    "visit": gettext_lazy("visit restored (%(before)s)"),
    "form": gettext_lazy("form restored (%(before)s)"),
}


@renders(Patient)
def patient(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        yield EventLine(gettext("patient %(number)s added") % {"number": new(event, "number")})
    elif "site_id" in event.changes:
        yield EventLine(gettext("site changed: from here on the new site acts"))
    elif "struck_at" in event.changes:
        yield _struck("patient", event, around)


@renders(Transfer)
def transfer(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    if row is not None and is_new(event):
        what = gettext("%(what)s; agreed by %(one)s (%(one_on)s) and %(other)s (%(other_on)s)") % {
            "what": row.words.lower(),
            "one": row.from_investigator.username,
            "one_on": row.from_agreed_on,
            "other": row.to_investigator.username,
            "other_on": row.to_agreed_on,
        }
        yield EventLine(what, said="" if row.reason == event.reason else row.reason)


@renders(Visit)
def visit(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        code = str(new(event, "code"))
        yield EventLine(gettext("visit opened"), label_of(code))
    elif "struck_at" in event.changes:
        row = around.row(event)
        yield _struck("visit", event, around, label_of(row.code) if row else "")


def _struck(what: str, event: AuditEvent, around: Around, label: str = "") -> EventLine:
    """Of a form, a visit or a patient: struck out, or restored; with the consent, where there was one."""
    value = new if new(event, "struck_at") else old
    reason, on = value(event, "struck_reason"), value(event, "struck_consent_on")
    consenting = around.people.get(value(event, "struck_consent_of_id") or 0)
    who = consenting.username if consenting else gettext("an investigator")
    consent = gettext("%(who)s consented on %(day)s") % {"who": who, "day": on} if on else ""
    if value is old:
        was = gettext("struck out before: %(reason)s") % {"reason": reason_as_read(reason or "")}
        before = gettext(", ").join(words for words in (was, consent) if words)
        return EventLine(RESTORED[what] % {"before": before}, label)
    said = "" if reason == event.reason else reason_as_read(reason or "")
    act = str(STRUCK[what])
    if consent:
        act = gettext("%(act)s; %(consent)s") % {"act": act, "consent": consent}
    return EventLine(act, label, said=said)


@renders(Entry)
def entry(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        yield EventLine(gettext("form begun"))
    elif new(event, "status") == Status.COMPLETE:
        yield EventLine(gettext("form completed"))
    elif "struck_at" in event.changes:
        yield _struck("form", event, around)


@renders(Discrepancy)
def discrepancy(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    item = new(event, "item") or (row.item if row else "")
    check = new(event, "check_id") or (row.check_id if row else gettext("a check"))
    text = new(event, "text_as_asked") or ""  # not the row's: that may ask something else by now
    label = item_label(around, event.entry_id, item)
    if is_new(event):
        what = gettext("question of %(check)s asked")
    else:
        what = str(ASKED.get(new(event, "state")) or gettext("question of %(check)s asks anew"))
    yield EventLine(what % {"check": check}, label, item, said=_asked(row, text), kind=EventKind.QUESTION)


@renders(StoredFile)
def stored_file(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    item = new(event, "item") or (row.item if row else "")
    label = item_label(around, event.entry_id, item) if item else ""
    title = new(event, "title") or (row.title if row else event.row)
    if is_new(event):
        yield EventLine(
            gettext("file “%(title)s” added") % {"title": title}, label, item, kind=EventKind.FILE
        )
    elif "struck_at" in event.changes:
        is_struck = new(event, "struck_at")
        act = gettext("file “%(title)s” struck out") if is_struck else gettext("file “%(title)s” restored")
        reason = new(event, "struck_reason") or ""
        said = "" if reason == event.reason else reason_as_read(reason)
        yield EventLine(act % {"title": title}, label, item, said=said, kind=EventKind.FILE)


@renders(FileVersion)
def file_version(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    what = gettext("version %(number)s of file %(file)s stored, SHA-256 %(hash)s") % {
        "number": new(event, "number"),
        "file": new(event, "file_id"),
        "hash": new(event, "content_id"),
    }
    yield EventLine(what, said=new(event, "reason") or "", kind=EventKind.FILE)


@renders(Query)
def query(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    """Its messages say what was said; this says how it stands."""
    row = around.row(event)
    kind = new(event, "kind") or (row.kind if row else "") or "query"
    item = new(event, "item") or (row.item if row else "")
    label = _asked_label(around, event, row, item)
    is_closed = "turn" in event.changes and new(event, "turn") not in TURNS
    turn = gettext("text updated")
    if "turn" in event.changes:
        turn = str(TURNS.get(new(event, "turn")) or gettext("closed: nobody's turn"))
    if is_new(event):
        about = quoted_as_read(item, new(event, "value") or "")
        opened = gettext("opened on %(value)s, %(turn)s") if about else gettext("opened, %(turn)s")
        turn, is_closed = opened % {"value": about, "turn": turn}, False
    said = "" if is_new(event) else new(event, "text_as_asked") or ""
    if row and row.check_id:
        said = _asked(row, said)  # a person's words stay
    if "entry_id" in event.changes and not is_new(event):
        turn, is_closed = gettext("the form was begun, at which it stands"), False
    yield EventLine(
        gettext("%(query)s: %(stands)s") % {"query": _named(kind, event.row), "stands": turn},
        label,
        item,
        said=said,
        kind=EventKind.QUERY,
        does="closed" if is_closed else "",
        stands=turn,
    )


def _asked(row: AskedByCheck | None, text: str) -> str:
    """The words of one that was not loaded are all there is."""
    return row.as_read(text) if row else as_read(text)


def _named(kind: str, pk: object) -> str:
    """`query Q1042`."""
    return str(NAMED[kind]) % {"number": code_of(pk)}


def _asked_label(around: Around, event: AuditEvent, asked: Query | None, item: str) -> str:
    """Of a site's question or note at a form that nobody had begun, the item by that form."""
    crf = new(event, "crf") or (asked.crf if asked else None)
    if event.entry_id or crf not in CRFS or item not in CRFS[crf].items:
        return item_label(around, event.entry_id, item)
    return gettext("%(form)s (not begun): %(item)s") % {
        "form": CRFS[crf].title,
        "item": CRFS[crf].items[item].verbose_name,
    }


@renders(Message)
def message(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if not is_new(event):
        return  # redacted: what changed says so
    query = around.query(new(event, "query_id"))
    act = new(event, "act")
    what = str(Act(act).label) if act in Act.values else str(act)
    named = _named(query.kind or "query" if query else "query", new(event, "query_id"))
    if together := new(event, "together"):
        what = gettext("%(act)s, one of %(number)s at once") % {"act": what, "number": together}
    item = query.item if query else ""
    label = _asked_label(around, event, query, item)
    words = gettext("%(query)s %(act)s") % {"query": named, "act": what}
    text = new(event, "text") or ""
    # What a check asks; a person's words stay.
    said = _asked(query, text) if new(event, "said_by_id") is None else text
    yield EventLine(words, label, item, said=said, kind=EventKind.QUERY)


@renders(Verification)
def verification(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    item = new(event, "item") or (row.item if row else "")
    label = item_label(around, event.entry_id, item)
    value = quoted_as_read(item, new(event, "value") or (row.value if row else ""))
    if is_new(event):
        together = new(event, "together")
        what = gettext("verified against the source")
        if together:
            what = gettext("verified against the source, one of %(number)s at once by “Verify them”") % {
                "number": together
            }
        yield EventLine(what, label, item, new=value, kind=EventKind.VERIFICATION)
    elif new(event, "undone_at"):
        yield EventLine(
            gettext("verification taken back, it was"), label, item, new=value, kind=EventKind.VERIFICATION
        )


@renders(SiteShare)
def share(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    since = new(event, "from_on")
    words = gettext("share of forms to verify set to %(share)s %% from %(day)s")
    what = words % {"share": new(event, "share"), "day": since}
    yield EventLine(what, said=new(event, "reason") or "", kind=EventKind.VERIFICATION)


@renders(Signature)
def signature(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    if is_new(event):
        row = around.row(event)
        covered = signed_words(row) if row else str(new(event, "scope"))
        what = gettext("%(what)s signed by %(who)s, %(role)s") % {
            "what": covered,
            "who": new(event, "printed_name"),
            "role": new(event, "role"),
        }
        yield EventLine(what, said=new(event, "meaning") or "", kind=EventKind.SIGNATURE)


def signed_words(row: Signature) -> str:
    """What a signature covers: `visit Week 4`, `form Vital signs · Week 4`, `whole casebook`."""
    if row.visit:
        return gettext("visit %(visit)s") % {"visit": label_of(row.visit.code)}
    if row.entry:
        return gettext("form %(form)s") % {"form": place_words(row.entry)}
    return gettext("whole casebook")


@renders(Lock)
def lock(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    what = locked_words(row) if row else gettext("lock %(id)s") % {"id": event.row}
    kind = row.kind if row else new(event, "kind")
    verb = str(LockKind(kind).label) if kind in LockKind.values else str(kind)
    given = {"what": what, "state": verb}
    if is_new(event):
        yield EventLine(
            gettext("%(what)s %(state)s") % given, said=new(event, "reason") or "", kind=EventKind.LOCK
        )
    elif new(event, "lifted_at"):
        said = new(event, "lift_reason") or ""
        yield EventLine(gettext("%(what)s no longer %(state)s") % given, said=said, kind=EventKind.LOCK)
    elif "site_id" in event.changes:
        yield EventLine(gettext("%(what)s stays %(state)s at the new site") % given, kind=EventKind.LOCK)


def locked_words(row: Lock) -> str:
    """What a freeze or a lock holds: `the study`, `site 01`, `visit Week 4`."""
    if row.scope == LockScope.STUDY:
        return gettext("the study")
    if row.scope == LockScope.SITE and row.site:
        return gettext("site %(code)s") % {"code": row.site.code}
    if row.visit:
        return gettext("visit %(visit)s") % {"visit": label_of(row.visit.code)}
    if row.entry:
        return gettext("form %(form)s") % {"form": place_words(row.entry)}
    return gettext("patient %(number)s") % {"number": row.patient}


@renders(ReferenceRange)
def reference_range(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    row = around.row(event)
    if row is None:
        return
    given = {"test": row.test, "limits": row.limits, "unit": row.unit}
    if is_new(event):
        added = gettext("laboratory range %(test)s %(limits)s %(unit)s added, valid from %(day)s")
        yield EventLine(added % {**given, "day": row.valid_from})
    elif new(event, "withdrawn_at"):
        withdrawn = gettext("laboratory range %(test)s %(limits)s %(unit)s withdrawn")
        yield EventLine(withdrawn % given, said=row.withdrawn_why)
    elif "valid_to" in event.changes:
        ended = gettext("laboratory range %(test)s %(limits)s %(unit)s ended: last day %(day)s")
        yield EventLine(ended % {**given, "day": new(event, "valid_to")})


@renders(MONITORING_VISIT)
def monitoring_visit(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    """Only who reviews reads of it: a site's own people do not (see `trail_filters`)."""
    acts = {
        "planned_on": _planned(event),
        "called_off_at": gettext("monitoring visit called off"),
        "started_at": gettext("monitoring visit started"),
        "ended_at": gettext("monitoring visit ended"),
        "finished_at": gettext("monitoring visit finished, report and letter signed"),
    }
    said = new(event, "purpose") or new(event, "called_off_why") or ""
    for column, words in acts.items():
        if new(event, column):
            yield EventLine(words, said=said, kind=EventKind.VERIFICATION)
    if old(event, "started_at") and not new(event, "started_at"):
        yield EventLine(gettext("start of the monitoring visit taken back"), kind=EventKind.VERIFICATION)
    for column in ("report", "letter"):
        if new(event, column):
            is_report = column == "report"
            label = (
                gettext("Report of the monitoring visit")
                if is_report
                else gettext("Letter of the monitoring visit")
            )
            before, after = old(event, column) or "", new(event, column)
            yield EventLine(
                str(DONE_TO_VALUE["changed"]), label, column, before, after, kind=EventKind.VERIFICATION
            )


def _planned(event: AuditEvent) -> str:
    given = {"day": new(event, "planned_on")}
    if not is_new(event):
        return gettext("monitoring visit moved to %(day)s") % given
    if new(event, "how") == "remote":
        return gettext("monitoring visit planned for %(day)s, remote") % given
    return gettext("monitoring visit planned for %(day)s, on site") % given


@renders(TrailExport)
def export(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    narrowed, screen, count = new(event, "filters"), new(event, "screen"), new(event, "events")
    rows = {"rows": ngettext("%(number)d row", "%(number)d rows", count) % {"number": count}}
    if screen == GRID:
        what = gettext("grid of the site’s patients, visits and forms downloaded: %(rows)s") % rows
    elif screen == LISTING:
        what = gettext("listing downloaded: %(rows)s of the site") % rows
    elif screen:
        named = {**rows, "screen": SCREENS.get(screen, screen)}
        what = gettext("what stands out at the site, %(screen)s, downloaded: %(rows)s") % named
    elif new(event, "patient_id"):
        what = gettext("trail of a patient downloaded: %(number)s events") % {"number": count}
    else:
        what = gettext("trail of the site downloaded: %(number)s events") % {"number": count}
    yield EventLine(what, said=narrowed or "", kind=EventKind.EXPORT)


@renders(Redaction)
def redaction(event: AuditEvent, around: Around) -> Iterator[EventLine]:
    number = new(event, "places")
    words = ngettext(
        "personal data redacted in event %(position)s, %(number)d place",
        "personal data redacted in event %(position)s, %(number)d places",
        number,
    )
    yield EventLine(words % {"position": new(event, "position"), "number": number})
