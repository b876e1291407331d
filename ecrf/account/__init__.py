"""One person's account: the ways in, the second factor, the sessions, the links that are sent by mail."""
