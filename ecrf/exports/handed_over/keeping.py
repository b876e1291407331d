"""What a site keeps of a patient who moved away: the casebook as it was at that moment, as a file with its hash."""

import hashlib
import json
from datetime import datetime

from django.utils.translation import gettext, override

from ecrf.access.language import MASTER, known_language
from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.transfer.models import Transfer
from ecrf.exports.models import Export, ExportKind, ExportState, KeptContent
from ecrf.prints.pdf.casebook import casebook_content
from ecrf.prints.pdf.form_content import Content


@HOOKS.before_transfer
def keep_casebook(transfer: Transfer) -> None:
    """Read it now and queue its file: the worker sets it, however late, and nothing that comes after is in it."""
    from ecrf.exports.work.tasks import make

    patient, moment = transfer.patient, transfer.recorded_at
    at_site = moment.astimezone(patient.site.zone)
    # It is kept for the people of this site, and they did not ask for it: so in their language.
    language = known_language(patient.site.language) or MASTER
    with override(language):
        content = casebook_content(
            patient,
            made_at=moment,
            compact=False,
            cut_words=gettext("As handed over to site %(code)s, %(at)s")
            % {"code": transfer.to_site.code, "at": f"{at_site:%Y-%m-%d %H:%M %Z}"},
        )
    text = json.dumps({**content, "number": patient.number}, ensure_ascii=False)
    export = Export.objects.create(
        kind=ExportKind.HANDED_OVER,
        title=f"Casebook {patient.number}, as handed over to site {transfer.to_site.code}",
        site=patient.site,
        patient=patient,
        wanted={"made_at": moment.isoformat(), "content_sha256": _sha256(text), "language": language},
        asked_at=moment,
        asked_by=transfer.recorded_by,
        role=transfer.recorded_by.acting_at(patient.site, Right.LOCK).role,
        request_key=transfer.request_key,
    )
    KeptContent.objects.create(export=export, content=text)
    make.enqueue(export.pk)


def content_of(export: Export) -> tuple[Content, datetime]:
    """What was read at the transfer, and when. ValueError if it is no longer what the trail has the hash of."""
    text = KeptContent.objects.get(export=export).content
    if _sha256(text) != export.wanted["content_sha256"]:
        raise ValueError("the content that was kept is not the one that was read")
    return json.loads(text), datetime.fromisoformat(export.wanted["made_at"])


def forget_content(export: Export) -> None:
    """The file stands for it now, and is never removed to make room."""
    KeptContent.objects.filter(export=export).delete()


def queue_anew(export: Export) -> None:
    """One that failed: what was read is there still. A second click queues nothing more."""
    from ecrf.exports.work.tasks import make

    with acting(SYSTEM, source="export"):
        current = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
        if current.state == ExportState.FAILED and current.kind == ExportKind.HANDED_OVER:
            current.state, current.attempts, current.finished_at, current.outcome = (
                ExportState.QUEUED,
                0,
                None,
                "",
            )
            current.save(update_fields=["state", "attempts", "finished_at", "outcome"])
            make.enqueue(current.pk)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
