"""How the site asks the monitor and leaves notes from its pages: at an item of a form, begun or not."""

from dataclasses import dataclass

from django.http import Http404

from ecrf.casebook.data import stored_row
from ecrf.casebook.places import Place
from ecrf.entry.addresses import PagePlace, html_id, page_url, place_of
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.item_input import ItemInput
from ecrf.entry.visit.load import log_page, one_visit_form
from ecrf.queries.lookup import asked_at
from ecrf.queries.models import Query, QueryKind


@dataclass(frozen=True)
class Spot:
    """An item of a form on the page, as its field's name says it: `vital-signs:1:pulse`."""

    place: Place
    item: str

    @classmethod
    def of(cls, where: PagePlace, about: str) -> "Spot":
        """Http404 for what cannot stand on this page."""
        crf, _, rest = about.partition(":")
        address, _, item = rest.partition(":")
        place = place_of(where, crf, address)
        if item not in place.definition.items:
            raise Http404
        return cls(place, item)

    @property
    def url(self) -> str:
        """The item on the page on which it is entered, with what is asked there."""
        page = page_url(PagePlace(self.place.patient, self.place.visit), self.place)
        return f"{page.partition('#')[0]}#k-{html_id(self.place, self.item)}"

    def item_input(self, where: PagePlace) -> ItemInput:
        """The item with what the site asks and notes there now; two statements."""
        row = stored_row(self.place)
        asked = asked_at(self.place, row.entry if row else None, self.item)
        return FormInput.at(where, self.place, row, conversations={self.item: asked}).item_views[self.item]


def form_to_ask_about(where: PagePlace, named: str) -> FormInput:
    """The form with its rows, named as `vital-signs:1`, from whose items one chooses."""
    crf, _, address = named.partition(":")
    place = place_of(where, crf, address)
    if place.parent is not None:
        raise Http404
    if where.visit:
        return one_visit_form(where, place)
    return log_page(where, place.definition, place.number).form_inputs[0]


def kind_in(text: str) -> QueryKind:
    try:
        return QueryKind(text)
    except ValueError as error:
        raise Http404 from error


def spot_of(query: Query) -> Spot:
    """Where a conversation stands; LookupError if the form is no longer part of the trial."""
    return Spot(Place.of(query.form), query.item)
