"""The monitor's admin: everything of a patient, read-only, with the history of every value."""
