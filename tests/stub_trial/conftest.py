"""The stub's own tests run on the stub only."""

from pathlib import Path

from django.conf import settings

if not settings.PROTOCOL.startswith("tests.stub_trial."):
    collect_ignore = [path.name for path in Path(__file__).parent.glob("test_*.py")]
