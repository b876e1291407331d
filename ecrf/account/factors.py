"""Which second factors an account has, and taking them away from one whose phone is gone."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext

from ecrf.access.models import User
from ecrf.account.mails import tell_changed
from ecrf.account.models import Authenticator, Passkey, RecoveryCode
from ecrf.account.policy import needs_second_factor as needs_second_factor
from ecrf.account.sessions import end_sessions
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy


@dataclass(frozen=True)
class Factors:
    """What a person has besides the password. Recovery codes alone are none: they stand in for one that is gone."""

    has_authenticator: bool
    has_passkey: bool

    def __bool__(self) -> bool:
        return self.has_authenticator or self.has_passkey


def factors_of(user: User) -> Factors:
    """In one statement."""
    authenticator, passkey = (
        Exists(model.objects.filter(user=OuterRef("pk"), ended_at__isnull=True))
        for model in (Authenticator, Passkey)
    )
    return Factors(*User.objects.filter(pk=user.pk).values_list(authenticator, passkey).get())


def has_second_factor(user: User) -> bool:
    return bool(factors_of(user))


def reset_second_factor(*, user: User, by: Actor, ended_by: User | None = None, reason: str) -> None:
    """Take away what a person had, so that the next login leads to a new one; all sessions end.

    ValidationError without a reason. To be done by an administrator who has made sure who is asking.
    """
    why = tidy(reason)
    if fault := fault_of(why, pgettext("of which the reason is asked", "the phone is lost")):
        raise ValidationError(fault)
    with acting(by, reason=why, source="account"):
        for model in (Authenticator, Passkey, RecoveryCode):
            rows = model.objects.filter(user=user, ended_at__isnull=True)  # type: ignore[attr-defined]
            rows.update(ended_at=timezone.now(), ended_by=ended_by)
        end_sessions(user=user, by=by, reason=why)
        tell_changed(user, gettext_lazy("The second factor was taken away by an administrator"))
