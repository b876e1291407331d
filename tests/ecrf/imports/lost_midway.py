"""Run as a program, on a database of its own: the worker's connection is ended in the middle of each of its jobs.

What became of each is written to the standard output, as JSON.
"""

import json
import sys
import uuid
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from ecrf.access.roles import Role  # noqa: E402
from ecrf.audit.models import AuditEvent  # noqa: E402
from ecrf.exports.choice import CutChoice  # noqa: E402
from ecrf.exports.models import Export, ExportKind  # noqa: E402
from ecrf.exports.services import ask_for_cut  # noqa: E402
from ecrf.exports.work import makers, tasks  # noqa: E402
from ecrf.forms.registry import CRFS  # noqa: E402
from ecrf.imports import services  # noqa: E402
from ecrf.imports.models import Import, ImportRow  # noqa: E402
from ecrf.imports.work import bringing_in, looking, progress  # noqa: E402
from tests.builders import a_patient, a_visit  # noqa: E402
from tests.conftest import make_site, make_user  # noqa: E402
from tests.ecrf.imports.conftest import a_file, bring_it_in  # noqa: E402

services.AT_ONCE_ROWS = 0


def end_connection(backend: int) -> None:
    """As a database does that is restarted, seen from a connection beside it."""
    beside = connection.copy()
    with beside.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    beside.close()


def ended(times: int, act: Callable[..., Any]) -> Callable[..., Any]:
    """The act, done and then without its connection, for so many times."""
    left = times

    def doing(*given: Any, **more: Any) -> Any:
        nonlocal left
        done = act(*given, **more)
        if left:
            left -= 1
            end_connection(connection.connection.info.backend_pid)
        return done

    return doing


def beside_ended(beat: Callable[..., Any]) -> Callable[..., Any]:
    def beating(self: Any, beside: Any) -> None:
        if not hasattr(self, "was_ended") and beside.connection is not None:
            self.was_ended = True
            end_connection(beside.connection.info.backend_pid)
        beat(self, beside)

    return beating


def work() -> None:
    """A worker that runs on: where its connection is lost for good it ends here, and is started again."""
    try:
        call_command("work", once=True)
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}\n")
        connection.close()


def an_import(times_looking: int, times_acting: int) -> dict[str, Any]:
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    looking.carry_out = ended(times_looking, carry_out)
    batch = a_file(f"patient,visit,pulse\n{visit.patient.number},W01,70\n", coordinator, site=site)
    work()
    batch = Import.objects.get(pk=batch.pk)
    looked = str(batch.state)
    if looked == "checked":
        bringing_in.carry_out = ended(times_acting, carry_out)
        bring_it_in(batch, coordinator)
        work()
        batch.refresh_from_db()
    rows = CRFS["vital-signs"].model.objects.filter(entry__patient=visit.patient)
    return {
        "looked": looked,
        "state": str(batch.state),
        "outcome": batch.outcome,
        "rows": ImportRow.objects.filter(batch=batch).count(),
        "values": [row.pulse for row in rows],
        "events": AuditEvent.objects.filter(
            table=rows.model._meta.db_table, entry_id__in=[row.entry_id for row in rows]
        ).count(),
    }


def an_export(name: str, times: int) -> dict[str, Any]:
    makers.MAKERS[ExportKind.DATA_CUT] = ended(times, make_cut)
    asked = ask_for_cut(
        name=name,
        reason="Interim look",
        identifiers_reason="",
        choice=CutChoice().as_json,
        by=statistician,
        request_key=uuid.uuid4(),
    )
    work()
    export = Export.objects.get(pk=asked.pk)
    return {"state": str(export.state), "outcome": export.outcome, "has_file": tasks.file_of(export).exists()}


site = make_site("01")
coordinator = make_user("coordinator01", Role.COORDINATOR, site)
statistician = make_user("statistician", Role.STATISTICIAN)
carry_out, make_cut = bringing_in.carry_out, makers.MAKERS[ExportKind.DATA_CUT]
found = {"looking": an_import(1, 0), "acting": an_import(0, 1), "twice": an_import(0, 2)}
progress.ImportProgress._beat = beside_ended(progress.ImportProgress._beat)
found["beside"] = an_import(0, 0)
found["export"] = an_export("First", 1)
found["export twice"] = an_export("Second", 2)
sys.stdout.write(json.dumps(found))
