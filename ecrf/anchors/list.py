"""What the page of the audit trail lists: the newest verifications, and the newest anchors with where they went."""

from dataclasses import dataclass
from datetime import UTC

from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext

from ecrf.access.kept_words import as_read
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

    @property
    def stamped(self) -> str:
        """When, by the clock of the server of time stamps; "" of an anchor that has no stamp."""
        at = self.delivery.stamped_at
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""


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
    return str(Installation.objects.values_list("key", flat=True).first() or gettext("not known"))


def anchor_lines() -> list[AnchorLine]:
    """Two statements."""
    anchors = Anchor.objects.defer("content").prefetch_related("deliveries__mail")[:SHOWN]
    return [
        AnchorLine(
            anchor,
            gettext(", ").join(words_of(key) for key in anchor.occasions),
            [_line(delivery) for delivery in anchor.deliveries.all()],
        )
        for anchor in anchors
    ]


def _line(delivery: AnchorDelivery) -> DeliveryLine:
    if mail := delivery.mail:
        looks = {"sent": "done", "given-up": "overdue"}
        return DeliveryLine(
            delivery, str(mail.get_state_display()), looks.get(mail.state, "due"), as_read(mail.last_error)
        )
    if delivery.done_at:
        is_plain = not delivery.last_error
        return DeliveryLine(
            delivery, pgettext("an anchor", "Arrived"), "done" if is_plain else "overdue", delivery.last_error
        )
    state = pgettext("an anchor", "Tried again") if delivery.tries else pgettext("an anchor", "Waits")
    return DeliveryLine(delivery, state, "due", delivery.last_error)
