"""Links that came by mail, and what a new person is led through."""
