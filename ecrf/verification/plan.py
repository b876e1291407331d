"""The plan of verification: which items are critical, and which share of a site's other forms is sampled."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from ecrf.casebook.models import Entry
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.verification.models import SiteShare

SAMPLES = 10_000


@cache
def is_critical(crf: str, item: str) -> bool:
    """Whether the plan names the item, or its whole form: it is verified at every patient."""
    return crf in protocol().critical or f"{crf}.{item}" in protocol().critical


def sample_of(entry: Entry) -> int:
    """0 to 9999, the same for a form and its rows, and the same whenever it is asked: nobody can steer it."""
    above = entry.parent or entry
    visit = entry.visit.code if entry.visit else ""
    crf = CRFS[entry.crf].row_of or entry.crf
    name = f"{entry.patient.number}/{visit}/{crf}/{above.number}"
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % SAMPLES


def share_at(shares: Iterable[SiteShare], day: date) -> int:
    """Per cent of the forms completed on that day that are sampled; of `shares`, as they were set, the last counts."""
    begun = [share.share for share in shares if share.from_on <= day]
    return begun[-1] if begun else protocol().verified_share


def is_sampled(sample: int, share: int) -> bool:
    return sample < end_of_draw(share)


def end_of_draw(share: int) -> int:
    """The first sample that is no longer drawn at this per cent: the one place that says it."""
    return share * SAMPLES // 100


def shares_of(site_id: int) -> list[SiteShare]:
    """In the order in which they were set; one statement."""
    return list(SiteShare.objects.filter(site=site_id).order_by("pk"))


def shares_by_site(sites: Iterable[int]) -> dict[int, list[SiteShare]]:
    """{site id: its shares, in the order in which they were set}; one statement."""
    by_site: dict[int, list[SiteShare]] = {}
    for share in SiteShare.objects.filter(site__in=list(sites)).select_related("set_by").order_by("pk"):
        by_site.setdefault(share.site_id, []).append(share)
    return by_site


def items_to_verify(row: Crf) -> list[str]:
    """The entered items of a row that hold a value or a reason for none; what is calculated follows from these."""
    if row.entry.is_struck:
        return []
    entered = CRFS[row.entry.crf].entered
    return [name for name in entered if getattr(row, name) is not None or name in row.missing_reasons]


def is_planned(crf: str, item: str, is_sampled: bool) -> bool:
    """Whether the plan wants the item verified; `is_sampled`: the form is in the sample."""
    return is_sampled or is_critical(crf, item)


def day_at_site(moment: datetime, entry: Entry) -> date:
    return moment.astimezone(entry.patient.site.zone).date()
