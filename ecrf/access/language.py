"""In which language somebody is spoken to: the one way to ask, and the one way to write in it.

A person's own choice comes first, then what was chosen in this browser at the login, then that of the site one belongs
to, then what the browser asks for, then English. What is stored (values, codes, the trail) and what leaves the study
(exports) is written in the master, whoever asks for it: `in_master`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from functools import cache, wraps
from threading import local
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import trans_real
from django.utils.translation.trans_real import parse_accept_lang_header

from ecrf.access.models import LANGUAGE_NAMES, User
from ecrf.access.roles import OF_A_SITE

MASTER = "en"
P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=HttpRequest)
A = TypeVar("A", bound=HttpResponseBase)
_page_read_in: ContextVar[str] = ContextVar("page_read_in", default="")
"""Inside `answered_in_master`: in which language the page is read where the file was asked for."""


def keep_language_by_thread() -> None:
    """Where Django keeps which language is spoken. Its own store serves asynchronous code too, of which there is none
    here, and takes a lock at each look: ten times as long, and a page looks some hundreds of times."""
    trans_real._active = local()  # type: ignore[attr-defined]


def known_language(code: str | None) -> str:
    """The code, if there is such a language; else ""."""
    return code if code in LANGUAGE_NAMES else ""  # type: ignore[return-value]


def english_name(code: str) -> str:
    """As files in the master name the language: `Japanese`."""
    return str(translation.get_language_info(code)["name"])


def language_of(user: User) -> str:
    """The person's own choice, or that of the first of the person's sites that has one; "" where neither is made.

    Who is no member of a site's staff, as a monitor, belongs to none of them: sites decide only if all say the same.
    """
    if own := known_language(user.language):
        return own
    at = [(row.role, row.site) for row in user.current_memberships if row.site]
    of_staff = (known_language(site.language) for role, site in at if role in OF_A_SITE)
    if first := next(filter(None, of_staff), ""):
        return first
    visited = {known_language(site.language) for _role, site in at if not site.is_practice}
    return visited.pop() if len(visited) == 1 else ""


def asked_for(accept_language: str) -> str:
    """The first language of a browser's list (RFC 9110) that there is; English for none of them."""
    found = (_closest(code) for code, _weight in parse_accept_lang_header(accept_language.lower()))
    return next(filter(None, found), MASTER)


def _closest(code: str) -> str:
    """`ja` for ja-jp. Of Chinese, only what is written in simplified characters; of whom says no more, that."""
    language, _, more = code.partition("-")
    if language == "zh":
        return "zh-hans" if more in ("", "cn", "sg", "my") or more.startswith("hans") else ""
    return known_language(language)


def speaking_to(user: User | None) -> AbstractContextManager[None]:
    """What is written inside is in this person's language: mail, and whatever is made while nobody waits."""
    return translation.override((language_of(user) if user else "") or settings.LANGUAGE_CODE)


def in_master() -> AbstractContextManager[None]:
    """What is written inside is English, whoever is logged in: what is stored, and exports."""
    is_already = translation.get_language() == MASTER  # each check asks for it, thousands in an import
    return nullcontext() if is_already else translation.override(MASTER)


def in_every_language() -> Iterator[str]:
    """The loop's body is said in one language after another: to know a word by whichever it was written in."""
    for language in LANGUAGE_NAMES:
        with translation.override(language):
            yield language


def each_language(function: Callable[P, T]) -> Callable[P, T]:
    """As `functools.cache`, for a function that gives words: what it gave is kept for each language by itself."""

    @cache
    def of_language(_language: str | None, *args: P.args, **more: P.kwargs) -> T:
        return function(*args, **more)

    @wraps(function)
    def asked(*args: P.args, **more: P.kwargs) -> T:
        return of_language(translation.get_language(), *args, **more)  # type: ignore[arg-type]

    return asked


def answered_in_master(view: Callable[Concatenate[R, P], A]) -> Callable[Concatenate[R, P], A]:
    """Above a view whose answer is a file that leaves the study: it is English, whoever asks for it."""

    @wraps(view)
    def answer(request: R, /, *args: P.args, **more: P.kwargs) -> A:
        before = _page_read_in.set(translation.get_language() or MASTER)
        try:
            with in_master():
                return view(request, *args, **more)
        finally:
            _page_read_in.reset(before)

    return answer


def readers_language() -> str:
    """In which language somebody reads what this is about: also while a file in the master is made of the page."""
    return _page_read_in.get() or translation.get_language() or MASTER


def as_the_page_is_read() -> AbstractContextManager[None]:
    """Inside a view that answers in the master: a page that says why there is no file, and what is found by words that
    somebody typed on a page."""
    return translation.override(readers_language())
