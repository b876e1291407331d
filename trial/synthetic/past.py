"""What the invented patients had and took before the study: conditions, their medication, treatment of MMN."""

from typing import NamedTuple

from trial.synthetic.patients import PatientStory


class Drug(NamedTuple):
    """A medication as the site writes it; `frequency` is a CDISC term, or words of one's own."""

    name: str
    dose: str
    route: str
    frequency: str
    started_on: str = ""


class Condition(NamedTuple):
    """A condition with its beginning and, if it is over, its end; what the patient takes for it; why struck out."""

    term: str
    started_on: str
    ended_on: str = ""
    drug: Drug | None = None
    struck: str = ""


CONDITIONS = {
    "S01": (Condition("Hypertension", "2014-05", "", Drug("Amlodipine", "5 mg", "ORAL", "QD", "2014-05")),),
    "S02": (
        Condition("Type 2 diabetes", "2011", "", Drug("Metformin", "500 mg", "ORAL", "BID", "2012-02")),
        Condition("Appendicitis", "1979", "1979"),
        Condition(
            "Enlarged prostate", "2019-06", "", Drug("Tamsulosin", "0.2 mg", "ORAL", "QD", "2019-06-18")
        ),
    ),
    "S03": (Condition("Hay fever", "2005", "", Drug("Fexofenadine", "60 mg", "ORAL", "PRN", "2016")),),
    "S04": (
        Condition("High cholesterol", "2016-10", "", Drug("Rosuvastatin", "2.5 mg", "ORAL", "QD", "2016-11")),
        Condition("Fracture of the left radius", "1988", "1988"),
    ),
    "S05": (
        Condition("Gout", "2018", "", Drug("Febuxostat", "20 mg", "ORAL", "QD", "2018-09")),
        Condition("Inguinal hernia, left, repaired", "2009-03", "2009-04"),
    ),
    "S06": (
        Condition("Hypothyroidism", "2008", "", Drug("Levothyroxine", "50 µg", "ORAL", "QD", "2008")),
        Condition("Osteoporosis", "2015", "", Drug("Alendronate", "35 mg", "ORAL", "Once a week", "2015-07")),
        Condition("Cataract, both eyes", "2017", "2020-11"),
    ),
    "S07": (Condition("Hypertension", "2020-01", "", Drug("Candesartan", "4 mg", "ORAL", "QD", "2020-02")),),
    "S08": (
        Condition("Acid reflux", "2017", "", Drug("Lansoprazole", "15 mg", "ORAL", "QD", "2017-08")),
        Condition("Slipped lumbar disc", "2003", "2004"),
    ),
    "S09": (Condition("Chronic gastritis", "2012", "", Drug("Rebamipide", "100 mg", "ORAL", "TID", "2012")),),
    "S10": (Condition("Iron deficiency", "2012", "2016"),),
    "S11": (
        Condition("Hypertension", "2010", "", Drug("Amlodipine", "2.5 mg", "ORAL", "QD", "2010")),
        Condition("High uric acid", "2015", "", Drug("Allopurinol", "100 mg", "ORAL", "QD", "2015-04")),
        Condition("Asthma", "1996", "2001", struck="Entered on the wrong patient's page"),
    ),
    "S12": (Condition("Constipation", "2018", "", Drug("Magnesium oxide", "330 mg", "ORAL", "TID", "2018")),),
}

BRAND = "Immunoglobulin, another brand (synthetic)"

BEFORE = {
    "S01": (4, 34, "1 g/kg", "improved"),
    "S02": (3, 36, "0.4 g/kg on 5 days", "stable"),
    "S03": (6, 44, "0.4 g/kg on 5 days", "improved"),
    "S04": (4, 37, "1 g/kg", "stable"),
    "S05": (8, 58, "2 g/kg over 5 days", "improved"),
    "S06": (3, 33, "1 g/kg", "stable"),
    "S07": (6, 45, "1 g/kg", "improved"),
    "S08": (4, 35, "0.4 g/kg on 5 days", "improved"),
    "S09": (3, 34, "1 g/kg", "stable"),
    "S10": (8, 61, "0.4 g/kg on 5 days", "improved"),
    "S11": (4, 39, "1 g/kg", "stable"),
    "S12": (6, 47, "0.4 g/kg on 5 days", "improved"),
    "S13": (5, 41, "1 g/kg", "improved"),
}
"""Immunoglobulin before the study: every how many weeks, last given how many days before the first trial dose,
the dose, the response."""

TRIED = {
    "S02": (("Cyclophosphamide", "50 mg daily for 6 months", "2009-11", "stable"),),
    "S04": (("Prednisolone", "30 mg daily for 8 weeks", "2013-09", "worsened"),),
    "S06": (("Plasma exchange", "5 sessions", "2007", "worsened"),),
}
"""What else was tried before: product, dose, last given, response."""


def conditions(story: PatientStory) -> tuple[Condition, ...]:
    return CONDITIONS.get(story.like, ())
