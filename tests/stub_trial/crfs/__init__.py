"""The forms of the stub: one module, one form."""
