"""A new person who will sign declares once what an electronic signature means, on the way in."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.account.arriving.steps import ArrivalStep, register_step
from ecrf.account.passwords import WORDS_OF_THE_STUDY
from ecrf.audit.actor import Actor, acting
from ecrf.forms.protocol import protocol
from ecrf.signatures.signers import DECLARATION, declare, has_declared


def is_left(user: User) -> bool:
    return Right.SIGN in user.rights and not has_declared(user)


@require_http_methods(["GET", "POST"])
def declaration(request: UserRequest) -> HttpResponse:
    """The declaration to read and to make; who has made it goes on. A second click changes nothing."""
    if not is_left(request.user):
        return redirect("welcome")
    if request.method == "GET" or request.POST.get("declares") != "yes":
        context = {"declaration": DECLARATION, "is_missing": request.method == "POST"}
        status = 422 if request.method == "POST" else 200
        return render(request, "entry/signing/declaration.html", context, status=status)
    with acting(Actor(str(request.user.pk), request.user.username), source="account"):
        User.objects.select_for_update().get(pk=request.user.pk)
        declare(request.user)
    return redirect("welcome")


register_step(ArrivalStep("declaration", "declaration", is_left))
WORDS_OF_THE_STUDY.append(lambda: (protocol().short_title, protocol().title))
