"""Adds, ends and withdraws a site's reference ranges; what was calculated with them is calculated anew."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.casebook.laboratory.units import plain
from ecrf.casebook.models import ReferenceRange
from ecrf.casebook.reach import take_turns_of
from ecrf.casebook.record.derive import recalculate_site
from ecrf.forms.protocol import protocol

SOURCE = "ranges"


@dataclass(frozen=True)
class NewRange:
    """A range as a site gives it: one limit may be None, `sex` "" is any, `valid_to` None is until further notice."""

    test: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    sex: str
    valid_from: date
    valid_to: date | None = None


class RangeRefused(Exception):
    """The range with this number (from 0) among those given cannot be added, and nothing was."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number, self.why = number, why


def ranges_of(site: Site) -> QuerySet[ReferenceRange]:
    """Every range of a site, the withdrawn ones among them, with who added it."""
    return ReferenceRange.objects.filter(site=site).select_related("site", "added_by", "withdrawn_by")


def all_ranges() -> QuerySet[ReferenceRange]:
    """The ranges of all sites, for whoever reaches them through the user."""
    return ReferenceRange.objects.select_related("site", "added_by", "withdrawn_by")


def add_ranges(*, site: Site, given: list[NewRange], by: User) -> list[ReferenceRange]:
    """Add these ranges, all or none. `RangeRefused` says which of them cannot be, and why."""
    actor = by.acting_at(site, Right.ENTER)
    added = []
    with acting(actor, source=SOURCE):
        take_turns_of(site)
        for number, one in enumerate(given):
            try:
                added.append(_add(site, one, by))
            except ValidationError as error:
                raise RangeRefused(number, " ".join(error.messages)) from error
        recalculate_site(site, actor, source=SOURCE)
    return added


def end_range(*, found: ReferenceRange, valid_to: date, by: User) -> None:
    """Say until which day, that day included, a range holds. ValidationError says what is wrong."""
    if valid_to < found.valid_from:
        raise ValidationError(
            {
                "valid_to": gettext("It holds from %(day)s: the last day cannot be before.")
                % {"day": found.valid_from}
            }
        )
    with acting(by.acting_at(found.site, Right.ENTER), source=SOURCE):
        take_turns_of(found.site)
        found.valid_to = valid_to
        if other := _overlapping(found):
            raise ValidationError(gettext("Then it overlaps %(range)s.") % {"range": _in_words(other)})
        _save(found, ["valid_to"])
        recalculate_site(found.site, by.acting_at(found.site, Right.ENTER), source=SOURCE)


def withdraw_range(*, found: ReferenceRange, by: User, reason: str) -> None:
    """Take a wrong range out of use; it stays to be read. A second time does nothing.

    ValidationError without a reason.
    """
    if fault := fault_of(why := tidy(reason), gettext("the range is wrong")):
        raise ValidationError(fault)
    actor = by.acting_at(found.site, Right.ENTER)
    with acting(actor, reason=why, source=SOURCE):
        if found.is_withdrawn:
            return
        take_turns_of(found.site)
        found.withdrawn_at, found.withdrawn_by, found.withdrawn_why = timezone.now(), by, why
        _save(found, ["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        recalculate_site(found.site, actor, source=SOURCE, reason=why)


def _add(site: Site, given: NewRange, by: User) -> ReferenceRange:
    made = ReferenceRange(
        site=site,
        test=given.test,
        unit=_spelt(site, given.test, given.unit),
        low=given.low,
        high=given.high,
        sex=given.sex,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
        added_by=by,
    )
    if other := _overlapping(made):
        raise ValidationError(
            {
                "valid_from": gettext("It overlaps %(range)s. End or withdraw that one first.")
                % {"range": _in_words(other)}
            }
        )
    _save(made)
    return made


def _save(made: ReferenceRange, columns: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            made.save(update_fields=columns)
    except IntegrityError as error:
        raise ValidationError(
            gettext("Somebody changed the site's ranges meanwhile. Load the page again.")
        ) from error


def _spelt(site: Site, test: str, unit: str) -> str:
    """The unit in the spelling that the site, or else the protocol, uses already."""
    at_site = ReferenceRange.objects.filter(site=site, test=test).values_list("unit", flat=True)
    usual = [u for one in protocol().lab_tests if one.code == test for u in one.units]
    return next((u for u in [*at_site, *usual] if plain(u) == plain(unit)), unit)


def _overlapping(one: ReferenceRange) -> ReferenceRange | None:
    """Another range of the same test, unit and sex that holds on one of the same days."""
    others = ReferenceRange.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=one.valid_from),
        site=one.site,
        test=one.test,
        unit=one.unit,
        sex=one.sex,
        withdrawn_at__isnull=True,
    ).exclude(pk=one.pk)
    if one.valid_to:
        others = others.filter(valid_from__lte=one.valid_to)
    return others.first()


def _in_words(other: ReferenceRange) -> str:
    words = gettext("the range %(limits)s %(unit)s, valid from %(first)s")
    if other.valid_to:
        words = gettext("the range %(limits)s %(unit)s, valid from %(first)s to %(last)s")
    known = {"limits": other.limits, "unit": other.unit, "first": other.valid_from, "last": other.valid_to}
    return words % known
