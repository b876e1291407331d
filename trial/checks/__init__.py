"""Edit checks that reach across forms; those of one form stand with the form. See docs/contradictions.md."""
