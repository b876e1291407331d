"""One invented patient's forms, as a site would type them: texts by item, in the order of the visits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ecrf.casebook.values import Missing
from trial import dosing
from trial.crfs.eligibility import CRITERIA, INCLUSION
from trial.crfs.infusion import TimePoint
from trial.outcomes import SIDES
from trial.schedule import ENROLMENT, PROTOCOL
from trial.synthetic import course, events
from trial.synthetic.patients import ADVERSE_EVENT, Story, noise

VIAL_G = Decimal("2.5")
ML_PER_MINUTE = 3
NEW_LOT_DAYS = 21

Values = dict[str, str | Missing]


@dataclass(frozen=True)
class Filled:
    """One filled form: the visit's code ("" for none), the kind, its values, its number and its parent's."""

    code: str
    crf: str
    values: Values
    number: int = 1
    parent: int | None = None


@dataclass(frozen=True)
class Page:
    """The forms of one visit (`code` ""): of the logs and the end of study."""

    code: str
    forms: list[Filled] = field(default_factory=list)


def pages(story: Story, before: str = "") -> list[Page]:
    """The patient's whole casebook, or its visits up to the one `before` which the story stops."""
    codes = course.codes(story)
    if before:
        codes = codes[: codes.index(before)]
    visits = [Page(code, [_with_reasons(story, form) for form in _visit(story, code)]) for code in codes]
    return [*visits, Page("", [*_adverse_events(story, codes), *([] if before else [_end(story)])])]


def _with_reasons(story: Story, form: Filled) -> Filled:
    given = {
        item: Missing(reason, comment)
        for (who, code, crf, item), (reason, comment) in events.NO_VALUE.items()
        if (who, code, crf) == (story.name, form.code, form.crf)
    }
    return Filled(form.code, form.crf, {**form.values, **given}, form.number, form.parent)


def _visit(story: Story, code: str) -> Iterator[Filled]:
    if why := events.MISSED.get((story.name, code)):
        yield Filled(code, "visit", {"fate": "missed", "missed_reason": why})
        return
    forms = course.PLANS[code].forms
    if set(ENROLMENT) <= set(forms):
        yield from _enrolment(story, code)
    yield visit(story, code)
    yield vital_signs(story, code)
    yield mrc_strength(story, code)
    yield grip_strength(story, code)
    if "infusion" in forms:
        for number, day in enumerate(course.dose_days(story, code), 1):
            yield from _infusion(story, code, number, day)


def visit(story: Story, code: str) -> Filled:
    return Filled(
        code,
        "visit",
        {"fate": "done", "visited_on": course.day(story, code).isoformat(), "contact": "on-site"},
    )


def vital_signs(story: Story, code: str) -> Filled:
    signs = course.vital_signs(story, code)
    return Filled(code, "vital-signs", {"weight_kg": str(course.weight(story, code)), **signs})


def mrc_strength(story: Story, code: str) -> Filled:
    before = (story.name, code) not in events.AFTER_DOSE
    at = time(8, 35 + noise(story.name, code, "assessed", below=20)) if before else time(13, 10)
    grades = {item: str(grade) for item, grade in course.grades(story, code).items()}
    dosed = Missing("not-applicable", "No infusion") if code in ("W52", "ET") else _yes(before)
    head: Values = {"assessor": _assessor(story, code), "assessed_at": f"{at:%H:%M}", "before_dose": dosed}
    return Filled(code, "mrc-strength", {**head, **grades})


def grip_strength(story: Story, code: str) -> Filled:
    trials = course.grips(story, code) | {
        item: kpa for (who, when, item), kpa in events.LOW_TRIALS.items() if (who, when) == (story.name, code)
    }
    head: Values = {"device": f"SYN-VIG-{story.site}", "assessor": _assessor(story, code)}
    return Filled(code, "grip-strength", {**head, **{item: str(kpa) for item, kpa in trials.items()}})


def _assessor(story: Story, code: str) -> str:
    return events.ASSESSORS.get((story.name, code), f"A{1 + noise(story.name, 'assessor', below=2)}")


def _yes(answer: object) -> str:
    return "yes" if answer else "no"


def _enrolment(story: Story, code: str) -> Iterator[Filled]:
    signed_on = course.day(story, code).isoformat()
    yield Filled(code, "consent", {"signed_on": signed_on, "form_version": "2.0 (synthetic)"})
    yield Filled(
        code,
        "demographics",
        {
            "born_on": story.born_on,
            "sex": story.sex,
            "dominant_hand": story.dominant,
            "more_affected_hand": story.affected,
            "height_cm": str(story.height_cm),
        },
    )
    criteria: Values = {name: _yes(name in INCLUSION) for name in CRITERIA}
    yield Filled(code, "eligibility", {**criteria, "eligible": "yes"})
    yield _mmn_history(story, code)


def _mmn_history(story: Story, code: str) -> Filled:
    grades = course.grades(story, PROTOCOL.baseline)
    limbs = {
        f"{side}_{limb}": _yes(any(grades[f"{side}_{muscle}"] < 5 for muscle in muscles))
        for limb, muscles in course.LIMBS.items()
        for side in SIDES
    }
    usual = ("progressive_weakness", "no_sensory_loss", "arms_predominate", "reflexes_reduced",
             "cranial_nerves_spared", "cramps_fasciculations", "responded_to_treatment",
             "sensory_conduction_normal")  # fmt: skip
    never = ("upper_motor_neuron_signs", "marked_bulbar", "marked_sensory_loss", "diffuse_symmetric_weakness")
    probable = noise(story.name, "category", below=4) == 0
    values: Values = {
        "onset_on": story.onset_on,
        "diagnosed_on": story.diagnosed_on,
        "conduction_block": "probable" if probable else "definite",
        "anti_gm1": story.anti_gm1,
        "category": "probable" if probable else "definite",
    }
    answers: Values = {**dict.fromkeys(usual, "yes"), **dict.fromkeys(never, "no")}
    return Filled(code, "mmn-history", {**values, **limbs, **answers})


def _infusion(story: Story, code: str, number: int, day: date) -> Iterator[Filled]:
    weight = course.weight(story, code)
    phase = dosing.Phase.INDUCTION if code == PROTOCOL.baseline else dosing.Phase.MAINTENANCE
    days = story.days_per_dose if phase is dosing.Phase.MAINTENANCE else 1
    planned = (dosing.planned_dose_g(phase, weight, days) / VIAL_G).to_integral_value() * VIAL_G
    given, why = events.PART_DOSES.get((story.name, code), (planned, ""))
    volume = dosing.volume_ml(given)
    start = datetime.combine(day, time(9, 5 + noise(story.name, code, number, "start", below=40)))
    end = start + timedelta(minutes=35 + int(volume) // ML_PER_MINUTE + noise(day, story.name, below=15))
    headache = noise(story.name, "premedication", below=4) == 0
    # The lots first: a dose that is recorded before its lot is asked about at once.
    yield from _lots(story, code, number, day, given)
    yield Filled(
        code,
        "infusion",
        {
            "infused_on": day.isoformat(),
            "dosing_weight_kg": str(weight),
            **({"split_days": str(days)} if days > 1 else {}),
            "premedicated": _yes(headache),
            **({"premedication": "Paracetamol 500 mg"} if headache else {}),
            "given_g": f"{given:.1f}",
            "given_ml": f"{volume:.1f}",
            "started_at": f"{start:%H:%M}",
            "ended_at": f"{end:%H:%M}",
            "rate_steps": "30, 60, 120, 180",
            "interrupted": _yes(why),
            **({"interrupted_why": why} if why else {}),
        },
        number,
    )
    yield from _readings(story, code, number, start, end)


def _lots(story: Story, code: str, infusion: int, day: date, given: Decimal) -> Iterator[Filled]:
    """Mostly one lot; in the weeks after a new one came, the last vials of the old one go first."""
    if story.is_practice:
        stock = [("SYN-9001", (day + timedelta(days=500)).isoformat())]
    else:
        used = [lot for lot in events.LOTS if date.fromisoformat(lot[0]) <= day]
        is_new = (day - date.fromisoformat(used[-1][0])).days < NEW_LOT_DAYS
        stock = [lot[1:] for lot in used[-2 if is_new else -1 :]]
    for number, (lot, expiry) in enumerate(stock, 1):
        share = given if len(stock) == 1 else 4 * VIAL_G if number == 1 else given - 4 * VIAL_G
        values: Values = {"lot_number": lot, "expires_on": expiry, "grams": f"{share:.1f}"}
        yield Filled(code, "infusion-lot", values, number, infusion)


def _readings(story: Story, code: str, infusion: int, start: datetime, end: datetime) -> Iterator[Filled]:
    moments = (
        (TimePoint.BEFORE, start - timedelta(minutes=10)),
        (TimePoint.DURING, start + (end - start) / 2),
        (TimePoint.AFTER, end + timedelta(minutes=15)),
    )
    for number, (point, at) in enumerate(moments, 1):
        signs = course.vital_signs(story, code, infusion, point.value)
        values: Values = {"time_point": point.value, "measured_at": f"{at:%H:%M}", **signs}
        yield Filled(code, "infusion-vitals", values, number, infusion)


def events_of(story: Story) -> list[events.Event]:
    return [event for event in events.EVENTS if event.who == story.name]


def _adverse_events(story: Story, codes: tuple[str, ...]) -> list[Filled]:
    found = [event for event in events_of(story) if event.visit in codes]
    return [Filled("", "adverse-event", _adverse_event(story, event), n) for n, event in enumerate(found, 1)]


def _adverse_event(story: Story, event: events.Event) -> Values:
    began = course.day(story, event.visit) + timedelta(days=event.after)
    infused = [day for day in course.dose_days(story, event.visit) if day <= began]
    values: Values = {
        "term": event.term,
        "started_on": began.isoformat(),
        "ongoing": _yes(event.lasted is None),
        "severity": event.severity,
        "serious": _yes(event.serious),
        "relation": "RELATED" if event.related else "NOT RELATED",
        "action": event.action,
        "treated": _yes(event.treatment),
        "outcome": events.NOT_RESOLVED if event.lasted is None else events.RESOLVED,
    }
    if event.began_at:
        values["started_at"] = event.began_at
    if event.lasted is not None:
        values["ended_on"] = (began + timedelta(days=event.lasted)).isoformat()
    if event.related:
        values["related_infusion"] = f"{event.visit}.{len(infused)}"
    if event.treatment:
        values["treatment"] = event.treatment
    return values


def _end(story: Story) -> Filled:
    codes = course.codes(story)
    dosed = next(code for code in reversed(codes) if code not in ("W52", "ET"))
    values: Values = {
        "reason": story.ending,
        "ended_on": course.day(story, codes[-1]).isoformat(),
        "last_dose_on": course.dose_days(story, dosed)[-1].isoformat(),
    }
    if story.ending == ADVERSE_EVENT:
        terms = [event.action for event in events_of(story)]
        values["adverse_event"] = str(terms.index("DRUG WITHDRAWN") + 1)
    return Filled("", "end-of-study", values)
