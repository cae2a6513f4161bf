"""What a charge costs by a tariff: a pure function in exact fractions, rounded once, at the end.

Same tariff, same charge, same cost, to the last decimal, today and in ten years: whoever doubts a cost in the ledger
computes it again from the readings.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from contactor.central.tariffs.charge import Charge, Span, after_grace
from contactor.central.tariffs.currency import rounded
from contactor.central.tariffs.tariff import HOURS_PER_DAY, Rate, Tariff

QUARTER_HOUR_MS = 900_000
"""Every time zone of today is so many quarters of an hour from UTC, and every clock change falls on one."""
MINUTE_MS = 60_000
DETAIL_DECIMALS = 4
"""How much finer than the currency the lines are told; only the sums are owed."""


class Kind(StrEnum):
    """What is paid for."""

    START = "start"
    ENERGY = "energy"
    TIME = "time"
    IDLE = "idle"


UNITS = {Kind.START: "charge", Kind.ENERGY: "kWh", Kind.TIME: "minute", Kind.IDLE: "minute"}


@dataclass(frozen=True, slots=True)
class Line:
    """So much of something at one price, VAT not included."""

    kind: Kind
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What is owed, in the currency's major unit: `total` = `net` + `vat`."""

    currency: str
    net: Decimal
    vat: Decimal
    total: Decimal
    lines: tuple[Line, ...]


def cost_of(tariff: Tariff, charge: Charge) -> Cost:
    """What a charge costs, so far or as a whole; it never falls as the charge goes on."""
    quantities = _quantities(tariff, charge)
    net = sum((Fraction(price) * quantity for (_, price), quantity in quantities.items()), Fraction(0))
    total = rounded(net * (1 + Fraction(tariff.vat_percent) / 100), tariff.decimals)
    rounded_net = rounded(net, tariff.decimals)
    fine = tariff.decimals + DETAIL_DECIMALS
    lines = tuple(
        Line(kind, rounded(quantity, 6), UNITS[kind], price, rounded(Fraction(price) * quantity, fine))
        for (kind, price), quantity in quantities.items()
        if price and quantity
    )
    return Cost(tariff.currency, rounded_net, total - rounded_net, total, lines)


def rate_at(tariff: Tariff, at_ms: int) -> int:
    """The index of the rate that counts at an instant."""
    local = datetime.fromtimestamp(at_ms // 1000, tariff.zone)
    return tariff.week[local.weekday() * HOURS_PER_DAY + local.hour]


def rate_spans(tariff: Tariff, span: Span) -> Iterator[tuple[Span, Rate]]:
    """The span cut where its rate changes; one of no length comes back as it is."""
    index, since_ms = rate_at(tariff, span.since_ms), span.since_ms
    if len(set(tariff.week)) > 1:
        first_ms = (span.since_ms // QUARTER_HOUR_MS + 1) * QUARTER_HOUR_MS
        for at_ms in range(first_ms, span.until_ms, QUARTER_HOUR_MS):
            following = rate_at(tariff, at_ms)
            if following != index:
                yield Span(since_ms, at_ms), tariff.rates[index]
                index, since_ms = following, at_ms
    yield Span(since_ms, span.until_ms), tariff.rates[index]


def _quantities(tariff: Tariff, charge: Charge) -> dict[tuple[Kind, Decimal], Fraction]:
    """How much of each kind at each price."""
    found: dict[tuple[Kind, Decimal], Fraction] = defaultdict(Fraction)
    found[Kind.START, tariff.start_fee] = Fraction(1)
    paid_idle = after_grace(charge.idle, tariff.idle_free_minutes * MINUTE_MS)
    register_wh = charge.meter[0].register_wh
    for span, rate in rate_spans(tariff, charge.span):
        reached_wh = charge.register_at(span.until_ms)
        found[Kind.ENERGY, rate.per_kwh] += (reached_wh - register_wh) / 1000
        register_wh = reached_wh
        busy_ms = span.until_ms - span.since_ms - _shared_ms(charge.idle, span)
        found[Kind.TIME, rate.per_minute] += Fraction(busy_ms, MINUTE_MS)
        found[Kind.IDLE, rate.idle_per_minute] += Fraction(_shared_ms(paid_idle, span), MINUTE_MS)
    return found


def _shared_ms(spans: tuple[Span, ...] | list[Span], within: Span) -> int:
    return sum(each.shared_ms(within.since_ms, within.until_ms) for each in spans)
