"""What people do with files: add one, add a version, strike one out, restore it, confirm to have read it."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.audit.actor import USED_ELSEWHERE, Actor, acting, one_click
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.refusals import Locked
from ecrf.audit.texts import cleaned_or_fault
from ecrf.casebook.models import STANDING, Entry, Patient
from ecrf.files.contents import store
from ecrf.files.models import FileKind, FileReceipt, FileVersion, StoredFile
from ecrf.files.receipts import role_asked
from ecrf.files.receiving.refusals import FileRefused
from ecrf.queries.models import Query

LONGEST_TITLE = 200
MOST_AT_PATIENT = 1_000


@dataclass(frozen=True)
class FilePlace:
    """Where a file belongs: see `StoredFile`. Of none of these, it is the study's."""

    patient: Patient | None = None
    entry: Entry | None = None
    item: str = ""
    query: Query | None = None
    site: Site | None = None


@dataclass(frozen=True)
class NewVersion:
    """What came in, looked through and made anew. `file` is at its beginning; `name` has no folders any more."""

    file: BinaryIO
    media_type: str
    pages: int
    name: str
    original_sha256: str = ""
    boxes: int = 0
    valid_from: date | None = None
    valid_until: date | None = None


def add_file(
    *,
    place: FilePlace,
    kind: FileKind,
    title: str,
    version: NewVersion,
    by: User,
    actor: Actor,
    request_key: uuid.UUID,
    roles: Sequence[str] = (),
) -> FileVersion:
    """The file with its first version; the same click again finds it. FileRefused says why not."""
    words = _title(title)
    with _turn(place.patient, actor):
        one_click(request_key)
        if known := FileVersion.objects.filter(request_key=request_key).select_related("file").first():
            return _of_this_click(known, by, place)
        _refuse_struck(place)
        _refuse_one_too_many(place)
        file = StoredFile.objects.create(
            kind=kind,
            title=words,
            patient=place.patient,
            entry=place.entry,
            item=place.item,
            query=place.query,
            of_site=place.site,
            roles=sorted(roles),
            request_key=request_key,
            added_by=by,
        )
        return _add(file, 1, version, by, request_key)


def add_version(
    *, file: StoredFile, version: NewVersion, reason: str, by: User, actor: Actor, request_key: uuid.UUID
) -> FileVersion:
    """In the place of the one before, which stays. What was verified against that one says so by itself."""
    why = tidy(reason)
    if fault := fault_of(why, gettext("there is another version")):
        raise FileRefused(fault, "reason")
    with _turn(file.patient, actor, why):
        one_click(request_key)
        if known := FileVersion.objects.filter(request_key=request_key).select_related("file").first():
            if known.file_id != file.pk or known.added_by_id != by.pk:
                raise FileRefused(USED_ELSEWHERE)
            return known
        _again(file)
        if file.struck_at:
            raise FileRefused(
                gettext("The file was struck out meanwhile. Restore it first. Nothing was saved.")
            )
        _refuse_struck(FilePlace(file.patient, file.entry))
        last = FileVersion.objects.filter(file=file).aggregate(last=Max("number"))["last"]
        return _add(file, last + 1, version, by, request_key, why)


def strike_file(*, file: StoredFile, reason: str, by: User, actor: Actor) -> None:
    """It stays, named, with its reason; its pages are not shown to others any more. Twice changes nothing."""
    why = tidy(reason)
    if fault := fault_of(why, gettext("it is struck out")):
        raise FileRefused(fault, "reason")
    with _turn(file.patient, actor, why):
        _again(file)
        if not file.struck_at:
            file.struck_at, file.struck_by, file.struck_reason = timezone.now(), by, why
            file.save(update_fields=["struck_at", "struck_by", "struck_reason"])


def restore_file(*, file: StoredFile, reason: str, by: User, actor: Actor) -> None:
    why = tidy(reason)
    if fault := fault_of(why, gettext("it is restored")):
        raise FileRefused(fault, "reason")
    with _turn(file.patient, actor, why):
        _again(file)
        if StoredFile.objects.filter(moved_from=file).exists():
            raise FileRefused(
                gettext(
                    "The copy went along when its form was moved, and would stand twice. Move the form back to have"
                    " it here again."
                )
            )
        if file.struck_at:
            file.struck_at, file.struck_by, file.struck_reason = None, None, ""
            file.save(update_fields=["struck_at", "struck_by", "struck_reason"])


def confirm_read(*, version: FileVersion, by: User) -> FileReceipt:
    """The person's own word, once: a second click finds the first. Of the newest version only, where it is asked."""
    role = role_asked(by, version.file)
    if not role:
        raise FileRefused(gettext("No role of yours is asked to confirm this document."), status=403)
    with acting(Actor(str(by.pk), by.username, role)):
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two clicks take turns
        _again(version.file)
        newest = FileVersion.objects.filter(file=version.file).order_by("-number").first()
        if version.file.struck_at or newest != version:
            raise FileRefused(
                gettext("There is a newer version by now, or it was struck out. Look at it again."),
                status=409,
            )
        return FileReceipt.objects.get_or_create(version=version, confirmed_by=by)[0]


def _add(
    file: StoredFile, number: int, version: NewVersion, by: User, key: uuid.UUID, reason: str = ""
) -> FileVersion:
    content = store(version.file, version.media_type, version.pages)
    return FileVersion.objects.create(
        file=file,
        number=number,
        content=content,
        name=version.name,
        original_sha256=version.original_sha256,
        boxes=version.boxes,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        reason=reason,
        request_key=key,
        added_by=by,
    )


def _title(title: str) -> str:
    words, fault = cleaned_or_fault(title, lines=False)
    if fault:
        raise FileRefused(fault, "title")
    if not words or len(words) > LONGEST_TITLE:
        said = gettext("Say what it is, in 1 to %(most)s characters.")
        raise FileRefused(said % {"most": LONGEST_TITLE}, "title")
    return words


def _of_this_click(known: FileVersion, by: User, place: FilePlace) -> FileVersion:
    patient = place.patient.pk if place.patient else None
    if known.added_by_id != by.pk or known.file.patient_id != patient:
        raise FileRefused(USED_ELSEWHERE)
    return known


def _refuse_struck(place: FilePlace) -> None:
    """No bytes are added, new or anew, where a patient, a visit or a form is struck out."""
    if place.patient is None:
        return
    is_struck = Patient.objects.filter(pk=place.patient.pk).exclude(STANDING).exists()
    if entry := place.entry:  # whose form, in the case of another version, may no longer be part of the trial
        entry.refresh_from_db(fields=["struck_at", "parent", "visit"])
        is_struck |= entry.is_struck or bool(entry.visit and entry.visit.struck_at)
    if is_struck:
        raise FileRefused(gettext("This was struck out meanwhile. Nothing was saved."))


def _refuse_one_too_many(place: FilePlace) -> None:
    if place.patient is None:
        return
    if StoredFile.objects.filter(patient=place.patient).count() >= MOST_AT_PATIENT:
        words = gettext("There are %(most)s files at this patient already: no more are taken.")
        raise FileRefused(words % {"most": MOST_AT_PATIENT})


def _again(file: StoredFile) -> None:
    """As it stands in the turn of who writes."""
    if not file.patient_id:
        StoredFile.objects.select_for_update().get(pk=file.pk)
    file.refresh_from_db(fields=["struck_at", "struck_by", "struck_reason"])


@contextmanager
def _turn(patient: Patient | None, actor: Actor, reason: str = "") -> Iterator[None]:
    """Writers of one patient take turns; what a lock refuses is said in words."""
    try:
        with acting(actor, patient_id=patient.pk if patient else None, reason=reason):
            yield
    except Locked as refusal:
        raise FileRefused(str(refusal), status=409) from refusal
