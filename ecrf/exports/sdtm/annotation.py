"""Where SDTM has an item of a form: in words for the annotated CRF."""

from django.utils.module_loading import import_string

from ecrf.exports.sdtm.cdash import WHOLE, target
from ecrf.exports.sdtm.domains import Tabulation
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS


def place_in_sdtm(key: str, name: str) -> str | None:
    """`VS.VSORRES where VSTESTCD = SYSBP`; what the trial says of the item, or what its CDASH name says. None where it
    goes nowhere."""
    tabulation: Tabulation = import_string(protocol().sdtm)
    if said := tabulation.annotations.get(f"{key}.{name}"):
        return said
    definition = CRFS[key]
    cdash = definition.items[name].cdash
    if not cdash:
        return None
    found = target(cdash)
    if found.qualifier:
        return f"SUPP{cdash[-2:]}.QVAL where QNAM = {found.qualifier}"
    if cdash in WHOLE:
        return {"COVAL": "CO.COVAL"}.get(cdash, f"{definition.domain}.{cdash}")
    domain = found.variable[:2]
    where = f" where {domain}TESTCD = {found.test}" if found.test else ""
    return f"{domain}.{found.variable}{where}"
