"""Pages in each language beside the same in English: processor time of the process that writes them."""

import gc
import statistics
import time
from itertools import permutations

from django.conf import settings
from django.test import Client

from ecrf.web.wide_frame import in_a_wide_frame
from tests.bench.counting import client_of
from tests.bench.seeding import Study
from tests.bench.table import Line, at_most

ROUNDS = 60
WARM_UP = 6
AT_MOST = 1.05
"""How many times the processor time of English."""


def measure_languages(study: Study) -> list[Line]:
    """Nobody of the bench has chosen a language: the browser's list decides, as at a first login."""
    patient = study.small.patients[0]
    site, monitor = client_of(study.small.coordinator), client_of(study.monitor)
    visits = [
        (f"page of {code}", site, f"/patients/{patient.number}/{code}/") for code in ("SCR", "W01", "W04")
    ]
    pages = [
        ("Today", site, "/"),
        ("patient's page", site, f"/patients/{patient.number}/"),
        *visits,
        ("monitor's patient", monitor, f"/monitor/casebook/patient/{patient.pk}/change/"),
    ]
    return [line for what, client, path in pages for line in _lines(what, client, path)]


def _lines(what: str, client: Client, path: str) -> list[Line]:
    languages = [code for code, _name in settings.LANGUAGES]
    took: dict[str, list[float]] = {language: [] for language in languages}
    ask = in_a_wide_frame(client.get)  # as the server does
    orders = list(permutations(languages))  # none comes always behind the same other one
    for number in range(ROUNDS + WARM_UP):
        if number == WARM_UP:
            gc.freeze()  # or each collection walks through all that stays, and empties the processor's caches
        for language in orders[number % len(orders)]:
            gc.collect()  # or one of them pays for what the others left
            begun = time.process_time()
            answer = ask(path, headers={"accept-language": language})
            spent = (time.process_time() - begun) * 1000
            assert answer.status_code == 200, path
            assert f'lang="{language}"' in answer.content.decode(), path
            if number >= WARM_UP:
                took[language].append(spent)
    gc.unfreeze()
    # The quartile below: what else the machine does only ever adds to it.
    found = {language: statistics.quantiles(times, n=4)[0] for language, times in took.items()}
    english = found.pop(settings.LANGUAGE_CODE)
    return [
        at_most(
            f"{what} in {language}, processor time",
            ms / english,
            AT_MOST,
            f"{ms:.1f} ms = {ms / english:.2f} × {english:.1f} ms in English",
            f"≤ {AT_MOST} ×",
        )
        for language, ms in found.items()
    ]
