"""What was typed on a page that its owner may not even read any more: given back, with why it was not saved."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from ecrf.access.joined import headed
from ecrf.access.reach import roles_that_ended
from ecrf.access.requests import UserRequest
from ecrf.forms.registry import CRFS


def keeps_what_was_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A refused page of entry answers with the person's own words, and nothing else of the record: the role may have
    ended while they were typed."""

    @wraps(view)
    def kept(request: UserRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (Http404, PermissionDenied) as refusal:
            typed = _typed(request.POST) if request.method == "POST" else []
            if not typed:
                raise
            status = 403 if isinstance(refusal, PermissionDenied) else 404
            words = [str(refusal)] if str(refusal) else roles_that_ended(request.user)
            return render(request, "entry/not_saved.html", {"words": words, "typed": typed}, status=status)

    return kept


def _typed(data: QueryDict) -> list[tuple[str, str]]:
    """(item, what was typed) of every field that is not empty, as the page named it."""
    found = []
    for field in data:
        text = data.get(field, "")
        crf, _, rest = field.partition(":")
        name = rest.rpartition(":")[2]
        if text.strip() and crf in CRFS and name in CRFS[crf].items:
            found.append((headed(CRFS[crf].title, CRFS[crf].items[name].verbose_name), text))
    return found
