"""Files as people bring them, and the two who do."""

import uuid
from collections.abc import Callable

import pytest

from ecrf.access.models import Site, User
from ecrf.imports.models import Import
from ecrf.imports.services import Brought, bring, order
from tests.builders import a_patient, a_visit

WHY = "Synthetic: results came by file"


def a_file(
    content: str | bytes,
    by: User,
    *,
    form: str = "vital-signs",
    site: Site | None = None,
    key: uuid.UUID | None = None,
    purpose: str = "import",
    file_format: str = "form",
    **reading,
) -> Import:
    """Bring a file; it is looked at, at once where it is small."""
    raw = content if isinstance(content, bytes) else content.encode()
    brought = Brought(
        name="synthetic.csv",
        pieces=lambda: iter([raw]),
        purpose=purpose,
        format=file_format,
        form=form if file_format == "form" else "",
        site=site,
        source_system="SynthLab",
        reading=reading,
    )
    return bring(brought=brought, by=by, request_key=key or uuid.uuid4())


def bring_it_in(
    batch: Import, by: User, *, key: uuid.UUID | None = None, consents=None, reason: str = WHY
) -> Import:
    order(batch=batch, reason=reason, consents=consents or {}, by=by, act_key=key or uuid.uuid4())
    batch.refresh_from_db()
    return batch


def kinds(batch: Import) -> list[str]:
    return list(batch.rows.order_by("number", "place").values_list("kind", flat=True))


def whys(batch: Import) -> list[str]:
    """Why rows or values are refused, in the order of the file."""
    found = []
    for row in batch.rows.order_by("number", "place"):
        cells = [cell[5] for cell in row.result.get("cells", []) if cell[5]]
        found.append(" ".join(part for part in (row.result.get("why", ""), *cells) if part))
    return found


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W01", coordinator)


@pytest.fixture
def lines(patient) -> Callable[..., str]:
    """A CSV of vital signs with these rows behind the patient's number."""

    def made(*rows: str, head: str = "patient,visit,weight_kg,pulse") -> str:
        return "\r\n".join([head, *(f"{patient.number},{row}" for row in rows)])

    return made
