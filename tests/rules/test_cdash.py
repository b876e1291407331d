"""Every entered item carries a CDASH name, the guide's where it has one and told apart where it is ours."""

import re

import pytest

from ecrf.forms.registry import CRFS

EVERY_CRF = pytest.mark.parametrize("key", CRFS)

WHOLE = {"AGE", "BRTHDAT", "COVAL", "SEX", "SPDEVID", "VISIT"}
"""Names that stand in every domain alike."""
ROOTS = {
    word
    for line in (
        # what it is about, and its identifiers
        "TERM TRT TEST TESTCD ORRES ORRESU CAT SCAT DECOD SPID REFID GRPID LNKID YN PRESP OCCUR PERF STAT REASND",
        # events
        "SEV SER ACN ACNOTH REL PATT OUT SDTH SLIFE SHOSP SDISAB SCONG SMIE CONTRT TOXGR EVDTYP ONGO PRIOR",
        # interventions
        "INDC DOSE DSTXT DOSTOT DOSU DOSFRM DOSFRQ DOSRGM ROUTE LOT FLRT VAMT ITRPYN ADJ DOSADJ PSTRG FAST AENO MHNO",
        # findings
        "POS METHOD SPEC LOC LAT DIR ANTREG NAM ORNRLO ORNRHI NRIND CLSIG EVAL EVALID CNTMOD REASOC",
        # when
        "DAT TIM STDAT STTIM ENDAT ENTIM TPT",
    )
    for word in line.split()
}
"""What follows the two letters of a domain in the CDASH guide (2.x), as far as our forms use it. A name that the
guide does not have gets the ending _SUPP and the domain; one that it has is added here."""
OWN = re.compile(r"([A-Z]{2})[A-Z0-9]{1,6}_SUPP([A-Z]{2})")
OF_ONE_TEST = re.compile(r"[A-Z][A-Z0-9]{1,7}_([A-Z]{2}[A-Z0-9]{2,6})")


def is_guides(name: str) -> bool:
    """Whether the CDASH guide has this variable."""
    return name in WHOLE or (name[:2].isalpha() and name[:2].isupper() and name[2:] in ROOTS)


def is_well_formed(name: str) -> bool:
    """The guide's variable, alone or behind the code of one test, or our own of one domain."""
    if own := OWN.fullmatch(name):
        return own[1] == own[2]
    test = OF_ONE_TEST.fullmatch(name)
    return is_guides(test[1]) if test else is_guides(name)


@pytest.mark.parametrize(
    "name", ["AETERM", "SEX", "SYSBP_VSORRES", "GRIPR1_MKORRES", "DIAG_MHSTDAT", "DSICFVER_SUPPDS"]
)
def test_names_of_the_three_shapes_are_well_formed(name):
    assert is_well_formed(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "aeterm",
        "TERM",
        "AEWHATEVER",
        "DSICFVER",
        "TOOLONGCODE_VSORRES",
        "SYSBP_",
        "SYSBP_VSWHAT",
        "DSICFVER_SUPPAE",
        "DSTOOLONG_SUPPDS",
        "1A_VSORRES",
    ],
)
def test_other_names_are_not(name):
    assert not is_well_formed(name)


@EVERY_CRF
def test_every_entered_item_has_a_cdash_name(key):
    odd = {name: item.cdash for name, item in CRFS[key].entered.items() if not is_well_formed(item.cdash)}
    assert not odd, (
        "Give the guide's name, TEST_ and the guide's name, or a name of ours with _SUPP and the domain."
    )


@EVERY_CRF
def test_cdash_names_of_a_form_differ(key):
    names = [item.cdash for item in CRFS[key].items.values() if item.cdash]
    assert len(names) == len(set(names))


@EVERY_CRF
def test_form_has_a_domain_of_two_letters(key):
    assert re.fullmatch(r"[A-Z]{2}", CRFS[key].domain)


@EVERY_CRF
def test_calculated_item_may_have_a_cdash_name_of_the_same_shapes(key):
    assert not [
        n for n, item in CRFS[key].calculated.items() if item.cdash and not is_well_formed(item.cdash)
    ]
