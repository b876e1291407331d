"""SDTM: what every mapping gets from the engine, shown with the few domains of the stub."""

from datetime import UTC, date, datetime

import pytest

from ecrf.casebook.record.values import Missing
from ecrf.exports.formats.transport import TransportVariable, write_dataset
from ecrf.exports.sdtm.cdash import target
from ecrf.exports.sdtm.completing import result_values
from ecrf.exports.sdtm.domains import Row
from ecrf.exports.sdtm.relations import comment_rows
from ecrf.exports.sdtm.texts import MOST_BYTES, in_pieces, pieces, split_name
from ecrf.exports.sdtm.timing import PatientElement, epoch, iso, study_day, visit_names
from tests.builders import a_patient, a_visit, enter
from tests.sdtm_reading import define, described, transport, written

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


# --- names and moments -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cdash", "variable", "test", "qualifier"),
    [
        ("AETERM", "AETERM", "", ""),
        ("AESTDAT", "AESTDTC", "", ""),
        ("AEENTIM", "AEENDTC", "", ""),
        ("VSDAT", "VSDTC", "", ""),
        ("CMDSTXT", "CMDOSTXT", "", ""),
        ("SYSBP_VSORRES", "VSORRES", "SYSBP", ""),
        ("DSICFVER_SUPPDS", "", "", "DSICFVER"),
        ("", "", "", ""),
    ],
)
def test_cdash_name_leads_to_its_variable(cdash, variable, test, qualifier):
    aim = target(cdash)
    assert (aim.variable, aim.test, aim.qualifier) == (variable, test, qualifier)


def test_items_of_other_letters_get_those_of_the_domain():
    assert target("EXDOSE").of("EX", "EC") == "ECDOSE"
    assert target("EXSPLIT_SUPPEX").of("EX", "EC") == "ECSPLIT"
    assert target("SPDEVID").of("EX", "EC") == "SPDEVID"


def test_moment_is_written_as_far_as_it_is_known():
    assert iso(date(2026, 11, 22), "10:30") == "2026-11-22T10:30"
    assert iso("2026-11", "10:30") == "2026-11"
    assert iso(None, "10:30") == ""


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-22T08:00", 1), ("2026-11-23", 2), ("2026-11-21T23:59", -1), ("2026-11", None), ("", None)],
)
def test_there_is_no_study_day_zero(moment, day):
    assert study_day(moment, "2026-11-22T10:30") == day


ELEMENTS = [PatientElement("SCREENING", "2026-11-01"), PatientElement("TREATMENT", "2026-11-22T10:30")]


@pytest.mark.parametrize(
    ("moment", "before", "found"),
    [
        ("2026-11-02", None, "SCREENING"),
        ("2026-11-22T10:29", None, "SCREENING"),
        ("2026-11-22T10:30", None, "TREATMENT"),
        ("2026-11-22", None, "TREATMENT"),
        ("2026-11-22", True, "SCREENING"),
        ("2020", None, "SCREENING"),
        ("2026-11", None, ""),
        ("2027", None, "TREATMENT"),
        ("", None, ""),
    ],
)
def test_epoch_is_that_of_the_element(moment, before, found):
    assert epoch(moment, ELEMENTS, before) == found


def test_unscheduled_visits_are_numbered_behind_the_visit_before_them():
    plans = [("SCR", "Screening", None), ("W01", "Week 1", 1), ("W04", "Week 4", 22)]
    labels = {
        "SCR": "Screening",
        "W01": "Week 1",
        "UNS-1": "Unscheduled 1",
        "UNS-2": "Unscheduled 2",
        "W04": "Week 4",
    }
    dates = {
        "SCR": "2026-01-01",
        "W01": "2026-01-10",
        "UNS-2": "2026-01-12",
        "UNS-1": "2026-01-20",
        "W04": "2026-02-01",
    }
    names = visit_names(plans, labels, dates)
    assert {code: name.number for code, name in names.items()} == {
        "SCR": 1, "W01": 2, "W04": 3, "UNS-2": 2.01, "UNS-1": 2.02,
    }  # fmt: skip
    assert names["W04"].day == 22


# --- texts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a" * 450, "word " * 120, "頭痛" * 100, "頭 " * 150, "short", ""])
def test_pieces_are_short_enough_and_together_the_text(text):
    found = pieces(text.strip())
    assert all(len(piece.encode()) <= MOST_BYTES for piece in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_further_pieces_are_named_behind_the_first():
    assert list(in_pieces({"AETERM": "x" * 450, "AESEQ": 1})) == ["AETERM", "AETERM1", "AETERM2", "AESEQ"]
    assert split_name("AEREASND", 3) == "AEREASN3"


def test_result_is_there_or_not_done_for_a_reason():
    assert result_values("VS", value=None, reason="Not done")["VSSTAT"] == "NOT DONE"
    assert result_values("VS", value="<0.5", unit="g")["VSSTRESN"] is None
    with pytest.raises(ValueError, match="for a reason"):
        result_values("VS", value=None)


# --- transport files -------------------------------------------------------------------------------

NUMBERS = [0.0, 1.0, -1.0, 0.1, -118.625, 85.6, 16.0, 1 / 3, 1e-30, 1.7e50, 123456789.123456, None]


def test_numbers_and_texts_come_back_exactly(tmp_path):
    variables = [
        TransportVariable("NAME", "A text", is_number=False, length=12),
        TransportVariable("VALUE", "A number", is_number=True),
    ]
    path = tmp_path / "t.xpt"
    with path.open("wb") as file:
        rows = [(f"n{place} 頭痛", value) for place, value in enumerate(NUMBERS)]
        write_dataset(file, "T", "A dataset", variables, rows, NOON)
    assert path.stat().st_size % 80 == 0
    found, labels = transport(path)
    assert [row["NAME"] for row in found] == [f"n{place} 頭痛" for place in range(len(NUMBERS))]
    assert [None if row["VALUE"] != row["VALUE"] else row["VALUE"] for row in found] == NUMBERS
    assert labels == {"NAME": "A text", "VALUE": "A number"}


@pytest.mark.parametrize(
    ("name", "label", "length", "value"),
    [
        ("TOOLONGNAME", "A label", 5, "x"),
        ("lower", "A label", 5, "x"),
        ("NAME", "A label of more than forty bytes, which is cut", 5, "x"),
        ("NAME", "A label", 201, "x"),
        ("NAME", "A label", 5, "longer than five"),
    ],
)
def test_what_the_format_would_cut_is_refused(tmp_path, name, label, length, value):
    variable = TransportVariable(name, label, is_number=False, length=length)
    with (tmp_path / "t.xpt").open("wb") as file, pytest.raises(ValueError, match=r"long|name"):
        write_dataset(file, "T", "A dataset", [variable], [(value,)], NOON)


# --- a whole package -------------------------------------------------------------------------------


@pytest.fixture
def folder(site, coordinator, tmp_path):
    patient = a_patient(site, coordinator)
    for code, day, weight in (
        ("SCR", "2026-01-05", "70"),
        ("W01", "2026-01-12", "71.5"),
        ("W04", "2026-02-02", Missing("not-done")),
    ):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on=day, contact="on-site")
        enter(visit, "vital-signs", coordinator, weight_kg=weight)
        if code == "SCR":
            enter(visit, "consent", coordinator, signed_on="2026-01-05")
        else:
            enter(visit, "dose", coordinator, given_on=day, given_g="30", note="A note " * 60)
    values = {
        "term": "Rash",
        "started_on": "2026-01-20",
        "serious": "no",
        "after_dose": "W01.1",
        "story": "Long " * 100,
    }
    enter(patient, "adverse-event", coordinator, **values)
    enter(
        patient,
        "adverse-event",
        coordinator,
        number=2,
        term="Fever",
        started_on="2026-01-12",
        started_at="09:00",
    )
    return written(tmp_path / "package")


def rows(folder, name: str):
    return transport(folder / f"{name}.xpt")[0]


def test_values_go_where_their_names_say(folder):
    fever, rash = rows(folder, "ae")
    assert (fever["AETERM"], fever["AESTDTC"], fever["AESTDY"], fever["EPOCH"]) == (
        "Fever", "2026-01-12T09:00", 1, "TREATMENT",
    )  # fmt: skip
    assert (rash["AESER"], rash["AESEQ"], rash["USUBJID"]) == ("N", 2, "STUB-" + rash["USUBJID"][5:])


def test_last_weight_before_the_first_dose_is_flagged_and_a_reason_is_told(folder):
    found = [(row["VSORRES"], row["VSLOBXFL"], row["VSSTAT"], row["VISITNUM"]) for row in rows(folder, "vs")]
    assert found == [("70", "", "", 1), ("71.5", "Y", "", 2), ("", "", "NOT DONE", 3)]


def test_links_comments_and_long_texts_have_their_datasets(folder):
    related = [
        (row["RDOMAIN"], row["IDVAR"], row["IDVARVAL"], row["RELID"]) for row in rows(folder, "relrec")
    ]
    assert related == [("AE", "AESEQ", "2", "R1"), ("EX", "EXSEQ", "1", "R1")]
    first, second = rows(folder, "co")
    assert " ".join(first[name] for name in ("COVAL", "COVAL1", "COVAL2")).strip() == ("A note " * 60).strip()
    assert (first["RDOMAIN"], second["IDVARVAL"]) == ("EX", "2")
    story = {row["QNAM"]: (row["QLABEL"], row["QVAL"]) for row in rows(folder, "suppae")}
    assert list(story) == ["AESTORY", "AESTORY1", "AESTORY2"]
    assert story["AESTORY2"][0] == "What happened, Part 3"
    assert " ".join(text for _label, text in story.values()) == ("Long " * 100).strip()


def test_a_comment_longer_than_its_columns_goes_on_in_another_row():
    comment = " ".join(f"word{number}" for number in range(1000))
    row = Row("EX", {"USUBJID": "S-1", "EXSEQ": 3}, comments=[comment])
    found = list(comment_rows([row]))
    assert len(found) > 1
    assert {one.values["IDVARVAL"] for one in found} == {"3"}
    written = [text for one in found for name, text in one.values.items() if name.startswith("COVAL")]
    assert " ".join(part.strip() for part in written) == comment
    assert all(len(part.encode()) <= 200 for part in written)


def test_define_describes_what_is_written(folder):
    found = described(define(folder))
    assert set(found) == {path.stem.upper() for path in folder.glob("*.xpt")}
    for name, variables in found.items():
        assert variables == list(rows(folder, name.lower())[0])


def test_readme_says_what_was_decided_and_what_is_not_ascii(folder):
    said = (folder / "README").read_text(encoding="utf-8")
    assert "Nobody decides." in said
    assert "SYNTHETIC" in said
