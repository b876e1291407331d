"""Adds sites, corrects them, activates and closes them. A day before the approval is refused."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.people.administering import administering


def add_new_site(
    *, code: str, name: str, time_zone: str, is_practice: bool, language: str = "", by: User
) -> tuple[Site, bool]:
    """Put a site down; it takes no data before it is activated. The site, and whether it is new: the same once more
    (a double click) gives the one there is. ValidationError, by field."""
    with administering(by):
        site = Site(
            code=code, name=name, time_zone=time_zone, is_practice=is_practice, language=language or None
        )
        known = Site.objects.filter(code=code).first()
        if known and (known.name, known.time_zone, known.is_practice) == (name, time_zone, is_practice):
            return known, False
        if known:
            words = gettext("There is a site %(code)s already: %(name)s.")
            raise ValidationError({"code": words % {"code": code, "name": known.name}})
        site.full_clean()
        site.save()
        return site, True


def correct_site(*, site: Site, name: str, time_zone: str, language: str, reason: str, by: User) -> bool:
    """Correct name, time zone and language; False if nothing differs. Days and times that were entered stay, and are
    read by the new clock from now on."""
    with administering(by, reason=reason):
        now = Site.objects.get(pk=site.pk)
        if (now.name, now.time_zone, now.language or "") == (name, time_zone, language):
            return False
        now.name, now.time_zone, now.language = name, time_zone, language or None
        now.full_clean()
        now.save(update_fields=["name", "time_zone", "language"])
        return True


def activate_site(
    *, site: Site, active_from: date, approved_on: date, version: str, reason: str, by: User
) -> bool:
    """From this day on the site takes data, by the version of the protocol that was approved for it (R-080). Before it,
    only the practice site does. Done again, it corrects what was put down. False if nothing differs.
    """
    with administering(by, reason=reason):
        now = Site.objects.get(pk=site.pk)
        if now.is_practice:
            raise ValidationError(
                gettext("A practice site needs no approval: it takes data for training at any time.")
            )
        if now.closed_on:
            raise ValidationError(gettext("This site was closed on %(day)s.") % {"day": now.closed_on})
        if approved_on > now.today():
            raise ValidationError(
                {"approved_on": gettext("This day is still to come: activate the site once it is approved.")}
            )
        if active_from < approved_on:
            words = gettext("The site cannot take data before it was approved, on %(day)s.")
            raise ValidationError({"active_from": words % {"day": approved_on}})
        wanted = (active_from, approved_on, version)
        if (now.active_from, now.approved_on, now.approved_version) == wanted:
            return False
        now.active_from, now.approved_on, now.approved_version = wanted
        now.save(update_fields=["active_from", "approved_on", "approved_version"])
        return True


def close_site(*, site: Site, closed_on: date, reason: str, by: User) -> bool:
    """From this day on the site is read and not written; its people keep their roles. False if it stands so already."""
    with administering(by, reason=reason):
        now = Site.objects.get(pk=site.pk)
        if now.active_from is None:
            raise ValidationError(gettext("This site was never active: there is nothing to close."))
        if closed_on < now.active_from:
            words = gettext("The site is active from %(day)s on.")
            raise ValidationError({"closed_on": words % {"day": now.active_from}})
        if closed_on < now.today() - timedelta(days=1):
            raise ValidationError(
                {"closed_on": gettext("This day is over: what was entered since then stands.")}
            )
        if now.closed_on == closed_on:
            return False
        now.closed_on = closed_on
        now.save(update_fields=["closed_on"])
        return True


def open_site_again(*, site: Site, reason: str, by: User) -> bool:
    """Take the closing back. False if it was not closed."""
    with administering(by, reason=reason):
        now = Site.objects.get(pk=site.pk)
        if now.closed_on is None:
            return False
        now.closed_on = None
        now.save(update_fields=["closed_on"])
        return True


def keep_delegation_log(*, site: Site, delegation_from: date | None, reason: str, by: User) -> bool:
    """From this day on only those work here to whom the investigator has delegated it; None: the log is on paper."""
    with administering(by, reason=reason):
        now = Site.objects.get(pk=site.pk)
        if now.is_practice and delegation_from:
            raise ValidationError(gettext("A practice site needs no delegation: it is where one learns."))
        if now.delegation_from == delegation_from:
            return False
        now.delegation_from = delegation_from
        now.save(update_fields=["delegation_from"])
        return True
