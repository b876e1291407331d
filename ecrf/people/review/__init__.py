"""The review of everybody's access, at an interval."""
