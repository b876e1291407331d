"""Users, sites and memberships. Nobody is above the rules: there is no superuser."""

import zoneinfo
from datetime import date, datetime

from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from ecrf.access.login_log import LoginEvent, LoginTry  # noqa: F401  (tables of this app)
from ecrf.access.roles import AT_A_SITE, RIGHTS, Right, Role
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


def validate_time_zone(name: str) -> None:
    """Refuse all but Region/City and UTC: Etc/GMT+9 lies west, EST has no summer, localtime is the server's."""
    region, _stroke, city = name.partition("/")
    if name != "UTC" and not (region in REGIONS and city and name in zoneinfo.available_timezones()):
        raise ValidationError(f"{name} is no time zone of a place. Write one such as Asia/Tokyo, or UTC.")


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
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    def __str__(self) -> str:
        return self.username

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
        """Loaded once a request."""
        return list(
            self.memberships.filter(is_current=True).select_related("site").order_by("site__code", "pk")
        )

    @cached_property
    def rights(self) -> frozenset[Right]:
        """Every right the user has anywhere."""
        return frozenset().union(*(RIGHTS[membership.role] for membership in self.current_memberships))

    def may(self, right: Right, site: "Site") -> bool:
        """Whether one of the user's roles at this site carries the right."""
        return self.membership_for(right, site) is not None

    def membership_for(self, right: Right, site: "Site") -> "Membership | None":
        """The membership that gives the user this right at this site."""
        for membership in self.current_memberships:
            if membership.site_id in (None, site.pk) and right in RIGHTS[membership.role]:
                return membership
        return None

    def acting_at(self, site: "Site | None", right: Right) -> Actor:
        """The actor the audit trail names: this person in the role that carries the right."""
        membership = self.membership_for(right, site) if site else None
        return Actor(
            str(self.pk), self.username, membership.role if membership else "", site.code if site else ""
        )

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
    is_practice = models.BooleanField(
        default=False, help_text="For training: its patients are never part of the study's data."
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"Site {self.code}"

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
    """A user's role at a site, or at all sites. It is ended, never removed."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="memberships")
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "site"], nulls_distinct=False, name="membership_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(AT_A_SITE), site__isnull=False)
                | (~models.Q(role__in=sorted(AT_A_SITE)) & models.Q(site__isnull=True)),
                name="membership_site_fits_role",
                violation_error_message=(
                    "Investigators, coordinators and monitors belong to a site; the other roles to all sites."
                ),
            ),
        ]

    def __str__(self) -> str:
        where = self.site.code if self.site else "all sites"
        return f"{self.user.username}: {self.get_role_display()}, {where}"
