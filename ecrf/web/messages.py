"""Keeps what was done until the next page says it: in a cookie of this host, or in the session if it is long."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class OwnCookie(CookieStorage):
    """Named like our other cookies: by TLS, no other host can set it."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class Messages(FallbackStorage):
    """As Django's, with our cookie."""

    storage_classes = (OwnCookie, SessionStorage)
