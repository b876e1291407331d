"""Where a login leads: to the page that was asked for, or to the one that an act stood on. An act's own address shows
nothing by itself."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

READING = ("GET", "HEAD")


def is_here(request: HttpRequest, address: str) -> bool:
    """Whether it is an address of this host, written from its first stroke: anything else a redirect would take for the
    name of a page."""
    hosts = {request.get_host()}
    return address.startswith("/") and url_has_allowed_host_and_scheme(
        address, hosts, require_https=request.is_secure()
    )


def is_page(request: HttpRequest, address: str) -> bool:
    """Whether there is such a page here."""
    return is_here(request, address) and _is_there(address.partition("?")[0])


def page_asked_for(request: HttpRequest) -> str:
    """A path of this host. Of an act: the page that the browser says it stood on, else the one above its address."""
    if request.method in READING:
        return request.get_full_path()
    stood_on = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(stood_on, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(stood_on)
        return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return page_above(request.path)


def page_above(path: str) -> str:
    """The nearest address above this one that there is: `/visits/2/` for `/visits/2/finish/`."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if _is_there(path):
            return path
    return "/"


def _is_there(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
