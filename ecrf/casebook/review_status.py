"""One row of review status for each complete form: what is to verify, verified and signed of it; its last change."""

from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When

from ecrf.access.models import Site

_IF_SAMPLED = Case(When(is_sampled=True, then=F("rest")), default=Value(0))
_IF_SAMPLED_VERIFIED = Case(When(is_sampled=True, then=F("rest_verified")), default=Value(0))


class ReviewStatus(models.Model):
    """Of one complete form, or one complete row of a form. Derived, so that the lists of monitors need no walk through
    items; holds no study data; can be rebuilt any time (`manage.py rebuild_review_status`).

    The floors above write it: `verification` the counts, the database's triggers the rest.
    """

    entry = models.OneToOneField(
        "casebook.Entry", models.PROTECT, primary_key=True, related_name="review_status"
    )
    patient = models.ForeignKey("casebook.Patient", models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    visit = models.ForeignKey("casebook.Visit", models.PROTECT, null=True, related_name="+")
    completed_at = models.DateTimeField(help_text="When it was completed for the first time")
    changed_at = models.DateTimeField(help_text="When a value of it, or its standing, last changed")
    sample = models.PositiveSmallIntegerField(
        help_text="0 to 9999: drawn for verification where below the share"
    )
    is_sampled = models.BooleanField(help_text="Drawn: the items that are not critical are verified too")
    critical = models.PositiveSmallIntegerField(
        default=0, help_text="Critical items with a value or a reason"
    )
    rest = models.PositiveSmallIntegerField(default=0, help_text="Its other items with a value or a reason")
    critical_verified = models.PositiveSmallIntegerField(default=0)
    rest_verified = models.PositiveSmallIntegerField(default=0)
    is_signed = models.BooleanField(default=False, help_text="A signature that stands covers it")
    planned = models.GeneratedField(
        expression=F("critical") + _IF_SAMPLED, output_field=models.IntegerField(), db_persist=True
    )
    verified = models.GeneratedField(
        expression=F("critical_verified") + _IF_SAMPLED_VERIFIED,
        output_field=models.IntegerField(),
        db_persist=True,
    )

    site_path: ClassVar[str] = "site"

    class Meta:
        indexes = [
            models.Index(fields=["site", "changed_at"], name="review_status_changed"),
            models.Index(fields=["site", "planned", "verified"], name="review_status_progress"),
            models.Index(fields=["patient", "visit"], name="review_status_patient"),
            models.Index(
                fields=["site", "patient"],
                name="review_status_to_verify",
                condition=models.Q(planned__gt=F("verified")),
            ),
            models.Index(
                fields=["site", "patient", "visit"],
                name="review_status_unsigned",
                condition=models.Q(is_signed=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.verified} of {self.planned}"


def unsigned(path: str = "") -> Q:
    """Of review statuses (to which `path` leads), those of complete forms that no standing signature covers."""
    return Q(**{f"{path}is_signed": False})
