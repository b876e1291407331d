"""The report of a scope: made by the trial, and kept as long as nothing that it is made from has changed."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from threading import Lock

from django.utils.module_loading import import_string
from django.utils.translation import get_language

from ecrf.audit.bound.person import whole_study
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.stored_rows import lines_of
from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import Report, ReportScope

KEPT = 20
"""Reports that one process keeps: the study's, and those of the sites and cuts that were looked at last."""

Maker = Callable[[ReportScope], Report]
Version = tuple[object, ...]

# Chains only grow, so that their length together names a state; the heads tell it from another database's. Migrations
# alone change rows beside the trail.
WRITTEN = """
    SELECT coalesce(sum(length), 0), coalesce(bit_xor(hashtextextended(head, 0)), 0),
        (SELECT max(id) FROM django_migrations)
    FROM audit_auditchain
"""
REDACTED = "SELECT count(*) FROM audit_redaction"

_kept: OrderedDict[Version, Report] = OrderedDict()
_lock = Lock()


def current_report(scope: ReportScope) -> Report:
    """What the trial says of its outcomes. The trail knows whether anything changed since the last time."""
    version = (*_version(scope), get_language())
    with _lock:
        if found := _kept.get(version):
            _kept.move_to_end(version)
            return found
    with whole_study(), one_snapshot():  # kept for whoever may open it, not for who came first
        made = _maker(protocol().outcomes)(scope)
    if scope.cut:  # its rows stay as they are too, and are read from the whole trail
        made = replace(made, behind={key: cache(rows) for key, rows in made.behind.items()})
    with _lock:
        _kept[version] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def forget() -> None:
    """Make the next report anew."""
    with _lock:
        _kept.clear()


def _version(scope: ReportScope) -> Version:
    """Of the present: all that was ever written, and the day, which moves what is due by the schedule. A cut stays as
    it is but for personal data that are taken out of the trail."""
    site = scope.site.pk if scope.site else None
    if scope.cut:
        return site, scope.cut.pk, *lines_of(REDACTED, None)[0]
    return site, scope.at.date(), *lines_of(WRITTEN, None)[0]


def load_maker() -> None:
    """Load the trial's function and the libraries of its statistics before the first request waits for them."""
    if path := protocol().outcomes:
        _maker(path)


@cache
def _maker(path: str) -> Maker:
    found: Maker = import_string(path)
    return found
