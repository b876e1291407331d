"""Time stamps by RFC 3161: a server that is not ours signs that an anchor was there at its moment."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

STAMP_ENDING = ".tsr"
"""Of the file of a stamp, behind the name of what it stamps."""
WAIT_SECONDS = 10
LONGEST_ANSWER = 100_000
GRANTED = 0


class NoStamp(Exception):
    """Why there is no stamp, or why it is not believed, in words."""


@dataclass(frozen=True)
class TimeStamp:
    """A stamp that was checked: its moment by the server's clock, and the server's answer as it came."""

    at: datetime
    answer: bytes


def ask_for_stamp(url: str, content: bytes, roots: Iterable[Certificate]) -> TimeStamp:
    """NoStamp where the server is away, refuses, or answers what cannot be believed. Nothing but a hash is sent."""
    request = TimestampRequestBuilder(data=content, hash_algorithm=HashAlgorithm.SHA256).build()
    answer = _post(url, request.as_bytes())
    return check_stamp(answer, content, roots, VerifierBuilder.from_request(request))


def check_stamp(
    answer: bytes, content: bytes, roots: Iterable[Certificate], builder: VerifierBuilder | None = None
) -> TimeStamp:
    """The stamp is of this content, by a server whose certificate comes from one of `roots`; or NoStamp."""
    response = _decoded(answer)
    builder = builder or VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify(response, hashlib.sha256(content).digest())
    except VerificationError as error:
        raise NoStamp(f"the time stamp does not hold ({str(error).rstrip('.')})") from None
    return TimeStamp(response.tst_info.gen_time.astimezone(UTC), answer)


def _decoded(answer: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(answer)
        status = response.status
    except ValueError:
        raise NoStamp("what the time-stamp server answered is no time stamp") from None
    if status != GRANTED:
        why = " ".join(response.status_string) or f"status {status}"
        raise NoStamp(f"the time-stamp server refused ({why[:100]})")
    return response


def _post(url: str, request: bytes) -> bytes:
    try:
        with requests.post(
            url,
            data=request,
            headers={"Content-Type": "application/timestamp-query"},
            timeout=WAIT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise NoStamp(f"the time-stamp server answered {answer.status_code}")
            content = answer.raw.read(LONGEST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise NoStamp(f"the time-stamp server cannot be reached ({type(error).__name__})") from None
    if len(content) > LONGEST_ANSWER:
        raise NoStamp("the time-stamp server's answer is too long to be a time stamp")
    return bytes(content)
