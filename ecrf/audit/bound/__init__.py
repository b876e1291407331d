"""Roles of the database that are bound: by whose word they act, which rows they see, what they may."""
