"""Passkeys (WebAuthn): made on the person's device, bound to the address of the product, proved by a signature."""

import ipaddress
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ecrf.access.models import User
from ecrf.account.mails import tell_changed
from ecrf.account.models import Passkey
from ecrf.audit.actor import Actor, acting
from ecrf.audit.texts import cleaned

log = logging.getLogger("ecrf.login")

ADDING, SECOND_STEP, ALONE = "passkey_to_add", "passkey_asked_second", "passkey_asked_alone"
"""In the session: what the browser was asked. Each answer counts only where it was asked for: the second step asks for
no fingerprint, so its answer must not open an account alone."""
AT_MOST = 10
LONGEST_ANSWER = 20_000


class PasskeyRefused(Exception):
    """Why a passkey was not taken, in words for the page."""


@dataclass(frozen=True)
class PasskeyAnswer:
    """What the browser gave, read so far that the passkey can be looked up."""

    credential_id: str
    origin: str
    as_json: Mapping[str, Any]


def why_not_here(request: HttpRequest) -> str:
    """ "" if a browser makes and uses passkeys at this address; else why not, in words."""
    host = host_of(request)
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        if request.is_secure() or host == "localhost" or host.endswith(".localhost"):
            return ""
        return gettext("Passkeys need an address that begins with https.")
    return gettext("Passkeys need an address with a name: a number such as this one (%(host)s) has none.") % {
        "host": host
    }


def host_of(request: HttpRequest) -> str:
    """Of ALLOWED_HOSTS: Django refuses every other."""
    return request.get_host().rpartition(":")[0] if ":" in request.get_host() else request.get_host()


def passkeys_of(user: User) -> list[Passkey]:
    return list(Passkey.objects.filter(user=user, ended_at__isnull=True).order_by("pk"))


def begin_adding(request: HttpRequest, user: User) -> str:
    """What the browser needs to make a passkey, as JSON."""
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(
            id=salted_hmac("ecrf.account.user-handle", str(user.pk), algorithm="sha256").digest(),
            name=user.username,
            display_name=user.name,
        ),
        credentials=[_attested(passkey) for passkey in passkeys_of(user)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    request.session[ADDING] = state
    return json.dumps(dict(options.public_key))


def add_passkey(request: HttpRequest, user: User, answer: str, name: str) -> Passkey:
    """Check what the browser made, and keep it. Raises `PasskeyRefused`."""
    state = request.session.pop(ADDING, None)
    words = cleaned(name, lines=False)[:60] or "Passkey"
    try:
        given = RegistrationResponse.from_dict(_read(answer))
        _refuse_other_origin(request, given.response.client_data)
        if state is None:
            raise PasskeyRefused(gettext("This page is out of date. Try once more."))
        data = _server(request).register_complete(state, given).credential_data
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PasskeyRefused(
            gettext("The browser's answer could not be checked. Nothing was added; try once more.")
        ) from None
    assert data is not None
    with acting(Actor(str(user.pk), user.username), source="account"):
        User.objects.select_for_update().get(pk=user.pk)
        if len(passkeys_of(user)) >= AT_MOST:
            raise PasskeyRefused(
                gettext("There are %(at_most)s passkeys already. Remove one that you do not use.")
                % {"at_most": AT_MOST}
            )
        if Passkey.objects.filter(credential_id=websafe_encode(data.credential_id)).exists():
            raise PasskeyRefused(gettext("This passkey is in use already."))
        passkey = Passkey.objects.create(
            user=user,
            name=words,
            credential_id=websafe_encode(data.credential_id),
            credential=websafe_encode(data),
            rp_id=host_of(request),
        )
        tell_changed(user, format_lazy(gettext_lazy("The passkey “{name}” was added"), name=words))
    return passkey


def begin_asking(request: HttpRequest, user: User | None) -> str:
    """What the browser needs to prove a passkey, as JSON: one of this person's, or, at a login without a password, any
    that knows whose it is and has made sure by fingerprint, face or PIN that this person holds it."""
    known = (
        None
        if user is None
        else [_attested(one) for one in passkeys_of(user) if one.rp_id == host_of(request)]
    )
    asked = UserVerificationRequirement.REQUIRED if user is None else UserVerificationRequirement.PREFERRED
    options, state = _server(request).authenticate_begin(known, user_verification=asked)
    request.session[ALONE if user is None else SECOND_STEP] = state
    return json.dumps(dict(options.public_key))


def read_answer(request: HttpRequest, answer: str) -> PasskeyAnswer:
    """Raises `PasskeyRefused` for what is none, and for a passkey of another address."""
    try:
        given = AuthenticationResponse.from_dict(_read(answer))
        client_data, credential_id = given.response.client_data, websafe_encode(given.raw_id)
        origin = client_data.origin
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PasskeyRefused(gettext("The browser's answer could not be read. Try once more.")) from None
    _refuse_other_origin(request, client_data)
    return PasskeyAnswer(credential_id, origin, _read(answer))


def owner_of(answer: PasskeyAnswer) -> User | None:
    """Whose passkey it is said to be; nothing is proved by that."""
    row = Passkey.objects.select_related("user").filter(credential_id=answer.credential_id).first()
    return row.user if row else None


def take_passkey(
    request: HttpRequest, user: User, answer: PasskeyAnswer, state: Mapping[str, Any] | None
) -> str:
    """ "" if the passkey is this person's and its signature is right; else why not. Its counter must have moved."""
    if state is None:
        return gettext("This page is out of date. Try once more.")
    with acting(Actor(str(user.pk), user.username), source="login"):
        rows = Passkey.objects.select_for_update()
        row = rows.filter(user=user, credential_id=answer.credential_id, ended_at__isnull=True).first()
        if row is None:
            return gettext("This passkey belongs to no account here, or was removed.")
        try:
            given = AuthenticationResponse.from_dict(answer.as_json)
            _server(request).authenticate_complete(state, [_attested(row)], given)
        except (ValueError, KeyError, TypeError, AttributeError):
            return gettext("This passkey did not prove who you are. Try once more.")
        count = given.response.authenticator_data.counter
        if (count or row.sign_count) and count <= row.sign_count:
            log.error("the counter of a passkey went back: it may have been copied", extra={"user": user.pk})
            return gettext(
                "This passkey may have been copied: it counts fewer uses than were seen here. It was not"
                " taken. Remove it, and tell an administrator."
            )
        row.sign_count, row.used_at = count, timezone.now()
        row.save(update_fields=["sign_count", "used_at"])
    return ""


def remove_passkey(*, user: User, passkey: Passkey) -> None:
    with acting(Actor(str(user.pk), user.username), source="account"):
        rows = Passkey.objects.filter(pk=passkey.pk, user=user, ended_at__isnull=True)
        if rows.update(ended_at=timezone.now(), ended_by=user):
            tell_changed(
                user, format_lazy(gettext_lazy("The passkey “{name}” was removed"), name=passkey.name)
            )


def _server(request: HttpRequest) -> Fido2Server:
    """For this address: what a passkey of another one has signed is refused."""
    entity = PublicKeyCredentialRpEntity(id=host_of(request), name="eCRF")
    return Fido2Server(entity, verify_origin=lambda origin: origin == _origin(request))


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _refuse_other_origin(request: HttpRequest, data: CollectedClientData) -> None:
    if data.origin != _origin(request):
        raise PasskeyRefused(
            gettext(
                "This passkey was asked for by another address (%(other)s) and is not taken here. Open %(address)s"
                " yourself, and look closely at the address."
            )
            % {"other": cleaned(str(data.origin), lines=False)[:100], "address": _origin(request)}
        )


def _read(answer: str) -> Mapping[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ValueError
    return found


def _attested(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(passkey.credential))
