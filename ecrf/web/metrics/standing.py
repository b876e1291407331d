"""What stands in the database at the moment when it is asked for: a number each, by kind where there are kinds."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ecrf.exports.folder import free_bytes


@dataclass(frozen=True)
class Standing:
    """A gauge. `sql` gives one number, or with `kind` (the name of a label) rows of kind and number."""

    name: str
    words: str
    sql: str
    kind: str = ""


STANDING = (
    Standing(
        "ecrf_database_bytes", "Size of the database", "SELECT pg_database_size(current_database())::bigint"
    ),
    Standing(
        "ecrf_database_connections",
        "Connections to this database",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()",
    ),
    Standing(
        "ecrf_database_connections_at_most",
        "Connections that the server takes",
        "SELECT current_setting('max_connections')::int",
    ),
    Standing(
        "ecrf_saves_wait_for_second_server",
        "1 where a save is acknowledged only when a second server of the database has it",
        "SELECT (current_setting('synchronous_standby_names') <> '')::int",
    ),
    Standing(
        "ecrf_saves_waiting",
        "Connections that wait until a second server of the database has what they saved",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'SyncRep'",
    ),
    Standing(
        "ecrf_audit_events",
        "Events of the audit trail, by the heads of its chains",
        "SELECT coalesce(sum(length), 0)::bigint FROM audit_auditchain",
    ),
    Standing(
        "ecrf_sessions",
        "Sessions that have not run out",
        "SELECT count(*) FROM django_session WHERE expire_date > now()",
    ),
    Standing(
        "ecrf_logins_last_hour",
        "What the log of logins noted in the last hour",
        "SELECT what, count(*) FROM access_loginevent WHERE at > now() - interval '1 hour' GROUP BY what",
        "what",
    ),
    Standing(
        "ecrf_tasks",
        "Work in the background, by its state",
        "SELECT lower(status), count(*) FROM django_tasks_database_dbtaskresult GROUP BY status",
        "state",
    ),
    Standing(
        "ecrf_oldest_task_seconds",
        "How long the oldest work has been due that no worker has taken up",
        # What is to be done at once carries the end of all days.
        "SELECT coalesce(extract(epoch FROM now() - min(due)), 0)::float FROM (SELECT CASE WHEN run_after"
        " > '9999-01-01' THEN enqueued_at ELSE run_after END AS due FROM django_tasks_database_dbtaskresult"
        " WHERE status = 'READY') AS waiting WHERE due < now()",
    ),
    Standing(
        "ecrf_exports",
        "Files asked for, by state",
        "SELECT state, count(*) FROM exports_export GROUP BY state",
        "state",
    ),
    Standing(
        "ecrf_mails", "Mails, by state", "SELECT state, count(*) FROM mail_mail GROUP BY state", "state"
    ),
    Standing(
        "ecrf_oldest_mail_seconds",
        "How long the oldest mail has waited that did not go out",
        "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float"
        " FROM mail_mail WHERE state IN ('waiting', 'failed')",
    ),
)


class Standings(Collector):
    """Read anew at each look."""

    def collect(self) -> Iterable[Metric]:
        with connection.cursor() as cursor:
            for standing in STANDING:
                gauge = GaugeMetricFamily(
                    standing.name, standing.words, labels=[standing.kind] if standing.kind else []
                )
                cursor.execute(standing.sql)
                for row in cursor.fetchall():
                    gauge.add_metric([str(kind) for kind in row[:-1]], float(row[-1]))
                yield gauge
        free = GaugeMetricFamily("ecrf_exports_folder_free_bytes", "Room left where finished files lie")
        free.add_metric([], free_bytes())
        yield free
