"""What the page of the audit trail lists: the newest verifications, and the newest anchors with where they went."""

from dataclasses import dataclass

from django.db.models import QuerySet

from ecrf.anchors.making.occasions import words_of
from ecrf.anchors.models import Anchor, AnchorDelivery, AuditVerification, Installation
from ecrf.anchors.state import SHOWN


@dataclass(frozen=True)
class DeliveryLine:
    """Where an anchor went: in words, how it looks, and what is to be said of it."""

    delivery: AnchorDelivery
    state: str
    css: str
    note: str


@dataclass(frozen=True)
class AnchorLine:
    """One anchor on the page."""

    anchor: Anchor
    occasions: str
    deliveries: list[DeliveryLine]


def all_anchors() -> QuerySet[Anchor]:
    return Anchor.objects.all()


def newest_verifications() -> list[AuditVerification]:
    return list(AuditVerification.objects.all()[:SHOWN])


def installation_key() -> str:
    return str(Installation.objects.values_list("key", flat=True).first() or "not known")


def anchor_lines() -> list[AnchorLine]:
    """Two statements."""
    anchors = Anchor.objects.defer("content").prefetch_related("deliveries__mail")[:SHOWN]
    return [
        AnchorLine(
            anchor,
            ", ".join(words_of(key) for key in anchor.occasions),
            [_line(delivery) for delivery in anchor.deliveries.all()],
        )
        for anchor in anchors
    ]


def _line(delivery: AnchorDelivery) -> DeliveryLine:
    if mail := delivery.mail:
        looks = {"sent": "done", "given-up": "overdue"}
        return DeliveryLine(delivery, mail.get_state_display(), looks.get(mail.state, "due"), mail.last_error)
    if delivery.done_at:
        is_plain = not delivery.last_error
        return DeliveryLine(delivery, "Arrived", "done" if is_plain else "overdue", delivery.last_error)
    return DeliveryLine(delivery, "Tried again" if delivery.tries else "Waits", "due", delivery.last_error)
