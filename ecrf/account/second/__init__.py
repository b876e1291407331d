"""The second factor: an authenticator, passkeys, recovery codes."""
