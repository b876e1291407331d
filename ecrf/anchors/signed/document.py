"""An anchor as a file: what it says, how it is written and signed, and how it is read back and believed."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ecrf.anchors.signed.keys import PrivateKey, PublicKey

KIND, FORMAT = "ecrf-anchor", 1
FROM_ELSEWHERE = (
    "Take it again from another place it went to: the folder of anchors, the mail, or the page “Audit trail”."
)


class AnchorRefused(Exception):
    """Why a file is not believed, in words, with what to do."""


@dataclass(frozen=True)
class ChainHead:
    """How long a chain is, and the hash of its last event."""

    length: int
    hash: str


@dataclass(frozen=True)
class AnchorBody:
    """What an anchor says.

    `chains`: the head of every chain, by patient's id, 0 for the system's. `numbers`: {site's code: the last patient
    number given out there}, which run without a gap. `last_id`: the last id that the database gave to a patient,
    whether the patient was added or not. `previous`: the sha256 of the anchor before; "" for the first.
    """

    number: int
    previous: str
    study: str
    installation: str
    is_synthetic: bool
    made_at: datetime
    occasions: tuple[str, ...]
    software: str
    chains: dict[int, ChainHead]
    numbers: dict[str, int]
    last_id: int

    @property
    def events(self) -> int:
        return sum(head.length for head in self.chains.values())

    @property
    def name(self) -> str:
        """As sentences call it."""
        return f"anchor {self.number} of {self.made_at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class AnchorFile:
    """An anchor as it was written: its content, what it says, and the signatures that stand below."""

    content: bytes
    body: AnchorBody
    signatures: dict[str, bytes]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        return file_name(self.body)


def file_name(body: AnchorBody) -> str:
    return f"anchor-{body.number:06}-{body.made_at:%Y%m%dT%H%M%SZ}.json"


def write_anchor(body: AnchorBody, keys: Sequence[PrivateKey]) -> AnchorFile:
    """Signed with each of the keys: while the key changes, who knows only the old one can still check it."""
    said = _as_json(body)
    signatures = {key.public.id: key.sign(_message(said)) for key in keys}
    texts = {key: base64.b64encode(signature).decode() for key, signature in signatures.items()}
    return AnchorFile(_canonical({**said, "signatures": texts}), body, signatures)


def read_anchor(content: bytes, name: str) -> AnchorFile:
    """AnchorRefused, under this name, for what is no anchor, not whole, of a newer version, or was changed."""
    said = _parsed(content, name)
    if said.get("kind") != KIND:
        raise AnchorRefused(
            f"{name} is no anchor. Anchors are the files anchor-….json of the folder of anchors."
        )
    if not isinstance(said.get("format"), int) or said["format"] > FORMAT:
        raise AnchorRefused(
            f"{name} was made by a newer version of the software ({said.get('software')}; its format is"
            f" {said.get('format')}, this version reads {FORMAT}). Verify it with that version."
        )
    try:
        texts = said.pop("signatures")
        signatures = {key: base64.b64decode(text, validate=True) for key, text in texts.items()}
        body = _body(said)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise AnchorRefused(
            f"{name} lacks something that every anchor says: it was changed. {FROM_ELSEWHERE}"
        ) from None
    if _canonical({**_as_json(body), "signatures": texts}) != content:
        raise AnchorRefused(f"{name} is not as it was written: it was changed. {FROM_ELSEWHERE}")
    return AnchorFile(content, body, signatures)


def require_signature(anchor: AnchorFile, keys: Iterable[PublicKey], name: str) -> PublicKey:
    """The first of the keys that has signed it. AnchorRefused if none has."""
    known = {key.id: key for key in keys}
    message = _message(_as_json(anchor.body))
    for key_id, signature in anchor.signatures.items():
        if key_id in known and not known[key_id].has_signed(message, signature):
            raise AnchorRefused(
                f"{name} does not bear the signature of key {key_id} that it says it bears: it was changed, or made"
                f" up. {FROM_ELSEWHERE}"
            )
    found = next((known[key_id] for key_id in anchor.signatures if key_id in known), None)
    if found is None:
        signers, given = ", ".join(anchor.signatures) or "none", ", ".join(known) or "none"
        raise AnchorRefused(
            f"{name} is signed with the key {signers}; the public key that is known here is {given}. Name the right"
            " one, which was told when the key was made, with --public-key. If nobody has it, the file proves nothing."
        )
    return found


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        said = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        if content.lstrip().startswith(b"{") and not content.rstrip().endswith(b"}"):
            raise AnchorRefused(
                f"{name} ends in the middle: it was cut when it was copied. {FROM_ELSEWHERE}"
            ) from None
        raise AnchorRefused(f"{name} cannot be read as an anchor: it is no JSON. {FROM_ELSEWHERE}") from None
    if not isinstance(said, dict):
        raise AnchorRefused(
            f"{name} is no anchor. Anchors are the files anchor-….json of the folder of anchors."
        )
    return said


def _as_json(body: AnchorBody) -> dict[str, Any]:
    return {
        "kind": KIND,
        "format": FORMAT,
        "number": body.number,
        "previous": body.previous,
        "study": body.study,
        "installation": body.installation,
        "synthetic": body.is_synthetic,
        "made_at": body.made_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "occasions": list(body.occasions),
        "software": body.software,
        "events": body.events,
        "chains": {str(chain): [head.length, head.hash] for chain, head in sorted(body.chains.items())},
        "numbers": body.numbers,
        "last_id": body.last_id,
    }


def _body(said: dict[str, Any]) -> AnchorBody:
    body = AnchorBody(
        number=int(said["number"]),
        previous=str(said["previous"]),
        study=str(said["study"]),
        installation=str(said["installation"]),
        is_synthetic=bool(said["synthetic"]),
        made_at=datetime.fromisoformat(said["made_at"]),
        occasions=tuple(str(one) for one in said["occasions"]),
        software=str(said["software"]),
        chains={
            int(chain): ChainHead(int(length), str(head)) for chain, (length, head) in said["chains"].items()
        },
        numbers={str(site): int(last) for site, last in said["numbers"].items()},
        last_id=int(said["last_id"]),
    )
    if body.made_at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return body


def _message(said: dict[str, Any]) -> bytes:
    """What is signed: begun with its kind, so that no signature given for something else can stand here."""
    return f"{KIND}-{FORMAT}\n".encode() + _canonical(said)


def _canonical(said: dict[str, Any]) -> bytes:
    """The one way to write it: keys in order, no blanks, one line."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
