"""A site's reference ranges: between which values, in which unit and at which time, a laboratory test is normal."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.laboratory.ranges import in_words

NO_OVERLAP = """
    IF NEW.withdrawn_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    -- Two people who add at once take turns here, so that the second one sees the first one's range.
    PERFORM pg_advisory_xact_lock(hashtext('ecrf.ranges'), NEW.site_id::integer);
    IF EXISTS (
        SELECT 1 FROM casebook_referencerange AS r
        WHERE r.id <> NEW.id AND r.withdrawn_at IS NULL
            AND (r.site_id, r.test, r.unit, r.sex) = (NEW.site_id, NEW.test, NEW.unit, NEW.sex)
            AND daterange(r.valid_from, r.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')
    ) THEN
        RAISE EXCEPTION 'The reference range overlaps another one.' USING ERRCODE = '23P01';
    END IF;
    RETURN NULL;
"""

ONLY_ENDED = """
    IF OLD.withdrawn_at IS NOT NULL OR
        (NEW.site_id, NEW.test, NEW.unit, NEW.low, NEW.high, NEW.sex, NEW.valid_from, NEW.added_at, NEW.added_by_id)
        IS DISTINCT FROM
        (OLD.site_id, OLD.test, OLD.unit, OLD.low, OLD.high, OLD.sex, OLD.valid_from, OLD.added_at, OLD.added_by_id)
    THEN
        RAISE EXCEPTION 'A reference range is ended or withdrawn, never changed.' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
"""


class RangeSex(models.TextChoices):
    ANY = "", pgettext_lazy("sex, of a reference range", "any")
    FEMALE = "F", pgettext_lazy("sex, of a reference range", "female")
    MALE = "M", pgettext_lazy("sex, of a reference range", "male")


def _both_or_none(name: str) -> models.Q:
    none = {f"{name}_at__isnull": True, f"{name}_by__isnull": True}
    return models.Q(**none) | models.Q(**dict.fromkeys(none, False))


@audited()
class ReferenceRange(models.Model):
    """One reference range of one site's laboratory. It is ended or withdrawn, never changed and never deleted."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="reference_ranges")
    test = models.CharField(max_length=20, help_text="The test's code, as the trial names it")
    unit = models.CharField(max_length=40)
    low = models.DecimalField(max_digits=10, decimal_places=3, null=True, help_text="Empty: no lower limit")
    high = models.DecimalField(max_digits=10, decimal_places=3, null=True, help_text="Empty: no upper limit")
    sex = models.CharField(max_length=1, choices=RangeSex, blank=True, default=RangeSex.ANY)
    valid_from = models.DateField(help_text="First day")
    valid_to = models.DateField(null=True, help_text="Last day; empty: until further notice")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_why = models.CharField(max_length=500, blank=True)

    site_path: ClassVar[str] = "site"

    class Meta:
        ordering = ["site", "test", "unit", "sex", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(low__isnull=True)
                | models.Q(high__isnull=True)
                | models.Q(low__lte=models.F("high")),
                name="range_low_not_above_high",
            ),
            models.CheckConstraint(
                condition=models.Q(low__isnull=False) | models.Q(high__isnull=False), name="range_has_a_limit"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_from__lte=models.F("valid_to")),
                name="range_from_not_after_to",
            ),
            models.CheckConstraint(condition=models.Q(sex__in=RangeSex.values), name="range_sex"),
            models.CheckConstraint(condition=~models.Q(unit=""), name="range_unit"),
            models.CheckConstraint(condition=_both_or_none("withdrawn"), name="range_withdrawn_at_and_by"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(withdrawn_why=""),
                name="range_withdrawn_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="no_overlap",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=NO_OVERLAP,
            ),
            pgtrigger.Trigger(
                name="only_ended", when=pgtrigger.Before, operation=pgtrigger.Update, func=ONLY_ENDED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.test} {self.limits} {self.unit}"

    @property
    def limits(self) -> str:
        """In words: 12–16, at most 40, at least 90."""
        return in_words(self.low, self.high)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
