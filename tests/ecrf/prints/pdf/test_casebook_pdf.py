"""The casebook as a PDF file: whole, legible, the same twice, and of one patient only."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from ecrf import __version__
from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import StrikingConsent, strike_out, strike_patient, strike_visit
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy
from ecrf.forms.protocol import protocol
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.locks.services import lift, put
from ecrf.prints.pdf.casebook import casebook_pdf, casebooks_of_site
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.queries.builders import act, answered, asked, change, complete, vital_signs
from tests.ecrf.signatures.conftest import checked, signed
from tests.ecrf.verification.acts import verify
from tests.printed import bookmarks, missing_glyphs, outside_margins, pdf_pages, pdf_words

pytestmark = pytest.mark.django_db

MADE_AT = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)
STATEMENTS_AT_MOST = 40


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W04", coordinator)


def casebook(patient, **more) -> str:
    return pdf_words(casebook_pdf(patient, made_at=MADE_AT, **more))


# --- what every page says ------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-114")
def test_every_page_says_whose_it_is_as_of_when_by_which_software_and_which_of_how_many(
    patient, visit, settings
):
    settings.SYNTHETIC_DATA = True
    pages = pdf_pages(casebook_pdf(patient, made_at=MADE_AT))
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert "Patient 01-001 · Site 01, Synthetic hospital 01" in page
        assert "As of 2027-03-01 09:30 JST" in page
        assert f"eCRF {__version__} · Synthetic data. No real patient is in this file." in page
        assert protocol().title in page
        assert f"page {number} of {len(pages)}" in page


def test_data_of_a_cut_name_the_cut_instead_of_the_moment(patient, settings):
    settings.SYNTHETIC_DATA = False
    words = casebook(patient, cut_words="Data cut “Interim 1” of 2027-02-28 18:00 JST")
    assert "Data cut “Interim 1” of 2027-02-28 18:00 JST" in words
    assert "As of" not in words
    assert "Synthetic data." not in words


def test_file_is_tagged_has_a_title_and_a_language(patient):
    file = PdfReader(BytesIO(casebook_pdf(patient, made_at=MADE_AT)))
    assert file.metadata.title == "Casebook of patient 01-001"
    assert file.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert file.trailer["/Root"]["/Lang"] == "en"
    assert "/StructTreeRoot" in file.trailer["/Root"]


@pytest.mark.requirement("R-114")
def test_bookmarks_lead_to_each_visit_its_forms_the_logs_and_the_appendices(patient, visit, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    marks = bookmarks(casebook_pdf(patient, made_at=MADE_AT))
    top = [title for depth, title in marks if depth == 0]
    assert top[:3] == ["Casebook of patient 01-001", "Week 4", "Adverse events"]
    assert top[-3:] == [
        "Appendix: queries, questions and notes",
        "Appendix: signatures",
        "Appendix: audit trail",
    ]
    assert (1, "Vital signs and weight") in marks
    assert (1, "Adverse event 1") in marks


def test_same_data_and_moment_give_the_same_bytes(patient, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    one, other = (casebook_pdf(patient, made_at=MADE_AT) for _ in range(2))
    assert one == other
    enter(visit, "vital-signs", coordinator, weight_kg="64.0")
    assert casebook_pdf(patient, made_at=MADE_AT) != one


# --- values --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-114")
def test_values_stand_with_units_blanks_are_seen_and_reasons_are_in_words(patient, visit, coordinator):
    enter(visit, "reading", coordinator, device="SYN-1", value_2=Missing("not-done", "splint"))
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    words = casebook(patient)
    assert "Weight 63.9 kg" in words
    assert "Value 1 blank kg" in words
    assert "Value 2 Not done: splint" in words
    assert "calculated, HIGHEST v1 not calculated" in words
    assert re.search(r"Why it was missed if “[^”]+” is Missed not asked", words)


def test_what_a_check_asks_stands_below_its_item_and_who_confirmed_it(patient, visit, coordinator):
    enter(visit, "reading", coordinator, value_1="170")
    assert "? To answer: 170.0 kg is more" in casebook(patient)
    discrepancy = Discrepancy.objects.get(entry__crf="reading", check_id="READ-001")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    confirm(discrepancy=discrepancy, by=coordinator, actor=actor, asked=discrepancy.identity)
    words = casebook(patient)
    assert "Confirmed against the source by Synthetic coordinator, 20" in words
    assert "To answer" not in words


def test_row_that_is_struck_out_stays_in_its_table_and_says_why_below(patient, visit, coordinator):
    enter(visit, "dose", coordinator, given_g="60")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="SYN-9")
    entry = Entry.objects.get(crf="dose-lot")
    actor = coordinator.acting_at(entry.site, Right.ENTER)
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Entered twice")
    words = casebook(patient)
    assert "SYN-9" in words
    assert re.search(
        r"Lot 1 of dose: Struck out by Synthetic coordinator, [^:]+:\d\d JST: Entered twice", words
    )


def test_compact_leaves_out_what_is_blank_and_nothing_else(patient, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="63.9", pulse=Missing("refused", ""))
    words = casebook(patient, compact=True)
    assert "Weight 63.9 kg" in words
    assert "Pulse Refused" in words
    assert "Systolic" not in words.partition("Appendix: audit trail")[0]
    assert "Reading" not in words.partition("Appendix: audit trail")[0].partition("form version")[2]
    assert "Appendix: queries, questions and notes" not in words
    assert "Appendix: audit trail" in words


def test_rows_stand_in_a_table_with_a_head(patient, visit, coordinator):
    enter(visit, "dose", coordinator, given_g="60")
    for number, lot in enumerate(("SYN-8", "SYN-9"), 1):
        enter(visit, "dose-lot", coordinator, parent=1, number=number, lot_number=lot, expires_on="2028-01")
    assert "No. Lot number Expires on 1 SYN-8 2028-01 2 SYN-9 2028-01" in casebook(patient)


def test_what_is_struck_out_says_so_with_who_when_and_why(patient, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    entry = Entry.objects.get(crf="adverse-event")
    actor = coordinator.acting_at(entry.site, Right.ENTER)
    strike_out(entry=entry, by=coordinator, actor=actor, reason="Another patient's event")
    words = casebook(patient)
    assert "Adverse event 1 (struck out)" in words
    assert re.search(
        r"Struck out by Synthetic coordinator, [\d-]+ [\d:]+ JST: Another patient's event", words
    )
    assert "Headache" in words


def test_struck_out_visit_stands_in_an_appendix_with_its_values(patient, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    a_visit(patient, "W07", coordinator)
    for code in ("W04", "W07"):
        strike_visit(
            visit=patient.visits.get(code=code, struck_at=None),
            by=coordinator,
            reason="Opened for another patient",
        )
    made = casebook_pdf(patient, made_at=MADE_AT)
    words = pdf_words(made)
    appendix = words.partition("Appendix: struck out visits")[2].partition("Appendix: audit trail")[0]
    why = r"Struck out by Synthetic coordinator, [\d-]+ [\d:]+ JST: Opened for another patient"
    assert re.search(rf"Week 4, struck out {why} .* Weight 63\.9 kg", appendix)
    assert re.search(rf"Week 7, struck out {why} Not signed\. Nothing was entered at this visit\.", appendix)
    assert "Vital signs and weight (struck out)" in appendix
    assert "Weight 63.9 kg" not in words.partition("Appendix: struck out visits")[0]
    assert "Week 4, struck out 1 form" in pdf_pages(made)[0]
    assert "struck out visits" not in casebook(a_patient(patient.site, coordinator))


def test_struck_out_patients_casebook_says_so_on_its_cover_and_holds_what_was_entered(
    patient, visit, coordinator, data_manager, investigator
):
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    consent = StrikingConsent(investigator, patient.site.today())
    strike_patient(patient=patient, by=data_manager, reason="Added twice", consent=consent)
    pages = pdf_pages(casebook_pdf(patient, made_at=MADE_AT))
    words = rf"JST: Added twice \({investigator.name} consented on {consent.on}\)"
    assert re.search(rf"Struck out by {data_manager.name}, [\d-]+ [\d:]+ {words}", pages[0])
    assert re.search(r"Weight 60(\.0)? kg", " ".join(pages))


def test_who_completed_and_who_verified_is_said_below_the_form(patient, visit, coordinator, monitor):
    entry = vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    verify(entry, monitor)
    words = casebook(patient)
    assert re.search(r"Completed [\d-]+ [\d:]+ JST by Synthetic coordinator \(coordinator\)", words)
    assert "✓ 1 item verified against the source by Synthetic monitor" in words
    assert "Pulse 70 /min ✓" in words


# --- texts ---------------------------------------------------------------------------------------------------------

SCRIPTS = {
    "Japanese": "握力計のグリップが滑った",
    "accents": "Łukasz Ångström, Đặng Thị Hương, Ștefan, Çağrı",
    "Greek and Cyrillic": "μέγιστη τιμή, максимум",
    "emoji": "🩺 🧪 👩‍⚕️ ♥️ 😀",
    "Hebrew": "שלום עולם",
    "Arabic": "مرحبا بالعالم",
    "mixed": "grip 筋力 שלום 12 kg",
    "no font": "cuneiform 𒀀 and 𐍈",
    "marks": "x̱̣ a\u05b0",
    "no signs": "\ue000 x\u200d\u08ff",
    "markup": "#let x = 1; *bold* _it_ $x^2$ <a> @ref `raw` \\u{1F600} [b] // c",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_every_sign_is_drawn_or_spelled_out(text, patient, coordinator):
    enter(patient, "report", coordinator, narrative=text)
    made = casebook_pdf(patient, made_at=MADE_AT)
    assert missing_glyphs(made) == 0
    words = pdf_words(made)
    signs = {sign for sign in text if not sign.isspace() and sign not in "\N{ZERO WIDTH JOINER}\ufe0f"}
    assert [sign for sign in signs if sign not in words and f"[U+{ord(sign):04X}]" not in words] == []


@pytest.mark.parametrize(
    "text",
    ["x" * 20_000, "long words " * 1_800, "one\ntwo\n\nthree", "筋" * 5_000],
    ids=lambda text: text[:5],
)
def test_long_texts_are_there_whole(text, patient, coordinator):
    enter(patient, "report", coordinator, narrative=text)
    made = casebook_pdf(patient, made_at=MADE_AT)
    record = "".join(pdf_words(made).partition("Appendix: queries, questions and notes")[0].split())
    assert "".join(text.split())[-30:] in record
    assert record.count(text[0]) >= text.count(text[0])
    assert outside_margins(made) == []


# --- appendices ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-114")
def test_queries_stand_with_their_whole_conversation(patient, visit, coordinator, monitor):
    vital_signs(visit, coordinator)
    entry = complete(visit, "vital-signs", coordinator)
    query = asked(entry, monitor)
    answered(query, coordinator, text="It is as in the source")
    act("close", query, monitor, text="Seen in the source")
    other = asked(entry, monitor, text="And the weight?", item="weight_kg")
    words = casebook(patient).partition("Appendix: queries, questions and notes")[2]
    for said in ("Please check the pulse", "It is as in the source", "Seen in the source", "And the weight?"):
        assert said in words
    assert f"{query.name} Week 4 · Vital signs and weight · Pulse Closed" in words
    assert f"{other.name} Week 4 · Vital signs and weight · Weight Open, site’s turn since" in words
    assert f"Queries: {query.code}, {other.code} (open) (see the appendix)" in casebook(patient)


@pytest.mark.requirement("R-030", "R-114")
def test_signature_stands_with_its_meaning_and_once_broken_says_by_what(
    patient, visit, coordinator, investigator
):
    vital_signs(visit, coordinator)
    entry = complete(visit, "vital-signs", coordinator)
    signature = signed(entry, "form", checked(investigator))
    words = casebook(patient)
    assert f"✓ Electronically signed by {signature.printed_name} (investigator)" in words
    assert signature.meaning in words
    change(entry, coordinator, pulse="72")
    words = casebook(patient)
    assert "Electronically signed" not in words
    assert "by a change (Week 4, Vital signs and weight: Pulse 70 → 72, by coordinator" in words
    assert "reason “Misread”" in words


@pytest.mark.requirement("R-114")
def test_trail_says_when_who_in_which_role_what_from_what_to_what_and_why(patient, visit, coordinator):
    vital_signs(visit, coordinator)
    change(complete(visit, "vital-signs", coordinator), coordinator, pulse="72")
    trail = casebook(patient).partition("Appendix: audit trail")[2]
    assert re.search(
        r"\d\d:\d\d:\d\d \+09:00 JST · Synthetic coordinator \(coordinator\) · coordinator", trail
    )
    assert "Vital signs and weight · Week 4 Changed: Pulse 70 /min → 72 /min. Reason: Misread" in trail
    assert "Entered: Weight 60.0 kg" in trail


@pytest.mark.requirement("R-114")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\u05e9", "\u05e7"),
        ("\u0639", "\u0634"),
        ("Pain \u202eebdac", "36 Y"),
        ("\u2067x\u2069\u2069 \u202b5", "6"),
    ],
    ids=["Hebrew", "Arabic", "turned round", "embedded"],
)
def test_trail_is_read_from_old_to_new_and_on_whatever_the_texts_say_of_their_order(
    patient, coordinator, old, new
):
    """The file holds what stands in a line as it is seen, from left to right."""
    enter(patient, "adverse-event", coordinator, term=old)
    enter(patient, "adverse-event", coordinator, term=new, reason="Misread")
    line = casebook(patient).partition("Appendix: audit trail")[2].rpartition("Changed: ")[2]
    before, _, after = line.partition("→")
    is_seen = {sign for sign in old if sign.isalnum()}
    assert is_seen <= set(before)
    assert not is_seen & set(after.partition(". Reason:")[0])
    assert new in after
    assert after.partition(". Reason: ")[2].startswith("Misread")


def test_trail_of_the_file_holds_every_event(patient, visit, coordinator):
    vital_signs(visit, coordinator)
    trail = casebook(patient).partition("Appendix: audit trail")[2]
    spans = [span.partition("–") for span in re.findall(r"event (\d+(?:–\d+)?)", trail)]
    named = {n for first, _, last in spans for n in range(int(first), int(last or first) + 1)}
    assert named == set(AuditEvent.objects.filter(chain=patient.pk).values_list("position", flat=True))


# --- one patient, no more than is needed ---------------------------------------------------------------------------


def test_nothing_of_another_patient_is_in_it(site, patient, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    enter(a_patient(site, coordinator), "adverse-event", coordinator, term="Nausea")
    words = casebook(patient)
    assert "Headache" in words
    assert "Nausea" not in words
    assert "01-002" not in words


def test_a_sites_casebooks_come_one_by_one_in_the_order_of_their_numbers(site, coordinator):
    for _ in range(2):
        a_patient(site, coordinator)
    other = make_site("02")
    a_patient(other, make_user("elsewhere", "coordinator", other))
    made = dict(casebooks_of_site(site, MADE_AT))
    assert list(made) == ["casebook-01-001.pdf", "casebook-01-002.pdf"]
    assert "Casebook of patient 01-002" in pdf_words(made["casebook-01-002.pdf"])


def test_number_of_statements_does_not_grow_with_what_was_entered(patient, coordinator):
    def cost() -> int:
        with CaptureQueriesContext(connection) as taken:
            casebook_pdf(patient, made_at=MADE_AT)
        assert not [q["sql"] for q in taken if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
        return len(taken)

    vital_signs(a_visit(patient, "W01", coordinator), coordinator)
    before = cost()
    for code in ("W04", "W07"):
        vital_signs(a_visit(patient, code, coordinator), coordinator)
    assert cost() == before <= STATEMENTS_AT_MOST


@pytest.mark.requirement("R-112")
def test_cover_says_what_is_frozen_or_locked_since_when_by_whom_and_why(
    patient, visit, coordinator, data_manager
):
    assert "Neither frozen nor locked." in casebook(patient)
    actor = data_manager.acting_at(patient.site, Right.LOCK)
    given = {"by": data_manager, "actor": actor}
    put(kind=LockKind.FREEZE, scope=LockScope.VISIT, visit=visit, reason="Settled", **given)
    at = Lock.objects.get().set_at.astimezone(patient.site.zone)
    since = f"since {at:%Y-%m-%d %H:%M %Z} by {data_manager.full_name}"
    assert f"Frozen in part, 1 visit: the last {since}" in casebook(patient)
    given_lock = {"despite_open_points": True, **given}
    put(kind=LockKind.LOCK, scope=LockScope.PATIENT, patient=patient, reason="All is clean", **given_lock)
    book = casebook(patient)
    assert f"Locked, the whole casebook: since {at:%Y-%m-%d}" in book
    assert "“All is clean”" in book
    assert f"by {data_manager.full_name}" in book
    other = a_patient(patient.site, coordinator)
    assert "Neither frozen nor locked." in casebook(other)
    lift(lock=Lock.objects.get(kind=LockKind.LOCK), reason="Once more", **given)
    assert "Locked" not in casebook(patient).partition("Contents")[0]
