"""What the worker does by itself: makes anchors, brings them where they go, and tells of faults."""

from datetime import timedelta

from django.conf import settings

from ecrf.anchors.alarms import tell_alarms
from ecrf.anchors.making.anchor import make_due_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.mail.scheduled import scheduled

LOOK_EVERY = timedelta(minutes=1)


@scheduled("anchors", every=LOOK_EVERY)
def make_anchors() -> int:
    """How many mails were queued with what was made. Without a key, nothing is."""
    if not settings.ANCHORS.is_on:
        return 0
    anchor = make_due_anchor()
    return anchor.deliveries.exclude(mail=None).count() if anchor else 0


@scheduled("anchor-deliveries", every=LOOK_EVERY)
def deliver_anchors() -> int:
    """No mail: what goes by mail waits in its queue."""
    if settings.ANCHORS.is_on:
        deliver_due()
    return 0


@scheduled("audit-alarms", every=LOOK_EVERY)
def look_for_alarms() -> int:
    return tell_alarms() if settings.ANCHORS.mail else 0
