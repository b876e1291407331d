"""What the edit checks ask now."""

from ecrf.checks.models import Finding, FindingState


def asked(check_id: str) -> dict[str, str]:
    """The open questions of one check: {item: text}."""
    found = Finding.objects.filter(check_id=check_id, state=FindingState.OPEN)
    return {finding.item: finding.text for finding in found}
