"""Sends each anchor by mail, as a file: it then lies where nobody who could change the database can."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from ecrf.anchors.models import Anchor
from ecrf.mail.kinds import Attachment, MailKind, register
from ecrf.mail.models import Mail
from ecrf.mail.queue import queue_mail


def _attached(mail: Mail) -> Sequence[Attachment]:
    anchor = Anchor.objects.get(number=mail.context["number"])
    return [Attachment(mail.context["file"], anchor.content.encode(), "application/json")]


ANCHOR = register(
    MailKind(
        "anchor",
        gettext_lazy("Anchor of the audit trail"),
        gettext_lazy("Anchor {number} of the audit trail"),
        why=gettext_lazy("This address is set to be sent the anchors (ANCHOR_MAIL)."),
        attachments=_attached,
    )
)


def queue_anchor(anchor: Anchor, file: str, address: str) -> Mail | None:
    """In the transaction of its making."""
    context = {
        "number": anchor.number,
        "file": file,
        "made_at": f"{anchor.made_at:%Y-%m-%d %H:%M}",
        "events": anchor.events,
        "chains": anchor.chains,
        "sha256": anchor.sha256,
        "keys": ", ".join(anchor.keys),
    }
    return queue_mail(
        to=address, kind=ANCHOR.key, context=context, dedupe=f"anchor:{anchor.number}:{address}"
    )
