"""The report as the data stand now: made by the trial, and kept as long as nothing in the database has changed."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from functools import cache
from threading import Lock

from django.db import connection
from django.utils.module_loading import import_string

from ecrf.forms.protocol import protocol
from ecrf.outcomes.report import Report, ReportScope

KEPT = 20
"""Reports that one process keeps: the study's, and those of the sites that were looked at last."""

Maker = Callable[[ReportScope], Report]
Version = tuple[int | None, date, str]

_kept: OrderedDict[Version, Report] = OrderedDict()
_lock = Lock()


def current_report(scope: ReportScope) -> Report:
    """What the trial says of its outcomes. The trail knows whether anything changed since the last time."""
    version = _version(scope)
    with _lock:
        if found := _kept.get(version):
            _kept.move_to_end(version)
            return found
    made = _maker(protocol().outcomes)(scope)
    with _lock:
        _kept[version] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _version(scope: ReportScope) -> Version:
    """The heads of the trail's chains name all that was ever written; the day moves what is due by the schedule."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(coalesce(string_agg(head, '' ORDER BY chain), '')) FROM audit_auditchain")
        (heads,) = cursor.fetchone()
    return scope.site.pk if scope.site else None, scope.at.date(), heads


@cache
def _maker(path: str) -> Maker:
    found: Maker = import_string(path)
    return found
