"""Invented accounts and patients to save on: `python -m tests.ha.study PATIENTS PASSWORD`; it prints their numbers."""

import json
import sys

import django


def main(patients: int, password: str) -> None:
    django.setup()
    from ecrf.access.models import Site, User
    from tests.builders import a_patient, a_visit, enter
    from trial.synthetic import accounts

    accounts.create(password)
    site, coordinator = Site.objects.get(code="01"), User.objects.get(username="coordinator01")
    numbers = []
    for _ in range(patients):
        patient = a_patient(site, coordinator)
        enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, pulse="59")
        numbers.append(patient.number)
    print(json.dumps(numbers), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
