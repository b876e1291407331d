"""Users, sites and memberships. Nobody is above the rules: there is no superuser."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pgtrigger
from django.conf import settings
from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.delegation import Delegation  # noqa: F401
from ecrf.access.login_log import LoginEvent, LoginTry  # noqa: F401  (tables of this app)
from ecrf.access.obstacles import (
    Obstacle,
    delegation_obstacles,
    refusal,
    site_obstacles,
    untrained,
    with_grounds,
)
from ecrf.access.roles import AT_A_SITE, AT_SITES_OR_ALL, RIGHTS, WORKING, WRITING, Right, Role
from ecrf.access.training import TrainingDocument, TrainingRecord  # noqa: F401
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.audit.triggers import audited

REGIONS = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)


LANGUAGE_NAMES: dict[str, str] = dict(settings.LANGUAGES)
"""{code: the language's name for itself}"""
LONGEST_LANGUAGE = 12


class SingleKeys(models.TextChoices):
    """How keys of one letter act for a person who does not have them act at once (WCAG 2.1.4)."""

    WITH_ALT = "alt", pgettext_lazy("keys of one letter", "together with Alt")
    OFF = "off", pgettext_lazy("keys of one letter", "not at all")


def validate_time_zone(name: str) -> None:
    """Refuse all but Region/City and UTC: Etc/GMT+9 lies west, EST has no summer, localtime is the server's."""
    region, _stroke, city = name.partition("/")
    if name != "UTC" and not (region in REGIONS and city and name in zoneinfo.available_timezones()):
        raise ValidationError(
            gettext("%(name)s is no time zone of a place. Write one such as Asia/Tokyo, or UTC.")
            % {"name": name}
        )


class UserManager(BaseUserManager["User"]):
    """Creates users; a password is checked by whoever asks for one."""

    def create_user(self, username: str, full_name: str = "", password: str | None = None) -> "User":
        user = self.model(username=username, full_name=full_name)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user


@audited(ignore=["last_login"], hide=["password"])
class User(AbstractBaseUser):
    """One person's account. A user name belongs to one person for ever: accounts are closed, never removed."""

    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    full_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(
        null=True, blank=True, help_text="Where mail goes; no account is found by it alone"
    )
    is_active = models.BooleanField(default=True)
    language = models.CharField(
        max_length=LONGEST_LANGUAGE, null=True, blank=True, help_text="Empty: that of the site"
    )
    single_keys = models.CharField(
        max_length=5,
        null=True,
        blank=True,
        choices=SingleKeys,
        help_text="How keys of one letter act; empty: at once",
    )

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_once_in_any_case",
                violation_error_message=gettext_lazy(
                    "This user name is taken. A user name belongs to one person for ever."
                ),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="email_once_in_any_case",
                violation_error_message=gettext_lazy("This e-mail address belongs to another account."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="username_is_for_ever",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("username"),
                condition=pgtrigger.Q(old__username__df=pgtrigger.F("new__username")),
                func="RAISE EXCEPTION 'A user name is never changed.' USING ERRCODE = 'EC003';",
            )
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """What pages and prints call the person: the user name where no full name is known."""
        return self.full_name or self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password fits. A hash of an older strength is renewed on the way: the system's own write.

        Hashing takes long, on purpose: no transaction is held meanwhile."""

        def renew(raw_password: str) -> None:
            self.set_password(raw_password)
            self._password = None  # nobody chose a new one
            with acting(SYSTEM, source="login"):
                self.save(update_fields=["password"])

        return bool(hashers.check_password(raw_password, self.password, renew))

    @cached_property
    def current_memberships(self) -> list["Membership"]:
        """Those in force today, with all that their rights depend on. Loaded once a request, in one statement."""
        found = with_grounds(self.memberships.filter(is_current=True)).order_by("site__code", "pk")
        return [membership for membership in found if membership.is_in_force()]

    @cached_property
    def rights(self) -> frozenset[Right]:
        """Every right of a role that the user has anywhere, whether or not something is in its way at the moment."""
        return frozenset().union(*(RIGHTS[membership.role] for membership in self.current_memberships))

    def may(self, right: Right, site: "Site") -> bool:
        """Whether one of the user's roles at this site carries the right, and nothing is in its way."""
        return self.membership_for(right, site) is not None

    def membership_for(self, right: Right, site: "Site") -> "Membership | None":
        """The membership that gives the user this right at this site now."""
        return next((m for m in self._with(right, site) if not m.obstacles(right)), None)

    def obstacles(self, right: Right, site: "Site") -> list[Obstacle]:
        """What is in the way of a right that a role of the user's at this site carries; nothing if no role does."""
        if self.may(right, site):
            return []
        return next((m.obstacles(right) for m in self._with(right, site)), [])

    def obstacles_to_all(self, right: Right) -> list[Obstacle]:
        """The same of a right over the whole study, which only a role at all sites gives."""
        held = [m for m in self.current_memberships if m.site_id is None and right in RIGHTS[m.role]]
        found = [membership.obstacles(right) for membership in held]
        return [] if [] in found else next(iter(found), [])

    def _with(self, right: Right, site: "Site") -> Iterator["Membership"]:
        for membership in self.current_memberships:
            if membership.site_id in (None, site.pk) and right in RIGHTS[membership.role]:
                yield membership

    def acting_at(self, site: "Site | None", right: Right) -> Actor:
        """The actor the audit trail names: this person in the role that carries the right, at the site or, where the
        act belongs to none, anywhere.

        PermissionDenied, in words, if something is in the way of the right at the site: nobody writes in a role
        without it.
        """
        if site is None:
            role = next((m.role for m in self.current_memberships if right in RIGHTS[m.role]), "")
            return Actor(str(self.pk), self.username, role)
        membership = self.membership_for(right, site)
        if membership is None and (found := self.obstacles(right, site)):
            raise PermissionDenied(refusal(right, found))
        return Actor(str(self.pk), self.username, membership.role if membership else "", site.code)

    # Asked by Django's admin pages; each page of ours asks `may` itself.
    @property
    def is_staff(self) -> bool:
        return bool(self.rights & {Right.REVIEW, Right.REVIEW_SAFETY})

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False


@audited()
class Site(models.Model):
    """A hospital that enters patients, with its own time zone."""

    code = models.CharField(max_length=10, unique=True, validators=[RegexValidator(r"^[0-9A-Z]{1,10}$")])
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    language = models.CharField(
        max_length=LONGEST_LANGUAGE,
        null=True,
        blank=True,
        help_text="Of its people who have chosen none; empty: the one that their browser asks for",
    )
    is_practice = models.BooleanField(
        default=False, help_text="For training: its patients are never part of the study's data."
    )

    active_from = models.DateField(
        null=True, blank=True, help_text="The first day on which it takes data. A practice site needs none."
    )
    approved_on = models.DateField(
        null=True, blank=True, help_text="By the ethics committee and the authorities"
    )
    approved_version = models.CharField(
        max_length=50, null=True, blank=True, help_text="Of the protocol, as it was approved for this site"
    )
    closed_on = models.DateField(null=True, blank=True, help_text="From this day on it is read, not written")
    delegation_from = models.DateField(
        null=True,
        blank=True,
        help_text="From this day on only delegated people work; empty: the log is kept on paper",
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(active_from__isnull=False),
                name="site_closed_after_active",
            )
        ]

    def __str__(self) -> str:
        return gettext("Site %(code)s") % {"code": self.code}

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def now(self) -> datetime:
        """The moment on the clock that hangs on the site's wall."""
        return timezone.now().astimezone(self.zone)

    def today(self) -> date:
        return self.now().date()


@audited()
class Membership(models.Model):
    """A user's role at a site, or at all sites. It is ended, never removed; given again, it is another one."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="memberships")
    is_current = models.BooleanField(default=True, help_text="Until it is ended")
    starts_on = models.DateField(null=True, blank=True, help_text="The first day; empty: at once")
    ends_on = models.DateField(null=True, blank=True, help_text="The last day; empty: until it is ended")
    granted_at = models.DateTimeField(null=True, default=timezone.now, help_text="Empty: as the trail says")
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, null=True, blank=True, help_text="Why it was given")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=500, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "site"],
                condition=models.Q(is_current=True),
                nulls_distinct=False,
                name="membership_once",
                violation_error_message=gettext_lazy("This person has this role there already."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(AT_A_SITE), site__isnull=False)
                | models.Q(role__in=sorted(AT_SITES_OR_ALL))
                | (~models.Q(role__in=sorted(AT_A_SITE | AT_SITES_OR_ALL)) & models.Q(site__isnull=True)),
                name="membership_site_fits_role",
                violation_error_message=(
                    gettext_lazy(
                        "Investigators, sub-investigators, coordinators and monitors belong to a site; the other"
                        " roles, but for inspectors, to all sites."
                    )
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_start",
                violation_error_message=gettext_lazy("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(role=Role.INSPECTOR) | models.Q(ends_on__isnull=False),
                name="membership_of_inspector_ends",
                violation_error_message=gettext_lazy(
                    "An inspector has access for a limited time: say its last day."
                ),
            ),
            # The other way round is allowed: the command line is nobody's account.
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{act}_by__isnull": True})
                    | models.Q(**{f"{act}_at__isnull": False}),
                    name=f"membership_{act}_by_at",
                )
                for act in ("granted", "ended")
            ),
        ]

    def __str__(self) -> str:
        where = self.site.code if self.site else "all sites"
        return f"{self.user.username}: {self.get_role_display()}, {where}"

    def is_in_force(self) -> bool:
        """Whether it holds today, by the site's calendar; that of UTC where it holds for all sites."""
        begun = self.starts_on is None or self.starts_on <= self._today()
        return begun and not self.is_over()

    def is_over(self) -> bool:
        return not self.is_current or (self.ends_on is not None and self.ends_on < self._today())

    def last_day(self) -> date | None:
        """The day on which it was ended, or after which it ended by itself; None while it holds."""
        if self.ended_at and not self.is_current:
            return self.ended_at.astimezone(self.site.zone if self.site else UTC).date()
        return self.ends_on if self.is_over() else None

    def _today(self) -> date:
        return self.site.today() if self.site else timezone.now().date()

    def obstacles(self, right: Right) -> list[Obstacle]:
        """What is in the way of a right of this role: site not active, task not delegated, training not done.

        A practice site knows none of them: it is where one learns.
        """
        if right not in WORKING or (self.site and self.site.is_practice):
            return []
        found = [untrained(title) for title in self.untrained]  # type: ignore[attr-defined]  # see `with_grounds`
        if self.site and right in WRITING:
            today = self.site.today()
            found += site_obstacles(self.site, today)
            found += delegation_obstacles(self, right, today)
        return found
