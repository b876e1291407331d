"""The first report of a process, made before anybody waits for it: it reads every patient, the later ones do not."""

import logging
from threading import Thread

from django.db import connection
from django.utils import timezone

from ecrf.forms.protocol import protocol
from ecrf.outcomes.current import current_report
from ecrf.outcomes.report import ReportScope

log = logging.getLogger(__name__)

AT_MOST_S = 3.0
"""Seconds for which a process that begins waits for its first report, before it takes requests. A database that is
silent holds it up no longer."""


def warm_beside() -> Thread:
    """Begin, on a thread that does not hold up the end of the process."""
    thread = Thread(target=warm, name="outcomes", daemon=True)
    thread.start()
    return thread


def warm() -> None:
    """Make the study's report, on a connection of its own. Where that fails, the first look makes it, and says why."""
    try:
        if protocol().outcomes:
            current_report(ReportScope(timezone.now(), None, None))
    except Exception:
        log.exception("The outcomes were not made ready before the first look.")
    finally:
        connection.close()
