"""Freezes and locks: what may no longer change, enforced by the database."""
