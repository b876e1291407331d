"""The database against the code: tables, constraints, triggers, functions and rights as this version ships them.

What should be there is taken from the models, from the triggers that stand on them and from `sql/*.sql`: from what the
migrations are made of, not from what a database says of itself.
"""
