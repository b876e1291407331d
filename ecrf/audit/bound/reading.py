"""Functions that read with the rights of the tables' owner, for whoever a connection acts.

Where a statement looks at twenty tables, each policy would be planned and asked for each of them. Such a function asks
once, before its first row, and its plan is kept. So each one must itself begin with what the policies say.
"""

from collections.abc import Callable

from ecrf.audit.registry import Registry

READING: Registry[Callable[[], str]] = Registry("reading function")
"""{its name: gives the statement that makes it}; made after each migration, as the policies are."""

REACHES_PATIENT = """
    NOT access_is_bound() OR access_everywhere() OR EXISTS (
        SELECT FROM casebook_patient reached WHERE reached.id = {patient} AND reached.site_id = ANY (access_reach())
    )
"""
"""What the policies say of a patient's rows (`policies.SEEN`), in such a function."""
