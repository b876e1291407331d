"""Asks for files, cancels them, notes downloads and receipts. What is asked for is made by the worker."""

import uuid
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.models import Patient
from ecrf.exports.models import (
    UNFINISHED,
    DataCut,
    Download,
    Export,
    ExportKind,
    ExportState,
    Receipt,
    SavedChoice,
)

PRINTED = (ExportKind.CASEBOOK, ExportKind.ANNOTATED_CRF, ExportKind.SITE_COPY)
"""What is made in the language of who asks for it, of a site's copy its casebooks; all else in English, or as it was
kept."""
WAITING_AT_MOST = 20
"""Files that one person may have waiting: nobody's script keeps the worker from everybody else's."""


DEVICES = frozenset(
    (
        "CON",
        "PRN",
        "AUX",
        "NUL",
        *(f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"),
    )
)
"""What Windows takes for a device, in capitals or not and whatever stands behind a point: it saves no such file."""


class Refused(Exception):
    """Why it is not done, in words for the page. `field`: beside which field it stands, "" for the page."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


def ask(
    *,
    kind: ExportKind,
    title: str,
    by: User,
    right: Right,
    request_key: uuid.UUID,
    site: Site | None = None,
    patient: Patient | None = None,
    wanted: dict[str, Any] | None = None,
) -> Export:
    """Queue one file. The same click twice asks once; Refused if it had asked for another one, or if too many wait."""
    from ecrf.exports.work.tasks import make

    wanted = dict(wanted or {})
    if kind in PRINTED:
        # It may be that of the browser, of which the worker knows nothing.
        wanted["language"] = get_language()
    if kind != ExportKind.HANDED_OVER:  # which is the site's record of its time
        waiting = Export.objects.filter(asked_by=by, state__in=UNFINISHED).exclude(request_key=request_key)
        if waiting.count() >= WAITING_AT_MOST:
            raise Refused(
                gettext(
                    "%(number)d files that you asked for are still to be made. Ask for this one when some of them are"
                    " done, or cancel what you do not need."
                )
                % {"number": WAITING_AT_MOST}
            )
    actor = by.acting_at(site, right)
    try:
        with acting(actor, source="export"):
            export = Export.objects.create(
                kind=kind,
                title=title,
                site=site,
                patient=patient,
                wanted=wanted,
                asked_at=timezone.now(),
                asked_by=by,
                role=actor.role,
                request_key=request_key,
            )
            make.enqueue(export.pk)  # the queue is in the same database: both are there, or neither
    except IntegrityError:
        asked = Export.objects.filter(request_key=request_key, asked_by=by, kind=kind, title=title, site=site)
        if found := asked.first():
            return found
        raise Refused(gettext("This page is out of date. Load it again, then ask.")) from None
    return export


def ask_for_cut(
    *,
    name: str,
    reason: str,
    identifiers_reason: str,
    choice: dict[str, Any],
    by: User,
    request_key: uuid.UUID,
) -> Export:
    """Queue a data cut. Refused names what is wrong and beside which field."""
    name, reason, identifiers_reason = tidy(name), tidy(reason), tidy(identifiers_reason)
    if not name or len(name) > 60 or not _is_file_name(name):
        raise Refused(
            gettext(
                "Name it with up to 60 letters, digits, spaces, points, hyphens or underscores, beginning with a letter"
                " or digit."
            ),
            "name",
        )
    if name.partition(".")[0].strip().upper() in DEVICES:
        device = gettext(
            "Windows takes %(name)s for a device and saves no file of that name. Choose another name."
        )
        raise Refused(device % {"name": name}, "name")
    if fault := fault_of(reason, pgettext("of which the reason is asked", "the cut is taken")):
        raise Refused(fault, "reason")
    if choice["selection"]["identifiers"]:
        kept = pgettext("of which the reason is asked", "identifiers are kept")
        if fault := fault_of(identifiers_reason, kept):
            raise Refused(fault, "identifiers_reason")
    asked = Export.objects.filter(kind=ExportKind.DATA_CUT, title__iexact=name).exclude(
        state__in=[ExportState.FAILED, ExportState.CANCELLED]
    )
    if DataCut.objects.filter(name__iexact=name).exists() or asked.exclude(request_key=request_key).exists():
        taken = gettext("There is a data cut called %(name)s already. Choose another name.") % {"name": name}
        raise Refused(taken, "name")
    wanted = {**choice, "name": name, "reason": reason, "identifiers_reason": identifiers_reason}
    return ask(
        kind=ExportKind.DATA_CUT,
        title=name,
        by=by,
        right=Right.EXPORT,
        request_key=request_key,
        wanted=wanted,
    )


def _is_file_name(name: str) -> bool:
    """Whether every file system and spreadsheet takes it for what it is: no path, no formula."""
    plain = name.replace(" ", "").replace("-", "").replace("_", "").replace(".", "")
    return plain.isalnum() and name[0].isalnum() and ".." not in name and name[-1] not in ". "


def cancel(*, export: Export, by: User, right: Right) -> bool:
    """Whether it could still be cancelled. One that waits ends at once, one that is being made at its next step."""
    with acting(by.acting_at(export.site, right), source="export"):
        current = Export.objects.select_for_update().get(pk=export.pk)
        if current.kind == ExportKind.HANDED_OVER:  # the site's record of its time: nobody does without it
            return False
        if current.state not in UNFINISHED or current.cancelled_at:
            return current.cancelled_at is not None
        current.cancelled_at, current.cancelled_by = timezone.now(), by
        if current.state == ExportState.QUEUED:
            current.state, current.finished_at = ExportState.CANCELLED, current.cancelled_at
        current.save(update_fields=["cancelled_at", "cancelled_by", "state", "finished_at"])
    return True


def note_download(*, export: Export, by: User, right: Right) -> None:
    """Before its first byte leaves."""
    with acting(by.acting_at(export.site, right), source="export"):
        Download.objects.create(export=export, downloaded_at=timezone.now(), downloaded_by=by)


def confirm_receipt(*, export: Export, note: str, by: User) -> Receipt:
    """The site has its copy. A second click confirms nothing anew."""
    note = tidy(note)
    if (
        fault := fault_of(note, pgettext("of which the reason is asked", "where it is kept"), shortest=1)
        if note
        else ""
    ):
        raise Refused(fault, "note")
    if export.kind != ExportKind.SITE_COPY or not export.has_file:
        raise Refused(gettext("There is no finished copy to confirm."))
    if not export.downloads.filter(downloaded_by__memberships__site=export.site).exists():
        raise Refused(gettext("Download the copy first; then confirm that you have it."))
    with acting(by.acting_at(export.site, Right.READ), source="export"):
        receipt, _made = Receipt.objects.get_or_create(
            export=export, defaults={"note": note, "confirmed_at": timezone.now(), "confirmed_by": by}
        )
    return receipt


def save_choice(*, name: str, choice: dict[str, Any], by: User) -> SavedChoice:
    """Under a name, in the place of what bore it."""
    name = tidy(name)
    if not name or len(name) > 60:
        raise Refused(gettext("Name the choice, in up to 60 characters."), "save_as")
    with acting(by.acting_at(None, Right.EXPORT), source="export"):
        saved, _made = SavedChoice.objects.update_or_create(
            name=name, defaults={"choice": choice, "saved_at": timezone.now(), "saved_by": by}
        )
    return saved
