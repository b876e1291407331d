"""How a page with a form is answered, wherever a service may refuse what was typed."""

from collections.abc import Callable, Mapping

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ecrf.people.forms import PlainForm


def answered(
    request: HttpRequest,
    form: PlainForm,
    act: Callable[[], HttpResponse],
    template: str,
    context: Mapping[str, object],
) -> HttpResponse:
    """What `act` answers, once all that was typed can stand; else the page, with what is wrong beside its field (422).

    `act` raises ValidationError for what the form cannot know; nothing that was typed is lost.
    """
    if request.method == "POST" and form.is_valid():
        try:
            return act()
        except ValidationError as error:
            form.refuse(error)
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
