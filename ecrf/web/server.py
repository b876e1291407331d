"""gunicorn's settings: the same in the demo, the tests, the benchmark and the container.

Said to it as `--config python:ecrf.web.server`; address and number of workers are said beside it.
"""

from pathlib import Path

import gunicorn.http.wsgi

gunicorn.http.wsgi.SERVER = "eCRF"  # what answers say of the server: not which one it is

worker_class = "ecrf.web.worker.Worker"
threads = 64
"""Of a worker, each for one request that comes or goes. Django runs on a few threads of its own (ecrf/wsgi.py)."""
DJANGO_THREADS = 4
"""Of a worker, on which Django runs; each keeps one connection to the database."""
preload_app = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
loglevel = "warning"


def post_worker_init(worker: object) -> None:
    """In each worker, once the product is loaded: a connection does not outlive a fork, nor does a thread."""
    from ecrf.outcomes.warming import warm_beside  # needs Django, which the product has set up

    warm_beside()
