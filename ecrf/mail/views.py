"""The administrator's page of mails, and the demo's mailbox."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.mail.list import all_mails, mail_list
from ecrf.mail.mailbox import delivered
from ecrf.mail.queue import is_on, send_again

SHOWN = 200


@require_GET
def mails(request: UserRequest) -> HttpResponse:
    """Every mail with what has become of it; nothing of what it says."""
    _require(request)
    before = whole_number(request.GET.get("before", ""))
    context = {"list": mail_list(request.GET.get("state", ""), before), "is_on": is_on()}
    return render(request, "mail/mails.html", context)


@require_POST
def again(request: UserRequest, pk: int) -> HttpResponse:
    """Try a mail anew that was given up."""
    _require(request)
    mail = get_object_or_404(all_mails(), pk=pk)
    if send_again(mail, request.user):
        messages.success(
            request,
            gettext("The mail waits again, and goes out within a minute if the mail server takes it."),
        )
    else:
        messages.warning(
            request, gettext("The mail was sent, or is tried again by itself. Nothing was changed.")
        )
    return redirect("mails")


def _require(request: UserRequest) -> None:
    if Right.MANAGE_ACCOUNTS not in request.user.rights:
        raise PermissionDenied(gettext("Your role does not let you see which mails were sent."))


def _only_with_mailbox(view: Callable[..., Any]) -> Callable[..., Any]:
    """Without the setting, the page does not exist."""

    @login_not_required
    @require_GET
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not settings.MAIL.is_mailbox:
            raise Http404
        return view(request, *args, **options)

    return guarded


@_only_with_mailbox
def mailbox(request: HttpRequest) -> HttpResponse:
    """What would have been sent, the newest first."""
    return render(
        request, "mail/mailbox.html", {"messages_of_demo": delivered().defer("text", "html")[:SHOWN]}
    )


@_only_with_mailbox
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its types know no view with arguments
def mailbox_message(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: its text, and beside it its HTML in a frame."""
    return render(request, "mail/mailbox_message.html", {"mail": get_object_or_404(delivered(), pk=pk)})


@_only_with_mailbox
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": [
            "allow-popups",
            "allow-popups-to-escape-sandbox",
            "allow-top-navigation-by-user-activation",
        ],
    }
)
def mailbox_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML alone, as a mail program shows it: without scripts or anything from elsewhere. Links leave the frame."""
    html = get_object_or_404(delivered(), pk=pk).html
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
