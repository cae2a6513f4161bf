"""The numbers of the central system as Prometheus reads them; every label is a word of ours, so there are few."""

from collections import Counter
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select

from contactor.central.alarms.alarm import Severity
from contactor.central.alarms.alarm_rows import count_open
from contactor.central.api.office import Office
from contactor.central.commands.command import CommandState
from contactor.central.store.operation_tables import commands
from contactor.central.traffic import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def write_metrics(office: Office) -> bytes:
    """All numbers as they are now."""
    by_state = await office.read(_count_commands)
    open_alarms = await office.read(count_open)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot([*_families(office, by_state), _alarms(open_alarms)]))
    return generate_latest(registry)


class _Snapshot(Collector):
    """Families that were gathered already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(office: Office, by_state: Mapping[str, int]) -> Iterable[Metric]:
    connected = [session.station_id for session in office.sessions.presence]
    online = sum(office.sessions.is_online(each) for each in connected)
    yield GaugeMetricFamily("contactor_stations_known", "Stations that may connect.", len(office.roster))
    yield GaugeMetricFamily("contactor_stations_connected", "Stations with an open connection.", len(connected))
    yield GaugeMetricFamily("contactor_stations_online", "Stations that give signs of life.", online)
    messages = CounterMetricFamily(
        "contactor_messages", "Requests of stations by action and outcome.", labels=("action", "outcome")
    )
    for (action, outcome), count in sorted(office.traffic.messages.items()):
        messages.add_metric((action, outcome), count)
    yield messages
    yield _histogram("contactor_answer_seconds", "From a request to its answer.", office.traffic.answers_s)
    yield _histogram("contactor_writer_batch_items", "Items written by one commit.", office.writer.batches)
    yield GaugeMetricFamily("contactor_writer_waiting", "Items that wait to be written.", office.writer.waiting)
    yield from _door_families(office)
    kept = GaugeMetricFamily("contactor_commands", "Commands kept, by state.", labels=("state",))
    for state in CommandState:
        kept.add_metric((state.value,), by_state.get(state.value, 0))
    yield kept


def _alarms(by_severity: Mapping[Severity, int]) -> Metric:
    family = GaugeMetricFamily("contactor_alarms_open", "Alarms that are open, by severity.", labels=("severity",))
    for severity, count in by_severity.items():
        family.add_metric((severity.value,), count)
    return family


def _door_families(office: Office) -> Iterable[Metric]:
    """What the doors kept out, and how."""
    refused = CounterMetricFamily("contactor_connections_refused", "Handshakes refused, by reason.", labels=("reason",))
    for reason, count in sorted(office.refusals.counts.items()):
        refused.add_metric((reason,), count)
    yield refused
    cut = CounterMetricFamily("contactor_connections_cut", "Connections cut unheard, by reason.", labels=("reason",))
    for reason, count in sorted(office.doors.cut.items()):
        cut.add_metric((reason,), count)
    yield cut
    slowed = "Times a station that sent too fast was made to rest."
    yield CounterMetricFamily("contactor_stations_slowed", slowed, office.doors.slowed)
    renewals = CounterMetricFamily(
        "contactor_certificate_renewals", "Times changed certificate files were read.", labels=("outcome",)
    )
    renewals.add_metric(("renewed",), office.certificates.renewed)
    renewals.add_metric(("refused",), office.certificates.refused)
    yield renewals
    ends = GaugeMetricFamily(
        "contactor_certificate_ends_seconds",
        "When a certificate of ours ends, in seconds since 1970.",
        labels=("file",),
    )
    for path, end in sorted(office.certificates.ends().items()):
        ends.add_metric((str(path),), end.timestamp())
    yield ends


def _histogram(name: str, meaning: str, histogram: Histogram) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, meaning)
    buckets: list[tuple[str, float]] = []
    running = 0
    for bound, count in zip((*histogram.bounds, float("inf")), list(histogram.counts), strict=True):
        running += count
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), running))
    family.add_metric((), buckets, histogram.total)
    return family


def _count_commands(connection: Connection) -> Mapping[str, int]:
    query = select(commands.c.state, func.count()).group_by(commands.c.state)
    counted: Counter[str] = Counter()
    for state, count in connection.execute(query):
        counted[state] = count
    return counted
