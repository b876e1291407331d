"""How bytes of files leave: as a download or as a picture, never as a page, with a policy that lets nothing run."""

import logging
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext_lazy

from ecrf.access.requests import UserRequest
from ecrf.files.contents import ContentAltered, opened
from ecrf.files.models import FileVersion
from ecrf.files.receiving.flat_pages import pages_of

log = logging.getLogger("ecrf.files")

NOTHING_RUNS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
ALTERED = gettext_lazy(
    "The bytes of this file are not those that were stored: it is not given out. Tell the data manager."
)


def download(request: UserRequest, version: FileVersion) -> FileResponse:
    # Packed already, and told in its length: the server does not pack it anew.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    file = _opened(version)
    name = f"{version.file.title} v{version.number}.pdf".replace("/", "-")
    answer = FileResponse(file, as_attachment=True, filename=name, headers=NOTHING_RUNS)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Length"] = str(version.content.size)
    return answer


def picture(request: UserRequest, version: FileVersion, number: int) -> HttpResponse:
    """A page of a source copy, as it is stored."""
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    if not version.file.is_copy:
        raise Http404
    with _opened(version) as file:
        try:
            page = pages_of(file, number)
        except LookupError as error:
            raise Http404 from error
    return HttpResponse(page, content_type="image/jpeg", headers=NOTHING_RUNS)


def _opened(version: FileVersion) -> BinaryIO:
    try:
        return opened(version.content_id)
    except ContentAltered as error:
        log.error("the bytes of version %s of file %s do not give its hash", version.number, version.file_id)
        raise PermissionDenied(str(ALTERED)) from error
