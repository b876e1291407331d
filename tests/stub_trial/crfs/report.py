"""Report: a log that names an adverse event and a visit, and that an adverse event's question offers."""

from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, Link, Prose
from ecrf.forms.registry import Section, crf


@crf(
    "report",
    title="Report",
    domain="AE",
    repeat="report",
    columns=("adverse_event", "visit_link", "became_aware_on"),
)
class StubReport(Crf):
    """One report of an adverse event."""

    adverse_event = Link("Adverse event", to="adverse-event", cdash="AESPID")
    visit_link = Link("Visit", to="visit", required=False, cdash="VISIT")
    became_aware_on = Day("Site became aware on", cdash="AEAWARDT_SUPPAE")
    narrative = Prose("Narrative", required=False, cdash="AENARR_SUPPAE")

    sections = (Section("Report", "adverse_event", "visit_link", "became_aware_on", "narrative"),)
