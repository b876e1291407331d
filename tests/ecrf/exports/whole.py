"""A cut of everything there is, identifiers too."""

from dataclasses import replace

from ecrf.exports.cut import Cut, present_cut


def whole_cut(name: str) -> Cut:
    return replace(present_cut(name), without_identifiers=False)
