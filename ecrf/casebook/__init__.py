"""Patients, visits, entries, the kinds of form, and the one function that records a value."""
