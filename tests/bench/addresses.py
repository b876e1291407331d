"""One address of every kind of page, for those who visit them all."""

from django.contrib.admin.utils import quote
from django.urls import reverse

from ecrf.access.models import User
from ecrf.casebook.models import Entry, ReferenceRange
from ecrf.monitoring.site import monitor_site
from tests.bench.counting import client_of


def site_pages(number: str, *codes: str) -> list[str]:
    """What the site sees of a patient with an adverse event and a pulse at each of these visits."""
    patient = f"/patients/{number}/"
    return [
        "/",
        f"/?q={number[:2]}",
        "/checks/",
        "/calendar/",
        "/queries/",
        "/queries/?turn=closed&by=patient",
        patient,
        *(f"{patient}{code}/" for code in codes),
        *(f"{patient}{code}/vital-signs/1/pulse/history/" for code in codes),
        f"{patient}casebook/adverse-event/",
        f"{patient}casebook/end-of-study/",
    ]


def monitor_pages(monitor: User) -> list[str]:
    """The monitor's index, and of every kind of row its list and one row, as far as they exist."""
    pages = [reverse("monitor:index"), reverse("monitor:noisy-checks")]
    for model in monitor_site._registry:
        base = f"monitor:{model._meta.app_label}_{model._meta.model_name}"
        pages.append(reverse(f"{base}_changelist"))
        row = model._default_manager.first() if model is not ReferenceRange else None
        if row:
            pages.append(reverse(f"{base}_change", args=[quote(row.pk)]))
    pages.append(reverse("monitor:plan"))
    if event := Entry.objects.filter(crf="adverse-event").first():
        pages.append(reverse("monitor:log", args=[event.patient_id, event.crf]))
    client = client_of(monitor)
    return [page for page in pages if client.get(page).status_code == 200]
