"""How much of a patient or a visit is verified and signed, for the rows of one page of a list."""

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from ecrf.casebook.models import Visit
from ecrf.casebook.review_status import ReviewStatus, unsigned
from ecrf.monitoring.lists.changelist import chip, quiet
from ecrf.signatures.lookup import broken_places


@dataclass(frozen=True)
class Progress:
    """Of the complete forms: items planned and verified; how many forms and rows there are, and are not signed.

    `is_broken`: a signature fell with a change, and was not given anew.
    """

    planned: int = 0
    verified: int = 0
    forms: int = 0
    unsigned: int = 0
    is_broken: bool = False

    @property
    def verified_words(self) -> SafeString:
        if not self.planned:
            return quiet("–")
        words = gettext("%(done)d of %(all)d") % {"done": self.verified, "all": self.planned}
        return chip("complete", words) if self.verified >= self.planned else chip("ready", words)

    @property
    def signed_words(self) -> SafeString:
        if not self.forms:
            return quiet("–")
        if not self.unsigned:
            return chip("complete", pgettext("signatures of a patient or visit", "signed"))
        if self.is_broken:
            return chip("broken", pgettext("signatures of a patient or visit", "broken"))
        if self.unsigned == self.forms:
            return quiet(pgettext("signatures of a patient or visit", "not signed"))
        return quiet(pgettext("signatures of a patient or visit", "in part"))


def progress_of(path: str, ids: list[int]) -> dict[int, Progress]:
    """{id: progress} over a page of rows; `path` leads from the review status to what the ids name: a patient or a
    visit. Two statements."""
    review_statuses = ReviewStatus.objects.filter(**{f"{path}__in": ids}).order_by().values_list(path)
    sums = review_statuses.annotate(
        Sum("planned"), Sum("verified"), Count("pk"), unsigned=Count("pk", filter=unsigned())
    )
    broken = _broken(path, ids)
    return {
        pk: Progress(planned, verified, forms, not_signed, pk in broken)
        for pk, planned, verified, forms, not_signed in sums
    }


def _broken(path: str, ids: list[int]) -> set[int]:
    """Those of the patients or visits that hold a broken signature."""
    if path == "patient":
        broken = broken_places(patient__in=ids)
        return {patient for patient in ids if broken.has_patient(patient)}
    broken = broken_places(patient__visits__in=ids)
    patients = Visit.objects.filter(pk__in=ids, patient__in=broken.patients).values_list("pk", flat=True)
    return {visit for _patient, visit in broken.places if visit} | set(patients if broken.patients else ())
