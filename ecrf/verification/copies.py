"""The source copies that verifications are made against: which may be, and what became of them since."""

from collections.abc import Iterable

from django.db.models import Max
from django.utils.translation import gettext, gettext_lazy

from ecrf.casebook.models import Entry
from ecrf.files.models import FileVersion
from ecrf.verification.models import Verification
from ecrf.verification.refusals import VerificationRefused

GONE = gettext_lazy("The source copy was struck out since this page was loaded: load it again.")


def copy_for(entry: Entry, item: str, pk: int | None) -> FileVersion | None:
    """The version that was looked at; one statement, and none where there was none. VerificationRefused for one that
    proves something else, was struck out, or is not the newest any more. Within the turn of who writes."""
    if pk is None:
        return None
    versions = FileVersion.objects.filter(pk=pk, file__patient=entry.patient_id, file__item__in=["", item])
    versions = versions.annotate(newest=Max("file__versions__number")).select_related("file")
    version = versions.filter(file__entry__in=[pk for pk in (entry.pk, entry.parent_id) if pk]).first()
    if version is None:
        raise VerificationRefused(
            gettext("The source copy beside it belongs to another item: load the page again.")
        )
    if version.file.struck_at:
        raise VerificationRefused(str(GONE))
    if version.newest != version.number:  # type: ignore[attr-defined]
        raise VerificationRefused(
            gettext(
                "There is version %(newest)s of the source copy now: load the page again, and"
                " compare with that."
            )
            % {"newest": version.newest}  # type: ignore[attr-defined]
        )
    return version


def say_against(verifications: Iterable[Verification]) -> None:
    """Put into words, at each, what it was made against and what became of that; one statement, where there is any."""
    made = {one.copy_id: one for one in verifications if one.copy_id}
    if not made:
        return
    versions = FileVersion.objects.filter(pk__in=made).annotate(newest=Max("file__versions__number"))
    found = {version.pk: version for version in versions.select_related("file")}
    for one in verifications:
        if one.copy_id:
            version = found[one.copy_id]
            newest, struck = version.newest, version.file.struck_reason  # type: ignore[attr-defined]
            one.against = gettext("against “%(title)s”, version %(number)s") % {
                "title": version.file.title,
                "number": version.number,
            }
            if version.file.struck_at:
                one.since_then = gettext("that copy was struck out since: %(reason)s") % {"reason": struck}
            elif newest != version.number:
                one.since_then = gettext("version %(number)s came since") % {"number": newest}
