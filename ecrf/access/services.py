"""Sites added and corrected from the command line."""

from django.core.exceptions import ValidationError

from ecrf.access.models import Site
from ecrf.access.turns import take_turns
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.taken import refusal_in_words
from ecrf.audit.texts import cleaned


def add_site(*, code: str, name: str, time_zone: str, is_practice: bool, by: Actor) -> Site:
    """Add a site, active from today on. ValidationError says what is wrong with which of the values."""
    site = Site(code=code, name=cleaned(name, lines=False), time_zone=time_zone, is_practice=is_practice)
    with refusal_in_words(), acting(by, source="command"):
        take_turns()
        site.full_clean()
        site.active_from = None if is_practice else site.today()
        site.save()
    return site


def correct_time_zone(*, site: Site, time_zone: str, reason: str, by: Actor) -> None:
    """Correct a site's time zone: the days and times that were entered stay, and are now read by its clock.
    ValidationError for a zone that is none, or without a reason."""
    why = tidy(reason)
    if fault := fault_of(why, "the time zone was wrong"):
        raise ValidationError(fault)
    with acting(by, reason=why, source="command"):
        site.time_zone = time_zone
        site.full_clean()
        site.save(update_fields=["time_zone"])
