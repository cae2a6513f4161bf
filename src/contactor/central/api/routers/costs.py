"""Costs: what a transaction came to, or comes to so far, and whether the record still says so."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.central.api.office import Office, TheOffice
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import Instant, NumberPath
from contactor.central.api.tariff_bodies import CostBody, ResultBody, TariffBody
from contactor.central.milliseconds import to_ms
from contactor.central.tariffs.cost_rows import Computed, CostResult, compute, results
from contactor.central.tariffs.cost_totals import TotalsBy, sum_costs

MONTH_MS = 30 * 86_400_000

totals_router = APIRouter(prefix=f"{API}/costs", tags=["tariffs"])
router = APIRouter(prefix=f"{API}/transactions/{{transaction_id}}/cost", tags=["tariffs"])


class TransactionCost(BaseModel):
    """What a transaction costs: the newest result, or while there is none what it comes to so far."""

    transaction_id: int
    is_final: bool = Field(description="Whether its stop is on record and its result is kept.")
    cost: CostBody
    tariff: TariffBody = Field(description="The version it began with.")
    results: list[ResultBody] = Field(description="Every result it had, the newest first.")


class Verdict(StrEnum):
    """What a second reckoning says of the result that is kept."""

    SAME = "same"
    DIFFERENT = "different"
    BASIS_FORGOTTEN = "basis forgotten"
    """Readings or statuses it rests on are older than is kept, so it cannot be repeated."""


class Check(BaseModel):
    """A result beside what the record says now."""

    verdict: Verdict
    kept: ResultBody
    recomputed: CostBody
    readings: int = Field(description="How many readings there are now.")
    idle_spans: int


class TotalBody(BaseModel):
    """What the charges of a station, site or model came to, in one currency."""

    of: str = Field(description="Empty for stations without a site or a model.")
    currency: str
    transactions: int
    energy_wh: int
    net: str
    vat: str
    total: str


@totals_router.get("")
async def list_totals(
    office: TheOffice,
    by: TotalsBy = TotalsBy.SITE,
    started_from: Annotated[Instant | None, Query(description="30 days ago without it.")] = None,
    started_before: Annotated[Instant | None, Query(description="Now without it.")] = None,
) -> list[TotalBody]:
    """Sum what the charges that began in a time came to, a currency apart; charges without a result are left out."""
    before_ms = office.now_ms() if started_before is None else to_ms(started_before)
    from_ms = before_ms - MONTH_MS if started_from is None else to_ms(started_from)
    found = await office.read(lambda connection: sum_costs(connection, by, from_ms, before_ms))
    return [
        TotalBody(
            of=each.of,
            currency=each.currency,
            transactions=each.transactions,
            energy_wh=each.energy_wh,
            net=str(each.net),
            vat=str(each.vat),
            total=str(each.total),
        )
        for each in found
    ]


@router.get("")
async def get_cost(office: TheOffice, transaction_id: NumberPath) -> TransactionCost:
    """Show what a transaction costs, with how it adds up."""
    computed, kept = await _known(office, transaction_id)
    cost = kept[0].cost if kept else computed.cost
    return TransactionCost(
        transaction_id=transaction_id,
        is_final=bool(kept),
        cost=CostBody.of(cost),
        tariff=TariffBody.of_version(computed.version),
        results=[ResultBody.of(each) for each in kept],
    )


@router.get("/check")
async def check_cost(office: TheOffice, transaction_id: NumberPath) -> Check:
    """Compute a result again from the readings, and compare; nothing is changed."""
    computed, kept = await _known(office, transaction_id)
    if not kept:
        raise Problem(409, "it has no result yet", field="transaction_id", value=transaction_id)
    known = computed.known
    return Check(
        verdict=_verdict(kept[0], computed),
        kept=ResultBody.of(kept[0]),
        recomputed=CostBody.of(computed.cost),
        readings=known.readings,
        idle_spans=known.idle_spans,
    )


def _verdict(kept: CostResult, computed: Computed) -> Verdict:
    if kept.cost == computed.cost:
        return Verdict.SAME
    known = computed.known
    has_less = known.readings < kept.readings or known.idle_spans < kept.idle_spans
    return Verdict.BASIS_FORGOTTEN if has_less else Verdict.DIFFERENT


async def _known(office: Office, transaction_id: int) -> tuple[Computed, list[CostResult]]:
    now_ms = office.now_ms()

    def question(connection: Connection) -> tuple[Computed | None, list[CostResult]]:
        return compute(connection, transaction_id, now_ms), results(connection, transaction_id)

    computed, kept = await office.read(question)
    if computed is None:
        raise missing("cost of transaction", "transaction_id", transaction_id)
    return computed, kept
