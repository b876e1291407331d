"""The log of logins, and what is unusual in it."""
