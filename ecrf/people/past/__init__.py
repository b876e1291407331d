"""Who had access on any day, and what each role may do."""
