"""The product's settings with the stub's forms and protocol in the place of the trial's."""

from ecrf.settings import *  # noqa: F403

PROTOCOL = "tests.stub_trial.schedule.PROTOCOL"
INSTALLED_APPS = ["tests.stub_trial" if app == "trial" else app for app in INSTALLED_APPS]  # noqa: F405
