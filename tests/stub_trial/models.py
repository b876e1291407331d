"""Every module of `crfs/` is a form."""

from tests.stub_trial.crfs import adverse_event, dose, end_of_study, reading, scale, visit, vital_signs  # noqa: F401
