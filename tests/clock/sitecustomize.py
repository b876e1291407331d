"""Python imports this as it starts: every process of the tests follows their clock."""

import contextlib
import os
import time

with contextlib.suppress(ImportError):  # a Python without the tests' packages keeps the machine's clock
    import time_machine

    time_machine.travel(time.time() + float(os.environ["TEST_CLOCK_AHEAD"]), tick=True).start()
    time.time()  # it goes on from when it is first asked for the time
