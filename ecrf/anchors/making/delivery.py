"""Brings each anchor to its folder and to the time-stamp server, and tries again until it is there."""

import contextlib
import logging
import os
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ecrf.anchors.models import AnchorDelivery, AnchorWay
from ecrf.anchors.signed.timestamps import STAMP_ENDING, NoStamp, ask_for_stamp

log = logging.getLogger("ecrf.anchors")

WAITS: Sequence[timedelta] = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
"""After the first failure, the second …; the last holds for all that follow: nobody but us brings it there."""


class NotDelivered(Exception):
    """Why it is not there yet, in words."""


def deliver_due() -> int:
    """How many arrived. Where one fails, the others to the same place are left for the next look."""
    return sum(_deliver_to(place) for place in (AnchorWay.FOLDER, AnchorWay.TIME_STAMP))


def _deliver_to(place: AnchorWay) -> int:
    count = 0
    while (done := _deliver_next(place)) is not None:
        if not done:
            break
        count += 1
    return count


def _deliver_next(place: AnchorWay) -> bool | None:
    """Whether the one that is due longest arrived; None if none is due."""
    with transaction.atomic():
        due = AnchorDelivery.objects.filter(destination=place, done_at=None, next_try_at__lte=timezone.now())
        rows = due.order_by("next_try_at", "pk").select_for_update(skip_locked=True, of=("self",))
        delivery = rows.select_related("anchor").first()
        if delivery is None:
            return None
        try:
            delivery.last_error = WAYS[place](delivery)[:300]
        except NotDelivered as error:
            _failed(delivery, str(error))
            return False
        delivery.tries, delivery.done_at = delivery.tries + 1, timezone.now()
        delivery.save(update_fields=["tries", "last_error", "done_at", "stamp", "stamped_at"])
    return True


def _failed(delivery: AnchorDelivery, why: str) -> None:
    delivery.next_try_at = timezone.now() + WAITS[min(delivery.tries, len(WAITS) - 1)]
    delivery.tries, delivery.last_error = delivery.tries + 1, why[:300]
    delivery.save(update_fields=["tries", "last_error", "next_try_at"])
    details = {"anchor": delivery.anchor.number, "destination": delivery.destination, "why": why}
    log.warning("an anchor did not arrive", extra=details)


def _into_folder(delivery: AnchorDelivery) -> str:
    folder, number = settings.ANCHORS.folder, delivery.anchor.number
    _write(folder / delivery.to, delivery.anchor.content.encode())
    others = sorted(
        file.name for file in folder.glob(f"anchor-{number:06}-*.json") if file.name != delivery.to
    )
    if not others:
        return ""
    words = (
        f"{others[0]} was there already, another anchor {number}: the database was set back to a copy from before it."
        " Keep both files (docs/production.md)."
    )
    log.critical("the database was set back", extra={"anchor": number, "other": others[0]})
    return words


def _to_be_stamped(delivery: AnchorDelivery) -> str:
    content = delivery.anchor.content.encode()
    try:
        stamp = ask_for_stamp(delivery.to, content, settings.ANCHORS.roots)
    except NoStamp as error:
        words = str(error)
        raise NotDelivered(f"{words[:1].upper()}{words[1:]}.") from None
    file = delivery.anchor.deliveries.get(destination=AnchorWay.FOLDER).to
    _write(settings.ANCHORS.folder / f"{file}{STAMP_ENDING}", stamp.answer)
    delivery.stamp, delivery.stamped_at = stamp.answer, stamp.at
    return ""


WAYS = {AnchorWay.FOLDER: _into_folder, AnchorWay.TIME_STAMP: _to_be_stamped}
"""Each says what is to be known though it arrived, if there is anything."""


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; afterwards nobody writes there by mistake."""
    part = None
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            part = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o440)
        part.replace(path)
    except OSError as error:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        why = os.strerror(error.errno or 0).lower()
        raise NotDelivered(f"The folder of anchors (ANCHORS_FOLDER) cannot be written ({why}).") from None
