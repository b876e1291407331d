"""Edit checks between the forms of screening: consent, demographics, eligibility, MMN history, earlier treatment."""

from collections.abc import Iterator

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.partial_dates import surely_before
from trial.checks.across_forms import YOUNGEST, age_at, consented_on
from trial.crfs.consent import Reconsent
from trial.crfs.demographics import Demographics
from trial.crfs.eligibility import CRITERIA, Eligibility
from trial.crfs.mmn_history import Category, ConductionBlock
from trial.crfs.mrc_strength import MUSCLES, MrcStrength
from trial.crfs.nerve_conduction import Call, NerveSegment
from trial.crfs.prior_treatment import PriorTreatment, Response
from trial.crfs.protocol_deviation import DeviationCategory, ProtocolDeviation
from trial.crfs.visit import SCREENING
from trial.outcomes import mrc_items

WEAK_GRADE = 3
"""An MRC grade that a limb which is not affected does not have (P)."""

LIMBS = {"arm": mrc_items(list(MUSCLES)[:5]), "leg": mrc_items(list(MUSCLES)[5:])}
"""The grades of both arms, and of both legs."""


@check(
    "CONS-003",
    on="re-consent",
    text="The consent of {signed_on} was to the same version.",
    items=("form_version",),
    reads=("consent.form_version", "consent.signed_on", "re-consent.form_version", "re-consent.signed_on"),
)
def same_version_again(row: Reconsent, data: PatientData) -> Iterator[Question]:
    """An earlier consent was to the same version of the form."""
    before = [r for r in data.rows("re-consent") if r.entry.number < row.entry.number]
    for other in [*data.rows("consent"), *before]:
        if row.form_version and other.form_version == row.form_version and other.signed_on:
            yield Question("form_version", signed_on=other.signed_on)
            return


@check(
    "ELIG-003",
    on="eligibility",
    text={
        "no consent": "Written consent is answered yes, but no consent is recorded.",
        "consent": "Written consent is answered no, but it was signed on {signed_on}.",
    },
    items=("has_consented",),
    reads=("consent.signed_on",),
)
def consent_against_criterion(row: Eligibility, data: PatientData) -> Iterator[Question]:
    """The criterion of consent contradicts the consent form."""
    consent = data.one("consent")
    if consent and row.has_consented is False and consent.signed_on:
        yield Question("has_consented", "consent", signed_on=consent.signed_on)
    if consent and row.has_consented and "signed_on" in consent.missing_reasons:
        yield Question("has_consented", "no consent")


@check(
    "ELIG-004",
    on="eligibility",
    text={
        "too young": "Of age is answered yes, but the patient was {years} years old at consent.",
        "of age": "Of age is answered no, but the patient was {years} years old at consent.",
    },
    items=("is_of_age",),
    reads=("consent.signed_on", "demographics.born_on", "demographics.age_years"),
)
def age_against_criterion(row: Eligibility, data: PatientData) -> Iterator[Question]:
    """The criterion of age contradicts the age at consent."""
    patient, consent = data.one("demographics"), consented_on(data)
    if patient and patient.born_on and consent:
        least, most = age_at(patient.born_on, consent)
    elif patient and patient.age_years is not None:
        least = most = patient.age_years
    else:
        return
    if row.is_of_age and most < YOUNGEST:
        yield Question("is_of_age", "too young", years=most)
    if row.is_of_age is False and least >= YOUNGEST:
        yield Question("is_of_age", "of age", years=least)


@check(
    "ELIG-005",
    on="eligibility",
    text={
        "not so": "Answered yes, but the category in the MMN history is {category:answer mmn-history.category}.",
        "so": "Answered no, but the category in the MMN history is {category:answer mmn-history.category}.",
    },
    items=("has_definite_or_probable_mmn",),
    reads=("mmn-history.category",),
)
def category_against_criterion(row: Eligibility, data: PatientData) -> Iterator[Question]:
    """The criterion of the diagnosis contradicts the category in the MMN history."""
    history = data.one("mmn-history")
    if history is None or history.category is None:
        return
    is_possible = history.category == Category.POSSIBLE
    if row.has_definite_or_probable_mmn and is_possible:
        yield Question("has_definite_or_probable_mmn", "not so", category=history.category)
    if row.has_definite_or_probable_mmn is False and not is_possible:
        yield Question("has_definite_or_probable_mmn", "so", category=history.category)


@check(
    "DM-004",
    on="demographics",
    text="The {hand:answer more_affected_hand} hand is the more affected one; by the MMN history that arm is not "
    "affected.",
    items=("more_affected_hand",),
    reads=("mmn-history.right_arm", "mmn-history.left_arm"),
)
def more_affected_hand_of_healthy_arm(row: Demographics, data: PatientData) -> Iterator[Question]:
    """The more affected hand is that of an arm that is not affected."""
    history = data.one("mmn-history")
    if history and row.more_affected_hand and getattr(history, f"{row.more_affected_hand}_arm") is False:
        yield Question("more_affected_hand", hand=row.more_affected_hand)


@check(
    "PT-002",
    on="prior-treatment",
    text="The response is improved; by the MMN history no immunotherapy improved anything.",
    items=("response",),
    reads=("mmn-history.responded_to_treatment",),
)
def improved_against_history(row: PriorTreatment, data: PatientData) -> Iterator[Question]:
    """The patient improved under a treatment, and by the MMN history under none."""
    history = data.one("mmn-history")
    if row.response == Response.IMPROVED and history and history.responded_to_treatment is False:
        yield Question("response")


@check(
    "PT-004",
    on="prior-treatment",
    text="{last_given_on} is before the onset of weakness, {onset}.",
    items=("last_given_on",),
    reads=("mmn-history.onset_on",),
)
def treated_before_onset(row: PriorTreatment, data: PatientData) -> Iterator[Question]:
    """The treatment was last given before the onset of the illness."""
    history = data.one("mmn-history")
    if (
        history
        and row.last_given_on
        and history.onset_on
        and surely_before(row.last_given_on, history.onset_on)
    ):
        yield Question("last_given_on", last_given_on=row.last_given_on, onset=history.onset_on)


@check(
    "MRC-008",
    on="mrc-strength",
    text="By the MMN history this limb is not affected; {grade:item} is {mrc}.",
    items=mrc_items(MUSCLES),
    reads=("mmn-history.right_arm", "mmn-history.left_arm", "mmn-history.right_leg", "mmn-history.left_leg"),
)
def weak_limb_not_affected(row: MrcStrength, data: PatientData) -> Iterator[Question]:
    """At screening a muscle of a limb that is not affected has grade 3 or less; asked once a limb."""
    history = data.one("mmn-history")
    if history is None or row.entry.visit is None or row.entry.visit.code != SCREENING:
        return
    for limb, items in LIMBS.items():
        for side in ("right", "left"):
            grades = {item: getattr(row, item) for item in items if item.startswith(side)}
            weak = [item for item, mrc in grades.items() if mrc is not None and mrc <= WEAK_GRADE]
            if weak and getattr(history, f"{side}_{limb}") is False:
                for item in grades:
                    grade = item if item in weak else weak[0]
                    question = Question(item, grade=grade, mrc=grades[grade])
                    yield question.once(f"{side} {limb}", only_if_there=item != weak[0])


@check(
    "NC-006",
    on="nerve-segment",
    text="{block:Answer block} conduction block; by the MMN history there is none.",
    items=("block",),
    reads=("mmn-history.conduction_block",),
)
def block_against_history(row: NerveSegment, data: PatientData) -> Iterator[Question]:
    """At screening a conduction block was found, and by the MMN history there is none."""
    history, visit = data.one("mmn-history"), row.entry.visit
    if history is None or visit is None or visit.code != SCREENING:
        return
    if row.block in (Call.PROBABLE, Call.DEFINITE) and history.conduction_block == ConductionBlock.NONE:
        yield Question("block", block=row.block)


@check(
    "DV-006",
    on="protocol-deviation",
    text="The deviation is about eligibility; by the eligibility form every criterion is as required.",
    items=("category",),
    reads=("eligibility",),
)
def eligibility_kept(row: ProtocolDeviation, data: PatientData) -> Iterator[Question]:
    """The deviation is about eligibility, and every criterion is as required."""
    form = data.one("eligibility") if row.category == DeviationCategory.ELIGIBILITY else None
    if form and form.eligible and not form.failed() and all(form.is_answered(name) for name in CRITERIA):
        yield Question("category")
