"""Whether two expressions say the same: the database reads both and writes them down again in its own way.

It writes `(kind)::text = 'lock'::text` where the migration said `kind = 'lock'`, each version a little differently. So
both are put into a query that is planned and never run.
"""

import json
import re
from collections.abc import Iterable

from django.db import connection

_known: dict[tuple[str, str], str] = {}
"""Of a table and an expression, how the database writes it: asked once by each process."""


def same_expressions(table: str, pairs: Iterable[tuple[str, str]]) -> list[bool]:
    """Of each pair of expressions over the table's columns (or over OLD and NEW), whether they are the same."""
    wanted = list(pairs)
    _learn(table, {text for pair in wanted for text in pair} - {text for at, text in _known if at == table})
    return [_known[table, one] == _known[table, other] for one, other in wanted]


def _learn(table: str, texts: Iterable[str]) -> None:
    texts = sorted(texts)
    if not texts:
        return
    rows = f'"{table}"'
    if any(re.search(r"\b(old|new)\.", text, re.IGNORECASE) for text in texts):
        rows = f'"{table}" AS "old", "{table}" AS "new"'
    values = ", ".join(f"({text})" for text in texts)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT {values} FROM {rows}")  # noqa: S608
        (plan,) = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    for text, words in zip(texts, plan[0]["Plan"]["Output"], strict=True):
        _known[table, text] = words
