"""Plans, calls off, starts and ends monitoring visits, keeps their report and letter, and finishes them."""

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy

from ecrf.access.language import MASTER, in_every_language, in_master, known_language
from ecrf.access.models import Site, User
from ecrf.access.reach import require
from ecrf.access.roles import Right
from ecrf.audit.actor import USED_ELSEWHERE, acting, added_by_click, one_click
from ecrf.monitoring.home.site_counts import last_ended
from ecrf.monitoring.home.work_lines import Since, day_and_time
from ecrf.monitoring.models import MonitoringVisit, VisitStage
from ecrf.monitoring.visits.announcements import announce, deliver_letter
from ecrf.monitoring.visits.done import is_anything_done
from ecrf.monitoring.visits.drafts import TO_BE_WRITTEN, draft_in
from ecrf.monitoring.visits.worklist import frozen

TEXTS = {
    "report": pgettext_lazy("of a monitoring visit", "report"),
    "letter": pgettext_lazy("of a monitoring visit", "follow-up letter"),
}
"""What is written at the end of a visit, and what each is called."""
KEPT = (*TEXTS, *(f"{kind}_language" for kind in TEXTS))

PLACEHOLDER = re.compile(
    r"\(\s*to be [^()\n]*\)|(?<![a-z])(?:TBD|TBC|TODO|X{3,})(?![a-z])|_{4,}|\[[^\[\]\n]*(?:\.{3}|…)[^\[\]\n]*\]|\[\s*\]"
    r"|\(\s*(?:要記入|後日記入|待填写|待填|待补充)\s*\)|[○◯●]{2,}",
    re.IGNORECASE,
)
"""What people leave standing where something is still to be written, in a text of one width (NFKC).

In Japanese and Chinese only a parenthesis that says nothing else: that a day is not filled in (未記入) is a finding."""


class VisitRefused(Exception):
    """What was asked of a monitoring visit cannot be done, in words for the page."""


class TextChanged(VisitRefused):
    """Somebody, or another window, saved the text since it was seen."""


def language_of_letters(site: Site) -> str:
    """In which a letter to the site is drafted, where the monitor chooses no other."""
    return known_language(site.language) or MASTER


def language_of_reports() -> str:
    """In which a report is drafted, where its monitor chooses no other: the one in which the page is read."""
    return known_language(get_language()) or MASTER


def since_last(user: User, site: Site) -> Since:
    """Since when something at the site is new to the user; one statement."""
    last = last_ended(user).filter(site=site).first()
    return Since(last.started_at if last else None, Right.VERIFY in user.rights)


def plan_visit(
    *, site: Site, planned_on: date, how: str, purpose: str, by: User, request_key: uuid.UUID
) -> MonitoringVisit:
    """Plan a visit of one's own. The same key twice plans one."""
    require(by, Right.VERIFY, site)
    with acting(by.acting_at(site, Right.VERIFY), source="monitor"):
        Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        one_click(request_key)
        known = added_by_click(MonitoringVisit.objects.select_related("site"), request_key)
        if known:
            if (known.site_id, known.monitor_id) != (site.pk, by.pk):
                raise VisitRefused(USED_ELSEWHERE)
            return known
        visit = MonitoringVisit.objects.create(
            site=site, monitor=by, planned_on=planned_on, how=how, purpose=purpose, request_key=request_key
        )
        announce(visit, "planned")
        return visit


def change_plan(*, visit: MonitoringVisit, planned_on: date, how: str, purpose: str, by: User) -> None:
    """Move a visit that has not started."""
    with _own(visit, by) as own_visit:
        if own_visit.called_off_at:
            raise VisitRefused(_called_off(own_visit))
        if own_visit.stage != VisitStage.PLANNED:
            raise VisitRefused(
                gettext("The visit started on %(when)s: its plan stays as it was.")
                % {"when": _when(own_visit)}
            )
        is_moved = (own_visit.planned_on, own_visit.how) != (planned_on, how)
        own_visit.planned_on, own_visit.how, own_visit.purpose = planned_on, how, purpose
        own_visit.save(update_fields=["planned_on", "how", "purpose"])
        if is_moved:
            announce(own_visit, "moved")


def call_off_visit(*, visit: MonitoringVisit, reason: str, by: User) -> None:
    """A planned visit that will not take place: it stays in the list, with the reason, and is not started any more."""
    with _own(visit, by, reason) as own_visit:
        if own_visit.called_off_at:
            raise VisitRefused(_called_off(own_visit))
        if own_visit.started_at:
            raise VisitRefused(
                gettext("The visit started on %(when)s: it is ended, not called off.")
                % {"when": _when(own_visit)}
            )
        own_visit.called_off_at, own_visit.called_off_by, own_visit.called_off_why = (
            timezone.now(),
            by,
            reason,
        )
        own_visit.save(update_fields=["called_off_at", "called_off_by", "called_off_why"])
        announce(own_visit, "called off")


def start_visit(*, visit: MonitoringVisit, by: User) -> None:
    """Start it: the worklist is frozen as it is now."""
    with _own(visit, by) as own_visit:
        if own_visit.called_off_at:
            raise VisitRefused(_called_off(own_visit))
        if own_visit.stage != VisitStage.PLANNED:
            raise VisitRefused(
                gettext("The visit was already started on %(when)s.") % {"when": _when(own_visit)}
            )
        others = MonitoringVisit.objects.filter(site=own_visit.site, monitor=by, ended_at=None)
        if under_way := others.filter(started_at__isnull=False).first():
            raise VisitRefused(
                gettext("Your visit planned for %(day)s is still under way at this site. End it first.")
                % {"day": under_way.planned_on}
            )
        with in_master():
            own_visit.worklist = frozen(own_visit.site, since_last(by, own_visit.site))
        own_visit.started_at, own_visit.started_by = timezone.now(), by
        own_visit.save(update_fields=["worklist", "started_at", "started_by"])


def take_back_start(*, visit: MonitoringVisit, by: User) -> None:
    """A visit started by mistake is planned again, as long as nothing was done in it. The trail keeps both."""
    with _own(visit, by) as own_visit:
        if own_visit.stage != VisitStage.UNDER_WAY:
            raise VisitRefused(gettext("The visit is not under way: there is no start to take back."))
        if is_anything_done(own_visit):
            raise VisitRefused(
                gettext("Something was verified, asked or closed in this visit: it is ended, not taken back.")
            )
        own_visit.started_at = own_visit.started_by = own_visit.worklist = None
        own_visit.save(update_fields=["started_at", "started_by", "worklist"])


def end_visit(*, visit: MonitoringVisit, by: User, language: str = "", report_language: str = "") -> None:
    """End it: report and letter are drafted from what was done meanwhile; `language`: of the letter, or ""."""
    with _own(visit, by) as own_visit:
        if own_visit.called_off_at:
            raise VisitRefused(_called_off(own_visit))
        if not own_visit.started_at:
            raise VisitRefused(gettext("The visit has not started yet."))
        if own_visit.ended_at:
            raise VisitRefused(
                gettext("The visit was already ended on %(when)s.")
                % {"when": day_and_time(own_visit.ended_at, own_visit.site)}
            )
        own_visit.ended_at, own_visit.ended_by = timezone.now(), by
        _draft(own_visit, "report", known_language(report_language) or language_of_reports())
        _draft(own_visit, "letter", known_language(language) or language_of_letters(own_visit.site))
        own_visit.save(update_fields=["ended_at", "ended_by", *KEPT])


def draft_again(*, visit: MonitoringVisit, kind: str, language: str, seen: str, by: User) -> None:
    """In another language, or with what was done since: in place of what stands there, which the trail keeps."""
    with _own(visit, by) as own_visit:
        if own_visit.stage != VisitStage.ENDED:
            raise VisitRefused(_no_text(own_visit, kind))
        if seen_of(own_visit, kind) != seen:
            raise TextChanged(
                gettext(
                    "The %(text)s was saved again since this page was made. Read it, then have it drafted anew."
                )
                % {"text": TEXTS[kind]}
            )
        _draft(own_visit, kind, language)
        own_visit.save(update_fields=[kind, f"{kind}_language"])


def _draft(visit: MonitoringVisit, kind: str, language: str) -> None:
    setattr(visit, kind, draft_in(language, kind, visit))
    setattr(visit, f"{kind}_language", language)


def save_text(
    *, visit: MonitoringVisit, kind: str, text: str, seen: str, by: User, language: str = ""
) -> MonitoringVisit:
    """Keep what was written into the report or the letter; `seen` is the `seen_of` what was on the page,
    `language` in which it is written, where that is said."""
    with _own(visit, by) as own_visit:
        if own_visit.stage != VisitStage.ENDED:
            raise VisitRefused(_no_text(own_visit, kind))
        written_in = known_language(language) or own_visit.written_in(kind)
        if (text, written_in) != (getattr(own_visit, kind), own_visit.written_in(kind)):
            if seen_of(own_visit, kind) != seen:
                raise TextChanged(
                    gettext(
                        "The %(text)s was saved in another window meanwhile. Both stand here: bring into yours what "
                        "is missing, then save."
                    )
                    % {"text": TEXTS[kind]}
                )
            setattr(own_visit, kind, text)
            setattr(own_visit, f"{kind}_language", written_in)
            own_visit.save(update_fields=[kind, f"{kind}_language"])
    return own_visit


def finish_visit(*, visit: MonitoringVisit, seen: dict[str, str], by: User) -> None:
    """Finish it: report and letter, as they were on the page, are signed and stay as they are."""
    with _own(visit, by) as own_visit:
        require_finishable(own_visit, seen)
        own_visit.finished_at, own_visit.finished_by = timezone.now(), by
        own_visit.save(update_fields=["finished_at", "finished_by"])
        deliver_letter(own_visit)


def require_finishable(visit: MonitoringVisit, seen: dict[str, str]) -> None:
    """Refuse over texts that were not seen, are empty, or still hold a placeholder."""
    if visit.stage != VisitStage.ENDED:
        raise VisitRefused(_no_text(visit, "report"))
    if any(seen_of(visit, kind) != seen.get(kind) for kind in TEXTS):
        raise VisitRefused(
            gettext(
                "The report or the letter was saved again since this page was made. Read them, then finish."
            )
        )
    if empty := [kind for kind in TEXTS if not getattr(visit, kind).strip()]:
        raise VisitRefused(_empty(empty))
    for kind, name in TEXTS.items():
        if left := _left_to_write(getattr(visit, kind)):
            raise VisitRefused(
                gettext(
                    "The %(text)s still says “%(words)s”. Write what belongs there, or take it out; then finish."
                )
                % {"text": name, "words": left}
            )


def _left_to_write(text: str) -> str:
    """What still stands there for something that is to be written; "" for nothing."""
    for _language in in_every_language():
        if str(TO_BE_WRITTEN) in text:
            return str(TO_BE_WRITTEN)
    left = PLACEHOLDER.search(unicodedata.normalize("NFKC", text))
    return left[0] if left else ""


def _empty(kinds: list[str]) -> str:
    if len(kinds) > 1:
        return gettext("The report and the follow-up letter is empty. Write it before you finish the visit.")
    return gettext("The %(text)s is empty. Write it before you finish the visit.") % {"text": TEXTS[kinds[0]]}


def seen_of(visit: MonitoringVisit, kind: str) -> str:
    """What a page says that it showed of the report or the letter."""
    return fingerprint(getattr(visit, kind), visit.written_in(kind))


def fingerprint(text: str, language: str = MASTER) -> str:
    """Tells two versions of a text apart, and one that is said to be written in another language."""
    return hashlib.sha256(f"{language}:{text}".encode()).hexdigest()[:16]


def _no_text(visit: MonitoringVisit, kind: str) -> str:
    if visit.finished_at:
        when = day_and_time(visit.finished_at, visit.site)
        return gettext("The visit was finished on %(when)s: its report and letter stay as they are.") % {
            "when": when
        }
    if visit.called_off_at:
        return _called_off(visit)
    return gettext("The %(text)s is drafted when the visit ends. It has not ended yet.") % {
        "text": TEXTS[kind]
    }


def _called_off(visit: MonitoringVisit) -> str:
    assert visit.called_off_at
    when = day_and_time(visit.called_off_at, visit.site)
    words = gettext("The visit was called off on %(when)s: %(why)s Plan another one instead.")
    return words % {"when": when, "why": visit.called_off_why}


def _when(visit: MonitoringVisit) -> str:
    return day_and_time(visit.started_at, visit.site) if visit.started_at else ""


@contextmanager
def _own(visit: MonitoringVisit, by: User, reason: str = "") -> Iterator[MonitoringVisit]:
    """The visit as it stands now, held for one who may change it: its own monitor. At a site they take turns."""
    require_own(visit, by)
    with acting(by.acting_at(visit.site, Right.VERIFY), reason=reason, source="monitor"):
        Site.objects.select_for_update(no_key=True).get(pk=visit.site_id)
        yield MonitoringVisit.objects.select_related("site", "monitor").get(pk=visit.pk)


def require_own(visit: MonitoringVisit, by: User) -> None:
    """Refuse (403) everybody but the monitor whose visit it is."""
    require(by, Right.VERIFY, visit.site)
    if visit.monitor_id != by.pk:
        raise PermissionDenied(
            gettext("Your role covers the monitoring visits that you planned: this one is %(monitor)s’s.")
            % {"monitor": visit.monitor.username}
        )
