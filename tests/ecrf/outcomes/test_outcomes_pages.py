"""The page of the outcomes, the rows behind its numbers and its print, on the stub's small report."""

import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO

import pytest
import time_machine
from django.template.loader import render_to_string
from django.utils.translation import override, pgettext
from pypdf import PdfReader

from ecrf import __version__
from ecrf.audit.actor import SYSTEM, acting
from ecrf.outcomes.current import current_report
from ecrf.outcomes.drawing import PlotDrawing
from ecrf.outcomes.paper import printed_report
from ecrf.outcomes.report import (
    COURSES_AT_MOST,
    PatientCourse,
    Report,
    ReportPlot,
    ReportScope,
    ReportSection,
    VisitBand,
    VisitMean,
)
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site
from tests.rules.test_repository import HANDLER, SCRIPT, STYLE

NOW = datetime(2026, 11, 27, 22, 40, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SYNTHETIC_DATA = True
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def weighed(site, coordinator):
    patient = a_patient(site, coordinator)
    enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, weight_kg="60.5")
    return patient


def page(user, url: str = "/outcomes/") -> str:
    answer = client_of(user).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_page_says_as_of_when_by_which_version_and_that_the_data_are_invented(statistician, weighed):
    for url in ("/outcomes/", "/outcomes/rows/weights/"):
        words = text(page(statistician, url))
        assert "live data as of 2026-11-27 22:40 UTC, no data cut" in words
        assert f"eCRF {__version__} · synthetic data" in words


def test_every_section_shows_its_definitions_beside_its_numbers(statistician, weighed):
    html = page(statistician)
    assert html.count('<dl class="definitions">') == 2
    assert "As measured, kg." in html


def test_number_leads_to_its_rows_and_to_what_was_left_out(statistician, weighed, site, coordinator):
    other = a_patient(site, coordinator)
    assert 'href="/outcomes/rows/weights/">1</a>' in page(statistician)
    words = text(page(statistician, "/outcomes/rows/weights/"))
    assert f"Counted: 1 row Counted Patient Weight, kg {weighed.number} 60.5" in words
    assert f"Left out: 1 Left out Patient Why {other.number} Not entered" in words


def test_patient_behind_a_number_is_a_link_only_for_who_may_read_there(
    statistician, data_manager, coordinator, monitor, weighed
):
    rows, own = "/outcomes/rows/weights/", f"/outcomes/sites/{weighed.site.code}/rows/weights/"
    assert "/patients/" not in page(statistician, rows)
    for user in (data_manager, monitor):
        link = re.search(
            rf'href="([^"]+)">{weighed.number}<', page(user, rows if user is data_manager else own)
        )
        assert link
        assert client_of(user).get(link[1]).status_code == 200
    assert f'href="/patients/{weighed.number}/W01/"' in page(coordinator, own)


def test_rows_that_no_number_leads_to_do_not_exist(statistician, weighed):
    assert client_of(statistician).get("/outcomes/rows/nothing/").status_code == 404


def test_a_site_sees_its_own_patients_alone(coordinator, outsider, weighed, other_site):
    a_patient(other_site, outsider)
    own = text(page(coordinator, f"/outcomes/sites/{weighed.site.code}/rows/screened/"))
    assert "Counted: 1 row" in own
    assert client_of(coordinator).get(f"/outcomes/sites/{other_site.code}/").status_code == 404


def test_practice_site_is_told_that_it_never_counts(statistician, db):
    practice = make_site("99", is_practice=True)
    assert "practice site" in text(page(statistician, f"/outcomes/sites/{practice.code}/"))


def test_statistician_comes_to_the_outcomes_after_the_login(statistician, data_manager):
    assert client_of(statistician).get("/").headers["Location"] == "/outcomes/"
    assert client_of(data_manager).get("/").headers["Location"] == "/monitor/"


def test_menu_leads_to_the_results_that_one_may_see(statistician, coordinator, monitor, safety, site):
    assert 'href="/outcomes/"' in page(statistician, "/places/")
    for user in (coordinator, monitor):
        html = page(user, "/places/")
        assert f'href="/outcomes/sites/{site.code}/"' in html
        assert 'href="/outcomes/"' not in html
    assert "/outcomes/" not in page(safety, "/places/")


def test_report_is_made_once_as_long_as_nothing_changed(statistician, weighed, coordinator):
    first = current_report(ReportScope(NOW))
    assert current_report(ReportScope(NOW)) is first
    enter(weighed.visits.get(), "vital-signs", coordinator, weight_kg="61.5")
    assert current_report(ReportScope(NOW)) is not first
    assert "61.5" in page(statistician, "/outcomes/rows/weights/")


def test_page_takes_the_same_statements_for_any_number_of_patients_and_writes_nothing(
    statistician, weighed, site, coordinator
):
    client = client_of(statistician)
    urls = ("/outcomes/", "/outcomes/rows/weights/", "/outcomes/pdf/")

    def counts() -> list[int]:
        a_patient(site, coordinator)  # so that the report is made anew for each
        found = []
        for url in urls:
            current = statements(lambda url=url: client.get(url))
            assert current.writes == []
            found.append(current.count)
        return found

    few = counts()
    for _ in range(5):
        patient = a_patient(site, coordinator)
        enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, weight_kg="70")
    assert counts() == few


def test_print_holds_the_same_words_and_numbers_and_is_the_same_file_twice(statistician, weighed):
    client = client_of(statistician)
    answer, again = client.get("/outcomes/pdf/"), client.get("/outcomes/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert 'filename="synthetic-outcomes-20261127T2240Z.pdf"' in answer["Content-Disposition"]
    assert answer.content == again.content
    words = " ".join(one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages)
    for said in (
        "2026-11-27 22:40 UTC",
        f"eCRF {__version__}",
        "Synthetic data.",
        "Weight at baseline",
        "As measured",
    ):
        assert said in words


def test_print_is_for_archives_and_for_screen_readers_with_each_figure_in_words(weighed):
    file = PdfReader(BytesIO(printed_report(current_report(ReportScope(NOW)), ReportScope(NOW))))
    root = file.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>2<.*pdfaid:conformance>A<", metadata, re.S)
    assert "pdfuaid:part>1<" in metadata
    assert root["/MarkInfo"]["/Marked"]
    alternatives = _alternatives(root["/StructTreeRoot"])
    assert len(alternatives) == 2
    assert "from week 1 to week 4" in alternatives[0]
    assert "week 1: 60.0, n 1" in alternatives[1]


def _alternatives(node) -> list[str]:
    """Of every element below, in the order of the file."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [text for one in node for text in _alternatives(one)]
    if not isinstance(node, dict):
        return []
    return [*([str(node["/Alt"])] if "/Alt" in node else []), *_alternatives(node.get("/K", []))]


@pytest.mark.parametrize("name", ["Hospital 🧪 \U00012000", "בית חולים", "مستشفى", "ł \u0300\u0b3c"])
def test_print_is_made_whatever_signs_the_data_hold(db, name):
    site = make_site("77")
    site.name = name
    scope = ReportScope(NOW, site)
    assert printed_report(current_report(scope), scope).startswith(b"%PDF")


def test_text_of_the_data_stays_text_in_the_print(db):
    hostile = make_site("77")
    hostile.name = '#panic("no") *bold* $x$ \\ <svg>'
    scope = ReportScope(NOW, hostile)
    words = PdfReader(BytesIO(printed_report(current_report(scope), scope))).pages[0].extract_text()
    assert '#panic("no") *bold* $x$' in words


def test_page_keeps_to_the_content_security_policy(statistician, weighed):
    html = page(statistician)
    assert "<svg" in html
    for pattern in (SCRIPT, STYLE, HANDLER):
        assert not pattern.search(html)


def test_course_of_each_patient_is_a_line_that_ends_in_a_mark_for_who_left():
    courses = (
        PatientCourse("01-001", ((1, 10.0), (4, 20.0)), left=True),
        PatientCourse("01-002", ((1, 5.0),)),
    )
    drawn = PlotDrawing(ReportPlot("Weight", "kg", 0, 100, (1, 4), 2, courses, ())).courses
    assert [course.label for course in drawn] == ["01-001", "01-002"]
    assert [bool(course.end) for course in drawn] == [True, False]


def test_many_courses_are_bands_and_the_figure_says_so(db):
    bands = (VisitBand(1, (10, 20, 30, 40, 50)), VisitBand(4, (15, 25, 35, 45, 55)))
    plot = ReportPlot("Weight", "kg", 0, 100, (1, 4), COURSES_AT_MOST + 1, (), (), bands)
    wide, narrow = PlotDrawing(plot).bands
    assert (len(wide.split()), len(narrow.split())) == (4, 4)
    html = render_to_string("outcomes/_plot.html", {"part": plot})
    assert html.count("<polygon") == 2
    said = f"n = {COURSES_AT_MOST + 1} patients, too many for a line each"
    assert said in text(html)
    report = Report((ReportSection("weight", "Weight", (), (plot,)),))
    words = PdfReader(BytesIO(printed_report(report, ReportScope(NOW)))).pages[0].extract_text()
    assert said in " ".join(words.split())


def test_bars_end_where_the_scale_does_and_a_single_value_has_none():
    means = (VisitMean(1, 5, 90.0, 20.0), VisitMean(4, 1, 50.0, None))
    first, second = PlotDrawing(ReportPlot("Weight", "kg", 0, 100, (1, 4), 0, (), means)).means
    assert float(first.high) == PlotDrawing.top
    assert (second.low, second.high) == (None, None)
    assert second.label == "Week 4: 50.0, n = 1"


def test_page_speaks_the_readers_language_and_the_print_is_english_for_everybody(statistician, weighed):
    in_english = page(statistician)
    printed = client_of(statistician).get("/outcomes/pdf/").content
    speak(statistician, "zh-hans")
    words = text(page(statistician))
    assert "2026-11-27 22:40 UTC" in words
    assert "no data cut" not in words
    assert pgettext_in("zh-hans", "of the study", "Outcomes") in words
    assert text(page(statistician, "/outcomes/rows/weights/")).count("60.5") == 1
    assert client_of(statistician).get("/outcomes/pdf/").content == printed
    speak(statistician, "en")
    assert text(page(statistician)) == text(in_english)


def speak(user, language: str) -> None:
    with acting(SYSTEM, source="test"):
        user.language = language
        user.save()


def pgettext_in(language: str, context: str, words: str) -> str:
    with override(language):
        found = pgettext(context, words)
    assert found != words
    return found
