"""`verify_audit --against ANCHOR…`: reads the anchors, believes those that are signed, compares them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from ecrf.anchors.making.heads import hashes_at, last_id, numbers_by_site, present_heads
from ecrf.anchors.models import Anchor, Installation
from ecrf.anchors.signed import comparing
from ecrf.anchors.signed.document import AnchorFile, AnchorRefused, read_anchor, require_signature
from ecrf.anchors.signed.keys import KEY, PUBLIC, NoKey, PublicKey, read_public
from ecrf.anchors.signed.timestamps import STAMP_ENDING, NoStamp, check_stamp
from ecrf.audit.parts import Options
from ecrf.audit.snapshot import one_snapshot
from ecrf.forms.protocol import protocol


def compare_with(options: Options, say: Callable[[str], None]) -> list[str]:
    """Every fault in words, a file that is not believed among them. CommandError where there is nothing to compare."""
    files = files_given(options)
    if not files:
        return []
    keys = _public_keys(options["public_key"])
    if not options["public_key"]:
        own = ", ".join(key.id for key in keys)
        say(
            f"the signatures were checked with this machine's own key {own}: compare it with the one kept elsewhere"
        )
    anchors: list[AnchorFile] = []
    faults: list[str] = []
    for path in files:
        try:
            anchors.append(_believed(path, keys))
        except AnchorRefused as error:
            faults.append(f"not compared: {error}")
    anchors.sort(key=lambda one: (one.body.number, one.body.made_at))
    with one_snapshot():
        faults += comparing.compare_anchors(anchors, dict(Anchor.objects.values_list("number", "sha256")))
        heads = present_heads()
        faults += comparing.compare_chains(anchors, heads, hashes_at(comparing.places_of(anchors)))
        faults += comparing.compare_numbers(anchors, numbers_by_site())
        for one in comparing.ids_given_out(anchors, heads, last_id()) if anchors else ():
            say(
                f"patient id {one} was given out after the last of these anchors and is not there: an addition that was"
                " undone leaves such a gap, and so does a patient who was deleted before the next anchor"
            )
    if anchors:
        gaps = comparing.gaps_between(anchors)
        without = f"; between them {len(gaps)} are not here" if gaps else ""
        say(
            f"compared with {len(anchors)} anchors, {anchors[0].body.name} to {anchors[-1].body.name}{without}"
        )
    return faults


def _believed(path: Path, keys: list[PublicKey]) -> AnchorFile:
    name = path.name
    try:
        anchor = read_anchor(path.read_bytes(), name)
    except OSError as error:
        raise AnchorRefused(f"{name} cannot be read ({os.strerror(error.errno or 0).lower()}).") from None
    require_signature(anchor, keys, name)
    _require_ours(anchor, name)
    _require_stamp(anchor, path)
    return anchor


def _require_ours(anchor: AnchorFile, name: str) -> None:
    body, study = anchor.body, protocol().short_title
    installation = str(Installation.objects.values_list("key", flat=True).first() or "of none")
    if body.study != study:
        raise AnchorRefused(
            f"{name} is of another study, {body.study}; this database is of {study}. Give it one of its own."
        )
    if body.installation != installation:
        raise AnchorRefused(
            f"{name} is of another installation, {body.installation}; this database is {installation}. Give it one of"
            " its own; if it should be the same, its identity was changed in the database (table anchors_installation)."
        )


def _require_stamp(anchor: AnchorFile, path: Path) -> None:
    """Of an anchor with a stamp beside it. Whether there is none, the page says: who keeps the file may not have it."""
    file = path.with_name(f"{path.name}{STAMP_ENDING}")
    if not settings.ANCHORS.roots or not file.exists():
        return
    try:
        check_stamp(file.read_bytes(), anchor.content, settings.ANCHORS.roots)
    except (NoStamp, OSError) as error:
        raise AnchorRefused(
            f"{file.name} is no time stamp of {path.name}: {error}. Take it again from where it went."
        ) from None


def files_given(options: Options) -> list[Path]:
    """Of the folders, the anchors in them."""
    files = [file for name in options["against"] for file in _of(Path(name))]
    if options["against"] and not files:
        raise CommandError("There is no anchor in that folder: its files are named anchor-….json.")
    return files


def _of(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.glob("anchor-*.json"))
    elif path.exists():
        yield path
    else:
        raise CommandError(f"{path} is not there. Name the file of an anchor, or the folder of anchors.")


def _public_keys(given: list[str]) -> list[PublicKey]:
    """Those that were given; without any, those of this machine's own settings, which prove less."""
    if not given:
        if not settings.ANCHORS.keys:
            raise CommandError(
                "Name the public key, which was told when the key was made, with --public-key: this machine has no key."
            )
        return [key.public for key in settings.ANCHORS.keys]
    return [key for text in given for key in _keys_of(text)]


def _keys_of(text: str) -> Iterator[PublicKey]:
    lines = [text]
    if not text.startswith(KEY):
        try:
            lines = Path(text).read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError):
            raise CommandError(
                f"--public-key names {text[:40]}, which is no file that can be read. Give the key, which begins with"
                f" {PUBLIC}, or a file that holds it."
            ) from None
    try:
        yield from [read_public(line) for line in lines]
    except NoKey as error:
        raise CommandError(
            f"--public-key holds no public key: {error}. Take it from where it was written down."
        ) from None
