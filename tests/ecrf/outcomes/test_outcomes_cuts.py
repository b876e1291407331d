"""The outcomes of a data cut: the page, the rows behind its numbers and its print stay what they were."""

from datetime import UTC, datetime
from html import unescape
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader

from ecrf import __version__
from ecrf.exports.models import DataCut
from ecrf.forms.registry import CRFS
from ecrf.outcomes import current
from ecrf.outcomes.current import current_report
from ecrf.outcomes.reading import OtherForms
from ecrf.outcomes.report import Report, ReportScope, RowsBehind
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.exports.conftest import _one_connection, exports_folder, take  # noqa: F401  (fixtures)
from tests.ecrf.outcomes.test_outcomes_pages import page, text

NOW = datetime(2026, 11, 27, 22, 40, 5, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 8, tzinfo=UTC)
PLACES = ("/outcomes/", "/outcomes/rows/weights/", "/outcomes/rows/screened/")


@pytest.fixture(autouse=True)
def clock(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SYNTHETIC_DATA = True
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def weighed(site, coordinator):
    patient = a_patient(site, coordinator)
    enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, weight_kg="60.5")
    return patient


@pytest.fixture
def cut(weighed, statistician) -> DataCut:
    return take(statistician, name="Interim 1").cut


def main(html: str) -> str:
    """The numbers: the sections without the page's head."""
    return text(html[html.index("<section") :].replace("?cut=Interim+1", ""))


def test_page_of_a_cut_stays_what_it_was_when_the_data_are_corrected(
    clock, cut, statistician, site, coordinator, weighed
):
    before = {place: main(page(statistician, place)) for place in PLACES}
    assert {place: main(page(statistician, f"{place}?cut=Interim+1")) for place in PLACES} == before
    clock.move_to(LATER)
    enter(weighed.visits.get(), "vital-signs", coordinator, weight_kg="61.5")
    other = a_patient(site, coordinator)
    enter(a_visit(other, "W01", coordinator), "vital-signs", coordinator, weight_kg="70")
    for place in PLACES:
        assert main(page(statistician, place)) != before[place]
        assert main(page(statistician, f"{place}?cut=Interim+1")) == before[place]
    own = f"/outcomes/sites/{site.code}/rows/weights/?cut=Interim+1"
    assert "60.5" in page(statistician, own)


def test_cut_says_its_name_its_moment_and_its_software_on_page_and_print(clock, cut, statistician):
    clock.move_to(LATER)
    day = f"{cut.taken_at:%Y-%m-%d}"  # by the clock of the database
    for place in PLACES:
        words = text(page(statistician, f"{place}?cut=Interim+1"))
        assert f"data cut Interim 1 of {day}" in words
        assert f"taken with eCRF {cut.version} · calculated by eCRF {__version__} · synthetic data" in words
    answer = client_of(statistician).get("/outcomes/pdf/?cut=Interim+1")
    moment = f"{cut.taken_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    assert f'filename="synthetic-outcomes-Interim-1-{moment}.pdf"' in answer["Content-Disposition"]
    for one in PdfReader(BytesIO(answer.content)).pages:
        printed = " ".join(one.extract_text().split())
        assert f"ata cut Interim 1 of {day}" in printed
        assert "Synthetic data." in printed
    clock.shift(60)
    assert client_of(statistician).get("/outcomes/pdf/?cut=Interim+1").content == answer.content


def test_cut_is_chosen_on_the_page_and_every_link_keeps_to_it(cut, statistician):
    assert '<option value="Interim 1">' in page(statistician)
    html = unescape(page(statistician, "/outcomes/?cut=Interim+1"))
    assert '<option value="Interim 1" selected>' in html
    for link in ("/outcomes/rows/weights/", "/outcomes/pdf/"):
        assert f'href="{link}?cut=Interim+1"' in html
        assert f'href="{link}"' not in html
    assert main(page(statistician, "/outcomes/?cut=")) == main(page(statistician, "/outcomes/"))


def test_no_page_of_a_cut_that_is_not_there(cut, statistician):
    for place in (*PLACES, "/outcomes/pdf/"):
        assert client_of(statistician).get(f"{place}?cut=Interim").status_code == 404


def test_a_site_sees_its_live_page_alone(cut, coordinator, monitor, site):
    own = f"/outcomes/sites/{site.code}/"
    for user in (coordinator, monitor):
        assert "Interim 1" not in page(user, own)
        for place in ("", "rows/weights/", "pdf/"):
            assert client_of(user).get(f"{own}{place}?cut=Interim+1").status_code == 404


def test_cut_of_forms_that_lack_what_is_read_has_no_outcomes(cut, statistician):
    table = CRFS["vital-signs"].model._meta.db_table
    cut.description["forms"] = [form for form in cut.description["forms"] if form["table"] != table]
    with pytest.raises(OtherForms, match="Interim 1"):
        current_report(ReportScope(cut.taken_at, cut=cut))


def test_page_of_a_cut_takes_the_same_statements_for_any_number_of_patients(
    cut, statistician, site, coordinator
):
    client = client_of(statistician)

    def count(name: str) -> int:
        current = statements(lambda: client.get("/outcomes/", {"cut": name}))
        assert current.writes == []
        return current.count

    few = count("Interim 1")
    for _ in range(5):
        patient = a_patient(site, coordinator)
        enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, weight_kg="70")
    take(statistician, name="Interim 2")
    assert count("Interim 2") == few


def test_rows_behind_a_number_of_a_cut_are_read_once_and_those_of_today_each_time(
    cut, statistician, monkeypatch
):
    read: list[ReportScope] = []

    def report(scope: ReportScope) -> Report:
        def rows() -> RowsBehind:
            read.append(scope)
            return RowsBehind("Weights", (), (), ())

        return Report((), {"weights": rows})

    monkeypatch.setattr(current, "_maker", lambda _path: report)
    current.forget()
    client = client_of(statistician)
    for given, times in (({"cut": cut.name}, 1), ({}, 2)):
        read.clear()
        for _ in range(2):
            assert client.get("/outcomes/rows/weights/", given).status_code == 200
        assert len(read) == times
    current.forget()
