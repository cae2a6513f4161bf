"""A tariff: what a charge costs by energy, by time and while a full car stays, at which hours of the week."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from contactor.base.errors import ContactorError
from contactor.central.tariffs.currency import DECIMALS

PRICE_MAX = Decimal(1_000_000_000)
PRICE_DECIMALS_MAX = 6
RATES_MAX = 50
HOURS_PER_DAY = 24
IDLE_FREE_MAX_MINUTES = 24 * 60


class Weekday(StrEnum):
    """A day, in the order in which Python counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_DAYS = tuple(Weekday)


class BadTariff(ContactorError):
    """A tariff contradicts itself, or says what cannot be charged."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {value}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rate:
    """Prices, without VAT, for some hours of some weekdays; no weekdays mean all, `until_hour` is not part of them.

    `per_minute` counts while the car charges or may still, `idle_per_minute` once it is full and stays.
    """

    per_kwh: Decimal = Decimal(0)
    per_minute: Decimal = Decimal(0)
    idle_per_minute: Decimal = Decimal(0)
    weekdays: tuple[Weekday, ...] = ()
    from_hour: int = 0
    until_hour: int = HOURS_PER_DAY

    def holds(self, weekday: int, hour: int) -> bool:
        """Whether the rate is meant for an hour; weekdays count from Monday, 0."""
        is_day = not self.weekdays or _DAYS[weekday] in self.weekdays
        return is_day and self.from_hour <= hour < self.until_hour


@dataclass(frozen=True)
class Tariff:
    """Prices in one currency; of several rates for an hour the first counts, and every hour of the week has one.

    Hours are those of `time_zone`, an IANA name. `idle_free_minutes` of a full car's stay cost nothing.
    """

    currency: str
    time_zone: str
    rates: tuple[Rate, ...]
    start_fee: Decimal = Decimal(0)
    vat_percent: Decimal = Decimal(0)
    idle_free_minutes: int = 0

    def __post_init__(self) -> None:
        for field, value, reason in _flaws(self):
            raise BadTariff(field, value, reason)

    @property
    def decimals(self) -> int:
        """How many decimals amounts have."""
        return DECIMALS[self.currency]

    @property
    def zone(self) -> ZoneInfo:
        """Where its hours are."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def week(self) -> tuple[int, ...]:
        """The index of the rate that counts, for each hour of the week from Monday's first."""
        return tuple(_first(self, weekday, hour) or 0 for weekday in range(7) for hour in range(HOURS_PER_DAY))


def tariff_text(tariff: Tariff) -> str:
    """A tariff as it is kept."""
    return msgspec.json.encode(tariff).decode()


@lru_cache(maxsize=256)
def read_tariff(text: str) -> Tariff:
    """A tariff that was kept; kept tariffs never change, so one text is one tariff."""
    return msgspec.json.decode(text, type=Tariff)


def _flaws(tariff: Tariff) -> Iterator[tuple[str, object, str]]:
    if tariff.currency not in DECIMALS:
        yield "currency", tariff.currency, "give the code of a currency in ISO 4217, such as EUR"
    if not _is_zone(tariff.time_zone):
        yield "time_zone", tariff.time_zone, "give the IANA name of a time zone, such as Europe/Paris"
    yield from _price_flaw("start_fee", tariff.start_fee)
    yield from _price_flaw("vat_percent", tariff.vat_percent, Decimal(100))
    if not 0 <= tariff.idle_free_minutes <= IDLE_FREE_MAX_MINUTES:
        yield "idle_free_minutes", tariff.idle_free_minutes, f"give 0 to {IDLE_FREE_MAX_MINUTES} minutes"
    if not 1 <= len(tariff.rates) <= RATES_MAX:
        yield "rates", len(tariff.rates), f"give 1 to {RATES_MAX} rates"
    for place, rate in enumerate(tariff.rates):
        yield from _rate_flaws(f"rates.{place}", rate)
    for weekday, day in enumerate(_DAYS):
        for hour in range(HOURS_PER_DAY):
            if _first(tariff, weekday, hour) is None:
                yield "rates", f"{day} {hour}:00", "no rate is meant for this hour; let the last one hold always"


def _rate_flaws(where: str, rate: Rate) -> Iterator[tuple[str, object, str]]:
    yield from _price_flaw(f"{where}.per_kwh", rate.per_kwh)
    yield from _price_flaw(f"{where}.per_minute", rate.per_minute)
    yield from _price_flaw(f"{where}.idle_per_minute", rate.idle_per_minute)
    if not 0 <= rate.from_hour < rate.until_hour <= HOURS_PER_DAY:
        hours = f"{rate.from_hour} to {rate.until_hour}"
        yield f"{where}.until_hour", hours, "hours run from 0 to 24; give two rates for what crosses midnight"


def _price_flaw(field: str, price: Decimal, maximum: Decimal = PRICE_MAX) -> Iterator[tuple[str, object, str]]:
    exponent = price.as_tuple().exponent
    if not price.is_finite() or not 0 <= price <= maximum or not isinstance(exponent, int):
        yield field, price, f"give 0 to {maximum}"
    elif -exponent > PRICE_DECIMALS_MAX:
        yield field, price, f"give at most {PRICE_DECIMALS_MAX} decimals"


def _first(tariff: Tariff, weekday: int, hour: int) -> int | None:
    return next((place for place, rate in enumerate(tariff.rates) if rate.holds(weekday, hour)), None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name may lead to a folder, or out of all of them
        return False
    return True
