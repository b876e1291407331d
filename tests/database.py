"""The database itself: a statement as it is, and what somebody with all rights in it could do past every trigger."""

from django.db import connection, transaction


def sql(statement: str, *values) -> list[tuple]:
    """Run one statement, by itself; gives its rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def tamper(statement: str, *values) -> None:
    """Run one statement with every trigger off, after what was to be checked at the end of the transaction."""
    with transaction.atomic():
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET LOCAL session_replication_role = replica")
        sql(statement, *values)
        sql("SET LOCAL session_replication_role = origin")
