"""How the audit trail stands: the last anchors and verifications, and what of it asks for somebody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.access.kept_words import as_read
from ecrf.anchors.models import Anchor, AnchorDelivery, AnchorWay, AuditVerification
from ecrf.mail.models import MailState

LATE_AFTER = timedelta(hours=26)
"""Both are done once a day of UTC, soon after it begins."""
WHOLE_LATE_AFTER = timedelta(days=8)
ON_ITS_WAY = timedelta(hours=1)
"""For so long an anchor may be under way: servers are away for a while."""
SHOWN = 10


@dataclass(frozen=True)
class TrailWarning:
    """Something that is not as it should be, and what to do. Its words change only when the thing does."""

    words: str
    to_do: str


@dataclass(frozen=True)
class TrailState:
    """What the page, the alarm and `/healthz?full` tell."""

    anchor: Anchor | None
    verification: AuditVerification | None
    whole: AuditVerification | None
    anchor_warnings: list[TrailWarning]
    verification_warnings: list[TrailWarning]

    @property
    def warnings(self) -> list[TrailWarning]:
        return [*self.verification_warnings, *self.anchor_warnings]


def trail_state(now: datetime | None = None) -> TrailState:
    """Some statements, whatever the number of anchors."""
    now = now or timezone.now()
    anchor = Anchor.objects.defer("content").first()
    last = AuditVerification.objects.first()
    whole = AuditVerification.objects.filter(is_whole=True).first()
    return TrailState(anchor, last, whole, _of_anchors(anchor, now), _of_verifications(last, whole, now))


def _of_anchors(last: Anchor | None, now: datetime) -> list[TrailWarning]:
    """None of an installation that has never made one: there it is not set up, which the page says."""
    if last is None:
        return []
    found = []
    if last.made_at < now - LATE_AFTER:
        found.append(
            TrailWarning(
                gettext("The last anchor is of %(when)s: the daily one is late.")
                % {"when": _at(last.made_at)},
                gettext(
                    "See that the service that sends mail runs (manage.py work) and that ANCHOR_KEY_FILE names the key."
                ),
            )
        )
    newest = AnchorDelivery.objects.filter(anchor__number__gt=last.number - SHOWN).select_related(
        "anchor", "mail"
    )
    found += [warning for delivery in newest if (warning := _of_delivery(delivery, now))]
    return found


def _of_delivery(delivery: AnchorDelivery, now: datetime) -> TrailWarning | None:
    number = delivery.anchor.number
    if delivery.mail is not None:
        if delivery.mail.state != MailState.GIVEN_UP:
            return None
        return TrailWarning(
            gettext("Anchor %(number)d could not be mailed to %(to)s. %(why)s")
            % {"number": number, "to": delivery.to, "why": as_read(delivery.mail.last_error)},
            gettext("See the page Mail sent."),
        )
    if delivery.done_at:
        to_do = gettext("See docs/production.md, “When the database was set back”.")
        if not delivery.last_error:
            return None
        words = gettext("Anchor %(number)d: %(why)s") % {"number": number, "why": delivery.last_error}
        return TrailWarning(words, to_do)
    if delivery.anchor.made_at > now - ON_ITS_WAY:
        return None
    what_to_do = {
        AnchorWay.FOLDER: gettext("See that the folder of ANCHORS_FOLDER is there and may be written."),
        AnchorWay.TIME_STAMP: gettext(
            "See whether the server of ANCHOR_TSA_URL can be reached and is the right one."
        ),
    }
    why = delivery.last_error or gettext("It waits for the worker.")
    way = AnchorWay(delivery.destination)
    return TrailWarning(NOT_ARRIVED[way] % {"number": number, "why": why}, what_to_do[way])


def _of_verifications(
    last: AuditVerification | None, whole: AuditVerification | None, now: datetime
) -> list[TrailWarning]:
    if last is None:
        return [TrailWarning(gettext("The audit trail was not verified yet."), str(SEE_WORKER))]
    found = []
    if not last.is_ok:
        words = ngettext(
            "The verification of %(when)s found one fault.",
            "The verification of %(when)s found %(number)d faults.",
            last.faults,
        )
        found.append(
            TrailWarning(
                words % {"when": _at(last.begun_at), "number": last.faults},
                gettext(
                    "Keep a copy of the database as it is; run manage.py verify_audit, with --against and the anchors."
                ),
            )
        )
    if last.begun_at < now - LATE_AFTER:
        found.append(
            TrailWarning(
                gettext("The last verification is of %(when)s: the daily one is late.")
                % {"when": _at(last.begun_at)},
                str(SEE_WORKER),
            )
        )
    if whole is None or whole.begun_at < now - WHOLE_LATE_AFTER:
        words = gettext("The whole trail was not verified yet.")
        if whole:
            words = gettext("The whole trail was not verified since %(when)s.") % {
                "when": _at(whole.begun_at)
            }
        found.append(TrailWarning(words, str(SEE_WORKER)))
    return found


SEE_WORKER = gettext_lazy(
    "See that the worker runs (manage.py work, the service worker): it verifies once a day."
)
NOT_ARRIVED = {
    AnchorWay.FOLDER: gettext_lazy("Anchor %(number)d has not arrived (folder). %(why)s"),
    AnchorWay.MAIL: gettext_lazy("Anchor %(number)d has not arrived (mail). %(why)s"),
    AnchorWay.TIME_STAMP: gettext_lazy("Anchor %(number)d has not arrived (time stamp). %(why)s"),
}


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
