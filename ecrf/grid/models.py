"""Which columns of the grid a person has chosen."""

from django.conf import settings
from django.db import models


class GridColumns(models.Model):
    """One row for each person who has chosen. Not audited: it is what a person likes to see, holds no data, decides no
    right, and is never refused by a lock."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="grid_columns"
    )
    by_form = models.BooleanField(default=False, help_text="A column for each form, not for each visit")
    left_out = models.JSONField(
        default=list, help_text="The keys of visits, forms and logs that are not shown"
    )

    def __str__(self) -> str:
        return f"Columns of {self.user_id}"
