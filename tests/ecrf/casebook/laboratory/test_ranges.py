"""Reference ranges of a site's laboratory: which one holds, how a value is flagged, and the page to keep them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import SYSTEM_CHAIN, AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.laboratory.ranges import Flag, RangeMatch, find, flag
from ecrf.casebook.laboratory.services import NewRange, RangeRefused, add_ranges, end_range, withdraw_range
from ecrf.casebook.laboratory.units import same_unit
from ecrf.casebook.models import ReferenceRange

JANUARY, JUNE, DECEMBER = date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 31)
HGB = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", JANUARY)
FOUND = RangeMatch("g/dL", Decimal("12"), Decimal("16"))


def look(*ranges, unit=None, sex=None, day=JANUARY):
    return find(ranges, test="HGB", day=day, unit=unit, sex=sex)


# --- how a value lies to its range ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "flagged"),
    [
        ("11.999", Flag.LOW),
        ("12", Flag.NORMAL),
        ("14", Flag.NORMAL),
        ("16.000", Flag.NORMAL),
        ("16.001", Flag.HIGH),
        ("-1", Flag.LOW),
    ],
)
def test_both_limits_belong_to_the_range(value, flagged):
    assert flag(Decimal(value), FOUND) == flagged


@pytest.mark.parametrize(
    ("low", "high", "value", "flagged"),
    [
        (None, "40", "0", Flag.NORMAL),
        (None, "40", "40.1", Flag.HIGH),
        ("90", None, "89.9", Flag.LOW),
        ("90", None, "1000", Flag.NORMAL),
        (None, None, "5", None),
    ],
)
def test_limit_that_is_open_flags_nothing(low, high, value, flagged):
    limits = [Decimal(limit) if limit else None for limit in (low, high)]
    assert flag(Decimal(value), RangeMatch("U/L", *limits)) == flagged


def test_no_value_has_no_flag():
    assert flag(None, FOUND) is None


@pytest.mark.parametrize(
    ("comparator", "value", "flagged"),
    [("<", "12", Flag.LOW), ("<", "12.1", None), (">", "16", Flag.HIGH), (">", "15.9", None)],
)
def test_bound_instead_of_a_value_is_flagged_only_where_it_decides(comparator, value, flagged):
    assert flag(Decimal(value), FOUND, comparator) == flagged


@pytest.mark.parametrize(("value", "flagged"), [("0.9", Flag.NORMAL), ("1", Flag.NORMAL), ("1.1", None)])
def test_less_than_a_value_below_an_upper_limit_alone_is_normal(value, flagged):
    assert flag(Decimal(value), RangeMatch("µg/mL", None, Decimal("1")), "<") == flagged


@pytest.mark.parametrize(("value", "flagged"), [("91", Flag.NORMAL), ("90", Flag.NORMAL), ("89", None)])
def test_more_than_a_value_above_a_lower_limit_alone_is_normal(value, flagged):
    assert flag(Decimal(value), RangeMatch("U/L", Decimal("90"), None), ">") == flagged


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [("12.0", "16", "12–16"), (None, "40", "at most 40"), ("100", None, "at least 100"), (None, None, "")],
)
def test_limits_in_words(low, high, words):
    assert RangeMatch("", *[Decimal(limit) if limit else None for limit in (low, high)]).limits == words


# --- which range holds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 12, 31), False),
        (JANUARY, True),
        (JUNE, True),
        (date(2026, 7, 1), False),
        (None, False),
    ],
)
def test_first_and_last_day_belong_to_the_validity(day, holds):
    assert look(replace(HGB, valid_to=JUNE), day=day).has_limits is holds


def test_range_without_a_last_day_holds_on():
    assert look(HGB, day=date(2099, 1, 1)) == FOUND


def test_range_of_the_patients_sex_goes_before_the_one_for_any():
    female, male = replace(HGB, sex="F", low=Decimal("11")), replace(HGB, sex="M", low=Decimal("13"))
    assert look(HGB, female, male, sex="F").low == 11
    assert look(male, female, HGB, sex="M").low == 13
    assert look(male, HGB, sex="F").low == 12
    assert look(male, female, HGB).low == 12


def test_range_of_one_sex_gives_its_unit_but_no_limits_while_the_sex_is_unknown():
    assert look(replace(HGB, sex="M")) == RangeMatch("g/dL")


def test_typed_unit_chooses_among_several():
    litre = replace(HGB, unit="g/L", low=Decimal("120"), high=Decimal("160"))
    assert look(HGB, litre, unit="g/l") == RangeMatch("g/L", Decimal("120"), Decimal("160"))
    assert look(HGB, litre) == RangeMatch()


def test_unit_that_no_range_knows_stands_as_typed_without_limits():
    assert look(HGB, unit="mmol/L") == RangeMatch("mmol/L")


def test_range_of_another_test_is_not_used():
    assert look(replace(HGB, test="WBC")) == RangeMatch()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("g/dL", "g/dl", True),
        ("×10⁹/L", "10^9/L", True),
        ("x10^9/L", "10⁹ / L", True),
        ("µg/mL", "μg/mL", True),
        ("ug/mL", "µg/mL", True),
        ("g/dL", "g/L", False),
        ("×10³/µL", "×10⁴/µL", False),
        ("mg/dL", "µg/dL", False),
        ("10*3/uL", "×10³/µL", True),
        ("K/uL", "×10³/µL", True),
        ("×10⁹/L", "×10³/µL", True),
        ("g/L", "10*9/L", False),
        ("万/μL", "×10⁴/µL", True),
        ("/mm3", "/µL", True),
        ("10*6/uL", "10*12/L", True),
        ("IU/L", "U/L", True),
        ("mcg/mL", "mg/L", True),
        ("ng/mL", "µg/mL", False),
        ("µkat/L", "U/L", False),
        ("‰", "%", False),
        ("µg/mL FEU", "µg/mL", False),
        ("10*3/uL", "10*4/uL", False),
    ],
)
def test_ways_to_write_a_unit(one, other, same):
    assert same_unit(one, other) is same


# --- kept by the site -----------------------------------------------------------------------------


@pytest.fixture
def added(site, coordinator) -> ReferenceRange:
    return add_ranges(site=site, given=[HGB], by=coordinator)[0]


def test_range_that_is_added_stands_in_the_trail(added):
    event = AuditEvent.objects.filter(table="casebook_referencerange").get()
    assert (event.chain, event.actor, event.role, event.source) == (
        SYSTEM_CHAIN,
        "coordinator",
        "coordinator",
        "ranges",
    )
    assert event.changes["unit"] == [None, "g/dL"]
    assert verify().faults == []


@pytest.mark.parametrize(
    ("change", "overlaps"),
    [
        ({"valid_from": date(2026, 7, 1)}, False),
        ({"valid_from": JUNE}, True),
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}, False),
        ({"valid_from": date(2025, 1, 1), "valid_to": JANUARY}, True),
        ({"valid_from": date(2025, 1, 1)}, True),
        ({"unit": "G/dl"}, True),
        ({"unit": "g/L"}, False),
        ({"sex": "F"}, False),
        ({"test": "WBC"}, False),
    ],
)
def test_range_that_overlaps_another_is_refused_in_words(site, coordinator, added, change, overlaps):
    end_range(found=added, valid_to=JUNE, by=coordinator)
    given = [replace(HGB, **change)]
    if not overlaps:
        add_ranges(site=site, given=given, by=coordinator)
        return
    with pytest.raises(
        RangeRefused, match="overlaps the range 12–16 g/dL, valid from 2026-01-01 to 2026-06-30"
    ):
        add_ranges(site=site, given=given, by=coordinator)
    assert ReferenceRange.objects.count() == 1


def test_ranges_are_added_all_or_none(site, coordinator):
    with pytest.raises(RangeRefused) as refused:
        add_ranges(site=site, given=[HGB, replace(HGB, test="WBC"), HGB], by=coordinator)
    assert refused.value.number == 2
    assert not ReferenceRange.objects.exists()


def test_end_that_would_overlap_the_next_range_is_refused(site, coordinator, added):
    end_range(found=added, valid_to=JUNE, by=coordinator)
    add_ranges(site=site, given=[replace(HGB, valid_from=date(2026, 7, 1))], by=coordinator)
    with pytest.raises(Exception, match="Then it overlaps"):
        end_range(found=added, valid_to=date(2026, 7, 1), by=coordinator)


def test_withdrawn_range_makes_room_for_the_right_one(site, coordinator, added):
    withdraw_range(found=added, by=coordinator, reason="Read from the wrong column")
    add_ranges(site=site, given=[HGB], by=coordinator)
    event = AuditEvent.objects.filter(table="casebook_referencerange", operation="UPDATE").get()
    assert event.reason == "Read from the wrong column"


def raw(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"low": 18, "high": 12}, "range_low_not_above_high"),
        ({"low": None, "high": None}, "range_has_a_limit"),
        ({"valid_to": "2025-12-31"}, "range_from_not_after_to"),
        ({"sex": "X"}, "range_sex"),
        ({"unit": ""}, "range_unit"),
        ({"withdrawn_at": "2026-01-02"}, "range_withdrawn_at_and_by"),
        ({}, "overlaps"),
    ],
)
def test_database_itself_refuses_an_impossible_range(site, coordinator, added, columns, name):
    stored = {
        "site_id": site.pk,
        "test": "HGB",
        "unit": "g/dL",
        "low": 12,
        "high": 16,
        "sex": "",
        "valid_from": "2026-01-01",
        "valid_to": None,
        "added_at": "2026-01-01",
        "added_by_id": coordinator.pk,
        "withdrawn_why": "",
        **columns,
    }
    marks = ", ".join(["%s"] * len(stored))
    with acting(coordinator.acting_at(site, Right.ENTER)), pytest.raises(IntegrityError, match=name):
        raw(f"INSERT INTO casebook_referencerange ({', '.join(stored)}) VALUES ({marks})", *stored.values())


@pytest.mark.parametrize("change", ["low = 11", "unit = 'g/L'", "valid_from = '2026-01-02'", "test = 'WBC'"])
def test_database_itself_refuses_to_change_a_range(site, coordinator, added, change):
    with (
        acting(coordinator.acting_at(site, Right.ENTER)),
        pytest.raises(DatabaseError, match="ended or withdrawn, never changed"),
    ):
        raw(f"UPDATE casebook_referencerange SET {change}")


def test_database_itself_refuses_to_bring_a_withdrawn_range_back(site, coordinator, added):
    withdraw_range(found=added, by=coordinator, reason="Wrong")
    with (
        acting(coordinator.acting_at(site, Right.ENTER)),
        pytest.raises(DatabaseError, match="never changed"),
    ):
        raw("UPDATE casebook_referencerange SET withdrawn_at = NULL, withdrawn_by_id = NULL")


# --- the page -------------------------------------------------------------------------------------


@pytest.fixture
def page(client, site, coordinator):
    client.force_login(coordinator)
    return reverse("ranges", args=[site.code])


def test_ranges_typed_together_are_saved_together(client, page, site):
    posted = {
        "valid_from": "2026/1/1",
        "HGB-1-low": "11.5",
        "HGB-1-high": "14,5",
        "HGB-1-unit": "g/dL",
        "HGB-1-sex": "F",
        "HGB-2-unit": "g/dL",
        "WBC-1-low": "",
        "WBC-1-high": "９",
        "WBC-1-unit": "10^9/L",
    }
    assert client.post(page, posted).status_code == 302
    stored = ReferenceRange.objects.order_by("test").values_list(
        "test", "low", "high", "unit", "sex", "valid_from"
    )
    assert list(stored) == [
        ("HGB", Decimal("11.5"), Decimal("14.5"), "g/dL", "F", JANUARY),
        ("WBC", None, Decimal("9"), "×10⁹/L", "", JANUARY),
    ]
    told = client.get(page).content.decode()
    assert "2 ranges are saved" in told
    assert "at most 9" in told


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"HGB-1-low": "18"}, "Low 18 is above high 12."),
        ({"HGB-1-low": "eleven"}, "This is no number."),
        ({"HGB-1-unit": ""}, "In which unit?"),
        ({"valid_from": ""}, "From which day do these ranges hold?"),
        ({"valid_from": "2026-02-30"}, "February 2026 has no day 30."),
        ({"valid_to": "2025-12-31"}, "The last day 2025-12-31 is before the first, 2026-01-01."),
        ({"HGB-1-sex": "X"}, "Select a valid choice."),
        ({"HGB-1-low": "1.2345"}, "no more than 3 decimal places"),
        ({"HGB-1-low": "", "HGB-1-high": ""}, "Nothing was filled in."),
        ({"HGB-1-unit": "g\x00"}, "null character"),
    ],
)
def test_range_that_is_wrong_is_refused_and_what_was_typed_is_kept(client, page, wrong, said):
    posted = {
        "valid_from": "2026-01-01",
        "HGB-1-low": "11",
        "HGB-1-high": "12",
        "HGB-1-unit": "g/dL",
        **wrong,
    }
    answer = client.post(page, posted)
    told = answer.content.decode()
    assert answer.status_code == 422
    assert said in told
    assert not ReferenceRange.objects.exists()
    kept = [value for value in posted.values() if value and "\x00" not in value and value != "X"]
    assert [value for value in kept if f'value="{value}"' not in told] == []


def test_overlap_is_said_at_its_line(client, page, added):
    posted = {"valid_from": "2026-02-01", "HGB-1-low": "11", "HGB-1-high": "12", "HGB-1-unit": "g/dL"}
    told = client.post(page, posted).content.decode()
    assert "It overlaps the range 12–16 g/dL, valid from 2026-01-01. End or withdraw that one first." in told


def test_range_is_ended_on_the_page(client, page, site, added):
    address = reverse("end-range", args=[site.code, added.pk])
    assert client.post(address, {"valid_to": "2026-06-30"}).status_code == 302
    assert ReferenceRange.objects.get().valid_to == JUNE
    answer = client.post(address, {"valid_to": "2025-06-30"})
    assert answer.status_code == 422
    assert "It holds from 2026-01-01" in answer.content.decode()
    assert 'value="2025-06-30"' in answer.content.decode()


def test_range_is_withdrawn_on_the_page_with_a_reason_only(client, page, site, added):
    address = reverse("withdraw-range", args=[site.code, added.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    kept = client.post(address, {"reason": "x" * 600})
    assert kept.status_code == 422
    assert f'value="{"x" * 600}"' in kept.content.decode()
    assert client.post(address, {"reason": "Wrong column"}).status_code == 302
    assert "Wrong column" in client.get(page).content.decode()
    assert client.post(address, {"reason": "A second click"}).status_code == 302
    assert ReferenceRange.objects.get().withdrawn_why == "Wrong column"


def test_range_of_another_site_cannot_be_reached_through_the_own_one(
    client, site, other_site, outsider, coordinator
):
    theirs = add_ranges(site=other_site, given=[HGB], by=outsider)[0]
    client.force_login(coordinator)
    for code in (site.code, other_site.code):
        address = reverse("withdraw-range", args=[code, theirs.pk])
        assert client.post(address, {"reason": "Not mine"}).status_code == 404


def test_menu_leads_to_the_ranges(client, page):
    assert f'href="{page}"' in client.get("/places/").content.decode()


def test_monitor_reads_the_ranges_of_the_own_sites(
    client, site, other_site, outsider, coordinator, monitor, added
):
    add_ranges(site=other_site, given=[replace(HGB, low=Decimal("11.7"))], by=outsider)
    withdraw_range(found=added, by=coordinator, reason="Wrong column")
    client.force_login(monitor)
    told = client.get(reverse("monitor:casebook_referencerange_changelist")).content.decode()
    assert "12–16" in told
    assert "withdrawn: Wrong column" in told
    assert "11.7" not in told
