"""Of several servers of the database: which answer, and how far behind each is. Told also while none takes writes."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ecrf.web.servers import answering, has_several_servers, name_of, named

ANSWERS, BEHIND = "ecrf_server_answers", "ecrf_server_seconds_behind"


class Machines(Collector):
    """Asked anew at each look; nothing where there is one server."""

    def collect(self) -> Iterable[Metric]:
        if not has_several_servers():
            return
        found = {server.address: server for server in answering(named())}
        answers = GaugeMetricFamily(ANSWERS, "1 where this server of the database answers", labels=["server"])
        behind = GaugeMetricFamily(
            BEHIND,
            "Seconds for which a server that follows has lacked what another one holds; infinite if nobody knows",
            labels=["server"],
        )
        for address in named():
            server = found.get(address)
            answers.add_metric([name_of(address)], float(server is not None))
            if server is not None:
                lacks = server.behind(found.values())
                behind.add_metric([name_of(address)], float("inf") if lacks is None else lacks)
        yield answers
        yield behind
