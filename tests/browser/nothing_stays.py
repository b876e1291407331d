"""What a page answers to a form that is sent, without a trace of it: the tests' own middleware undoes what it did."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

HEADER = "X-Nothing-Stays"


def nothing_stays(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The innermost one: what those around it keep, as the session, is kept."""

    def answer(request: HttpRequest) -> HttpResponse:
        if HEADER not in request.headers:
            return get_response(request)
        with transaction.atomic():
            response = get_response(request)
            transaction.set_rollback(True)
        return response

    return answer
