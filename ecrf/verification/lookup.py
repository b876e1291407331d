"""Reads verifications for pages: what was verified, and what fell back since."""

from collections.abc import Iterable

from ecrf.casebook.data import lines_of, read_json, user_of
from ecrf.verification.models import STANDS, Verification

LATEST = """
    SELECT to_jsonb(v)::text, u.id, u.username, u.full_name
    FROM verification_verification v JOIN access_user u ON u.id = v.verified_by_id
    WHERE v.entry_id = ANY(%s) AND v.undone_at IS NULL ORDER BY v.id
"""


def latest_on(entries: Iterable[int]) -> dict[tuple[int, str], Verification]:
    """{(entry id, item): the last verification that was not taken back}: it stands, or fell with the value. One
    statement."""
    found = [
        read_json(Verification, text, verified_by=user_of(*verifier))
        for text, *verifier in lines_of(LATEST, [list(entries)])
    ]
    return {(verification.entry_id, verification.item): verification for verification in found}


def standing_on(entries: Iterable[int]) -> dict[tuple[int, str], Verification]:
    """{(entry id, item): the verification that stands}; one statement."""
    verifications = Verification.objects.filter(STANDS, entry__in=list(entries)).select_related("verified_by")
    return {(verification.entry_id, verification.item): verification for verification in verifications}
