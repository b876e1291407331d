"""The whole mapping of this trial: what `Protocol.sdtm` names."""

from collections.abc import Iterator

from ecrf.exports.sdtm.domains import Row, Tabulation
from ecrf.exports.sdtm.records import PatientRecords
from ecrf.forms.protocol import protocol
from trial.sdtm import design, eligibility, events, interventions, special_purpose
from trial.sdtm.facts import STANDARD, STUDYID
from trial.sdtm.results import disability, laboratory, nerves, signs, strength
from trial.sdtm.terms import LISTS

TITLE = "Maintenance intravenous immunoglobulin in multifocal motor neuropathy"

DECISIONS = (
    "STUDYID is the number in the registry; the publication names no other.",
    "P marks a default of this product where the publication tells nothing.",
    "MedDRA and WHODrug are licensed and not part of the product: AEDECOD, which must not be empty, is UNCODED, and "
    "the other dictionary variables are empty. Code before submission.",
    "RACE is not asked. COUNTRY is taken to be Japan for every site (P).",
    "EC is what the site entered for each infusion day; EX is the same in g per kg of the dosing weight. "
    "ECLOT is MULTIPLE where several lots were used; each lot stands in SUPPEC.",
    "MRC grades are the MMT tests by movement, the muscles in MKLOC and the side in MKLAT. The sum (MMTSUM), the "
    "number of grades (MMTCOUNT), the best (GRIPBEST) and the mean (GRIPMEAN) of a hand's trials are derived rows, "
    "under codes of the sponsor: the terminology has none.",
    "The terminology has no muscle group for the abduction of the fingers: the first dorsal interosseous stands for "
    "it (P).",
    "MKLOBXFL flags one row for each test, muscle and side. CDISC rule CORE-000915, which does not look at location "
    "and side, reports each of them: set aside.",
    "CDISC rule CORE-000767 asks for RELREC or FA beside AE and is set aside.",
    "What is planned at the baseline visit without a time of day counts as before the first dose (P).",
    "EPOCH names the maintenance CONTINUATION TREATMENT.",
    "A MISSING REASON of the eCRF (not done, not applicable, unknown, refused) makes --STAT NOT DONE, with the "
    "reason in --REASND. An item that was never filled in makes no row.",
    "Anti-GM1 IgM stands in IS. Nerve conduction tests and segments and the INCAT are the sponsor's terms.",
    "Control characters in texts are spaces. A text longer than 200 bytes goes on in SUPP-- or, as a comment, in "
    "COVAL1 and further.",
)


def of_patient(patient: PatientRecords) -> Iterator[Row]:
    baseline = protocol().baseline
    yield from special_purpose.rows(patient)
    yield from interventions.rows(patient)
    yield from events.rows(patient)
    yield from eligibility.rows(patient)
    for module in (strength, signs, laboratory, nerves, disability):
        yield from module.rows(patient, baseline)


SDTM = Tabulation(
    study=STUDYID,
    title=TITLE,
    standard=STANDARD,
    domains=(
        design.TA,
        design.TE,
        eligibility.TI,
        design.TS,
        design.TV,
        special_purpose.DM,
        special_purpose.SE,
        special_purpose.SV,
        interventions.CM,
        interventions.EC,
        interventions.EX,
        events.AE,
        events.DS,
        events.DV,
        events.MH,
        eligibility.IE,
        laboratory.IS,
        laboratory.LB,
        strength.MK,
        nerves.NV,
        disability.QS,
        signs.SC,
        signs.VS,
    ),
    lists=LISTS,
    annotations=strength.annotations(),
    of_trial=design.rows,
    of_patient=of_patient,
    decisions=DECISIONS,
)
