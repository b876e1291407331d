"""Loads files through the person who asks: whoever reads the patient reads the copies, as everywhere else."""

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.obstacles import refusal
from ecrf.access.reach import reach, reach_site, reachable, require, require_anywhere
from ecrf.access.roles import READERS, Right
from ecrf.casebook.models import Patient
from ecrf.casebook.read_by_safety import is_read_by_safety
from ecrf.casebook.transfer.stays import patients_with_moves
from ecrf.files.models import FileVersion, StoredFile

ANY_ROLE = (
    *(Right.READ, Right.REVIEW, Right.REVIEW_SAFETY, Right.EXPORT, Right.SEE_ACCESS),
    Right.MANAGE_ACCOUNTS,
)
PUBLISHES = Right.LOCK
"""What a data manager has who publishes the documents of the study."""


def files_with_place() -> QuerySet[StoredFile]:
    """Each with its place and its versions, the newest first; two statements."""
    versions = FileVersion.objects.select_related("content", "added_by").order_by("-number")
    return StoredFile.objects.select_related(
        *("patient__site", "entry__visit", "entry__parent", "query", "of_site", "added_by", "struck_by")
    ).prefetch_related(Prefetch("versions", versions))


def reach_file(user: User, pk: int) -> StoredFile:
    """404 for another site's, 403 for what the role does not read."""
    file = get_object_or_404(files_with_place(), pk=pk)
    if file.patient:
        _require_to_read(user, file, file.patient)
    elif file.of_site:
        reach_site(user, file.of_site.code, *READERS)
    else:
        require_anywhere(user, *ANY_ROLE)
    return file


def _require_to_read(user: User, file: StoredFile, patient: Patient) -> None:
    if not reachable(user, Patient.objects.filter(pk=patient.pk)).exists():
        raise Http404
    if any(user.may(right, patient.site) for right in READERS):
        return
    crf = file.entry.crf if file.entry else ""
    if not (user.may(Right.REVIEW_SAFETY, patient.site) and is_read_by_safety(patient.pk, crf)):
        require(user, Right.REVIEW, patient.site)


def reach_version(user: User, pk: int) -> FileVersion:
    """A version whose pages the person sees: those of a struck out file only who may restore it."""
    version = get_object_or_404(FileVersion.objects.select_related("content"), pk=pk)
    file = version.file = reach_file(user, version.file_id)
    if file.struck_at and not may_change(user, file):
        words = gettext("The file was struck out, and its pages are not shown: %(reason)s")
        raise PermissionDenied(words % {"reason": file.struck_reason})
    return version


def may_change(user: User, file: StoredFile) -> bool:
    """Whether this person adds versions, strikes out and restores."""
    if file.site:
        return user.may(Right.ENTER, file.site)
    return publishes(user)


def publishes(user: User) -> bool:
    return PUBLISHES in user.rights and not user.obstacles_to_all(PUBLISHES)


def require_change(user: User, file: StoredFile) -> None:
    if file.site:
        require(user, Right.ENTER, file.site)
    else:
        require_publishing(user)


def require_publishing(user: User) -> None:
    if PUBLISHES not in user.rights:
        raise PermissionDenied(
            gettext("Your role does not let you publish documents of the study: a data manager does.")
        )
    if found := user.obstacles_to_all(PUBLISHES):
        raise PermissionDenied(refusal(PUBLISHES, found))


def reach_patient_of_files(user: User, number: str) -> Patient:
    """The patient whose copies this person reads, all of them."""
    return reach(user, patients_with_moves(), *READERS, number=number)


def reach_site_of_files(user: User, code: str) -> Site:
    return reach_site(user, code, *READERS)
