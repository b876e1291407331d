"""Anchors are made: when, of what, and the ways they take."""
