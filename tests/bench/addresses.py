"""One address of every kind of page, for those who visit them all."""

from django.contrib.admin.utils import quote
from django.urls import reverse

from ecrf.access.models import User
from ecrf.casebook.models import Entry, ReferenceRange
from ecrf.monitoring.home.to_do import builders
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.site import monitor_site
from ecrf.monitoring.visits.services import TEXTS
from tests.bench.counting import client_of


def site_pages(number: str, *codes: str) -> list[str]:
    """What the site sees of a patient with an adverse event and a pulse at each of these visits."""
    patient = f"/patients/{number}/"
    return [
        "/",
        f"/?q={number[:2]}",
        "/checks/",
        "/calendar/",
        "/calendar/feed/",
        "/grid/",
        "/queries/",
        "/queries/?turn=closed&by=patient",
        patient,
        *(f"{patient}{code}/" for code in codes),
        *(f"{patient}{code}/vital-signs/1/pulse/history/" for code in codes),
        f"{patient}casebook/adverse-event/",
        f"{patient}casebook/end-of-study/",
        f"{patient}trail/",
        f"/sites/{number[:2]}/trail/",
        f"/sites/{number[:2]}/trail/review/",
        "/trail/review/",
    ]


def signing_pages(number: str, *codes: str) -> list[str]:
    """Where an investigator signs what `site_pages` shows."""
    patient = f"/patients/{number}/"
    return [
        f"{patient}sign/",
        *(f"{patient}{code}/sign/" for code in codes),
        *(f"{patient}{code}/vital-signs/1/sign/" for code in codes),
        f"{patient}casebook/adverse-event/1/sign/",
    ]


def work_pages(monitor: User) -> list[str]:
    """Each list of the work at the monitor's sites."""
    codes = [membership.site.code for membership in monitor.current_memberships if membership.site]
    return [reverse("monitor:work-list", args=[code, key]) for code in codes for key in builders()]


def visit_pages(monitor: User) -> list[str]:
    """The list of monitoring visits, and of the monitor's own each page."""
    pages = [reverse("monitor:monitoring-visits")]
    for visit in MonitoringVisit.objects.filter(monitor=monitor):
        pages.append(reverse("monitor:monitoring-visit", args=[visit.pk]))
        pages += [reverse("monitor:print-monitoring-text", args=[visit.pk, kind]) for kind in TEXTS]
    return pages


def monitor_pages(monitor: User) -> list[str]:
    """The monitor's index, and of every kind of row its list and one row, as far as they exist."""
    pages = [reverse("monitor:index"), reverse("monitor:noisy-checks"), reverse("monitor:locks")]
    pages.append(reverse("grid"))
    pages += [*work_pages(monitor), *visit_pages(monitor)]
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
