"""gunicorn's settings: the same in the demo, the tests, the benchmark and the container.

Said to it as `--config python:ecrf.web.server`; address and number of workers are said beside it.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import gunicorn.http.wsgi

gunicorn.http.wsgi.SERVER = "eCRF"  # what answers say of the server: not which one it is

worker_class = "ecrf.web.worker.Worker"
threads = 64
"""Of a worker, each for one request that comes or goes. Django runs on a few threads of its own (ecrf/wsgi.py)."""
preload_app = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# Where the processes' counters lie together (ecrf/web/metrics): named before the library is loaded, which looks once.
# Not where gunicorn does not run, as in a test of this module.
COUNTERS = "PROMETHEUS_MULTIPROC_DIR"
if "gunicorn.arbiter" in sys.modules:
    os.environ[COUNTERS] = tempfile.mkdtemp(prefix="ecrf-metrics-", dir=worker_tmp_dir)
control_socket_disable = True
loglevel = "warning"


def post_worker_init(worker: object) -> None:
    """In each worker, once the product is loaded: a connection does not outlive a fork, nor does a thread."""
    from ecrf.outcomes.warming import AT_MOST_S, warm_beside  # needs Django, which the product has set up
    from ecrf.web.collecting import set_apart

    warm_beside().join(AT_MOST_S)
    set_apart()


def child_exit(server: object, worker: Any) -> None:
    """What a process that has ended had counted goes on to count."""
    from prometheus_client.multiprocess import (
        mark_process_dead,
    )  # looks for the folder named above when it is loaded

    mark_process_dead(worker.pid)


def on_exit(server: object) -> None:
    shutil.rmtree(os.environ[COUNTERS], ignore_errors=True)
