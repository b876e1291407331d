import time, sys
import pytest
pytestmark = pytest.mark.django_db
def test_x(db):
    from ecrf.audit.verifying.verify import verify
    from ecrf.audit.verifying.checks import CHECKS, Extent
    for _ in range(2):
        t=time.perf_counter(); v=verify(); print("T", round(time.perf_counter()-t,3))
    for k,c in CHECKS.items():
        t=time.perf_counter(); list(c.find(Extent())); print(k, round(time.perf_counter()-t,4))
    for f in v.faults+v.open+v.known: print(f.kind, f)
