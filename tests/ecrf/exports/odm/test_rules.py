import pytest
from tests.ecrf.exports.odm import odm_rules
from tests.ecrf.exports.odm.odm_rules import faults, play, s12, state, schema
pytestmark = pytest.mark.django_db

def test_all(files):
    import pathlib
    pathlib.Path("/tmp/snap.xml").write_bytes(files.snapshot); pathlib.Path("/tmp/hist.xml").write_bytes(files.history)
    snapshot, history = files.roots()
    x = schema()
    for root in (snapshot, history):
        assert x.validate(root), x.error_log
        print(faults(root))
    print(list(s12(history, snapshot)))
    assert 0
