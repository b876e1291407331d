"""Verification of the trail: a list of named checks (`checks.py`), each of which names what it finds, in words."""
