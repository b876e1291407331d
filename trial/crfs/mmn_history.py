"""MMN history: onset, diagnosis, the limbs affected, and the components of the EFNS/PNS 2010 criteria."""

from collections.abc import Iterator

from django.db import models

from ecrf.casebook.data import PatientData
from ecrf.checks.registry import Question, check
from ecrf.forms.crf import Crf
from ecrf.forms.items import Choice, PartialDay, YesNo
from ecrf.forms.partial_dates import surely_before
from ecrf.forms.registry import Section, crf

LIMBS = ("right_arm", "left_arm", "right_leg", "left_leg")
CORE = ("progressive_weakness", "no_sensory_loss")
SUPPORTIVE = (
    "arms_predominate",
    "reflexes_reduced",
    "cranial_nerves_spared",
    "cramps_fasciculations",
    "responded_to_treatment",
)
AGAINST = ("upper_motor_neuron_signs", "marked_bulbar", "marked_sensory_loss", "diffuse_symmetric_weakness")
TESTS = (
    "conduction_block",
    "sensory_conduction_normal",
    "anti_gm1",
    "csf_protein_raised",
    "mri_plexus_abnormal",
)


class ConductionBlock(models.TextChoices):
    DEFINITE = "definite", "Definite"
    PROBABLE = "probable", "Probable"
    NONE = "none", "None"


class Antibody(models.TextChoices):
    POSITIVE = "positive", "Positive"
    BORDERLINE = "borderline", "Borderline"
    NEGATIVE = "negative", "Negative"


class Category(models.TextChoices):
    DEFINITE = "definite", "Definite"
    PROBABLE = "probable", "Probable"
    POSSIBLE = "possible", "Possible"


@crf("mmn-history", title="MMN history", domain="MH")
class MmnHistory(Crf):
    """The disease until now. The category is the investigator's, never computed from the components."""

    onset_on = PartialDay("Onset of weakness", history=True, cdash="ONSET_MHSTDAT")
    diagnosed_on = PartialDay("MMN diagnosed", history=True, cdash="DIAG_MHSTDAT")
    right_arm = YesNo("Right arm affected", cdash="RARM_MHOCCUR")
    left_arm = YesNo("Left arm affected", cdash="LARM_MHOCCUR")
    right_leg = YesNo("Right leg affected", cdash="RLEG_MHOCCUR")
    left_leg = YesNo("Left leg affected", cdash="LLEG_MHOCCUR")

    progressive_weakness = YesNo(
        "Progressive asymmetric weakness",
        hint="Slow or stepwise, over a month, of two or more motor nerves",
        cdash="PROGWEAK_MHOCCUR",
    )
    no_sensory_loss = YesNo(
        "No objective sensory loss",
        hint="Minor loss of vibration sense in the legs is allowed",
        cdash="NOSENLOS_MHOCCUR",
    )
    arms_predominate = YesNo("Mainly the arms", cdash="ARMSPRED_MHOCCUR")
    reflexes_reduced = YesNo("Reflexes reduced in affected limb", cdash="REFLRED_MHOCCUR")
    cranial_nerves_spared = YesNo("Cranial nerves spared", cdash="CNSPARED_MHOCCUR")
    cramps_fasciculations = YesNo(
        "Cramps and fasciculations", hint="In the affected limb", cdash="CRAMPFAS_MHOCCUR"
    )
    responded_to_treatment = YesNo(
        "Improved with immunotherapy", hint="In disability or muscle strength", cdash="IMPROVED_MHOCCUR"
    )
    upper_motor_neuron_signs = YesNo("Upper motor neuron signs", cdash="UMNSIGNS_MHOCCUR")
    marked_bulbar = YesNo("Marked bulbar involvement", cdash="BULBAR_MHOCCUR")
    marked_sensory_loss = YesNo("Marked sensory loss", cdash="SENSLOSS_MHOCCUR")
    diffuse_symmetric_weakness = YesNo(
        "Diffuse symmetric weakness", hint="In the first weeks", cdash="DIFFWEAK_MHOCCUR"
    )

    conduction_block = Choice("Motor conduction block", choices=ConductionBlock, cdash="CONDBLK_NVORRES")
    sensory_conduction_normal = YesNo(
        "Sensory conduction normal", hint="Across the segments with a block", cdash="SENSCOND_NVORRES"
    )
    anti_gm1 = Choice("Anti-GM1 IgM", choices=Antibody, cdash="GM1IGM_LBORRES")
    csf_protein_raised = YesNo("CSF protein raised", required=False, cdash="CSFPROT_LBORRES")
    mri_plexus_abnormal = YesNo("MRI of the plexus abnormal", required=False, cdash="MRIPLEX_NVORRES")

    category = Choice(
        "Category", choices=Category, hint="The investigator's, by EFNS/PNS 2010", cdash="MHDXCAT_SUPPMH"
    )

    sections = (
        Section("Onset and diagnosis", "onset_on", "diagnosed_on"),
        Section("Affected limbs", *LIMBS),
        Section("EFNS/PNS 2010: core criteria", *CORE),
        Section("EFNS/PNS 2010: supportive criteria", *SUPPORTIVE),
        Section("EFNS/PNS 2010: exclusion criteria", *AGAINST),
        Section("EFNS/PNS 2010: tests", *TESTS),
        Section("Diagnosis", "category"),
    )


@check(
    "MMN-001",
    on="mmn-history",
    text="Onset {onset} is after the diagnosis, {diagnosis}.",
    items=("onset_on", "diagnosed_on"),
)
def onset_after_diagnosis(row: MmnHistory, data: PatientData) -> Iterator[Question]:
    """The onset lies after the diagnosis."""
    if row.onset_on and row.diagnosed_on and surely_before(row.diagnosed_on, row.onset_on):
        yield Question("onset_on", onset=row.onset_on, diagnosis=row.diagnosed_on)


@check("MMN-003", on="mmn-history", text="No limb is affected.", items=LIMBS)
def no_limb_affected(row: MmnHistory, data: PatientData) -> Iterator[Question]:
    """Every limb is said not to be affected."""
    if all(getattr(row, limb) is False for limb in LIMBS):
        yield Question(LIMBS[0])
