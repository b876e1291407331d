"""Keeps the edition of the forms with the data cuts that were taken while it was in force."""

from django.utils.translation import gettext_lazy

from ecrf.exports.models import DataCut, FormEdition
from ecrf.exports.odm.edition.content import Edition, as_text, read_text, sha256
from ecrf.exports.package import CannotBeWritten

NOT_AS_KEPT = gettext_lazy(
    "The forms that were kept with this cut are no longer what was kept: their SHA-256 differs. Somebody went around"
    " the product. Bring the table exports_formedition back from a backup."
)


def keep_edition(edition: Edition) -> FormEdition:
    """One row for however many cuts."""
    text = as_text(edition)
    return FormEdition.objects.get_or_create(fingerprint=sha256(text), defaults={"content": text})[0]


def kept_edition(cut: DataCut) -> Edition | None:
    """None for a cut that was taken before editions were kept. CannotBeWritten if what was kept is no longer that."""
    if cut.edition is None:
        return None
    if sha256(cut.edition.content) != cut.edition_id:
        raise CannotBeWritten(str(NOT_AS_KEPT))
    return read_text(cut.edition.content)
