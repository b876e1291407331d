"""Reads verifications for pages: what was verified, and what fell back since."""

from collections.abc import Iterable

from ecrf.casebook.stored_rows import as_stored, lines_of, user_of
from ecrf.verification.models import STANDS, Verification

OF_VERIFICATION = [field.attname for field in Verification._meta.concrete_fields]
LATEST = """
    SELECT u.id, u.username, u.full_name, {columns}
    FROM verification_verification v JOIN access_user u ON u.id = v.verified_by_id
    WHERE v.entry_id = ANY(%s) AND v.undone_at IS NULL ORDER BY v.id
"""


def latest_on(entries: Iterable[int]) -> dict[tuple[int, str], Verification]:
    """{(entry id, item): the last verification that was not taken back}: it stands, or fell with the value. One
    statement."""
    sql = LATEST.format(columns=", ".join(f"v.{name}" for name in OF_VERIFICATION))
    found: dict[tuple[int, str], Verification] = {}
    for pk, username, full_name, *line in lines_of(sql, [list(entries)]):
        values = dict(zip(OF_VERIFICATION, line, strict=True))
        verification = as_stored(Verification, values, verified_by=user_of(pk, username, full_name))
        found[verification.entry_id, verification.item] = verification
    return found


def standing_on(entries: Iterable[int]) -> dict[tuple[int, str], Verification]:
    """{(entry id, item): the verification that stands}; one statement."""
    verifications = Verification.objects.filter(STANDS, entry__in=list(entries)).select_related("verified_by")
    return {(verification.entry_id, verification.item): verification for verification in verifications}
