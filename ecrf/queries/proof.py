"""What `verify_audit` recomputes of queries: the site, which is that of the patient."""

from collections.abc import Iterator

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.recomputed import compared_by

_SITES = """
    SELECT q.id, p.site_id, q.site_id FROM queries_query q JOIN casebook_patient p ON p.id = q.patient_id
    WHERE p.site_id <> q.site_id ORDER BY q.id
"""


@recomputes("query-sites", "Queries at the site of their patient", queries_query=["site_id"])
def query_sites(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("queries_query", _SITES, "site_id")
