"""Walks what is new in the chains since they were found to hold: short, as it looks at nothing that has not moved.

It does not see an old event that was altered, nor data that were changed past the triggers: the whole run does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from ecrf.anchors.making.heads import present_heads
from ecrf.anchors.models import VerifiedChain
from ecrf.anchors.signed.document import ChainHead
from ecrf.audit.chain import EVENTS, START, event_hash
from ecrf.audit.snapshot import one_snapshot

_BEHIND = f"{EVENTS} WHERE event.chain = %s AND event.position > %s ORDER BY event.position"
EMPTY = ChainHead(0, START)


@dataclass(frozen=True)
class ShortWalk:
    """Whether all that is new fits, how many events that were, and where the chains end now."""

    fits: bool
    events: int
    heads: dict[int, ChainHead]


def verified_heads() -> dict[int, ChainHead]:
    """Up to where each chain was found to hold."""
    verified = VerifiedChain.objects.values_list("chain", "position", "hash")
    return {chain: ChainHead(position, found) for chain, position, found in verified}


def remember(heads: Mapping[int, ChainHead]) -> None:
    """So far they hold."""
    VerifiedChain.objects.bulk_create(
        [VerifiedChain(chain=chain, position=head.length, hash=head.hash) for chain, head in heads.items()],
        update_conflicts=True,
        unique_fields=["chain"],
        update_fields=["position", "hash"],
        batch_size=2000,
    )


def walk_since(verified: Mapping[int, ChainHead]) -> ShortWalk:
    """A chain that is where it was is left alone, by its head; of every other the new events are walked."""
    with one_snapshot():
        heads = present_heads()
        walked = [
            _walk(chain, verified.get(chain, EMPTY), heads.get(chain, EMPTY))
            for chain in heads.keys() | verified.keys()
            if heads.get(chain) != verified.get(chain)
        ]
    return ShortWalk(all(fits for fits, _ in walked), sum(count for _, count in walked), heads)


def _walk(chain: int, begin: ChainHead, head: ChainHead) -> tuple[bool, int]:
    """Whether the events behind `begin` lead to the head, and how many there are."""
    position, previous, fits, count = begin.length, begin.hash, True, 0
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [chain, begin.length])
        for row in cursor:
            content = list(row[:-2])
            follows = (int(content[1]), row[-2]) == (position + 1, previous)
            fits = fits and follows and event_hash(previous, content) == row[-1]
            position, previous, count = int(content[1]), row[-1], count + 1
    return fits and (position, previous) == (head.length, head.hash), count
