"""Reads verifications for pages: what was verified, and what fell back since."""

from collections.abc import Iterable

from ecrf.verification.models import STANDS, Verification


def latest_on(entries: Iterable[int]) -> dict[tuple[int, str], Verification]:
    """{(entry id, item): the last verification that was not taken back}: it stands, or fell with the value. One
    statement."""
    verifications = Verification.objects.filter(entry__in=list(entries), undone_at=None)
    return {
        (verification.entry_id, verification.item): verification
        for verification in verifications.select_related("verified_by").order_by("pk")
    }


def standing_on(entries: Iterable[int]) -> dict[tuple[int, str], Verification]:
    """{(entry id, item): the verification that stands}; one statement."""
    verifications = Verification.objects.filter(STANDS, entry__in=list(entries)).select_related("verified_by")
    return {(verification.entry_id, verification.item): verification for verification in verifications}
