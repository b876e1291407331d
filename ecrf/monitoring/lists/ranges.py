"""The monitor's list of the sites' laboratory ranges."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.joined import in_a_row
from ecrf.casebook.laboratory.services import all_ranges
from ecrf.casebook.models import ReferenceRange
from ecrf.forms.protocol import protocol
from ecrf.monitoring.lists.changelist import chip, quiet
from ecrf.monitoring.lists.read_only import ReviewAdmin
from ecrf.monitoring.site import monitor_site


@admin.register(ReferenceRange, site=monitor_site)
class RangeAdmin(ReviewAdmin):
    """Every range with its validity and who entered it; the withdrawn ones too. A search goes by the site's code."""

    heading = gettext_lazy("Laboratory ranges")
    number_path = "site__code"
    searched_by = gettext_lazy("Site")
    is_by_site = True
    list_display_links = None
    ordering = ("site__code", "test", "unit", "sex", "valid_from", "pk")
    list_display = (
        "the_site",
        "the_test",
        "the_limits",
        "the_unit",
        "the_sex",
        "the_start",
        "the_end",
        "the_state",
        "the_person",
    )

    def get_sortable_by(self, request: HttpRequest) -> tuple[str, ...]:
        """One order, by site and test: a mark at the one column that could be sorted would say otherwise."""
        return ()

    @property
    def at_practice(self) -> Q:
        return Q(site__is_practice=True)

    def rows(self) -> QuerySet[ReferenceRange]:
        return all_ranges()

    @admin.display(description=gettext_lazy("Test"))
    def the_test(self, row: ReferenceRange) -> str:
        return next((test.label for test in protocol().lab_tests if test.code == row.test), row.test)

    @admin.display(description=gettext_lazy("Range"))
    def the_limits(self, row: ReferenceRange) -> str:
        return row.limits

    @admin.display(description=gettext_lazy("Unit"))
    def the_unit(self, row: ReferenceRange) -> str:
        return row.unit

    @admin.display(description=gettext_lazy("Valid from"))
    def the_start(self, row: ReferenceRange) -> str:
        return row.valid_from.isoformat()

    @admin.display(description=gettext_lazy("Valid to"))
    def the_end(self, row: ReferenceRange) -> str:
        return row.valid_to.isoformat() if row.valid_to else quiet("–")

    @admin.display(description=gettext_lazy("Sex"))
    def the_sex(self, row: ReferenceRange) -> str:
        return str(row.get_sex_display())

    @admin.display(description=pgettext_lazy("head of a column", "State"))
    def the_state(self, row: ReferenceRange) -> str:
        if row.is_withdrawn:
            return chip("missed", gettext("withdrawn: %(why)s") % {"why": row.withdrawn_why})
        return quiet(pgettext("a reference range", "stands"))

    @admin.display(description=gettext_lazy("Entered by"))
    def the_person(self, row: Any) -> str:
        return in_a_row(row.added_by, row.added_at.astimezone(row.site.zone).date())
