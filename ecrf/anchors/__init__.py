"""Anchors: signed heads of all chains that leave the machine; and what became of each verification of the trail."""
