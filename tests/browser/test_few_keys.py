"""How many keys and page loads the usual work takes: five induction days, and a follow-up visit from Today."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser

MOST_FOR_FIVE_DAYS, WITH_THREE_READINGS = 400, 560
"""With one reading of vital signs a day, and with three: what is written then, digit by digit, is 392 keys alone, and
nothing of a measurement may be proposed."""
MOST_LOADS = 2
MOST_BESIDE_THE_VALUES = 1.2
"""Keys for each value besides those that write it: to go on, and to get to the form."""

READINGS = [(clock, "121", "76", "68", "36.5", "16", "98") for clock in ("0920", "1130", "1340")]
"""Before, during and after the infusion."""


def _visit_day() -> date:
    """When the patients of prepare.py had their baseline visit."""
    return datetime.now(ZoneInfo("Asia/Tokyo")).date() - timedelta(days=21)


class Typist:
    """Counts every key: a character, or one like Enter; of a chord, its last key."""

    def __init__(self, person) -> None:
        self.person, self.keys, self.values, self.written = person, 0, 0, 0
        self.of_more_readings = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.person.page.keyboard.press(key)
            self.keys += 1

    def enter(self, *values: str) -> None:
        for value in values:
            self.person.page.keyboard.type(value)
            self.keys += len(value)
            self.written += len(value)
            self.values += bool(value)
            self.press("Enter")

    def at(self, item: str) -> None:
        """Where the focus is: nothing is entered into another field than it seems."""
        here = "item => [document.activeElement.id, document.activeElement.name].some((each) => each?.includes(item))"
        self.person.page.wait_for_function(here, arg=item)


def _first_day(typist: Typist) -> None:
    day = "infusion-1-"
    typist.at(day + "infused_on")
    typist.enter(str(_visit_day()), "60", "", "n")
    typist.at(day + "given_g")
    typist.enter("24", "480", "0930", "", "1330", "30,60,120", "n")
    typist.at("infusion-lot-1_1-lot_number")
    typist.enter("SYN-0412", "2031-01", "")
    _readings(typist, 1)


def _next_day(typist: Typist, number: int) -> None:
    form = f"infusion-{number}"
    typist.press("Alt+d")
    typist.person.page.locator(f"#{form} [data-carry-take]:focus").wait_for()
    typist.press("Enter")
    typist.at(f"{form}-given_g")
    typist.enter("24", "480", "0930", "", "1330", "", "n")
    typist.at(f"infusion-lot-{number}_1-lot_number")
    typist.enter("", "", "")
    _readings(typist, number)


def _readings(typist: Typist, number: int) -> None:
    """Each row has its moment already: what is typed are its values."""
    for row, reading in enumerate(READINGS, 1):
        before = typist.keys
        typist.at(f"infusion-vitals-{number}_{row}-measured_at")
        typist.enter(*reading)
        typist.of_more_readings += typist.keys - before if row > 1 else 0


def test_five_induction_days_take_few_keys_and_say_what_was_copied(sit_down, shots):
    person = sit_down("coordinator01")
    person.go("/patients/01-007/W01/")
    person.saved()
    typist = Typist(person)
    person.page.focus("#f-infusion-1-infused_on")
    _first_day(typist)
    for number in range(2, 6):
        typist.at(f"infusion-{number}-")
        if number == 2:
            typist.press("Alt+d")
            person.page.locator("[data-carry-take]:focus").wait_for()
            person.page.locator("#infusion-2").screenshot(path=shots / "as_the_day_before.png")
        _next_day(typist, number)
    person.saved()
    assert typist.keys <= WITH_THREE_READINGS, (typist.keys, typist.written)
    to_the_next_day = 5  # Alt N each, past the rows that stay untouched
    assert typist.keys - typist.of_more_readings + to_the_next_day <= MOST_FOR_FIVE_DAYS
    moments = [
        person.page.locator(f"#f-infusion-vitals-{number}_{row}-time_point input:checked").input_value()
        for number in range(1, 6)
        for row in (1, 2, 3)
    ]
    assert moments == ["before", "during", "after"] * 5
    assert person.value("infusion-5-infused_on") == str(_visit_day() + timedelta(days=4))
    assert person.value("infusion-5-rate_steps") == person.value("infusion-1-rate_steps") == "30,60,120"
    assert person.value("infusion-lot-5_1-lot_number") == "SYN-0412"
    assert person.page.locator("[id^=infusion-] .note-question").count() == 0
    person.page.reload()
    assert person.page.locator("[id^=infusion-vitals-] [name^='seen:'][value*=time_point]").count() == 15
    person.page.focus("#f-infusion-5-dosing_weight_kg")
    person.page.keyboard.press("F2")
    person.page.get_by_role("button", name="History").click()
    person.says("(copied)")


def test_follow_up_visit_takes_two_page_loads_and_few_keys(sit_down):
    person = sit_down("coordinator01")
    loads = []
    person.page.on("framenavigated", lambda frame: loads.append(frame.url))
    person.go("/")
    typist = Typist(person)
    person.page.locator("form[action$='/W04/open/'] button").last.press("Enter")
    person.page.wait_for_url("**/W04/")
    assert len([url for url in loads if "/open/" not in url]) == MOST_LOADS
    typist.at("visit:1:occurrence")
    typist.enter("d", "t", "1", "60.2", "121", "76", "68", "36.5", "16", "98")
    typist.at("mrc-strength-1-assessor")
    typist.enter("A1", "0915", "y")
    person.page.keyboard.type("4" * 20)
    typist.keys, typist.written, typist.values = typist.keys + 20, typist.written + 20, typist.values + 20
    typist.at("grip-strength-1-device")
    typist.enter("DYN-1", "A1", "31.2", "30.8", "31.0", "30.0", "29.0", "nd")
    person.saved()
    assert typist.values == 41
    assert typist.keys - typist.written <= MOST_BESIDE_THE_VALUES * typist.values
