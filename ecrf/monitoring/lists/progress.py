"""How much of a patient or a visit is verified and signed, for the rows of one page of a list."""

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.utils.safestring import SafeString

from ecrf.casebook.review_status import ReviewStatus, unsigned
from ecrf.monitoring.lists.changelist import chip, quiet


@dataclass(frozen=True)
class Progress:
    """Of the complete forms: items planned and verified; how many forms and rows there are, and are not signed."""

    planned: int = 0
    verified: int = 0
    forms: int = 0
    unsigned: int = 0

    @property
    def verified_words(self) -> SafeString:
        if not self.planned:
            return quiet("–")
        words = f"{self.verified} of {self.planned}"
        return chip("complete", words) if self.verified >= self.planned else chip("ready", words)

    @property
    def signed_words(self) -> SafeString:
        if not self.forms:
            return quiet("–")
        if not self.unsigned:
            return chip("complete", "signed")
        return quiet("not signed" if self.unsigned == self.forms else "in part")


def progress_of(path: str, ids: list[int]) -> dict[int, Progress]:
    """{id: progress} over a page of rows; `path` leads from the review status to what the ids name. One statement."""
    review_statuses = ReviewStatus.objects.filter(**{f"{path}__in": ids}).order_by().values_list(path)
    sums = review_statuses.annotate(
        Sum("planned"), Sum("verified"), Count("pk"), unsigned=Count("pk", filter=unsigned())
    )
    return {pk: Progress(*numbers) for pk, *numbers in sums}
