"""Mail to a site of its monitoring visits: announced, moved, called off; and of the letter that follows one."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.access.models import User
from ecrf.access.people import people_with, receivers_of_letters
from ecrf.access.roles import Right
from ecrf.mail.kinds import MailKind, NotNeeded, register
from ecrf.mail.models import Mail
from ecrf.mail.queue import queue_mail
from ecrf.monitoring.models import How, MonitoringVisit, VisitStage

WHY = gettext_lazy("Everybody who works at a site is told of its monitoring visits.")
WHY_LETTER = gettext_lazy(
    "You receive the letters of this site: you work there, and its delegation log, if kept here, says so."
)

WHAT = {
    "planned": pgettext_lazy("in a mail: a monitoring visit is", "planned"),
    "moved": pgettext_lazy("in a mail: a monitoring visit is", "moved"),
    "called off": pgettext_lazy("in a mail: a monitoring visit is", "called off"),
}
"""{as a mail is stored: in words}."""
HOW = {
    How.ON_SITE: pgettext_lazy("in a mail: how a monitoring visit takes place", "on site"),
    How.REMOTE: pgettext_lazy("in a mail: how a monitoring visit takes place", "remote"),
}


def _as_planned(mail: Mail) -> Mapping[str, Any]:
    """The plan as it stands when the mail goes out: of a visit moved twice, nobody is told a day that is over."""
    visit = _visit_of(mail)
    if visit.stage not in (VisitStage.PLANNED, VisitStage.CALLED_OFF):
        raise NotNeeded(gettext_lazy("The visit has begun."))
    if visit.called_off_at and mail.context["what"] != "called off":
        raise NotNeeded(gettext_lazy("The visit was called off."))
    return {
        "planned_on": visit.planned_on.isoformat(),
        "how": HOW[How(visit.how)],
        "what": WHAT[mail.context["what"]],
        "who": visit.monitor.name,
        **_page_of(visit),
    }


def _visit_of(mail: Mail) -> MonitoringVisit:
    """NotNeeded for who does not work at its site any more."""
    visit = MonitoringVisit.objects.select_related("site", "monitor").get(pk=mail.context["visit"])
    if mail.to_user and not mail.to_user.may(Right.READ, visit.site):
        raise NotNeeded(gettext_lazy("The person's role at this site has ended."))
    return visit


def _page_of(visit: MonitoringVisit) -> dict[str, str]:
    page = reverse("site-monitoring", args=[visit.site.code])
    return {"site_name": visit.site.name, "page": settings.MAIL.public_url + page}


def _letter(mail: Mail) -> Mapping[str, Any]:
    visit = _visit_of(mail)
    if mail.to_user and mail.to_user not in receivers_of_letters(visit.site):
        raise NotNeeded(gettext_lazy("The person receives the letters of this site no longer."))
    page = reverse("site-letter", args=[visit.site.code, visit.pk])
    return {"site_name": visit.site.name, "page": settings.MAIL.public_url + page}


VISIT = register(
    MailKind(
        "monitoring-visit",
        gettext_lazy("A monitoring visit"),
        gettext_lazy("Site {site}: a monitoring visit is {what}"),
        why=WHY,
        at_sending=_as_planned,
    )
)
LETTER = register(
    MailKind(
        "monitoring-letter",
        gettext_lazy("A letter to a site"),
        gettext_lazy("Site {site}: a letter of your monitor"),
        why=WHY_LETTER,
        at_sending=_letter,
    )
)


def announce(visit: MonitoringVisit, what: str) -> None:
    """Queue the mail to the people of the site; `what`: planned, moved or called off. Of a day that is past, none."""
    if visit.planned_on >= visit.site.today():
        _queue(VISIT, visit, what, people_with(Right.READ, visit.site))


def deliver_letter(visit: MonitoringVisit) -> None:
    """Queue the mail that the follow-up letter stands on the site's page; the letter itself is in no mail."""
    _queue(LETTER, visit, "finished", receivers_of_letters(visit.site))


def _queue(kind: MailKind, visit: MonitoringVisit, what: str, people: list[User]) -> None:
    for person in people:
        context = {"visit": visit.pk, "site": visit.site.code, "what": what}
        queue_mail(to=person, kind=kind.key, context=context)
