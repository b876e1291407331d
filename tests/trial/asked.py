"""What the edit checks ask now."""

import re

from ecrf.checks.models import Discrepancy, DiscrepancyState

VISIT_CODE = re.compile(r"\b(W[0-9]{2}|SCR|ET|UNS-[0-9]+)\b")


def asked(check_id: str) -> dict[str, str]:
    """The open questions of one check: {item: text}."""
    found = Discrepancy.objects.filter(check_id=check_id, state=DiscrepancyState.OPEN)
    texts = [discrepancy.text for discrepancy in found]
    assert not [text for text in texts if VISIT_CODE.search(text)], f"{texts}: people say Week 4, not W04"
    return {discrepancy.item: discrepancy.text for discrepancy in found}
