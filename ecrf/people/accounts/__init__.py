"""Accounts: the list, one person's page, invited, corrected, closed and opened again."""
