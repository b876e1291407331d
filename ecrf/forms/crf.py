"""`Crf`, the base of every typed form: one column an item, one row an entry, and why an item has no value."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models

from ecrf.access.models import Site


class MissingReason(models.TextChoices):
    """Why an item carries no value. It satisfies "required" and is exported as a column of its own."""

    NOT_DONE = "not-done", "Not done"
    NOT_APPLICABLE = "not-applicable", "Not applicable"
    UNKNOWN = "unknown", "Unknown"
    REFUSED = "refused", "Refused"


class Crf(models.Model):
    """Base of every case report form: a typed table with one column an item, one row an entry."""

    entry = models.OneToOneField("casebook.Entry", models.PROTECT, primary_key=True, related_name="+")
    missing_reasons = models.JSONField(
        default=dict, blank=True, help_text="{item: {reason, comment}} of items without a value, and why"
    )

    site_path: ClassVar[str] = "entry__patient__site"
    sections: ClassVar[tuple[Any, ...]] = ()
    uses_ranges: ClassVar[bool] = False
    """Whether items are derived from the site's reference ranges."""
    styles: ClassVar[tuple[str, ...]] = ()
    scripts: ClassVar[tuple[str, ...]] = ()
    """Static files of its own, which the pages that show its fields load: `trial/js/body_figure.js`."""
    on_paper: ClassVar[tuple[str, ...]] = ()
    """Of a fixed set of rows: the items that make the columns of its printed table, in their order. The others must say
    nothing that these and the names of the rows do not."""
    keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What those scripts do with a key, for the page's list of keys: (key, in words)."""

    own_words: ClassVar[tuple[str, ...]] = ()
    """Further texts of its own, which its methods give through `said` (ecrf/forms/words.py): rows of a grid."""

    listed: ClassVar[tuple[str, ...]] = ()
    """What the monitor's list shows, as it is read: items, `link.item` of the form that a link names, and what the
    methods in `listed_words` say; () for the columns of its table."""
    listed_words: ClassVar[dict[str, str]] = {}
    """{method without arguments that says something in words: the head of its column}"""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.entry)

    @property
    def site(self) -> Site:
        return self.entry.patient.site

    def late_words(self, zone: ZoneInfo) -> str:
        """What of it came, or is, later than it may: in words that stand out on lists; "" if nothing is."""
        return ""

    def in_time_words(self, zone: ZoneInfo) -> str:
        """Whether it came in time, of what `late_words` does not call late: "yes" only where that is sure."""
        return ""

    def calculate(self, data: Any) -> None:
        """Set the items the system derives (those declared with a `rule`); `data` is the patient's casebook."""
