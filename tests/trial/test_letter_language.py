"""What is written after a monitoring visit: the letter in the language of the site, the report in that of the
monitor, or in another; each kept in the one it is written in."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from lxml import html

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.services import complete_entries
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.services import TextChanged, VisitRefused, seen_of
from ecrf.monitoring.visits.worklist import NOW, _places
from ecrf.queries.models import Query, Turn
from ecrf.queries.services import answer
from tests.builders import a_place, enter
from tests.ecrf.monitoring.review_world import (
    a_finish,
    a_start,
    an_end,
    asked,
    complete_deviation,
    complete_mrc,
)
from tests.ecrf.monitoring.world import a_world, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-079")]

OPENINGS = {"en": "Dear Investigator,", "ja": "治験責任医師", "zh-hans": "研究者"}
SUMMARY = {"en": "Summary", "ja": "要約", "zh-hans": "摘要"}
FROM_THE_FORMS = {"en": "Week 4, MRC strength", "ja": "4週", "zh-hans": "第4周"}


@pytest.fixture
def own(site, coordinator):
    return a_world(site, coordinator)


@pytest.fixture
def visit(own, coordinator, monitor):
    """Under way at a site that speaks Japanese; a question was asked in English, a deviation entered."""
    with acting(SYSTEM):
        own.site.language = "ja"
        own.site.save()
        monitor.language = "en"
        monitor.save()
    asked(complete_mrc(own.visit, coordinator), monitor, "Please confirm")
    complete_deviation(own.patient, coordinator)
    return a_start(own.site, monitor)


def reads_in(user, language):
    with acting(SYSTEM):
        user.language = language
        user.save()


def act(client, name, visit, **data):
    args = [visit.pk, *([data.pop("kind")] if "kind" in data else [])]
    answer = client.post(reverse(f"monitor:{name}", args=args), data)
    visit.refresh_from_db()
    return answer


def under(address, client, query):
    """The elements of a page by XPath."""
    return html.fromstring(client.get(address).content).xpath(query)


@pytest.mark.parametrize("reads", ["en", "zh-hans"])
def test_letter_is_in_the_sites_language_whatever_the_monitor_reads(visit, monitor, reads):
    reads_in(monitor, reads)
    page = reverse("monitor:monitoring-visit", args=[visit.pk])
    client = logged_in(monitor)
    [chosen] = under(page, client, "//select[@name='language']/option[@selected]")
    assert chosen.get("value") == "ja"
    assert act(client, "end-monitoring-visit", visit, language="ja").status_code == 302
    assert visit.letter_language == "ja"
    assert OPENINGS["ja"] in visit.letter
    assert FROM_THE_FORMS["ja"] in visit.letter
    assert "“Please confirm”" in visit.letter.replace("「", "“").replace("」", "”")
    assert visit.report_language == reads
    assert f"## {SUMMARY[reads]}" in visit.report


@pytest.mark.parametrize("language", OPENINGS)
def test_letter_is_drafted_in_the_language_that_is_chosen(visit, monitor, language):
    act(logged_in(monitor), "end-monitoring-visit", visit, language=language)
    assert visit.letter_language == language
    assert visit.letter.startswith(OPENINGS[language]) or OPENINGS[language] in visit.letter.splitlines()[0]
    assert FROM_THE_FORMS[language] in visit.letter


def test_nothing_in_a_letter_is_english_but_names_and_what_people_wrote(visit, monitor):
    an_end(visit, monitor)
    names = ("Synthetic hospital 01", "Synthetic monitor", "Synthetic investigator", "MRC", "JST")
    told = visit.letter.replace("Please confirm", "")
    for name in names:
        told = told.replace(name, "")
    assert [word for word in told.split() if word.isascii() and word.isalpha() and len(word) > 2] == []


def test_letter_of_a_site_without_a_language_is_english(own, monitor):
    with override("ja"):
        visit = an_end(a_start(own.site, monitor), monitor)
    assert (visit.letter_language, visit.letter[:17]) == ("en", "Dear Investigator")


@pytest.mark.parametrize("language", SUMMARY)
def test_report_is_drafted_in_the_language_that_is_chosen(visit, monitor, language):
    act(logged_in(monitor), "end-monitoring-visit", visit, report_language=language)
    assert (visit.report_language, visit.letter_language) == (language, "ja")
    assert f"## {SUMMARY[language]}" in visit.report
    assert FROM_THE_FORMS[language] in visit.report


def test_nothing_in_a_report_is_english_but_names_and_what_people_wrote(visit, monitor):
    act(logged_in(monitor), "end-monitoring-visit", visit, report_language="ja")
    told = visit.report
    for name in (
        "Synthetic hospital 01",
        "Synthetic monitor",
        "Please confirm",
        "MRC",
        "JST",
        "Dose · Minor",
        "SDV",
    ):
        told = told.replace(name, "")
    assert [word for word in told.split() if word.isascii() and word.isalpha() and len(word) > 2] == []


@pytest.mark.parametrize("language", SUMMARY)
def test_report_whose_remarks_are_still_to_be_written_is_not_finished(visit, monitor, language):
    """In whichever language it stands, and whichever the monitor reads."""
    act(logged_in(monitor), "end-monitoring-visit", visit, report_language=language)
    seen = {kind: seen_of(visit, kind) for kind in ("report", "letter")}
    for reads in SUMMARY:
        with override(reads), pytest.raises(VisitRefused):
            services.require_finishable(visit, seen)


LEFT = (
    *("（要記入）", "(要記入)", "（ 後日記入 ）", "（待填写）", "（待填）", "(待补充)"),
    *("＿＿＿＿", "ＸＸＸ", "ＴＢＤ", "［…］", "○○先生"),
)
FINDINGS = (
    *("（服薬日が未記入）", "（未記入）", "（要記入の欄は2か所）", "（资料待补充）"),
    *("（服药日期待填写，已通知研究者）", "（待填项3处）", "（検査値は後日記入された）"),
)


def with_report(visit, monitor, text):
    """Both texts as somebody wrote them; what the page says that it showed."""
    an_end(visit, monitor)
    for kind, words in (("report", text), ("letter", "Synthetic.")):
        services.save_text(visit=visit, kind=kind, text=words, seen=seen_of(visit, kind), by=monitor)
        visit.refresh_from_db()
    return {kind: seen_of(visit, kind) for kind in ("report", "letter")}


@pytest.mark.parametrize("left", LEFT)
def test_what_is_left_to_write_is_found_in_each_way_of_writing(visit, monitor, left):
    seen = with_report(visit, monitor, f"所見は{left}")
    with pytest.raises(VisitRefused):
        services.require_finishable(visit, seen)


@pytest.mark.parametrize("finding", FINDINGS)
def test_finding_in_a_parenthesis_that_something_was_not_filled_in_bars_no_report(visit, monitor, finding):
    services.require_finishable(visit, with_report(visit, monitor, f"服薬日誌{finding}"))


@pytest.mark.parametrize("kind", ["report", "letter"])
def test_text_is_drafted_anew_in_another_language_and_the_trail_keeps_both(visit, monitor, kind):
    an_end(visit, monitor)
    before, was, client = getattr(visit, kind), visit.written_in(kind), logged_in(monitor)
    given = {"kind": kind, "language": "zh-hans", f"seen_{kind}": seen_of(visit, kind)}
    assert act(client, "draft-monitoring-text", visit, **given).status_code == 302
    assert visit.written_in(kind) == "zh-hans"
    event = AuditEvent.objects.filter(table="monitoring_monitoringvisit").latest("pk")
    assert event.changes[kind] == [before, getattr(visit, kind)]
    assert event.changes[f"{kind}_language"] == [was, "zh-hans"]


def test_letter_that_was_saved_meanwhile_is_not_drafted_anew_unseen(visit, monitor):
    an_end(visit, monitor)
    seen = seen_of(visit, "letter")
    services.save_text(visit=visit, kind="letter", text="Mine", seen=seen, by=monitor)
    given = {"kind": "letter", "language": "en", "seen_letter": seen}
    assert act(logged_in(monitor), "draft-monitoring-text", visit, **given).status_code == 409
    assert (visit.letter, visit.letter_language) == ("Mine", "ja")


def test_letter_that_is_signed_is_never_drafted_anew(visit, monitor):
    a_finish(an_end(visit, monitor), monitor)
    signed = visit.letter
    with pytest.raises(VisitRefused):
        services.draft_again(
            visit=visit, kind="letter", language="en", seen=seen_of(visit, "letter"), by=monitor
        )
    visit.refresh_from_db()
    assert (visit.letter, visit.letter_language) == (signed, "ja")


@pytest.mark.parametrize("name", ["end-monitoring-visit", "draft-monitoring-text"])
def test_language_that_there_is_not_is_refused_in_words(visit, monitor, name):
    given = {"language": "tlh"}
    if name == "draft-monitoring-text":
        an_end(visit, monitor)
        given |= {"kind": "letter", "seen_letter": seen_of(visit, "letter")}
    answer = act(logged_in(monitor), name, visit, **given)
    assert answer.status_code == 422
    assert "Choose one of the languages" in answer.content.decode()
    assert visit.letter_language == ("ja" if visit.ended_at else None)
    assert bool(visit.ended_at) is (name == "draft-monitoring-text")


def test_text_that_is_written_in_another_language_is_marked_so(visit, monitor):
    an_end(visit, monitor)
    client = logged_in(monitor)
    for kind in ("report", "letter"):
        given = {
            "text": getattr(visit, kind),
            "seen": seen_of(visit, kind),
            "language": "zh-hans",
        }
        assert act(client, "save-monitoring-text", visit, kind=kind, **given).status_code == 302
        assert getattr(visit, f"{kind}_language") == "zh-hans"
        given = {"text": "…", "seen": given["seen"], "language": "tlh"}
        assert act(client, "save-monitoring-text", visit, kind=kind, **given).status_code == 422
        assert getattr(visit, kind) != "…"


def test_letter_is_shown_with_its_language_wherever_it_stands(visit, monitor, investigator):
    an_end(visit, monitor)
    page = reverse("monitor:monitoring-visit", args=[visit.pk])
    paper = reverse("monitor:print-monitoring-text", args=[visit.pk, "letter"])
    monitors = logged_in(monitor)
    assert under(page, monitors, "//*[@id='written-letter'][@lang='ja'][contains(., '治験責任医師')]")
    assert under(page, monitors, "//*[@id='written-report'][@lang='en']")
    assert under(page, monitors, "//textarea[@lang='ja'][contains(., '治験責任医師')]")
    assert under(paper, monitors, "//*[@class='letter'][@lang='ja']")
    assert under(paper, monitors, "//*[@class='letter-head'][@lang='ja'][contains(., '治験責任医師')]")
    a_finish(visit, monitor)
    reads_in(investigator, "en")
    letter = reverse("site-letter", args=[visit.site.code, visit.pk])
    assert under(
        letter, logged_in(investigator), "//*[@class='letter'][@lang='ja'][contains(., '治験責任医師')]"
    )


def test_worklist_that_was_frozen_in_english_is_read_in_the_readers_language(visit, monitor):
    reads_in(monitor, "ja")
    page = reverse("monitor:monitoring-visit", args=[visit.pk])
    points = [
        point.text_content() for point in under(page, logged_in(monitor), "//li[contains(@class, 'point')]")
    ]
    # What a log's rows say is data, and may be what people wrote.
    told = (
        " ".join(points)
        .replace("Please confirm", "")
        .replace("Dose · Minor", "")
        .replace("MRC", "")
        .replace("JST", "")
    )
    assert "第4週" in told
    assert "項目" in told
    assert [word for word in told.split() if word.isascii() and word.isalpha() and len(word) > 2] == []


def test_language_that_another_window_set_is_not_put_back_unseen(visit, monitor):
    an_end(visit, monitor)
    seen = seen_of(visit, "letter")
    services.save_text(
        visit=visit, kind="letter", text=visit.letter, seen=seen, by=monitor, language="zh-hans"
    )
    with pytest.raises(TextChanged):
        services.save_text(visit=visit, kind="letter", text="Mine", seen=seen, by=monitor, language="ja")
    visit.refresh_from_db()
    with pytest.raises(VisitRefused):
        services.require_finishable(visit, {"report": seen_of(visit, "report"), "letter": seen})
    assert visit.letter_language == "zh-hans"


def test_visit_of_before_languages_were_kept_is_english(visit, monitor):
    """A new column of a table that stands in the trail is empty in the rows that are there."""
    an_end(visit, monitor)
    with acting(SYSTEM):
        visit.letter_language = visit.report_language = None
        visit.save()
    page = reverse("monitor:monitoring-visit", args=[visit.pk])
    assert under(page, logged_in(monitor), "//*[@id='written-letter'][@lang='en']")


def test_question_of_a_check_in_a_frozen_worklist_is_read_in_the_readers_language(own, coordinator, monitor):
    """And since when it waits; it was frozen in English."""
    likely = {"diastolic": "80", "pulse": "70", "temperature": "36.5", "respiration": "15", "spo2": "98"}
    enter(own.visit, "vital-signs", coordinator, weight_kg="60.0", systolic="235", **likely)
    actor = coordinator.acting_at(own.site, Right.ENTER)
    assert not complete_entries(patient=own.patient, places=[a_place(own.visit, "vital-signs")], by=actor)
    visit = a_start(own.site, monitor)
    [query] = Query.objects.exclude(check_id="")
    reads_in(monitor, "ja")
    page = logged_in(monitor).get(reverse("monitor:monitoring-visit", args=[visit.pk])).content.decode()
    assert "収縮期血圧が235 mmHgです" in page
    assert query.text_as_asked not in page
    assert "(today)" not in page


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
def test_query_of_a_frozen_worklist_says_whose_turn_it_is_only_when_that_has_changed(
    visit, monitor, coordinator, language
):
    """The note was frozen in English, whatever is read."""
    [query], page = Query.objects.all(), reverse("monitor:monitoring-visit", args=[visit.pk])
    reads_in(monitor, language)

    def said():
        [point] = under(
            page, logged_in(monitor), "//li[contains(@class, 'point')][contains(., 'Please confirm')]"
        )
        return point.text_content()

    with override(language):
        moved = {turn: str(words) for turn, words in NOW.items()}
    assert not [words for words in moved.values() if words in said()]
    answer(query=query, text="Done.", by=coordinator, actor=coordinator.acting_at(visit.site, Right.ANSWER))
    assert moved[Turn.MONITOR] in said()


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
@pytest.mark.parametrize("stored", ["12", "Synthetic form, 12", "12, 7", "Synthetic form 12, 7"])
def test_part_of_a_stored_place_that_is_digits_alone_stays_as_it_is(stored, language):
    with override(language):
        parts = _places(stored).split(gettext(", "))
    assert parts == stored.split(", ")
