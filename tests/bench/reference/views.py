"""The reference's one view: session, user, permission, form, row lock, save, one transaction, a bare page."""

from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from ecrf.access.reach import require
from ecrf.access.roles import Right
from tests.bench.reference.models import Plain


class PlainForm(ModelForm):
    class Meta:
        model = Plain
        exclude = ("site",)  # noqa: DJ006


@require_http_methods(["GET", "POST"])
def reference(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, or lock its row and save it."""
    rows = Plain.objects.select_related("site")
    if request.method == "GET":
        row = get_object_or_404(rows, pk=pk)
        require(request.user, Right.ENTER, row.site)
        return render(request, "reference/form.html", {"form": PlainForm(instance=row)})
    with transaction.atomic():
        row = get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)
        require(request.user, Right.ENTER, row.site)
        form = PlainForm(request.POST, instance=row)
        if not form.is_valid():
            return render(request, "reference/form.html", {"form": form}, status=422)
        form.save()
    return render(request, "reference/saved.html", {"row": row})
