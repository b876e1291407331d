"""Compares anchors with a database: what was rolled back, written anew, deleted, or is missing, each in words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ecrf.anchors.signed.document import AnchorFile, ChainHead

Places = Mapping[tuple[int, int], str]


def places_of(anchors: Sequence[AnchorFile]) -> set[tuple[int, int]]:
    """(chain, position) of every head that any of them holds."""
    return {(chain, head.length) for one in anchors for chain, head in one.body.chains.items()}


def compare_chains(
    anchors: Sequence[AnchorFile], heads: Mapping[int, ChainHead], hashes: Places
) -> list[str]:
    """Each chain is named once, with the first anchor that it does not fit: what is before that still fits.

    `heads`: of the database's chains now; `hashes`: of its events at `places_of`.
    """
    faults = []
    for chain in sorted({chain for one in anchors for chain in one.body.chains}):
        fits = 0
        for one in anchors:
            head = one.body.chains.get(chain)
            if head is None:
                continue
            if hashes.get((chain, head.length)) == head.hash:
                fits = max(fits, head.length)
                continue
            is_there = (chain, head.length) in hashes
            faults.append(f"{_whose(chain)}: {_chain_fault(one, head, heads.get(chain), is_there, fits)}")
            break
    return faults


def compare_numbers(anchors: Sequence[AnchorFile], numbers: Mapping[str, set[int]]) -> list[str]:
    """Patient numbers run without a gap at each site, up to the last one that any anchor knows or that is there."""
    last: dict[str, int] = defaultdict(int)
    for site, given in numbers.items():
        last[site] = max(given)
    for one in anchors:
        for site, number in one.body.numbers.items():
            last[site] = max(last[site], number)
    return [
        f"patient {site}-{number:03} is missing: numbers are given out without a gap, so it was deleted"
        for site, highest in sorted(last.items())
        for number in range(1, highest + 1)
        if number not in numbers.get(site, set())
    ]


def compare_anchors(anchors: Sequence[AnchorFile], made_here: Mapping[int, str]) -> Iterator[str]:
    """Whether the anchors follow each other, and whether this database remembers having made them.

    `made_here`: {number: sha256} of the anchors in the database's own table.
    """
    by_number: dict[int, AnchorFile] = {}
    for one in anchors:
        body, twin = one.body, by_number.get(one.body.number)
        if twin is not None and twin.sha256 != one.sha256:
            yield (
                f"there are two different anchors {body.number}, of {twin.body.made_at:%Y-%m-%d %H:%M} and"
                f" {body.made_at:%Y-%m-%d %H:%M} UTC: the database was set back to a copy between them"
            )
        by_number[body.number] = one
        before = by_number.get(body.number - 1)
        if before is not None and before.sha256 != body.previous:
            yield f"{body.name} does not follow {before.body.name}: it was made of another course of the database"
        if made_here.get(body.number, one.sha256) != one.sha256:
            yield (
                f"this database made another anchor {body.number} than {body.name}: it was set back to a copy from"
                " before"
            )
    unknown = [one for one in anchors if one.body.number not in made_here]
    if unknown:
        more = f" and {len(unknown) - 1} later" if len(unknown) > 1 else ""
        yield f"this database does not know {unknown[0].body.name}{more}: it is a copy from before that anchor was made"


def ids_given_out(anchors: Sequence[AnchorFile], heads: Mapping[int, ChainHead], last_id: int) -> list[int]:
    """Ids of patients behind the last anchor that the database has given out and that have no chain. No fault by
    itself: an addition that was undone leaves such a gap, as does a patient who was deleted before any anchor."""
    anchored = max((max(one.body.last_id, *one.body.chains) for one in anchors), default=0)
    return [number for number in range(anchored + 1, last_id + 1) if number not in heads]


def gaps_between(anchors: Sequence[AnchorFile]) -> list[int]:
    """Numbers of anchors that were not given though later and earlier ones were. No fault: nobody keeps all."""
    given = {one.body.number for one in anchors}
    return [number for number in range(min(given), max(given)) if number not in given] if given else []


def _chain_fault(
    anchor: AnchorFile, anchored: ChainHead, present: ChainHead | None, is_there: bool, fits: int
) -> str:
    held = f"{anchor.body.name} holds {anchored.length} events of it"
    if present is None:
        return f"its chain is gone; {held}. It was deleted, or this is a copy from before it was begun"
    if present.length < anchored.length:
        return (
            f"its chain ends at event {present.length}; {held}. This is a copy from before that anchor, or the end was"
            " removed"
        )
    if not is_there:
        return f"event {anchored.length} is not there; {held}"
    return (
        f"event {anchored.length} has another hash than in {anchor.body.name}: the chain was written anew, from an"
        f" event between {fits + 1} and {anchored.length} on"
    )


def _whose(chain: int) -> str:
    return f"patient id {chain}" if chain else "the system's chain"
