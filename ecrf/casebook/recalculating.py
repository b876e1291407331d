"""Calculates anew what stands on something outside the patient's own forms: the site's reference ranges."""

from ecrf.access.models import Site
from ecrf.audit.actor import Actor


def recalculate_site(site: Site, by: Actor, *, source: str, reason: str = "") -> None:
    """Write the rows whose calculated items change, patient by patient, and ask the checks about them."""
