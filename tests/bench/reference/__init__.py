"""The reference of every ratio: the least a Django page with one form of 36 fields does behind a login."""
