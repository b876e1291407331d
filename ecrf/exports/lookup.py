"""What the pages of data out show: sites of the study, data cuts, saved choices."""

from django.db.models import QuerySet
from django.http import Http404

from ecrf.access.alike import InOrder
from ecrf.access.models import Site
from ecrf.exports.models import UNFINISHED, DataCut, Export, ExportKind, ExportState, SavedChoice


def study_sites() -> QuerySet[Site]:
    """Practice sites are no part of the study."""
    return Site.objects.filter(is_practice=False)


def data_cuts() -> QuerySet[DataCut]:
    """The newest first; what is large of them is read when it is asked for."""
    rows = DataCut.objects.select_related("export", "taken_by").order_by("-taken_at", "-pk")
    return rows.defer("positions", "description")


def other_cuts(export: Export) -> QuerySet[DataCut]:
    return data_cuts().exclude(export=export)


def cut_named(name: str) -> DataCut | None:
    return None if "\x00" in name else data_cuts().filter(name=name).first()


def reach_cut(name: str) -> DataCut:
    """By its name; 404 if there is none."""
    cut = cut_named(name)
    if cut is None:
        raise Http404
    return cut


def in_order(*names: str) -> tuple[DataCut, DataCut]:
    """Two cuts, the earlier one first, whatever the order of the names."""
    earlier, later = sorted((reach_cut(name) for name in names), key=lambda cut: (cut.taken_at, cut.pk))
    return earlier, later


def saved_choices() -> QuerySet[SavedChoice]:
    return SavedChoice.objects.order_by(InOrder("name"), "name")


def saved_choice(pk: int | None) -> SavedChoice | None:
    return SavedChoice.objects.filter(pk=pk or 0).first()


def before_it(export: Export) -> int:
    """How many files are made before this one, which waits."""
    return Export.objects.filter(state__in=UNFINISHED, pk__lt=export.pk).count()


def is_anything_waiting() -> bool:
    return Export.objects.filter(state__in=UNFINISHED).exists()


def last_proof(cut: DataCut) -> Export | None:
    """When it was last made again from the trail, and what came of it."""
    made = Export.objects.filter(kind=ExportKind.REBUILD, wanted__name=cut.name)
    return made.exclude(state__in=[ExportState.FAILED, ExportState.CANCELLED]).order_by("pk").last()
