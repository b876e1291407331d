"""Old files that can be made again are removed, so that the disk does not fill; the row, its hash and its history stay.

Kept for good: packages of data cuts, which show what was analysed (made again, they are the same bytes only with the
same version of the software and while nothing was redacted), and sites' copies whose receipt is not confirmed.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ecrf.audit.actor import SYSTEM, acting
from ecrf.exports.folder import file_of
from ecrf.exports.models import Export, ExportKind, ExportState

log = logging.getLogger("ecrf.exports")

REMOVED_WHEN_OLD = (ExportKind.REBUILD, ExportKind.CASEBOOK, ExportKind.ANNOTATED_CRF)


def remove_old_files() -> int:
    """How many files are gone now. What the queue keeps of its finished tasks goes after the same time."""
    before = timezone.now() - timedelta(days=settings.EXPORTS_KEPT_DAYS)
    count = sum(map(_remove, _old(before).values_list("pk", flat=True)))
    DBTaskResult.objects.filter(finished_at__lt=before).delete()
    return count


def _old(before: datetime) -> QuerySet[Export]:
    """A site's copy counts from the day on which its receipt was confirmed."""
    again = Q(kind__in=REMOVED_WHEN_OLD) | Q(kind=ExportKind.SITE_COPY, receipt__confirmed_at__lt=before)
    return Export.objects.filter(
        again, state=ExportState.DONE, finished_at__lt=before, removed_at=None
    ).order_by("pk")


def _remove(export_id: int) -> int:
    try:
        with acting(SYSTEM, source="worker"):
            export = Export.objects.select_for_update(of=("self",)).get(pk=export_id)
            export.removed_at = timezone.now()
            export.save(update_fields=["removed_at"])
            file_of(export).unlink(
                missing_ok=True
            )  # before the commit: no row says so of a file that is there
    except OSError:
        log.error("an old file could not be removed", exc_info=True, extra={"export": export_id})
        return 0
    return 1
