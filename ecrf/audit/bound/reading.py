"""Functions that read with the rights of the tables' owner, for whoever a connection acts.

Where a statement looks at twenty tables, each policy would be planned and asked for each of them. Such a function asks
once, before its first row, and its plan is kept. So each one must itself begin with what the policies say
(`policies.reaches_patient`).
"""

from collections.abc import Callable

from ecrf.audit.registry import Registry

READING: Registry[Callable[[], str]] = Registry("reading function")
"""{its name: gives the statement that makes it}; made after each migration, as the policies are."""
