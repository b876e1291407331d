"""What somebody is told who saves for a patient of a file that is being written: who is at work, and for how long."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ecrf.audit.bound.person import whole_study
from ecrf.audit.models import SYSTEM_CHAIN, AuditEvent
from ecrf.audit.turns import HELD_BY
from ecrf.imports.models import Import, ImportState

SURE_FROM = 25
"""Rows that are done before it is said how long the others take."""


@HELD_BY.append
def who_imports(import_id: int) -> str:
    """In words; "" where it ended meanwhile. Whose file it is, and of which site, is told to everybody who waits."""
    with whole_study():
        batch = Import.objects.select_related("ordered_by", "brought_by").filter(pk=import_id).first()
        if batch is None:
            return ""
        events = AuditEvent.objects.filter(
            chain=SYSTEM_CHAIN, table=Import._meta.db_table, row=str(import_id)
        )
        began = events.order_by("-position").values_list("at", flat=True).first()
    left = _left(batch, began or timezone.now(), timezone.now())
    if batch.state == ImportState.ACTING:
        words = gettext("%(name)s is importing a file with data of this patient. %(left)s")
    else:
        words = gettext("A file of %(name)s with data of this patient is being looked at. %(left)s")
    return words % {"name": batch.ordered_by or batch.brought_by, "left": left}


def _left(batch: Import, began: datetime, now: datetime) -> str:
    """How long it takes still, by how long the rows took that are done."""
    if batch.steps_done < SURE_FROM:
        return gettext("It has just begun.")
    rest = (now - began) / batch.steps_done * max(batch.steps - batch.steps_done, 0)
    if rest < timedelta(seconds=50):
        return gettext("It takes less than a minute more.")
    minutes = round(rest / timedelta(minutes=1)) or 1
    return ngettext(
        "It takes about %(number)d minute more.", "It takes about %(number)d minutes more.", minutes
    ) % {"number": minutes}
