"""What became of a letter at its site: said on the visit's page by the floor that delivers letters."""

from collections.abc import Callable

from ecrf.casebook.record.hooks import Hook
from ecrf.monitoring.models import MonitoringVisit

LETTER_RECEIVED: Hook[Callable[[MonitoringVisit], str]] = Hook()
"""visit that is finished → a sentence: who of the site has confirmed to have read the letter."""


def received_words(visit: MonitoringVisit) -> str:
    """ "" before the letter is signed."""
    return " ".join(said(visit) for said in LETTER_RECEIVED) if visit.finished_at else ""
