"""One table of 36 plain columns, hanging on a site for the permission check."""

from django.db import models

from ecrf.access.models import Site

GRADES = [(n, str(n)) for n in range(6)]


def number() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(null=True)


def measure() -> models.DecimalField:
    return models.DecimalField(max_digits=6, decimal_places=1, null=True)


def text() -> models.CharField:
    return models.CharField(max_length=60, null=True)


def grade() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(choices=GRADES, null=True)


class Plain(models.Model):
    """A form as Django's tutorial would write it."""

    site = models.ForeignKey(Site, models.PROTECT)
    text_1, text_2, text_3, text_4, text_5, text_6 = (text() for _ in range(6))
    number_1, number_2, number_3, number_4, number_5, number_6 = (number() for _ in range(6))
    number_7, number_8, number_9, number_10, number_11, number_12 = (number() for _ in range(6))
    measure_1, measure_2, measure_3, measure_4, measure_5, measure_6 = (measure() for _ in range(6))
    grade_1, grade_2, grade_3, grade_4, grade_5, grade_6, grade_7, grade_8, grade_9 = (
        grade() for _ in range(9)
    )
    day_1, day_2, day_3 = (models.DateField(null=True) for _ in range(3))

    def __str__(self) -> str:
        return f"{self.pk}"
