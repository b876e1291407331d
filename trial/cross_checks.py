"""Edit checks that reach across forms."""
