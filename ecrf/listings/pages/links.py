"""Where the cells of a listing lead: to the item on the site's page for who enters, on the review's for who reviews."""

from functools import cache

from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.reach import site_ids
from ecrf.access.roles import Right
from ecrf.casebook.labels import element_id
from ecrf.casebook.log_pieces import query_with
from ecrf.forms.registry import CRFS
from ecrf.listings.reading.reader import ListingReader
from ecrf.listings.reading.rows import FormSpot, ListingRow


@cache
def _pattern(name: str, *arguments: str | int) -> str:
    """An address with places to fill: made anew for each of a thousand cells, it would take long."""
    return reverse(name, args=arguments)


class ItemLinks:
    """The addresses of one person's cells; "" where a person reads listings and no pages of patients."""

    def __init__(self, user: User, reader: ListingReader) -> None:
        codes = {site.pk: site.code for site in reader.sites}

        def here(*rights: Right) -> set[str]:
            ids = site_ids(user, *rights)
            return {code for pk, code in codes.items() if ids is None or pk in ids}

        self.entered, self.reviewed = here(Right.READ), here(Right.REVIEW, Right.REVIEW_SAFETY)
        self.reviewed_whole, self.reader = here(Right.REVIEW), reader

    def patient(self, row: ListingRow) -> str:
        if row.site in self.entered:
            return _pattern("patient", "NUMBER").replace("NUMBER", row.number)
        if row.site in self.reviewed_whole or (
            row.site in self.reviewed and row.patient in self.reader.serious
        ):
            return _pattern("monitor:casebook_patient_change", 0).replace("/0/", f"/{row.patient}/")
        return ""

    def form(self, row: ListingRow, spot: FormSpot, item: str = "") -> str:
        """The page of its visit, or of its log, at the form or at one of its items."""
        if row.site not in self.entered | self.reviewed or not (spot.crf or spot.visit):
            return ""
        at = f"#{element_id(spot.crf, spot.address, item)}" if spot.crf else ""
        if row.site in self.entered:
            return self._of_site(row, spot) + at
        if spot.visit:
            return _pattern("monitor:casebook_visit_change", 0).replace("/0/", f"/{spot.visit}/") + at
        return _pattern("monitor:log", 0, _log(spot)).replace("/0/", f"/{row.patient}/") + _piece(spot) + at

    def _of_site(self, row: ListingRow, spot: FormSpot) -> str:
        if spot.visit and spot.code:
            path = _pattern("visit", "NUMBER", "CODE").replace("NUMBER", row.number)
            return path.replace("CODE", spot.code)
        return _pattern("log", "NUMBER", _log(spot)).replace("NUMBER", row.number) + _piece(spot)


def _piece(spot: FormSpot) -> str:
    """Which piece of a long log shows it."""
    return query_with(spot.number if spot.parent is None else spot.parent)


def _log(spot: FormSpot) -> str:
    definition = CRFS.get(spot.crf)
    return (definition.row_of if definition else "") or spot.crf
