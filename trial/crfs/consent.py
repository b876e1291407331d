"""Informed consent: when the patient signed, which version of the form, and every later consent."""

from ecrf.forms.crf import Crf
from ecrf.forms.items import Day, Line
from ecrf.forms.registry import Section, crf


@crf("consent", title="Informed consent", domain="DS")
class Consent(Crf):
    """The first written consent: no date of the study comes before it."""

    signed_on = Day("Consent signed on", cdash="DSSTDAT")
    form_version = Line(
        "Version of the form", max_length=60, hint="As printed on the consent form", cdash="DSICFVER_SUPPDS"
    )

    sections = (Section("Informed consent", "signed_on", "form_version"),)


@crf("re-consent", title="Re-consent", domain="DS", repeat="re-consent", row_of="consent")
class Reconsent(Crf):
    """A later consent, to a new version of the form."""

    signed_on = Day("Signed again on", cdash="DSSTDAT")
    form_version = Line("Version of the form", max_length=60, cdash="DSICFVER_SUPPDS")

    sections = (Section("Re-consent", "signed_on", "form_version"),)
