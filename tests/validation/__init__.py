"""Validation by one command: requirements, the tests that show them, what came of these, and one signed report."""
