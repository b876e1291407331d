"""What a new password must be, and how one is set: by its owner only, who is told and whose other sessions end."""

import re
from collections.abc import Callable, Iterable

from django.conf import settings
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.account.links import withdraw_links
from ecrf.account.mails import tell_changed
from ecrf.account.models import LinkKind
from ecrf.account.own_password import note_password, was_used_before
from ecrf.account.sessions import end_sessions
from ecrf.audit.actor import Actor, acting

LONGEST = 4096
LEFT_AT_LEAST = 8
"""Letters and digits that a password must have besides words that others would guess first."""
OF_THE_PRODUCT = ("ecrf", "password", "passwort", "passphrase", "clinical", "trial", "study", "hospital")
WORDS_OF_THE_STUDY: list[Callable[[], Iterable[str]]] = []
"""Floors above add what the study is called."""

_WORD = re.compile(r"[^\W_]{4,}|[0-9]{4,}")


class LongEnough(MinimumLengthValidator):
    """Django's rule in this product's words."""

    def get_error_message(self) -> str:
        return gettext(
            "Too short: take at least %(min_length)s characters. Several words with blanks are easy to keep."
        ) % {"min_length": self.min_length}


class NotCommon(CommonPasswordValidator):
    """Django's rule in this product's words."""

    def get_error_message(self) -> str:
        return gettext(
            "Too common: it stands on lists that others try first. Take several words that do not belong"
            " together."
        )


class NotLikeOneself(UserAttributeSimilarityValidator):
    """Django's rule in this product's words."""

    def get_error_message(self) -> str:
        return gettext(
            "Too similar to your %(verbose_name)s. Take something that nobody would connect with you."
        )


class NotTooLong:
    """Nothing is cut off; but there is an end (decision 7)."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                gettext("This password has more than %(longest)s characters. Shorten it.")
                % {"longest": LONGEST}
            )

    def get_help_text(self) -> str:
        return gettext("At most %(longest)s characters.") % {"longest": LONGEST}


class NotMadeOfKnownWords:
    """Refuses what consists of the person's names, the site's, the study's, and little else."""

    def validate(self, password: str, user: object = None) -> None:
        left = password.casefold()
        found = [word for word in known_words(user if isinstance(user, User) else None) if word in left]
        for word in found:
            left = left.replace(word, " ")
        if found and sum(sign.isalnum() for sign in left) < LEFT_AT_LEAST:
            raise ValidationError(
                gettext(
                    "This password is made of words that others would try first (%(words)s): your"
                    " names, your site's, this study's. Choose others, or add more to them."
                )
                % {"words": gettext(", ").join(found[:3])}
            )

    def get_help_text(self) -> str:
        return gettext("Not made of your names, your site's or the study's.")


def known_words(user: User | None) -> list[str]:
    """Of four letters or more, in small letters, the longest first."""
    texts = [*OF_THE_PRODUCT, *(text for words in WORDS_OF_THE_STUDY for text in words())]
    if user is not None:
        texts += [user.username, user.full_name, user.email or ""]
        if user.pk:
            sites = [m.site for m in user.current_memberships if m.site]
            texts += [text for site in sites for text in (site.code, site.name)]
    words = {word for text in texts for word in _WORD.findall(text.casefold())}
    return sorted(words, key=lambda word: (-len(word), word))


def faults_of_password(user: User, password: str, again: str | None = None) -> list[str]:
    """Why it cannot be the new one, in words; nothing if it can. It is not stored or logged anywhere."""
    if not password:
        return [gettext("Choose a password.")]
    if again is not None and password != again:
        return [gettext("The two do not agree. Type the new password twice, or let it be shown.")]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [str(message) for message in error.messages]
    if user.has_usable_password() and user.check_password(password):
        return [gettext("This is the password that you have now. Choose another one.")]
    if was_used_before(user, password):
        return [
            gettext("You had this password before: none of the last %(password_history)s is taken again.")
            % {"password_history": settings.PASSWORD_HISTORY}
        ]
    return []


def change_password(*, user: User, password: str, but: str) -> None:
    """The owner changes it, in the session `but`; every other one ends."""
    user.set_password(password)  # takes long, on purpose: no transaction waits for it
    save_password(
        user=user,
        by=Actor(str(user.pk), user.username),
        but=but,
        what=gettext_lazy("The password was changed on the own page"),
    )


def save_password(*, user: User, by: Actor, but: str = "", what: str | Promise) -> None:
    """Save what `set_password` has hashed. Sessions end, but for the one named; links of before open nothing."""
    with acting(by, source="account"):
        user.save(update_fields=["password"])
        note_password(user, user)
        withdraw_links(user, user, LinkKind.RESET, LinkKind.INVITATION)
        end_sessions(user=user, by=by, but=but)
        tell_changed(user, what)
