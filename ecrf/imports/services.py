"""What people do with files: bring one, have it looked at again, import it, put it aside."""

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from ecrf.access.models import Site, User
from ecrf.audit.actor import Actor, acting
from ecrf.audit.models import SYSTEM_CHAIN, AuditEvent
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.turns import TurnTaken
from ecrf.casebook.striking import NotStruck, StrikingConsent
from ecrf.casebook.striking.act import check_consent
from ecrf.imports.models import UNDER_WAY, Import, ImportFormat, ImportState, RowKind
from ecrf.imports.rights import require_bringing, require_own
from ecrf.imports.sources.stored import hash_of, keep, pieces_of
from ecrf.imports.work.bringing_in import changes_as_manager, longest_reason
from ecrf.imports.work.interrupted import put_back, queue
from ecrf.imports.work.tasks import ImportedNothing, run

LARGEST = 25_000_000
"""Bytes of a file."""
AT_ONCE_BYTES, AT_ONCE_ROWS = 100_000, 200
"""What has more is looked at and imported by the worker."""
WAITING_AT_MOST = 10


class NotImported(Exception):
    """Why it is not done, in words for the page. `field`: beside which field it stands, "" for the page."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Brought:
    """A file as it was sent, with what the person says of it."""

    name: str
    pieces: Callable[[], Iterable[bytes]]
    purpose: str
    format: str
    form: str
    site: Site | None
    source_system: str
    reading: dict[str, Any]


def bring(*, brought: Brought, by: User, request_key: uuid.UUID) -> Import:
    """Keep a file and have it looked at. The same click twice brings it once."""
    sha256, size = hash_of(brought.pieces())
    if size > LARGEST:
        raise NotImported(
            gettext("The file is larger than %(most)d MB. Divide it.") % {"most": LARGEST // 1_000_000},
            "file",
        )
    if not size:
        raise NotImported(gettext("The file is empty."), "file")
    right = require_bringing(by, brought.purpose, brought.site)
    actor = by.acting_at(brought.site, right)
    if Import.objects.filter(brought_by=by, state__in=UNDER_WAY).count() >= WAITING_AT_MOST:
        raise NotImported(
            gettext("%(number)d files of yours still wait. Bring this one when some of them are done.")
            % {"number": WAITING_AT_MOST}
        )
    try:
        with acting(actor, source="import"):
            batch = Import.objects.create(
                purpose=brought.purpose,
                format=brought.format,
                form=brought.form,
                site=brought.site,
                source_system=brought.source_system,
                file=keep(brought.pieces(), sha256, size, by),
                file_name=brought.name,
                reading=brought.reading,
                role=actor.role,
                request_key=request_key,
                brought_at=timezone.now(),
                brought_by=by,
                state=ImportState.WAITING if _can_be_read(brought) else ImportState.UNMAPPED,
            )
    except IntegrityError:
        if found := Import.objects.filter(request_key=request_key, brought_by=by, file=sha256).first():
            return found
        raise NotImported(gettext("This page is out of date. Load it again, then bring the file.")) from None
    if batch.state == ImportState.WAITING:
        go_on(batch)
    return batch


def _can_be_read(brought: Brought) -> bool:
    return brought.format != ImportFormat.LABORATORY or "mapping" in brought.reading


def go_on(batch: Import) -> None:
    """Do what is next, at once where it is little."""
    if is_small(batch):
        try:
            with suppress(ImportedNothing):  # which stands in its row, in words
                run(batch.pk, is_shown=False)
        except TurnTaken:  # by another file: the worker waits for it, and goes on with this one
            put_back(batch.pk)
            queue(batch.pk)
    else:
        queue(batch.pk)
    batch.refresh_from_db()


def is_small(batch: Import) -> bool:
    count = batch.counts.get("all", 0)
    return batch.file.size <= AT_ONCE_BYTES and count <= AT_ONCE_ROWS and _lines(batch) <= AT_ONCE_ROWS


def _lines(batch: Import) -> int:
    if batch.counts or batch.format == ImportFormat.ODM:
        return 0
    return sum(piece.count(b"\n") for piece in pieces_of(batch.file))


OPEN = (ImportState.CHECKED, ImportState.REFUSED, ImportState.UNMAPPED, ImportState.FAILED)
"""Nobody works on it, and nothing was decided yet."""


def look_again(*, batch: Import, by: User, reading: dict[str, Any] | None = None) -> bool:
    """Look at the file anew: what is stored may have changed, or how the file is read. One that was imported stays;
    whether it was looked at."""
    right = require_own(by, batch)
    with acting(by.acting_at(batch.site, right), source="import"):
        current = Import.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if current.state not in OPEN:
            return False
        if reading is not None:
            current.reading = {**_plain(current.reading), **reading}
            current.rows.all().delete()
            current.counts = {}
        current.state, current.outcome = ImportState.WAITING, ""
        current.save(update_fields=["state", "outcome", "reading", "counts"])
    batch.refresh_from_db()
    go_on(batch)
    return True


def _plain(reading: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reading.items() if name not in ("readings", "encoding", "columns")}


def put_aside(*, batch: Import, by: User) -> bool:
    """It is not imported; what was seen of it stays. Whether it is put aside: what is imported is not."""
    right = require_own(by, batch)
    with acting(by.acting_at(batch.site, right), source="import"):
        current = Import.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if current.state in OPEN:
            current.state = ImportState.ASIDE
            current.save(update_fields=["state"])
    batch.refresh_from_db()
    return current.state == ImportState.ASIDE


def order(
    *,
    batch: Import,
    reason: str,
    consents: dict[str, StrikingConsent],
    by: User,
    act_key: uuid.UUID,
    shown: int | None = None,
) -> None:
    """Import it. The same click twice imports once; NotImported says why it is not, and beside which field.

    `shown`: as of which event the page that was looked at showed it (`state_of`); None: whatever it shows now.
    """
    right = require_own(by, batch)
    actor, why = by.acting_at(batch.site, right), tidy(reason)
    with acting(actor, source="import"):
        current = Import.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if current.act_key == act_key and current.state in (
            ImportState.DUE,
            ImportState.ACTING,
            ImportState.DONE,
        ):
            return
        if shown is not None and shown != state_of(current):
            raise NotImported(
                gettext("It was looked at again since this page was opened: see what it would do now.")
            )
        _refuse(current, why, by)
        current.consents = _checked(current, consents, by)
        current.state, current.reason, current.act_key = ImportState.DUE, why, act_key
        current.ordered_at, current.ordered_by, current.outcome = timezone.now(), by, ""
        current.save(
            update_fields=["state", "reason", "act_key", "ordered_at", "ordered_by", "outcome", "consents"]
        )
    batch.refresh_from_db()
    go_on(batch)


def state_of(batch: Import) -> int:
    """The position of the last event that tells of it: another one for whatever was done with it since."""
    events = AuditEvent.objects.filter(chain=SYSTEM_CHAIN, table=Import._meta.db_table, row=str(batch.pk))
    found: int = events.order_by("-position").values_list("position", flat=True)[0]
    return found


def _refuse(batch: Import, why: str, by: User) -> None:
    if batch.is_comparison:
        raise NotImported(gettext("This file was brought to be compared: nothing of it is imported."))
    if batch.state != ImportState.CHECKED:
        raise NotImported(
            gettext("It is not ready to be imported: %(state)s.") % {"state": batch.state_words}
        )
    rows = batch.counts.get("rows", {})
    if rows.get(RowKind.REFUSED):
        raise NotImported(
            gettext("Some rows are refused, and a file is imported whole or not at all. Correct it first.")
        )
    if not (rows.get(RowKind.NEW) or rows.get(RowKind.CHANGED)):
        raise NotImported(gettext("The file changes nothing: every value of it is stored already."))
    if batch.brought_by_id != by.pk:
        raise NotImported(
            gettext("%(name)s brought this file, and imports it or puts it aside.")
            % {"name": batch.brought_by}
        )
    longest = longest_reason(batch)
    if fault := fault_of(why, pgettext("of which the reason is asked", "it is imported"), longest=longest):
        raise NotImported(fault, "reason")


def _checked(batch: Import, consents: dict[str, StrikingConsent], by: User) -> dict[str, list[Any]]:
    """A data manager changes what a site has entered with the consent of one of its investigators."""
    found = {}
    for site in changes_as_manager(batch, by):
        consent = consents.get(site.code)
        try:
            check_consent(consent, site, is_asked=True, since=site_began(site))
        except NotStruck as refusal:
            words = gettext("Site %(code)s: %(why)s") % {"code": site.code, "why": refusal}
            raise NotImported(words, f"consent-{site.code}") from refusal
        assert consent is not None
        found[site.code] = [consent.of.pk, consent.of.name, consent.on.isoformat()]
    return found


def site_began(site: Site) -> Any:
    """Nobody consented to anything before the site was there."""
    return datetime.combine(site.active_from or date(2000, 1, 1), time.min, site.zone)


def actor_of(batch: Import, by: User) -> Actor:
    return by.acting_at(batch.site, require_own(by, batch))
