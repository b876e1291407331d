"""Backups by Barman: what runs it, what goes beside the database, the second place. Needs no Django, no settings."""
