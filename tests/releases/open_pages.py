"""Opens the pages of the small study as everybody who may, in the database that DATABASE_URL names; prints them."""

import django
from django.test import Client
from django.urls import reverse


def addresses(patient, entries) -> list[str]:
    """Of what there is: pages of entry, of review and on paper."""
    number = patient.number
    found = [reverse(name) for name in ("today", "checks", "queries", "monitor:index", "monitor:locks")]
    found += [reverse(name, args=[number]) for name in ("patient", "print-casebook", "patient-trail")]
    found += [reverse("visit", args=[number, visit.code]) for visit in patient.visits.all()]
    found += [reverse("log", args=[number, "adverse-event"]), reverse("ranges", args=[patient.site.code])]
    found += [reverse("monitor:casebook_patient_change", args=[patient.pk])]
    found += [reverse("monitor:casebook_visit_change", args=[visit.pk]) for visit in patient.visits.all()]
    found += [reverse("monitor:casebook_entry_change", args=[entry.pk]) for entry in entries]
    return found


def main() -> None:
    django.setup()
    from django.conf import settings

    from ecrf.access.models import User
    from ecrf.casebook.models import Patient

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    patient = Patient.objects.get()
    for username in ("investigator01", "coordinator01", "monitor", "datamanager", "safety"):
        client = Client()
        client.force_login(User.objects.get(username=username))
        for address in addresses(patient, patient.entries.filter(parent=None)[:10]):
            status = client.get(address).status_code
            assert status in (200, 302, 403), f"{username} {address}: {status}"
            if status == 200:
                print(f"{username}:{address}")


if __name__ == "__main__":
    main()
