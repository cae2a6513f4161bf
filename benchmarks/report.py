"""How the benchmark of the central system tells what it found: tables for people, JSON for programs."""

import json
import math
from collections.abc import Sequence

from rich.table import Table

from benchmarks.figures import CONTESTS, GOALS, Figures, Proof


def rate_table(figures: Sequence[Figures]) -> Table:
    """Every contest with its rate, its latencies and what it cost the server."""
    table = Table(
        title="Calls answered over loopback, one call outstanding per connection",
        caption="at once: connections; contactor commits MeterValues before it answers, the peer writes nothing",
    )
    table.add_column("at once", justify="right", no_wrap=True)
    for name in ("call", "server"):
        table.add_column(name, no_wrap=True)
    for name in ("msg/s", "p50 ms", "p99 ms", "CPU µs"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in figures:
        for contest in CONTESTS:
            total = one.total(contest)
            table.add_row(
                f"{one.connections:,}",
                contest.action,
                contest.server,
                f"{total.rate:,.0f}",
                f"{total.percentile_ms(50):.1f}",
                f"{total.percentile_ms(99):.1f}",
                f"{total.cpu_us:.1f}",
            )
        table.add_section()
    return table


def ratio_table(figures: Sequence[Figures]) -> Table:
    """What is held against the goals."""
    table = Table(title="Ratios of msg/s", caption="by CPU: of answers a second of the server's own time")
    table.add_column("ratio", no_wrap=True)
    for one in figures:
        table.add_column(f"{one.connections:,}", justify="right", no_wrap=True)
    table.add_column("goal", justify="right", no_wrap=True)
    for goal in GOALS:
        table.add_row(goal.meaning, *(f"{one.ratio(goal):.2f}" for one in figures), f"{goal.ratio:g}")
        table.add_row("  by CPU", *(f"{one.cpu_ratio(goal):.2f}" for one in figures), "")
    return table


def as_json(figures: Sequence[Figures], proof: Proof, misses: Sequence[str]) -> str:
    """Everything, for programs."""
    rates = [
        {
            "connections": one.connections,
            "call": contest.action,
            "server": contest.server,
            "msg_per_s": round(one.total(contest).rate),
            "p50_ms": round(one.total(contest).percentile_ms(50), 2),
            "p99_ms": round(one.total(contest).percentile_ms(99), 2),
            "cpu_us": _known(one.total(contest).cpu_us),
        }
        for one in figures
        for contest in CONTESTS
    ]
    ratios = [
        {
            "connections": one.connections,
            "ratio": goal.meaning,
            "value": round(one.ratio(goal), 3),
            "by_cpu": _known(one.cpu_ratio(goal)),
            "goal": goal.ratio,
        }
        for one in figures
        for goal in GOALS
    ]
    kept = {"answered": proof.answered, "stored": proof.stored}
    return json.dumps({"rates": rates, "ratios": ratios, "meter_values": kept, "missed": misses}, indent=2)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)
