"""The entry for the application server."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from ecrf.audit.privileges import log_at_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecrf.settings")
_django = get_wsgi_application()
log_at_start()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application, called from a frame with room for all frames below it."""
    return _django(environ, start_response)


# CPython without the fix of gh-142183 (all of 3.11 and 3.12) asks the kernel for a chunk of 16 kB each time a call
# crosses the end of the last one: ten thousand times while a large page is rendered. One wide frame on top makes
# one large chunk that is never crossed.
application.__code__ = application.__code__.replace(co_stacksize=32_768)
