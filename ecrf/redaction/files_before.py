"""Files that were made before a redaction: they are kept as they were, and may hold what was redacted."""

from django.db.models import Q, QuerySet

from ecrf.casebook.models import Patient
from ecrf.exports.models import Export, ExportKind, ExportState


def files_made_before(patient: Patient) -> QuerySet[Export]:
    """Whatever can still be downloaded and was made of this patient, of the site or of the whole study."""
    of_patient = Q(patient=patient) | Q(patient=None, site=patient.site) | Q(patient=None, site=None)
    there = Export.objects.filter(of_patient, state=ExportState.DONE, removed_at=None)
    return there.exclude(kind=ExportKind.ANNOTATED_CRF).order_by("pk")
