"""A password that has to be changed: its owner has not typed it, or it is too old where an age is set (decision 7).

Whoever logs in with one opens nothing but the page that changes it.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.account.models import PasswordChange
from ecrf.account.second.enforcement import OPEN, led_to

PASSWORD_TO_CHANGE = "password_to_change"  # noqa: S105  (a key of the session)
"""In the session: why, as `reason_to_change` says it."""
PAGE = "/account/password/"
IS_NOT_YOURS, IS_TOO_OLD = "not-yours", "too-old"
NOT_YOURS = gettext_lazy(
    "Somebody else has typed your password for you. Choose one of your own, which nobody but you knows."
)
TOO_OLD = gettext_lazy(
    "Your password is older than {days} days, and passwords are changed here by then. Choose another one."
)
IN_WORDS = gettext_lazy(
    "First choose another password: open the page of your account in another tab. Nothing was saved."
)


def why_to_change(user: User) -> str:
    """In words; "" for a password that may stay, and where there is none. One statement."""
    return in_words(reason_to_change(user))


def in_words(reason: str) -> str:
    """What `reason_to_change` gave; as it stands if a version before this one has noted it in words."""
    if reason == IS_TOO_OLD:
        return str(TOO_OLD).format(days=settings.PASSWORD_MAX_DAYS)
    return str(NOT_YOURS) if reason == IS_NOT_YOURS else reason


def reason_to_change(user: User) -> str:
    """As a key, which is the same in every language; "" for none. One statement."""
    if not user.has_usable_password():
        return ""
    last = PasswordChange.objects.filter(user=user).order_by("pk").last()
    if last and last.set_by_id != user.pk:
        return IS_NOT_YOURS
    days = settings.PASSWORD_MAX_DAYS
    # Of a password without a row, which an earlier version has set, nobody knows the age.
    if days and (last is None or last.set_at <= timezone.now() - timedelta(days=days)):
        return IS_TOO_OLD
    return ""


def note_at_login(request: HttpRequest, user: User) -> None:
    """Asked once, at the login: no page asks the database again."""
    if reason := reason_to_change(user):
        request.session[PASSWORD_TO_CHANGE] = reason


def own_password_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware, behind that of the second factor: lead to the page; a part of one is refused in words (403)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if PASSWORD_TO_CHANGE not in request.session or request.path.startswith((PAGE, *OPEN)):
            return get_response(request)
        return led_to("change-password", request, str(IN_WORDS))

    return middleware


def was_used_before(user: User, password: str) -> bool:
    """Whether it is one of the last PASSWORD_HISTORY of this person. Each is hashed anew, which takes long."""
    last = _kept(user).values_list("password", flat=True)[: settings.PASSWORD_HISTORY]
    return any(check_password(password, str(kept)) for kept in last)


def note_password(user: User, set_by: User | None) -> None:
    """That the account has the password that it has now; inside the caller's `acting`, after it was saved. Its hash is
    kept where it must not be taken again, and those that are too old for that are forgotten."""
    history = settings.PASSWORD_HISTORY
    kept = user.password if history else None
    PasswordChange.objects.create(user=user, set_by=set_by, password=kept)
    too_old = list(_kept(user).values_list("pk", flat=True))[history:]
    PasswordChange.objects.filter(pk__in=too_old).update(password=None)


def _kept(user: User) -> QuerySet[PasswordChange]:
    """Those whose hash is kept, the newest first."""
    return PasswordChange.objects.filter(user=user, password__isnull=False).order_by("-pk")
