"""Whether a letter alone does something on a page: each person's choice, on one's own page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ecrf.access.models import SingleKeys
from ecrf.access.requests import UserRequest
from ecrf.audit.actor import Actor, acting


@require_POST
def own_keys(request: UserRequest) -> HttpResponse:
    """Kept in the account; "" where letters act at once, as for whoever has chosen nothing."""
    wanted, user = request.POST.get("keys", ""), request.user
    if wanted and wanted not in SingleKeys.values:
        messages.error(request, gettext("There is no such choice. Choose one of the list."))
        return redirect("account")
    if (user.single_keys or "") != wanted:
        with acting(Actor(str(user.pk), user.username), source="account"):
            user.single_keys = wanted or None
            user.save(update_fields=["single_keys"])
    messages.success(request, gettext("The keys are changed."))
    return redirect("account")
