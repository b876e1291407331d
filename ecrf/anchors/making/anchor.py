"""Makes anchors: reads the heads, signs them, and writes down where the anchor is to go. Nothing leaves here."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

import ecrf
from ecrf.anchors.making import occasions
from ecrf.anchors.making.heads import last_id, numbers_by_site, present_heads
from ecrf.anchors.making.mailing import queue_anchor
from ecrf.anchors.models import Anchor, AnchorDelivery, AnchorWay, Installation
from ecrf.anchors.signed.document import AnchorBody, AnchorFile, AnchorRefused, read_anchor, write_anchor
from ecrf.forms.protocol import protocol

ONE_AFTER_ANOTHER = "SELECT pg_advisory_xact_lock(hashtext('ecrf.anchor'), 0)"
WORKER = "worker"


class NotSetUp(Exception):
    """There is no key to sign with; in words, with what to do."""


def make_due_anchor(made_by: str = WORKER) -> Anchor | None:
    """The anchor of the day, or one for the acts since the last; None if neither is due."""
    with transaction.atomic():
        _wait_for_turn()
        last = Anchor.objects.first()
        found = occasions_due(last, timezone.now())
        return _make(found, made_by, last) if found else None


def make_anchor(made_by: str) -> Anchor:
    """One now, whatever was made before."""
    with transaction.atomic():
        _wait_for_turn()
        return _make([occasions.ASKED_FOR], made_by, Anchor.objects.first())


def occasions_due(last: Anchor | None, now: datetime) -> list[str]:
    """Each day of UTC begins with one."""
    if last is None:
        return [occasions.DAILY]
    dailies = Anchor.objects.filter(occasions__contains=occasions.DAILY)
    newest = dailies.values_list("made_at", flat=True).first()
    is_made = newest is not None and newest.astimezone(UTC).date() >= now.astimezone(UTC).date()
    daily = [] if is_made else [occasions.DAILY]
    return [*daily, *occasions.since(last.made_at, _lengths(last))]


def _lengths(anchor: Anchor) -> dict[int, int]:
    try:
        chains = read_anchor(anchor.content.encode(), str(anchor)).body.chains
    except AnchorRefused:  # altered in the database: the next one is made all the same
        return {}
    return {chain: head.length for chain, head in chains.items()}


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AFTER_ANOTHER)


def _make(found: list[str], made_by: str, last: Anchor | None) -> Anchor:
    anchors = settings.ANCHORS
    if not anchors.is_on:
        raise NotSetUp(
            "No key is set to sign anchors with. Make one with `manage.py make_anchor_key`, and name its file in"
            " ANCHOR_KEY_FILE (docs/production.md)."
        )
    body = AnchorBody(
        number=last.number + 1 if last else 1,
        previous=last.sha256 if last else "",
        study=protocol().short_title,
        installation=str(Installation.objects.get().key),
        is_synthetic=settings.SYNTHETIC_DATA,
        made_at=timezone.now(),
        occasions=tuple(found),
        software=ecrf.__version__,
        chains=present_heads(),
        numbers={site: max(given) for site, given in numbers_by_site().items()},
        last_id=last_id(),
    )
    written = write_anchor(body, anchors.keys)
    anchor = Anchor.objects.create(
        number=body.number,
        made_at=body.made_at,
        made_by=made_by,
        occasions=found,
        sha256=written.sha256,
        previous=body.previous,
        keys=list(written.signatures),
        chains=len(body.chains),
        events=body.events,
        software=body.software,
        content=written.content.decode(),
    )
    _send_on(anchor, written)
    return anchor


def _send_on(anchor: Anchor, written: AnchorFile) -> None:
    ways = [AnchorDelivery(anchor=anchor, destination=AnchorWay.FOLDER, to=written.name)]
    if url := settings.ANCHORS.tsa_url:
        ways.append(AnchorDelivery(anchor=anchor, destination=AnchorWay.TIME_STAMP, to=url[:400]))
    for address in settings.ANCHORS.mail:
        mail = queue_anchor(anchor, written.name, address)
        ways.append(AnchorDelivery(anchor=anchor, destination=AnchorWay.MAIL, to=address, mail=mail))
    AnchorDelivery.objects.bulk_create(ways)
