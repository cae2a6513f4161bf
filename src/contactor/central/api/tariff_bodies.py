"""The forms of tariffs and costs; amounts are texts, so that no reader makes them binary fractions."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer

from contactor.central.api.problem import Problem
from contactor.central.api.shapes import Body, Instant, ShortText, StationText, TagText
from contactor.central.tariffs.cost import Cost, Kind
from contactor.central.tariffs.cost_rows import CostResult
from contactor.central.tariffs.tariff import BadTariff, Rate, Tariff, Weekday
from contactor.central.tariffs.tariff_rows import Assignment, Scope, TariffVersion, Terms, etag_of


def _spelled_out(amount: Decimal) -> str:
    return f"{amount:f}"


Amount = Annotated[Decimal, PlainSerializer(_spelled_out, return_type=str)]
Price = Annotated[Amount, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False, examples=["0.49"])]
Name = Annotated[ShortText, Field(min_length=1, examples=["day and night"])]


class RateBody(Body):
    """Prices, without VAT, for some hours of some weekdays, by the tariff's own time zone."""

    per_kwh: Price = Decimal(0)
    per_minute: Price = Field(Decimal(0), description="While the car charges, or may still.")
    idle_per_minute: Price = Field(Decimal(0), description="Once the car is full and stays (SuspendedEV).")
    weekdays: list[Weekday] = Field(default_factory=list, max_length=7, description="None means all.")
    from_hour: int = Field(0, ge=0, le=23)
    until_hour: int = Field(24, ge=1, le=24, description="Not part of the hours.")

    def of(self) -> Rate:
        """The rate."""
        days = tuple(dict.fromkeys(self.weekdays))
        return Rate(self.per_kwh, self.per_minute, self.idle_per_minute, days, self.from_hour, self.until_hour)


class AssignmentBody(Body):
    """For whose charges: all, those at a station, or those of a group of badges."""

    scope: Scope
    station_id: StationText | None = None
    group: TagText | None = Field(None, description="The parent idTag.", examples=["FLEET-7"])

    def of(self) -> Assignment:
        """The assignment."""
        subject = {Scope.ALL: "", Scope.STATION: self.station_id, Scope.GROUP: self.group}[self.scope]
        given = [each for each in (self.station_id, self.group) if each is not None]
        if subject is None or given != ([subject] if subject else []):
            needed = {Scope.ALL: "nothing else", Scope.STATION: "station_id", Scope.GROUP: "group"}[self.scope]
            raise Problem(422, f"with scope {self.scope} give {needed}", field="assigned_to", value=self.scope.value)
        return Assignment(self.scope, subject)

    @classmethod
    def from_assignment(cls, assignment: Assignment) -> "AssignmentBody":
        """The body of an assignment."""
        station_id = assignment.subject if assignment.scope is Scope.STATION else None
        group = assignment.subject if assignment.scope is Scope.GROUP else None
        return cls(scope=assignment.scope, station_id=station_id, group=group)


class TariffTerms(Body):
    """What a tariff says: the first rate that is meant for an hour counts, and every hour needs one."""

    name: Name
    currency: str = Field(description="ISO 4217.", min_length=3, max_length=3, examples=["EUR"])
    time_zone: str = Field("UTC", description="IANA name.", max_length=64, examples=["Europe/Paris"])
    rates: list[RateBody] = Field(min_length=1, max_length=50)
    start_fee: Price = Decimal(0)
    vat_percent: Annotated[Amount, Field(ge=0, le=100, max_digits=9, decimal_places=6, examples=["20"])] = Decimal(0)
    idle_free_minutes: int = Field(0, ge=0, le=24 * 60)
    assigned_to: list[AssignmentBody] = Field(max_length=1000, description="Empty: for nobody yet.")
    valid_from: Instant | None = Field(None, description="For charges that begin then or later.")
    valid_until: Instant | None = Field(None, description="For charges that begin before.")

    def of(self) -> Terms:
        """The terms, in the tariff's own words.

        Raises:
            Problem: they contradict themselves.
        """
        if self.valid_from is not None and self.valid_until is not None and self.valid_until <= self.valid_from:
            raise Problem(422, "it must come after valid_from", field="valid_until", value=str(self.valid_until))
        try:
            tariff = Tariff(
                currency=self.currency,
                time_zone=self.time_zone,
                rates=tuple(rate.of() for rate in self.rates),
                start_fee=self.start_fee,
                vat_percent=self.vat_percent,
                idle_free_minutes=self.idle_free_minutes,
            )
        except BadTariff as error:
            raise Problem(422, str(error), field=error.field, value=str(error.value)) from error
        # Once each, whatever the letters' case.
        by_key = {(each.scope, each.key): each for each in (body.of() for body in self.assigned_to)}
        return Terms(tariff, tuple(by_key.values()), self.valid_from, self.valid_until)


class TariffBody(TariffTerms):
    """A version of a tariff; groups are told in lower case, as they are compared."""

    tariff_id: int
    version: int
    made_at: datetime
    made_by: str
    retired_at: datetime | None = Field(description="From then on no charge begins by it.")
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of_version(cls, version: TariffVersion) -> "TariffBody":
        """The body of a version."""
        terms, tariff = version.terms, version.terms.tariff
        return cls(
            name=version.name,
            currency=tariff.currency,
            time_zone=tariff.time_zone,
            rates=[
                RateBody(
                    per_kwh=rate.per_kwh,
                    per_minute=rate.per_minute,
                    idle_per_minute=rate.idle_per_minute,
                    weekdays=list(rate.weekdays),
                    from_hour=rate.from_hour,
                    until_hour=rate.until_hour,
                )
                for rate in tariff.rates
            ],
            start_fee=tariff.start_fee,
            vat_percent=tariff.vat_percent,
            idle_free_minutes=tariff.idle_free_minutes,
            assigned_to=[AssignmentBody.from_assignment(each) for each in terms.assigned_to],
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
            tariff_id=version.tariff_id,
            version=version.version,
            made_at=version.made_at,
            made_by=version.made_by,
            retired_at=version.retired_at,
            etag=etag_of(version),
        )


class LineBody(BaseModel):
    """So much of something at one price; lines are finer than the sums, which are rounded once."""

    kind: Kind
    quantity: Amount
    unit: str
    price: Amount
    amount: Amount


class CostBody(BaseModel):
    """What is owed: `total` is `net` and `vat`, in the currency's major unit."""

    currency: str
    net: Amount
    vat: Amount
    total: Amount
    lines: list[LineBody]

    @classmethod
    def of(cls, cost: Cost) -> "CostBody":
        """The body of a cost."""
        lines = [
            LineBody(kind=line.kind, quantity=line.quantity, unit=line.unit, price=line.price, amount=line.amount)
            for line in cost.lines
        ]
        return cls(currency=cost.currency, net=cost.net, vat=cost.vat, total=cost.total, lines=lines)


class ResultBody(BaseModel):
    """A result that was kept: why it was computed, and on how much it rests."""

    cost: CostBody
    settled_at: datetime
    settled_for: str = Field(description="stopped, late readings, or corrected.")
    readings: int
    idle_spans: int

    @classmethod
    def of(cls, result: CostResult) -> "ResultBody":
        """The body of a result."""
        return cls(
            cost=CostBody.of(result.cost),
            settled_at=result.settled_at,
            settled_for=result.settled_for,
            readings=result.readings,
            idle_spans=result.idle_spans,
        )
