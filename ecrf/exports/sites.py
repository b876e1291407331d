"""The investigator's copy, site by site: when it was made, whether its receipt is confirmed, whether one is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import pgettext

from ecrf.access.models import Site
from ecrf.exports.models import Export, ExportKind, ExportState

_LAST_EVENT = """
    SELECT p.site_id, greatest(max(x.at), max(l.at)) FROM casebook_patient p
    JOIN audit_auditchain c ON c.chain = p.id
    JOIN audit_auditevent x ON x.chain = p.id AND x.position = c.length
    LEFT JOIN (
        SELECT site_id, max(coalesce(lifted_at, set_at)) AS at FROM locks_lock
        WHERE scope IN ('site', 'study') GROUP BY 1
    ) l ON l.site_id = p.site_id OR l.site_id IS NULL
    GROUP BY 1
"""


@dataclass(frozen=True)
class SiteCopy:
    """`changed_at`: when anything of the site's patients was last written, or the site or the study was locked."""

    site: Site
    last: Export | None
    confirmed: Export | None
    changed_at: datetime | None

    @property
    def is_due(self) -> bool:
        """Whether the site lacks a copy, with its receipt, of all that there is."""
        if self.changed_at is None:
            return False
        return self.confirmed is None or self.confirmed.asked_at < self.changed_at

    @property
    def words(self) -> str:
        if self.changed_at is None:
            return pgettext("a site's copy", "no data yet")
        if self.confirmed and not self.is_due:
            return pgettext("a site's copy", "confirmed, and nothing has changed since")
        if self.last and (self.confirmed is None or self.last.pk != self.confirmed.pk):
            if self.last.is_done:
                return pgettext("a site's copy", "made, its receipt not yet confirmed")
            return pgettext("a site's copy", "being made")
        if self.confirmed:
            return pgettext("a site's copy", "confirmed, and changed since")
        return pgettext("a site's copy", "none yet")


def copies_of_sites(sites: Iterable[Site]) -> list[SiteCopy]:
    """Three statements, whatever the number of sites."""
    sites = list(sites)
    made = Export.objects.filter(kind=ExportKind.SITE_COPY, site__in=sites).exclude(
        state__in=[ExportState.FAILED, ExportState.CANCELLED]
    )
    last: dict[int | None, Export] = {}
    confirmed: dict[int | None, Export] = {}
    for export in made.select_related("receipt__confirmed_by").order_by("pk"):
        last[export.site_id] = export
        if hasattr(export, "receipt"):
            confirmed[export.site_id] = export
    with connection.cursor() as cursor:
        cursor.execute(_LAST_EVENT)
        changed = dict(cursor.fetchall())
    return [SiteCopy(site, last.get(site.pk), confirmed.get(site.pk), changed.get(site.pk)) for site in sites]
