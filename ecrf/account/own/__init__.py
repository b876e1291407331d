"""One's own page: what an account is, and what its owner changes."""
