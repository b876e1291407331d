"""Every value we chose because the publication does not tell it (mark P in the protocol's list of facts).

The words take their numbers from the code that uses them where they can; a test compares the others.
`schedule.py` hands them to the engine, which lists them on the page Checks and assumptions.
"""

from collections.abc import Iterable
from typing import Any

from ecrf.forms.protocol import Assumption
from trial.checks import assessments, dates, enrolment
from trial.crfs import (
    concomitant_medication,
    demographics,
    eligibility,
    grip_strength,
    incat,
    infusion,
    laboratory,
    mrc_strength,
    nerve_conduction,
    prior_treatment,
    protocol_deviation,
    serious_adverse_event,
    vital_signs,
)
from trial.crfs.end_of_study import AllowedAfter
from trial.crfs.visit import DAYS_TO_BASELINE
from trial.outcomes import GRIP_TRIALS, PROBABLE_AREA_PERCENT
from trial.verification_plan import VERIFICATION

OUR_LIMIT = "The publication names no limits. It asks, it never refuses."


def _spelt(words: dict[str, str]) -> str:
    return "; ".join(words.values()) + "."


def _signs() -> str:
    """The usual range of each vital sign."""
    parts = []
    for name, (low, high) in vital_signs.LIKELY.items():
        item: Any = vital_signs.VitalSigns._meta.get_field(name)
        usual = f"{low} to {high}" if high is not None else f"{low} or more"
        parts.append(f"{item.verbose_name} {usual} {item.unit}")
    return "; ".join(parts) + "."


def _labels(choices: Iterable[Any]) -> str:
    return ", ".join(choice.label for choice in choices).lower()


SCHEDULE = (
    Assumption(
        "Nominal days",
        "Visits in weeks 1, 4, 7 … 52; each is due on day 1 + 7 × (week − 1), so week 52 on day 358.",
        "The weeks are those of the sibling trial NCT01824251; the day within the week is ours.",
    ),
    Assumption(
        "Study began",
        f"On {dates.STUDY_BEGAN}. A consent before it is asked about.",
        "The data are invented and begin in 2024; the publication gives no date of the first consent.",
    ),
    Assumption(
        "Consent and screening",
        f"A consent more than {dates.DAYS_CONSENT_TO_SCREENING} days before screening is asked about.",
        "The publication does not tell how long a consent may wait.",
    ),
    Assumption(
        "Dates of one visit",
        "A sample, a nerve conduction study, an infusion or a deviation is asked about that lies more than "
        f"{dates.DAYS_FROM_VISIT} days from the date of its visit; so is the end of a completed study that "
        "lies as far from its last visit.",
        "The publication does not tell over how many days a visit may stretch.",
    ),
    Assumption(
        "Visit window",
        "7 days either side of the nominal day. A visit outside it is asked about, not refused.",
        "Taken from another MMN trial; the publication gives no window.",
    ),
    Assumption(
        "Screening window",
        f"Screening takes place in the {DAYS_TO_BASELINE} days before the first dose.",
        "The publication does not tell how long screening may last.",
    ),
    Assumption(
        "Induction at week 1",
        "The five induction days belong to the visit of week 1; strength is assessed before the first.",
        "The publication gives the dose, not the visit under which its days are recorded.",
    ),
    Assumption(
        "Early termination",
        "A patient who leaves early has one more visit, at any time, with the assessments of week 52.",
        "The publication does not describe it.",
    ),
    Assumption(
        "After a withdrawal of consent",
        "What was collected until that day stays. Asked of the patient: "
        f"{_labels(AllowedAfter)}; without an answer, nothing of a later day is taken.",
        "The publication does not describe it; the answers follow the guidance of the FDA (2008) on the data of "
        "patients who withdraw.",
    ),
    Assumption(
        "Vital signs and weight",
        "Taken at every visit, and before, during and after every infusion.",
        "The publication does not say when they were taken.",
    ),
    Assumption(
        "Sites",
        "About 11 hospitals in Japan with about one patient each.",
        "The publication says multicentre, and 13 patients.",
    ),
)

INSTRUMENTS = (
    Assumption(
        "Muscle groups of the MRC sum score",
        f"Ten groups on each side: {', '.join(mrc_strength.MUSCLES.values()).lower()}.",
        "The published mean of 90.6 needs a score up to 100; the publication does not name the muscles.",
    ),
    Assumption(
        "Whole MRC grades",
        "Grades are whole numbers from 0 to 5; 4+ and 4− cannot be entered.",
        "The publication does not say whether half grades were used.",
    ),
    Assumption(
        "Grip trials",
        f"{GRIP_TRIALS} trials of each hand, in kPa with one decimal.",
        "The unit is published; the number of trials is not.",
    ),
    Assumption(
        "Grip value that is analysed",
        "The best trial of the hand that was named the more affected one at screening.",
        "The publication does not say which hand or which trial it reports.",
    ),
    Assumption(
        "Words of the INCAT grades",
        f"Arms: {'; '.join(incat.ARM_GRADES)}. Legs: {'; '.join(incat.LEG_GRADES)}.",
        "Our own short words as a reminder; the grades are those of the published scale.",
    ),
    Assumption(
        "Nerve segments",
        f"The choices: {_labels(nerve_conduction.Segment)}.",
        "The publication does not name the segments.",
    ),
    Assumption(
        "Long arm segments",
        f"A loss of area of {PROBABLE_AREA_PERCENT} % or more counts over these: "
        f"{_labels(nerve_conduction.LONG_ARM_SEGMENTS)}.",
        "EFNS/PNS 2010 names these two as examples and gives no length.",
    ),
    Assumption(
        "Conduction block compared",
        "Area reduction and duration increase are rounded to one decimal, a half upwards, and then compared "
        "with the limits of EFNS/PNS 2010. Without the lower limit of normal a definite block is not told "
        "from the numbers. The call is the investigator's and is never calculated.",
        "The guideline gives limits, not how to round.",
    ),
)

FORMS = (
    Assumption(
        "Inclusion criteria",
        _spelt(eligibility.INCLUSION),
        "The publication's abstract does not list the criteria.",
    ),
    Assumption(
        "Exclusion criteria",
        _spelt(eligibility.EXCLUSION),
        "The publication's abstract does not list the criteria.",
    ),
    Assumption(
        "Relation of an adverse event",
        "Two answers: related or not related to the trial drug.",
        "The publication says no more than that no serious event was related.",
    ),
    Assumption(
        "Why a medication was given",
        _spelt(dict(concomitant_medication.GivenFor.choices)),
        "The publication does not describe how medication was recorded.",
    ),
    Assumption(
        "Route and frequency of a medication",
        "A selection of the CDISC terms, and other.",
        "The publication does not describe how medication was recorded.",
    ),
    Assumption(
        "Follow-ups of a serious adverse event",
        "Any number: the date, what is new, and the outcome so far in the words of the adverse event log.",
        "The publication does not describe how serious events were followed.",
    ),
    Assumption(
        "Laboratory ranges",
        "Each site enters the ranges of its laboratory with the days from and to which they hold; a value on a limit "
        "is normal. A range for the patient's sex goes before one for any.",
        "The publication does not tell the laboratories' ranges.",
    ),
    Assumption(
        "Components of the diagnosis",
        "The components of the EFNS/PNS 2010 criteria are recorded one by one, in our own short words. The "
        "category is the investigator's and is never calculated.",
        "The publication does not tell which criteria were used.",
    ),
    Assumption(
        "Response to prior treatment",
        f"One of: {_labels(prior_treatment.Response)}.",
        "The publication does not say how an earlier response was graded.",
    ),
    Assumption(
        "Groups of protocol deviations",
        f"Category: {_labels(protocol_deviation.DeviationCategory)}. "
        f"Severity: {_labels(protocol_deviation.DeviationSeverity)}.",
        "The publication does not group deviations.",
    ),
)

DOSING = (
    Assumption(
        "Rounding of the planned dose",
        "Grams are rounded to one decimal, a half upwards; the volume is 20 mL for each rounded gram.",
        "The publication gives the dose per kg, not how it was rounded.",
    ),
    Assumption(
        "Split of a maintenance dose",
        "1 or 2 days; where nothing is entered the planned dose is shown for one day.",
        "Splitting over two days is known from another MMN trial, not from the publication.",
    ),
    Assumption(
        "Dosing weight",
        "Entered with each infusion; the planned dose follows it. It is never copied from another day.",
        "The publication does not say which weight the dose was calculated from.",
    ),
)

LIMITS = (
    Assumption(
        "Check limits: age",
        "Above 100 years at consent is asked about; below 20 follows the sibling trial.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: weight",
        f"Usual is {vital_signs.LIKELY_KG[0]} to {vital_signs.LIKELY_KG[1]} kg, and no change above "
        f"{vital_signs.WEIGHT_MOVED_PERCENT} % since the last visit; the same for the dosing weight, which is held "
        "against the weight at its visit too. "
        "Above 300 kg is refused.",
        "The publication names no limits.",
    ),
    Assumption(
        "Check limits: height and body mass index",
        f"Usual are {demographics.LIKELY_CM[0]} to {demographics.LIKELY_CM[1]} cm, and {vital_signs.LIKELY_BMI[0]} to "
        f"{vital_signs.LIKELY_BMI[1]} kg/m².",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: vital signs",
        f"Usual: {_signs()} Refused is what nobody can have: a pressure above {vital_signs.HIGHEST_MMHG} mmHg, a pulse "
        f"above {vital_signs.HIGHEST_PULSE}, a respiration above {vital_signs.HIGHEST_RESPIRATION} /min, a temperature "
        f"outside {vital_signs.POSSIBLE_C[0]} to {vital_signs.POSSIBLE_C[1]} °C.",
        "The publication names no limits.",
    ),
    Assumption(
        "Check limits: vital signs in an infusion",
        "A fall of the systolic pressure by 30 mmHg or more, or a rise of the temperature by 1 °C or more, "
        "without an adverse event that began on that day.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: dose and volume",
        f"A dose more than {infusion.DOSE_OFF_PERCENT} % off the plan, or off what its lots give; a volume more than "
        f"{infusion.VOLUME_OFF_PERCENT} % off 20 mL per gram.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: time of infusions",
        f"An infusion later than {infusion.INTERVAL_DAYS[1]} days after the event for which the drug was withdrawn. "
        f"A cycle usually begins {infusion.INTERVAL_DAYS[0]} to {infusion.INTERVAL_DAYS[1]} days "
        f"after the last one began; an infusion usually lasts {infusion.LASTING_HOURS[0]} to "
        f"{infusion.LASTING_HOURS[1]} hours.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: report of a serious event",
        f"More than {serious_adverse_event.REPORT_WITHIN.total_seconds() / 3600:.0f} hours after the site "
        "became aware of it.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: MRC",
        f"A grade that moved by {mrc_strength.GRADE_MOVED} or more, or a sum that moved by "
        f"{mrc_strength.SUM_MOVED} or more since the last visit; at screening grade {enrolment.WEAK_GRADE} or "
        "less of a limb that is not affected.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: grip",
        f"Above {grip_strength.HIGHEST_LIKELY} kPa; three trials of a hand more than "
        f"{grip_strength.SPREAD_SHARE:.0%} and more than {grip_strength.SPREAD_KPA} kPa apart; a best trial "
        f"that moved by {grip_strength.BEST_MOVED} kPa or more since the last visit. "
        "Above 200 kPa is refused.",
        "The publication names no limits.",
    ),
    Assumption(
        "Check limits: INCAT",
        f"A total that moved by {incat.TOTAL_MOVED} or more since the last visit that has one; disability "
        f"{assessments.WORST_DISABILITY} of limbs whose MRC grades are all {assessments.GOOD_GRADE} or more, or 0 of "
        f"limbs with a grade of {assessments.POOR_GRADE} or less.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: nerve conduction",
        f"Refused is an amplitude above {nerve_conduction.HIGHEST_MV} mV, an area above "
        f"{nerve_conduction.HIGHEST_AREA} mV·ms, a duration or latency above {nerve_conduction.HIGHEST_MS} ms, "
        f"a velocity above {nerve_conduction.HIGHEST_VELOCITY} m/s, a skin temperature above "
        f"{nerve_conduction.HIGHEST_SKIN_C} °C. A segment entered twice, or in another limb than its nerve, is "
        "asked about.",
        "The publication names no limits.",
    ),
    Assumption(
        "Check limits: prior treatment",
        "A treatment last given after the first dose of the trial drug is asked about.",
        OUR_LIMIT,
    ),
    Assumption(
        "Check limits: laboratory",
        f"{laboratory.LIMITS_IN_WORDS} IgA below {assessments.IGA_DEFICIENT_G_PER_L} g/L where a deficiency was "
        "denied.",
        OUR_LIMIT,
    ),
)

ANALYSIS = (
    Assumption(
        "Population of each mean",
        "Everyone who has the value at that visit: 13 at baseline, 11 at week 52. A change is calculated "
        "for those who have both.",
        "The publication gives means without the number of patients behind each.",
    ),
    Assumption(
        "Baseline value",
        "The assessment at the visit of week 1, before the first dose.",
        "The publication does not say whether screening or week 1 is the baseline.",
    ),
    Assumption(
        "Who counts as enrolled",
        "The investigator's decision is eligible and the patient is no screen failure; or the trial drug was given, "
        "whatever the decision.",
        "The publication says how many were enrolled, not by what.",
    ),
    Assumption(
        "Who is counted for exposure and adverse events",
        "Who was given the trial drug at least once; every event of the log counts, whenever it began.",
        "The publication does not name its populations.",
    ),
    Assumption(
        "Planned dose of who left early",
        "That of the dosing visits whose nominal day came before the last day in the study. The dose intensity is "
        "given g/kg as a percentage of planned g/kg.",
        "The publication does not report exposure.",
    ),
    Assumption(
        "Unscheduled visits and early termination in the outcomes",
        "They have no week of their own and stand in no table by visit; early termination is not week 52. Nothing is "
        "carried forward.",
        "The publication does not say how values of such visits were used.",
    ),
)

ASSUMPTIONS = SCHEDULE + INSTRUMENTS + FORMS + DOSING + LIMITS + ANALYSIS + VERIFICATION
