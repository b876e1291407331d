"""What `verify_audit` recomputes of exports: what was kept whole has the hash that the trail tells."""

from collections.abc import Iterator

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.recomputed import compared_by

_EDITIONS = """
    SELECT fingerprint, fingerprint, encode(sha256(convert_to(content, 'UTF8')), 'hex') FROM exports_formedition
"""
_KEPT = """
    SELECT coalesce(k.export_id, e.id), CASE WHEN e.state <> 'done' THEN e.wanted ->> 'content_sha256' END,
        encode(sha256(convert_to(k.content, 'UTF8')), 'hex')
    FROM (SELECT * FROM exports_export WHERE kind = 'handed-over') e
    FULL JOIN exports_keptcontent k ON k.export_id = e.id
    WHERE k.export_id IS NOT NULL OR e.state <> 'done'
"""


@recomputes("editions", "Kept forms and schedules", exports_formedition=["content"])
def form_editions(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("exports_formedition", _EDITIONS, "SHA-256 of content")


@recomputes("kept", "Casebooks kept until their file is made", exports_keptcontent=["export_id", "content"])
def kept_contents(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("exports_keptcontent", _KEPT, "SHA-256 of content")
