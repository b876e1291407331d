"""Rows that somebody with all rights in the database alters past the triggers: each must be named by `verify`."""
