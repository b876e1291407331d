"""Every module of `crfs/` is a form."""

from tests.stub_trial.crfs import (  # noqa: F401
    adverse_event,
    consent,
    dose,
    end_of_study,
    laboratory,
    reading,
    report,
    scale,
    visit,
    vital_signs,
)
