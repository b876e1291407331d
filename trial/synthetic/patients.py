"""The thirteen invented patients, as one table: who they are, how they begin and how they end."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

COMPLETED, ADVERSE_EVENT, PHYSICIAN_DECISION = "COMPLETED", "ADVERSE EVENT", "PHYSICIAN DECISION"


@dataclass(frozen=True)
class PatientStory:
    """One invented patient. Texts are as the site would type them.

    `grades`: MRC grades at baseline and at the end, each as right arm, right leg, left arm, left leg, five
    muscle groups a limb in the order of the form. `grips`: best trial in tenths of kPa, at baseline and at
    the end, of the more affected hand and of the other. `last` is the last visit of the schedule; an early
    termination visit follows it if `ending` is not completed. `like` is whose past a practice patient shares.
    """

    name: str
    site: str
    baseline_on: date
    sex: str
    born_on: str
    height_cm: int
    weight_kg: Decimal
    dominant: str
    affected: str
    onset_on: str
    diagnosed_on: str
    anti_gm1: str
    grades: tuple[str, str]
    grips: tuple[tuple[int, int], tuple[int, int]]
    last: str = "W52"
    ending: str = COMPLETED
    like: str = ""

    @property
    def is_practice(self) -> bool:
        return self.name.startswith("P")

    @property
    def days_per_dose(self) -> int:
        """A maintenance dose above 75 g is split over two days."""
        return 2 if self.weight_kg > 75 else 1


def noise(*what: object, below: int) -> int:
    """A number from 0 to `below` - 1 that depends on its words alone: the same on every machine."""
    words = " ".join(str(word) for word in what)
    return int.from_bytes(sha256(words.encode()).digest()[:4], "big") % below


def _story(
    name: str,
    site: str,
    baseline: str,
    person: str,
    hands: str,
    disease: str,
    grades: str,
    grips: str,
    end: str = "",
) -> PatientStory:
    sex, born_on, height, weight = person.split()
    dominant, affected = hands.split()
    onset_on, diagnosed_on, anti_gm1 = disease.split()
    first, last = grades.split(" to ")
    affected_hand, other_hand = ((int(a), int(b)) for a, b in (pair.split("-") for pair in grips.split()))
    visit, _, ending = end.partition(" ")
    return PatientStory(
        name, site, date.fromisoformat(baseline), sex, born_on, int(height), Decimal(weight),
        dominant, affected, onset_on, diagnosed_on, anti_gm1, (first, last), (affected_hand, other_hand),
        visit or "W52", ending or COMPLETED, name,
    )  # fmt: skip


# name, site, first dose, (sex, born, cm, kg), (dominant, more affected hand), (onset, diagnosis, anti-GM1),
# grades at baseline to the end, grips (more affected, other hand) in tenths of kPa, how it ended if early
STORIES = (
    _story("S01", "01", "2024-05-13", "M 1971-03-22 171 64.2", "right right", "2015-09 2017-02 positive",
           "44433 55545 55544 55555 to 55555 55555 55555 55555", "412-517 688-742"),
    _story("S02", "03", "2024-06-03", "M 1958-11 166 58.7", "right right", "2004 2008-05 positive",
           "33321 44423 44432 55434 to 34322 44413 44432 55434", "42-74 231-248"),
    _story("S03", "02", "2024-06-17", "F 1979-07-04 158 52.4", "right right", "2018-04 2019-10 negative",
           "55433 55544 55544 55555 to 55555 55545 55555 55555", "624-711 796-848"),
    _story("S04", "04", "2024-07-08", "M 1966-02-15 174 70.0", "right left", "2012-06 2014-01 positive",
           "55544 55555 44433 55545 to 55544 55555 44332 55545", "640-598 835-812", "W34 PHYSICIAN DECISION"),
    _story("S05", "05", "2024-08-05", "M 1962-09-30 169 73.6", "right left", "2010-03 2012-11 borderline",
           "55554 55545 44422 55545 to 55555 55555 55554 55555", "224-336 702-764"),
    _story("S06", "01", "2024-09-02", "F 1955-12 151 47.8", "right left", "1999 2006-08 positive",
           "44433 55434 33311 54434 to 44433 55433 43321 54434", "0-0 198-215"),
    _story("S07", "06", "2024-09-30", "M 1974-05-11 176 68.9", "left right", "2016-10 2018-03 negative",
           "54433 55555 55544 55545 to 55554 55555 55555 55555", "520-583 744-790"),
    _story("S08", "07", "2024-10-21", "M 1953-08-19 163 59.3", "right right", "2009-01 2011-07 positive",
           "55432 55555 55544 55555 to 55544 55555 55554 55555", "260-314 652-671", "W16 ADVERSE EVENT"),
    _story("S09", "02", "2024-11-18", "M 1964-04 170 66.5", "right right", "2007-08 2010-02 positive",
           "44421 55545 55543 55444 to 45422 55545 55533 55444", "136-182 402-436"),
    _story("S10", "08", "2025-01-20", "F 1981-10-27 160 58.1", "right left", "2019-02 2020-06 negative",
           "55544 55555 44433 55555 to 55555 55555 55555 55555", "806-875 921-958"),
    _story("S11", "09", "2025-02-17", "M 1959-06-08 167 61.7", "right right", "2006-05 2009-09 positive",
           "44322 55534 54443 54434 to 44332 55534 54443 54434", "118-189 344-371"),
    _story("S12", "10", "2025-04-07", "F 1970 155 50.9", "right left", "2014-11 2016-04 borderline",
           "55554 55555 54432 55545 to 55555 55555 55554 55555", "364-503 667-705"),
    _story("S13", "11", "2025-05-19", "M 1984-01-13 179 76.2", "right right", "2020-01 2021-03 negative",
           "55433 55555 55544 55545 to 55555 55555 55555 55555", "952-1002 1104-1150"),
)  # fmt: skip
