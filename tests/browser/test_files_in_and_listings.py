"""A file comes in, from its template over the dry run to its values; and a listing, from its items to the queries."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations

pytestmark = [pytest.mark.browser]

PULSES = ("71", "72", "190")


def patients_of(seat) -> list[str]:
    seat.go("/")
    numbers = seat.page.locator("#patients th[scope=row] a").all_inner_texts()
    return sorted(numbers)[:3]


@pytest.mark.requirement("R-098")
def test_file_comes_in_from_its_template_over_the_dry_run(sit_down, tmp_path):
    seat = sit_down("coordinator06")
    page, numbers = seat.page, patients_of(seat)
    seat.go("/imports/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Vital signs", exact=False).first.click()
    (head,) = csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")))
    assert {"patient", "visit", "pulse"} <= set(head)

    def a_file(name: str, pulses: tuple[str, ...]) -> str:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, head)
            writer.writeheader()
            for number, pulse in zip(numbers, pulses, strict=True):
                writer.writerow({"patient": number, "visit": "W01", "pulse": pulse})
        return str(path)

    def bring(path: str) -> None:
        seat.go("/imports/new/")
        page.set_input_files("input[type=file]", path)
        page.select_option("#id_form", "vital-signs")
        page.fill("#id_source_system", "Synthetic monitor")
        page.get_by_role("button", name="Look at it").click()

    bring(a_file("wrong.csv", ("71", "7e1", "72")))
    expect(page.locator(".note-error").first).to_contain_text("nothing can be imported")
    expect(page.locator("main")).to_contain_text("without E")
    assert violations(page) == []
    bring(a_file("right.csv", PULSES))
    page.fill("#reason", "Synthetic: results came by file")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.locator("main")).to_contain_text("What each row did")
    seat.open_visit(numbers[0], "Week 1 (baseline)")
    assert seat.value("vital-signs-1-pulse") == PULSES[0]
    bring(a_file("again.csv", PULSES))
    expect(page.locator("main")).to_contain_text("This file changes nothing")


@pytest.mark.requirement("R-072")
def test_listing_is_chosen_narrowed_kept_and_asked_about(sit_down):
    """Of what the journey before brought in; alone, of what stands there."""
    seat = sit_down("monitor06")
    page = seat.page
    seat.go("/listings/choose/?main=visit")
    page.locator("details[data-group] summary", has_text="Vital signs").first.click()
    page.get_by_role("checkbox", name=re.compile("^Pulse")).check()
    page.get_by_role("button", name="Show the listing").click()
    # Screening and baseline of three patients.
    expect(page.locator("table.listing tbody tr")).to_have_count(6)
    page.get_by_text("Narrow and sort", exact=True).click()
    row = page.locator(".listing-condition", has_text="Pulse").first
    row.locator("select[name=fo]").select_option("max")
    row.locator("[name=fv]").fill("1,900")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".listing-fault")).to_contain_text("can be 1900 or 1.9")
    row = page.locator(".listing-condition", has_text="Pulse").first
    expect(row.locator("[name=fv]")).to_have_value("1,900")
    row.locator("[name=fv]").fill("")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("Keep it under a name", exact=True).click()
    page.fill("#l-name", "Synthetic pulses")
    page.get_by_role("button", name="Keep it", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Synthetic pulses")
    assert violations(page) == []
    ticks = page.locator("table.listing tbody input[type=checkbox]")
    ticks.nth(0).check()
    ticks.nth(1).check()
    page.get_by_role("button", name="Ask the sites").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 queries")
    page.fill("#l-text", "Synthetic question: is the day right?")
    page.fill("#l-count", "3")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".note-error")).to_contain_text("type 2")
    expect(page.locator("#l-text")).to_have_value("Synthetic question: is the day right?")
    page.fill("#l-count", "2")
    page.get_by_role("button", name="Ask", exact=True).click()
    seat.says("2 queries asked")
    seat.go("/monitor/queries/query/")
    expect(page.get_by_text("Synthetic question: is the day right?")).to_have_count(2)


@pytest.mark.requirement("R-072")
def test_lines_of_one_form_stand_beside_each_other_and_no_column_is_a_character_wide(sit_down, tmp_path):
    """A blank one too, which is no link; and where a line may break after every character."""
    seat = sit_down("coordinator06")
    page, number = seat.page, patients_of(seat)[0]
    path = tmp_path / "medication.csv"
    head = "patient,number,name,given_for,indication,dose,route,frequency,started_on,ongoing,ended_on"
    same = "other,Synthetic,1 mg,ORAL,ONCE,2026-01-01"
    rows = (
        f"{number},1,First,{same},yes,",
        f"{number},2,Second,{same},no,2026-01-02",
        f"{number},3,Third,{same},yes,",
    )
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    seat.go("/imports/new/")
    page.set_input_files("input[type=file]", str(path))
    page.select_option("#id_form", "concomitant-medication")
    page.fill("#id_source_system", "Synthetic pharmacy")
    page.get_by_role("button", name="Look at it").click()
    if page.locator("#reason").count():  # else another run of it was here before
        page.fill("#reason", "Synthetic: medication by file")
        page.get_by_role("button", name="Import 3 rows").click()
        expect(page.locator("main")).to_contain_text("What each row did")
    seat.open_visit(number, "Week 1 (baseline)")
    medication = "&".join(f"col=concomitant-medication.{name}" for name in ("name", "ended_on"))
    join = "join=concomitant-medication,all,,,,,0,0,,with"
    seat.go(f"/listings/show/?main=visit&col=@patient&col=visit.occurrence&{medication}&{join}")
    cells = page.locator("table.listing tbody tr", has_text=number).first.locator("td:has(.l-line)")
    expect(cells).to_have_count(2)
    tops = "cell => [...cell.querySelectorAll('.l-line')].map(line => Math.round(line.getBoundingClientRect().top))"
    names, ends = cells.nth(0).evaluate(tops), cells.nth(1).evaluate(tops)
    assert len(names) >= 3
    assert names == ends
    page.evaluate("document.documentElement.lang = 'ja'")
    widths = page.locator(
        "table.listing thead tr:last-child th:not(:first-child, .l-no, .l-tick)"
    ).evaluate_all("heads => heads.map(head => head.getBoundingClientRect().width)")
    assert min(widths) >= 70
