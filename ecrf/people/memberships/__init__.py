"""Roles of people at sites: given and ended, by two administrators where the installation wants it."""
