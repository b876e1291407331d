"""A process that looks at an import, imports it and looks at the same file again, and says what it took."""

import json
import resource
import sys
import time
import uuid
from typing import Any
from unittest import mock


def main(first: int, second: int) -> dict[str, Any]:
    import django

    django.setup()

    from ecrf.imports import services
    from ecrf.imports.models import Import

    looked = _run(first)
    batch = Import.objects.get(pk=first)
    assert batch.counts["rows"] == {"new": batch.counts["all"]}, batch.counts
    with mock.patch.object(services, "go_on"):
        services.order(
            batch=batch, reason="Synthetic results", consents={}, by=batch.brought_by, act_key=uuid.uuid4()
        )
    acted = _run(first)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    batch.refresh_from_db()
    assert batch.state == "done", batch.outcome
    _run(second)
    again = Import.objects.get(pk=second).counts["rows"].get("same", 0)
    return {"look": looked, "act": acted, "peak_mb": peak, "again": again}


def _run(import_id: int) -> dict[str, float]:
    from django.db import connection

    from ecrf.imports.work.tasks import run

    count = 0

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO"))
        return execute(sql, params, many, context)

    start = time.perf_counter()
    with connection.execute_wrapper(counted):
        run(import_id, is_shown=True)
    return {"seconds": time.perf_counter() - start, "statements": count}


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
