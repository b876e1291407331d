"""The trial's own listings: events around infusions, doses against the plan, serious events reconciled; their facts.

A lot is new at an infusion if no infusion of the patient on an earlier day drew from it (P: nobody tells when a lot
counts as new; a patient meets one for the first time on that day).
"""

from ecrf.listings.columns.column import YES_NO, CellKind
from ecrf.listings.definition import ColumnCondition, Definition, Joined, Keep, Narrowing, Op, Rule
from ecrf.listings.ready import ReadyListing, TrialListings, fact
from trial.crfs.laboratory import EVENT_DAYS

NEAR_DAYS = 2
"""So many days after an infusion an event is looked at beside it (P)."""

LOT = "upper(btrim({0}.lot_number))"
NEW_LOT = f"""
    CASE WHEN {{f}}.infused_on IS NOT NULL THEN EXISTS (
        SELECT 1 FROM casebook_entry le JOIN trial_infusionlot l ON l.entry_id = le.id
        WHERE le.parent_id = {{e}}.id AND le.struck_at IS NULL AND l.lot_number IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM casebook_entry oe
            JOIN trial_infusionlot ol ON ol.entry_id = oe.id
            JOIN casebook_entry op ON op.id = oe.parent_id
            JOIN trial_infusion oi ON oi.entry_id = op.id
            WHERE oe.patient_id = {{e}}.patient_id AND oe.struck_at IS NULL AND op.struck_at IS NULL
                AND {LOT.format("ol")} = {LOT.format("l")} AND oi.infused_on < {{f}}.infused_on)
    ) END
"""  # noqa: S608  (no more than the names above)
OFF_PLAN = """
    CASE WHEN {f}.planned_dose_g > 0
        THEN round(100 * ({f}.given_g - {f}.planned_dose_g) / {f}.planned_dose_g, 1) END
"""
AGREEMENT = (
    ("agree", "Agree"),
    ("no-form", "Serious, without a serious event form"),
    ("not-serious", "A serious event form, not serious in the log"),
    ("several", "Several serious event forms"),
)
SERIOUS_FORMS = """
    SELECT count(*) FROM casebook_entry se JOIN trial_seriousadverseevent sf ON sf.entry_id = se.id
    WHERE se.patient_id = {e}.patient_id AND se.struck_at IS NULL AND sf.adverse_event = {e}.number::text
"""
RECONCILED = f"""
    (SELECT CASE
        WHEN forms.n > 1 THEN 'several'
        WHEN forms.n = 1 AND {{f}}.serious THEN 'agree'
        WHEN forms.n = 1 THEN 'not-serious'
        WHEN {{f}}.serious THEN 'no-form' END
    FROM ({SERIOUS_FORMS}) AS forms(n))
"""  # noqa: S608  (no more than the names above)

FACTS = (
    fact(
        "infusion",
        "new-lot",
        "New lot?",
        CellKind.CHOICE,
        NEW_LOT,
        group="Infusion",
        codes=YES_NO,
        help="Whether it drew from a lot from which the patient had nothing on an earlier day",
    ),
    fact(
        "infusion",
        "off-plan",
        "Given, off plan",
        CellKind.NUMBER,
        OFF_PLAN,
        group="Infusion",
        unit="%",
        help="Of the planned dose; less than planned as a negative number",
    ),
    fact(
        "adverse-event",
        "reconciled",
        "Log and serious event form",
        CellKind.CHOICE,
        RECONCILED,
        group="Adverse event",
        codes=AGREEMENT,
    ),
)

EVENT = tuple(f"adverse-event.{name}" for name in ("term", "started_on", "ended_on", "severity", "serious"))
INFUSION = (
    "infusion.infused_on",
    "infusion.given_g",
    "infusion.infusion-lot.lot_number",
    "infusion.@new-lot",
)
EVENT_SPAN = ("started_on", "ended_on")


def _infusions(days: int, keep: Keep = Keep.ALL) -> Joined:
    """Those that were given on the day on which an event began, or up to so many days before."""
    return Joined("infusion", Rule.NEAR, ("started_on", ""), ("infused_on", ""), before=days, keep=keep)


READY = (
    ReadyListing(
        "events-and-treatment",
        "Adverse events with infusions and medication",
        "What was given around each event: infusions in the two days before it began, medication while it lasted?",
        Definition(
            "adverse-event",
            (
                *("@patient", *EVENT, "adverse-event.relation"),
                *INFUSION[:3],
                *(
                    f"concomitant-medication.{name}"
                    for name in ("name", "given_for", "started_on", "ended_on")
                ),
            ),
            (
                _infusions(NEAR_DAYS),
                Joined("concomitant-medication", Rule.NEAR, EVENT_SPAN, EVENT_SPAN),
            ),
        ),
    ),
    ReadyListing(
        "events-after-a-new-lot",
        "Adverse events after a new lot",
        "Which adverse events began within two days of an infusion with a new lot?",
        Definition(
            "adverse-event",
            ("@site", "@patient", *EVENT, "adverse-event.relation", *INFUSION),
            (_infusions(NEAR_DAYS, Keep.WITH),),
            Narrowing(conditions=(ColumnCondition("infusion.@new-lot", Op.IS, "yes"),)),
        ),
    ),
    ReadyListing(
        "laboratory-outside-range",
        "Laboratory outside range",
        "Which results lie outside the range of the site, and which adverse event explains them?",
        Definition(
            "lab-result",
            (
                *("@patient", "@visit", "laboratory.collected_on"),
                *(
                    f"lab-result.{name}"
                    for name in ("test", "value", "result_unit", "reference_range", "flag")
                ),
                "lab-result.significant",
                *EVENT[:4],
            ),
            (
                Joined("laboratory", Rule.ABOVE),
                Joined("adverse-event", Rule.NEAR, ("above.collected_on", ""), EVENT_SPAN, after=EVENT_DAYS),
            ),
            Narrowing(
                conditions=(
                    ColumnCondition("lab-result.flag", Op.FILLED),
                    ColumnCondition("lab-result.flag", Op.NOT, "NORMAL"),
                )
            ),
        ),
    ),
    ReadyListing(
        "doses-planned-and-given",
        "Doses planned and given",
        "How does each dose that was given compare with the one that was planned?",
        Definition(
            "infusion",
            (
                *("@patient", "@visit"),
                *(f"infusion.{name}" for name in ("infused_on", "phase", "cycle", "dosing_weight_kg")),
                *(f"infusion.{name}" for name in ("planned_dose_g", "given_g", "@off-plan", "given_ml")),
                *("infusion.infusion-lot.lot_number", "infusion.@new-lot", "infusion.interrupted"),
            ),
        ),
        chart=("infusion.infused_on", "infusion.@off-plan"),
    ),
    ReadyListing(
        "deviations",
        "Protocol deviations",
        "What departed from the protocol, when, and at which visit?",
        Definition(
            "protocol-deviation",
            (
                *("@site", "@patient", "@number"),
                *(
                    f"protocol-deviation.{name}"
                    for name in ("occurred_on", "category", "severity", "what", "action")
                ),
                *(
                    "protocol-deviation.reported_on",
                    "protocol-deviation.visit_link",
                    "visit.visited_on",
                    "visit.@off",
                ),
            ),
            (Joined("visit", Rule.NAMED, item="visit_link"),),
        ),
    ),
    ReadyListing(
        "serious-events-reconciled",
        "Serious events against adverse events",
        "Does the log of adverse events say the same as the forms of serious events?",
        Definition(
            "adverse-event",
            (
                *(
                    "@site",
                    "@patient",
                    "@number",
                    *EVENT,
                    "adverse-event.outcome",
                    "adverse-event.@reconciled",
                ),
                *(
                    f"serious-adverse-event.{name}"
                    for name in ("hospital_stay", "became_aware_on", "reported_on")
                ),
            ),
            (Joined("serious-adverse-event", Rule.NAMING, item="adverse_event"),),
            Narrowing(conditions=(ColumnCondition("adverse-event.@reconciled", Op.FILLED),)),
        ),
    ),
    ReadyListing(
        "serious-forms-without-event",
        "Serious event forms without an adverse event",
        "Which forms of serious events name no adverse event that is in the log?",
        Definition(
            "serious-adverse-event",
            (
                *("@site", "@patient", "@number", "serious-adverse-event.adverse_event"),
                *(f"serious-adverse-event.{name}" for name in ("became_aware_on", "reported_on")),
            ),
            (Joined("adverse-event", Rule.NAMED, item="adverse_event", keep=Keep.WITHOUT),),
        ),
    ),
)

LISTINGS = TrialListings(FACTS, READY)
