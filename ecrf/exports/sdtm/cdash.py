"""What a CDASH name on a form becomes in SDTM: said once, on the form, and read here."""

import re
from dataclasses import dataclass

RENAMED = {"DSTXT": "DOSTXT"}
"""CDASH variables that SDTM calls otherwise, without the letters of their domain."""
MOMENTS = {"DAT": "DTC", "STDAT": "STDTC", "ENDAT": "ENDTC", "TIM": "DTC", "STTIM": "STDTC", "ENTIM": "ENDTC"}
WHOLE = frozenset({"AGE", "BRTHDAT", "COVAL", "SEX", "SPDEVID", "VISIT"})
"""CDASH names that stand in every domain alike, without its letters."""

_OWN = re.compile(r"([A-Z0-9]{1,8})_SUPP([A-Z]{2})")
_OF_ONE_TEST = re.compile(r"([A-Z][A-Z0-9]{1,7})_([A-Z]{2})([A-Z0-9]{2,6})")


@dataclass(frozen=True)
class CdashTarget:
    """Where a value goes. `test`: the code before the underscore, of `GRADE_MKORRES`; `qualifier`: the QNAM of a
    supplemental qualifier; `is_clock`: whether it is the time of day of the moment."""

    variable: str = ""
    test: str = ""
    qualifier: str = ""
    is_clock: bool = False

    def of(self, letters: str, domain: str) -> str:
        """The variable or qualifier as a domain calls it whose items bear other letters: ECDOSE for EXDOSE."""
        name = self.qualifier or self.variable
        return domain + name[2:] if name.startswith(letters) else name

    @property
    def is_moment(self) -> bool:
        return self.variable.endswith("DTC")


def target(cdash: str) -> CdashTarget:
    """`AESTDAT` is the day of AESTDTC, `DSICFVER_SUPPDS` a supplemental qualifier, `SYSBP_VSORRES` a test's result."""
    if own := _OWN.fullmatch(cdash):
        return CdashTarget(qualifier=own[1])
    if test := _OF_ONE_TEST.fullmatch(cdash):
        return CdashTarget(_variable(test[2], test[3]), test=test[1])
    if len(cdash) > 2:
        return CdashTarget(_variable(cdash[:2], cdash[2:]), is_clock=cdash[2:] in ("TIM", "STTIM", "ENTIM"))
    return CdashTarget()


def _variable(domain: str, root: str) -> str:
    return domain + MOMENTS.get(root, RENAMED.get(root, root))
