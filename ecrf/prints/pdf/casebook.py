"""A patient's casebook as a PDF file: the cover, every visit and log with its forms, and the appendices."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext, ngettext, override, pgettext

from ecrf.access.language import MASTER
from ecrf.access.models import Site
from ecrf.audit.models import AuditEvent
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.models import Entry, Patient, Status
from ecrf.casebook.schedule.due import VisitDue
from ecrf.casebook.transfer.stays import moves_in_words
from ecrf.locks.lookup import locks_over
from ecrf.prints.pages import FormGroup, PrintedCasebook, printed_casebook
from ecrf.prints.pdf.appendices import queries_content, signatures_content, trail_content
from ecrf.prints.pdf.form_content import Content, Known, form_content, struck_whole_words
from ecrf.prints.pdf.lock_words import lock_words
from ecrf.prints.pdf.signature_words import signature_words
from ecrf.prints.pdf.typesetting import typeset
from ecrf.queries.lookup import asked_where
from ecrf.signatures.lookup import on_casebook, on_visit, signatures_of
from ecrf.trail.context import Around, around
from ecrf.trail.page import role_words
from ecrf.verification.lookup import latest_on


def casebooks_of_site(
    site: Site, made_at: datetime, *, language: str = MASTER, compact: bool = False, cut_words: str = ""
) -> Iterator[tuple[str, bytes]]:
    """(file name, file) of each patient of a site, one after another, so that memory does not grow with the site."""
    for patient in Patient.objects.filter(site=site).select_related("site").order_by("number"):
        name = f"casebook-{patient.number}.pdf"
        with override(language):  # not around the yield: what goes on between two files is in its own
            file = casebook_pdf(patient, made_at=made_at, compact=compact, cut_words=cut_words)
        yield name, file


def casebook_pdf(patient: Patient, *, made_at: datetime, compact: bool = False, cut_words: str = "") -> bytes:
    """The whole casebook; `compact` leaves out what is blank. `cut_words` say of which data cut it is, instead of the
    moment. The same data and the same `made_at` give the same bytes."""
    content = casebook_content(patient, made_at=made_at, compact=compact, cut_words=cut_words)
    return casebook_file(content, made_at)


def casebook_file(content: Content, made_at: datetime) -> bytes:
    """Set from what `casebook_content` gave, at that time or later."""
    return typeset("casebook.typ", content, title=content["heading"], made_at=made_at)


def casebook_content(patient: Patient, *, made_at: datetime, compact: bool, cut_words: str) -> Content:
    """Everything that stands in the file, read at one moment, in a number of statements that does not grow."""
    today = made_at.astimezone(patient.site.zone).date()
    with one_snapshot():
        casebook = printed_casebook(patient, today)
        events = list(AuditEvent.objects.filter(chain=patient.pk).order_by("position"))
        context = around(events)
        locks, moves = locks_over(patient), moves_in_words(patient)
        known = _known(patient, casebook, events, context, compact)
    groups = [content for group in casebook.form_groups if (content := _group(group, known))]
    struck_visits = [_struck_visit(group, known) for group in casebook.struck_visits]
    words = (
        gettext("Site %(code)s, %(name)s (practice)")
        if patient.site.is_practice
        else gettext("Site %(code)s, %(name)s")
    )
    site = words % {"code": patient.site.code, "name": patient.site.name}
    return {
        "heading": gettext("Casebook of patient %(number)s") % {"number": patient.number},
        "whose": gettext("Patient %(number)s · %(site)s") % {"number": patient.number, "site": site},
        "site": ". ".join([site, *moves]),
        "as_of": cut_words or gettext("As of %(at)s") % {"at": known.moment(made_at)},
        "zone": gettext("Times are those of the site’s clock (%(zone)s).") % {"zone": patient.site.time_zone},
        "language": gettext("This casebook is in English. What people wrote stands as they wrote it."),
        "struck": struck_whole_words(patient, known),
        "state": casebook.schedule_status.state_words.capitalize(),
        "locked": lock_words(locks, known.zone),
        "signed": _signed(known),
        "contents": _contents(casebook, known),
        "groups": groups,
        "struck_visits": struck_visits,
        "queries": queries_content(known, context.entries),
        "signatures": signatures_content(known),
        "trail": trail_content(events, context, known.zone),
        "compact": compact,
    }


def _known(
    patient: Patient, casebook: PrintedCasebook, events: list[AuditEvent], context: Around, compact: bool
) -> Known:
    groups = [*casebook.form_groups, *casebook.struck_visits]
    rows = [row for group in groups for form in group.form_views for row in form.with_rows]
    return Known(
        patient,
        compact,
        completed=_completed(events, context),
        verified=latest_on([row.entry_id for row in rows if row.entry_id]),
        queries=asked_where(patient=patient),
        signatures=signatures_of(patient.pk),
    )


def _completed(events: list[AuditEvent], context: Around) -> dict[int, tuple[datetime, str]]:
    """{entry id: when it was completed, and by whom in which role}, as the trail tells."""
    completed = {}
    for event in events:
        if event.table == Entry._meta.db_table and event.changes.get("status", [None])[-1] == Status.COMPLETE:
            person = context.people.get(event.actor_id or 0)
            name = person.full_name if person and person.full_name else event.actor
            role = f" ({role_words(event.role)})" if event.role else ""
            completed[int(event.row)] = event.at, f"{name}{role}"
    return completed


def _signed(known: Known, visit: int | None = None) -> list[str]:
    """The signatures of a visit, or of the whole casebook, that stand, then those that broke."""
    standing = on_visit(known.signatures, visit) if visit else on_casebook(known.signatures)
    words = [signature_words(signature, known.zone) for signature in [*standing.in_force, *standing.broken]]
    return words or [gettext("Not signed.") if visit else gettext("The casebook as a whole is not signed.")]


# --- visits and logs --------------------------------------------------------------------------------------------


def _group(group: FormGroup, known: Known) -> Content | None:
    """One visit or log with its forms; with `compact`, what nobody has begun is left out."""
    forms = [form for form in group.form_views if form.row or not known.compact]
    if not forms:
        return None
    return {
        "key": group.key,
        "title": group.title,
        "state": _state_words(group),
        "signed": _signed(known, group.visit_id) if group.visit_id else [],
        "forms": [form_content(form, known) for form in forms],
    }


def _struck_visit(group: FormGroup, known: Known) -> Content:
    """A visit in the appendix of struck out ones: who struck it out and why, and its forms as they were."""
    assert group.struck_visit is not None
    return {
        "key": group.key,
        "title": group.title,
        "state": struck_whole_words(group.struck_visit, known),
        "signed": _signed(known, group.visit_id),
        "forms": [form_content(form, known) for form in group.form_views],
    }


def _state_words(group: FormGroup) -> str:
    standing = len(group.standing)
    words = [
        _took_place(group.due) if group.due else "",
        _complete_words(group.complete, standing) if standing else "",
        gettext("%(number)d to answer") % {"number": group.open_questions} if group.open_questions else "",
        gettext("%(number)d struck out") % {"number": group.struck} if group.struck else "",
    ]
    return " · ".join(part for part in words if part)


def _complete_words(complete: int, standing: int) -> str:
    words = ngettext(
        "%(complete)d of %(number)d form complete", "%(complete)d of %(number)d forms complete", standing
    )
    return words % {"complete": complete, "number": standing}


def _took_place(due: VisitDue) -> str:
    if due.missed:
        words = gettext("Missed")
    elif due.visited_on and due.in_window:
        words = gettext("Took place on %(day)s, inside its window") % {"day": due.visited_on}
    elif due.visited_on and due.in_window is False:
        words = gettext("Took place on %(day)s, outside its window") % {"day": due.visited_on}
    elif due.visited_on:
        words = gettext("Took place on %(day)s") % {"day": due.visited_on}
    else:
        words = gettext("No date yet")
    return f"{words} ({_window(due)})" if due.opens_on and due.opens_on != due.closes_on else words


def _window(due: VisitDue) -> str:
    words = gettext("%(opens)s to %(closes)s")
    return words % {"opens": due.opens_on, "closes": due.closes_on} if due.opens_on else ""


def _contents(casebook: PrintedCasebook, known: Known) -> list[Content]:
    """A line for each visit of the schedule and for each log, whether or not anything stands in it; then for each visit
    that is struck out."""
    visits = [
        {
            "key": visit.form_group.key if visit.form_group else "",
            "title": visit.due.plan.label,
            "day": _day(visit.due.visited_on),
            "window": _window(visit.due),
            "state": _begun_large(visit.state_words),
            "complete": _complete(visit.form_group),
            "signed": _signed_mark(visit.form_group, known),
        }
        for visit in casebook.visits
    ]
    logs = [
        {
            "key": log.key if log.form_views else "",
            "title": log.title,
            "day": "",
            "window": "",
            "state": _begun_large(log.recorded_words)
            + (gettext(", %(number)d struck out") % {"number": log.struck} if log.struck else ""),
            "complete": _complete(log) if log.recorded else "",
            "signed": "",
        }
        for log in casebook.logs
    ]
    struck = [
        {
            "key": group.key,
            "title": group.title,
            "day": "",
            "window": "",
            "state": _forms_words(group.struck),
            "complete": "",
            "signed": "",
        }
        for group in casebook.struck_visits
    ]
    return visits + logs + struck


def _day(day: date | None) -> str:
    return str(day or "")


def _begun_large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _forms_words(number: int) -> str:
    return (
        ngettext("%(number)d form", "%(number)d forms", number) % {"number": number}
        if number
        else gettext("no form")
    )


def _complete(group: FormGroup | None) -> str:
    words = gettext("%(number)d of %(all)d")
    return words % {"number": group.complete, "all": len(group.standing)} if group else ""


def _signed_mark(group: FormGroup | None, known: Known) -> str:
    if group is None or group.visit_id is None:
        return ""
    return {"signed": gettext("✓ signed"), "broken": pgettext("a signature", "broken")}.get(
        on_visit(known.signatures, group.visit_id).state, ""
    )
